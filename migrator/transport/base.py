"""What every way to a host promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from migrator.commands.shell import Command
from migrator.secret import Secret

OnLine = Callable[[str], None]
LEFT_BEHIND = 1.0
"""Seconds to go on reading when a command has ended and a program it left behind still holds its output."""


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it printed (at most 1 MiB of each stream, the last part is kept)."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    at: float = field(default_factory=time.time, compare=False)
    """When it had ended, by our clock, in seconds since 1970; it began at most `seconds` before."""

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are no UTF-8 are shown escaped."""
        return self.stdout.decode("utf-8", "backslashreplace")

    @property
    def tail(self) -> str:
        """The last ten lines of both streams, for a message."""
        both = (self.stdout + b"\n" + self.stderr).decode("utf-8", "backslashreplace")
        return "\n".join([line for line in both.splitlines() if line.strip()][-10:])


@dataclass(frozen=True)
class Stat:
    """`kind` is file, folder, link or other; `mtime` is seconds since 1970."""

    kind: str
    size: int
    mode: int
    mtime: float


class Transport(Protocol):
    """One host, reached. Every call has a deadline in seconds and raises TimedOut when it passes,
    Unreachable when the host does not answer, CommandFailed when `check` is true and the exit code is not 0.
    A leading `~/` in a path means the login user's home on the host.
    """

    name: str

    @property
    def sudo_password(self) -> Secret | None:
        """What jobs hand to sudo there when it asks; None where it asks for none."""

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        """Run a command that changes nothing on the host."""

    def ask(self, commands: Iterable[Command], *, timeout: float = 20) -> dict[Command, Result]:
        """Run many commands that change nothing, one after the other, all in one round trip for each user of them.

        Where they do not all end in time, the one that runs is stopped and some answers are missing, as are those of a
        user whom we cannot become: read such a command alone, to get its answer or the reason.
        """

    def run(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True,
            on_line: OnLine | None = None, lingers: float = LEFT_BEHIND) -> Result:
        """Run a command that may change the host and is short and safe to repeat; longer ones are jobs.

        `lingers` is for how many seconds a program that it leaves behind is listened to when it has ended.
        """

    def stream_out(self, command: Command, sink: BinaryIO, *, input: bytes = b"", timeout: float = 3600,
                   check: bool = True) -> Result:
        """Run a reading command and write its standard output into `sink` as it comes, memory bounded.

        `input` is small and given at once: a password's line, a list of names.
        """

    def stream_in(self, command: Command, source: BinaryIO, *, timeout: float = 3600, check: bool = True) -> Result:
        """Run a changing command and feed it from `source`, memory bounded."""

    def read_file(self, path: str, *, limit: int = 16 * 1024 * 1024) -> bytes:
        """The content of a file; raises HostError when it is missing or larger than `limit` bytes."""

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644, user: str | None = None) -> None:
        """Replace a file atomically: readers see the old or the new content, also after a crash."""

    def stat(self, path: str) -> Stat | None:
        """What lies at the path, links not followed; None when nothing does."""

    def expand(self, path: str) -> str:
        """The path with a leading `~/` replaced by the login user's home."""

    def tunnel(self, address: str, port: int) -> AbstractContextManager[tuple[str, int]]:
        """A loopback address and port of this machine that lead to `address:port` as seen from the host."""

    @property
    def local(self) -> bool:
        """Whether the host is this machine, its file system ours."""

    def close(self) -> None:
        """Give the connection back; safe to call twice."""
