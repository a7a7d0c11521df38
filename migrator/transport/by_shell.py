"""What local and ssh have in common: everything is a command that a POSIX shell runs."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from typing import BinaryIO

from migrator.commands import files
from migrator.commands.shell import Command
from migrator.errors import CommandFailed, HostError
from migrator.secret import Secret, scrub
from migrator.text import _
from migrator.transport.base import OnLine, Result, Stat

_KINDS = {"regular file": "file", "regular empty file": "file", "directory": "folder", "symbolic link": "link"}


class ShellTransport(ABC):
    """The promises of Transport, kept by one method: `_execute`."""

    sudo_password: Secret | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self._home: str | None = None

    @abstractmethod
    def _execute(self, command: Command, source: BinaryIO, sink: BinaryIO | None, timeout: float,
                 on_line: OnLine | None, *, again: bool) -> Result:
        """Run the command: input from `source`, standard output into `sink` or, without it, into the result.

        `again` says that the command only reads, so that a lost connection may be made anew and the command repeated.
        """

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        result = self._execute(command, io.BytesIO(input), None, timeout, None, again=True)
        return self._checked(command, result) if check else result

    def run(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True,
            on_line: OnLine | None = None) -> Result:
        result = self._execute(command, io.BytesIO(input), None, timeout, on_line, again=False)
        return self._checked(command, result) if check else result

    def stream_out(self, command: Command, sink: BinaryIO, *, input: bytes = b"", timeout: float = 3600,
                   check: bool = True) -> Result:
        result = self._execute(command, io.BytesIO(input), sink, timeout, None, again=False)
        return self._checked(command, result) if check else result

    def stream_in(self, command: Command, source: BinaryIO, *, timeout: float = 3600, check: bool = True) -> Result:
        result = self._execute(command, source, None, timeout, None, again=False)
        return self._checked(command, result) if check else result

    def read_file(self, path: str, *, limit: int = 16 * 1024 * 1024) -> bytes:
        content = io.BytesIO()
        self._execute_file(files.content(self.expand(path), limit), content, path)
        if content.tell() > limit:
            raise HostError(_("{path} is larger than {limit} bytes").format(path=path, limit=limit), where=self.name)
        return content.getvalue()

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644, user: str | None = None) -> None:
        self.run(files.replace(self.expand(path), mode).as_user(user), input=content)

    def stat(self, path: str) -> Stat | None:
        line = self.read(files.stat(self.expand(path))).text.strip()
        if not line:
            return None
        kind, size, mode, mtime = line.split("|")
        return Stat(_KINDS.get(kind, "other"), int(size), int(mode, 8), float(mtime))

    def expand(self, path: str) -> str:
        if path != "~" and not path.startswith("~/"):
            return path
        if self._home is None:
            self._home = self.read(files.home()).text
        return self._home + path[1:]

    def _execute_file(self, command: Command, content: BinaryIO, path: str) -> None:
        result = self._execute(command, io.BytesIO(), content, 60, None, again=False)
        if result.exit_code:
            raise HostError(_("{path} cannot be read: {why}").format(path=path, why=scrub(result.tail)),
                            where=self.name)

    def _checked(self, command: Command, result: Result) -> Result:
        if result.exit_code:
            raise CommandFailed(
                _("the command ended with exit code {code}: {tail}").format(code=result.exit_code,
                                                                            tail=scrub(result.tail) or "-"),
                exit_code=result.exit_code, output=scrub(result.tail), where=f"{self.name}: {_short(command)}")
        return result


def _short(command: Command) -> str:
    text = scrub(" ".join(str(command).split()))
    return text if len(text) <= 120 else f"{text[:117]}..."
