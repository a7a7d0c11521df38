"""This machine as a host: commands run in process groups of their own, which a deadline kills whole."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from migrator.commands import become
from migrator.commands.shell import Command
from migrator.errors import TimedOut
from migrator.secret import scrub
from migrator.text import _
from migrator.transport.base import LEFT_BEHIND, OnLine, Result, Stat
from migrator.transport.by_shell import ShellTransport
from migrator.transport.pipes import Pump
from migrator.transport.sudo import refusal
from migrator.transport.this_user import this_user
from migrator.units import show_seconds

_KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


class LocalTransport(ShellTransport):
    """Runs commands here; another user's commands go through sudo, which must not ask for a password."""

    local = True

    def tunnel(self, address: str, port: int) -> AbstractContextManager[tuple[str, int]]:
        return _straight(address, port)

    def stat(self, path: str) -> Stat | None:
        try:
            found = os.lstat(self.expand(path))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Stat(_KINDS.get(stat.S_IFMT(found.st_mode), "other"), found.st_size, stat.S_IMODE(found.st_mode),
                    float(int(found.st_mtime)))

    def expand(self, path: str) -> str:
        return str(Path.home()) + path[1:] if path == "~" or path.startswith("~/") else path

    def close(self) -> None:
        """Nothing is held open."""

    def _execute(self, command: Command, source: BinaryIO, sink: BinaryIO | None, timeout: float,
                 on_line: OnLine | None, *, again: bool, lingers: float = LEFT_BEHIND) -> Result:
        started = time.monotonic()
        foreign = command.user not in (None, this_user())
        text = become.unasked(command).text if foreign else command.text
        with subprocess.Popen(["sh", "-c", text], stdin=_file(source) or subprocess.PIPE,
                              stdout=_file(sink) or subprocess.PIPE, stderr=subprocess.PIPE,
                              start_new_session=True) as process:
            pump = Pump(process, source, sink, on_line, lingers)
            try:
                pump.run(started + timeout)
            except BaseException as error:
                _kill(process, command.user if foreign else None)
                if isinstance(error, TimeoutError):
                    raise TimedOut(_("stopped after {time}: {command}").format(
                        time=show_seconds(timeout), command=scrub(str(command))[:120]), where=self.name) from None
                raise
        result = Result(process.returncode, pump.stdout, pump.stderr, time.monotonic() - started)
        if foreign and result.exit_code:
            refusal(self.name, command.user or "", result)
        return result


@contextlib.contextmanager
def _straight(address: str, port: int) -> Iterator[tuple[str, int]]:
    yield address, port


def _file(stream: object) -> int | None:
    """The descriptor of a real file, which the command then reads or writes itself; None for anything else."""
    try:
        stream.flush()  # type: ignore[attr-defined]
        return stream.fileno()  # type: ignore[attr-defined, no-any-return]
    except (AttributeError, io.UnsupportedOperation, OSError):
        return None


def _kill(process: subprocess.Popen[bytes], user: str | None) -> None:
    if user:  # our signals do not reach what runs as somebody else; waiting for it would have no end
        stop = become.unasked(become.stop_group(process.pid).as_user(user)).text
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(["sh", "-c", stop], capture_output=True, stdin=subprocess.DEVNULL, timeout=10)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
