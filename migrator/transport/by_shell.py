"""What local and ssh have in common: everything is a command that a POSIX shell runs."""

from __future__ import annotations

import io
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from migrator.commands import files, questions
from migrator.commands.shell import Command
from migrator.errors import CommandFailed, HostError, LoginRefused, TimedOut
from migrator.secret import Secret, scrub
from migrator.text import _
from migrator.transport.base import LEFT_BEHIND, OnLine, Result, Stat
from migrator.transport.questions import Answers
from migrator.transport.streams import KEPT

_KINDS = {"regular file": "file", "regular empty file": "file", "directory": "folder", "symbolic link": "link"}


class ShellTransport(ABC):
    """The promises of Transport, kept by one method: `_execute`."""

    sudo_password: Secret | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self._home: str | None = None

    @abstractmethod
    def _execute(self, command: Command, source: BinaryIO, sink: BinaryIO | None, timeout: float,
                 on_line: OnLine | None, *, again: bool, lingers: float = LEFT_BEHIND) -> Result:
        """Run the command: input from `source`, standard output into `sink` or, without it, into the result.

        `again` says that the command only reads, so that a lost connection may be made anew and the command repeated.
        """

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        result = self._execute(command, io.BytesIO(input), None, timeout, None, again=True)
        return checked(self.name, command, result) if check else result

    def run(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True,
            on_line: OnLine | None = None, lingers: float = LEFT_BEHIND) -> Result:
        result = self._execute(command, io.BytesIO(input), None, timeout, on_line, again=False, lingers=lingers)
        return checked(self.name, command, result) if check else result

    def ask(self, commands: Iterable[Command], *, timeout: float = 20) -> dict[Command, Result]:
        asked: dict[str | None, list[Command]] = {}
        for command in dict.fromkeys(commands):
            asked.setdefault(command.user, []).append(command)
        return {command: result for user, theirs in asked.items()
                for command, result in zip(theirs, self._ask_as(user, theirs, timeout), strict=False)}

    def stream_out(self, command: Command, sink: BinaryIO, *, input: bytes = b"", timeout: float = 3600,
                   check: bool = True) -> Result:
        result = self._execute(command, io.BytesIO(input), sink, timeout, None, again=False)
        return checked(self.name, command, result) if check else result

    def stream_in(self, command: Command, source: BinaryIO, *, timeout: float = 3600, check: bool = True) -> Result:
        result = self._execute(command, source, None, timeout, None, again=False)
        return checked(self.name, command, result) if check else result

    def read_file(self, path: str, *, limit: int = 16 * 1024 * 1024) -> bytes:
        content = io.BytesIO()
        self._execute_file(files.content(self.expand(path), limit), content, path)
        if content.tell() > limit:
            raise HostError(_("{path} is larger than {limit} bytes").format(path=path, limit=limit), where=self.name)
        return content.getvalue()

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644, user: str | None = None) -> None:
        self.run(files.replace(self.expand(path), mode).as_user(user), input=content)

    def stat(self, path: str) -> Stat | None:
        return stat_from(self.read(files.stat(self.expand(path))))

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

    def _ask_as(self, user: str | None, commands: Sequence[Command], timeout: float) -> list[Result]:
        """The answers in the order of the questions; none where one does not end, or we cannot become `user`."""
        mark = secrets.token_hex(16)
        answers = Answers(mark)
        script = io.BytesIO(questions.opening() + questions.asking(commands))
        try:
            said = self._execute(questions.asker(mark).as_user(user), script, None, timeout, None, again=True)
        except TimedOut:
            return []
        except LoginRefused:
            if user is None:
                raise
            return []
        if max(len(said.stdout), len(said.stderr)) >= KEPT:
            return []  # the first answers are not whole
        answers.out.write(said.stdout)
        answers.err.write(said.stderr)
        return answers.wait(len(commands), 0)


def checked(host: str, command: Command, result: Result) -> Result:
    """The result of a command that ended well; raises CommandFailed for any other."""
    if result.exit_code:
        raise CommandFailed(
            _("the command ended with exit code {code}: {tail}").format(code=result.exit_code,
                                                                        tail=scrub(result.tail) or "-"),
            exit_code=result.exit_code, output=scrub(result.tail), where=f"{host}: {_short(command)}")
    return result


def stat_from(result: Result) -> Stat | None:
    """What `commands.files.stat` found."""
    line = result.text.strip()
    if not line:
        return None
    kind, size, mode, mtime = line.split("|")
    return Stat(_KINDS.get(kind, "other"), int(size), int(mode, 8), float(mtime))


def _short(command: Command) -> str:
    text = scrub(" ".join(str(command).split()))
    return text if len(text) <= 120 else f"{text[:117]}..."
