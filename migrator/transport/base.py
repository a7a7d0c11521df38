"""What every way to a host promises."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from migrator.commands.shell import Command
from migrator.secret import Secret

OnLine = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it printed (at most 1 MiB of each stream, the last part is kept)."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    seconds: float

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

    def run(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True,
            on_line: OnLine | None = None) -> Result:
        """Run a command that may change the host and is short and safe to repeat; longer ones are jobs."""

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
