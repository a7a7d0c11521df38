"""Watch a detached job from afar: look again and again, through lost connections, until something is decided."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.commands import job
from migrator.errors import TimedOut, Unreachable
from migrator.transport.base import OnLine, Transport
from migrator.transport.streams import Lines, Tail

PIECE = 64 * 1024
"""Bytes of output taken by one look, and kept of it all."""
_STARTING = 10.0
"""Seconds that a job may need between making its directory and writing who it is; after that it died in between."""
_GONE = 1800.0
"""Seconds without any answer after which a wait without time limit is given up."""


@dataclass(frozen=True)
class Look:
    """One look at a job; `state` is never, starting, running, ended, stopped or unknown, `size` its output in bytes."""

    state: str
    exit_code: int
    seconds: float
    size: int


class JobWatch:
    """One job's directory on one host, seen through a transport; remembers how much of the output it has seen."""

    def __init__(self, transport: Transport, directory: str, on_line: OnLine | None = None) -> None:
        self._transport = transport
        self._directory = directory
        self._seen = 0
        self._tail = Tail(PIECE)
        self._lines = Lines(on_line)

    @property
    def output(self) -> bytes:
        return self._tail.content

    def look(self) -> Look:
        """Ask once; takes in the new part of the output, or the last 64 KiB of it when there is more."""
        return self.take_in(self._transport.read(job.look(self._directory, self._seen, PIECE)).stdout)

    def take_in(self, answer: bytes) -> Look:
        """Take in what a look has printed."""
        head, _newline, piece = answer.partition(b"\n")
        state, code, seconds, start, size = head.decode().split()
        self._seen = int(start) + len(piece)
        self._tail.write(piece)
        self._lines.write(piece)
        return Look(state, int(code) if code != "-" else -1, float(seconds), int(size))

    def settle(self) -> Look:
        """A look that does not catch the job in its first milliseconds: never `starting`."""
        found = self.look()
        deadline = time.monotonic() + _STARTING
        while found.state == "starting":
            if time.monotonic() > deadline:
                return Look("unknown", -1, 0, 0)
            time.sleep(0.1)
            found = self.look()
        return found

    def until_decided(self, deadline: float | None, found: Look | None = None) -> Look | None:
        """The look that finds it not running any more; None when the monotonic clock passes `deadline` before.

        `found` is what is known already. Raises Unreachable when the host stays away until then, without deadline for
        half an hour.
        """
        for pause in pauses(deadline):
            if found is None:
                try:
                    found = self.settle()
                except (Unreachable, TimedOut):
                    found = self._after_loss(deadline)
            if found.state not in ("starting", "running"):
                self._read_rest(found)
                return found
            time.sleep(pause)
            found = None
        return None

    def _after_loss(self, deadline: float | None) -> Look:
        limit = deadline if deadline is not None else time.monotonic() + _GONE
        error: Exception = Unreachable("", where=self._transport.name)
        for pause in pauses(limit, first=0.5, longest=15):
            try:
                return self.settle()
            except (Unreachable, TimedOut) as again:
                error = again
            time.sleep(pause)
        raise error

    def _read_rest(self, found: Look) -> None:
        while self._seen < found.size:
            before = self._seen
            self.look()
            if self._seen == before:
                break
        self._lines.close()


def pauses(deadline: float | None, *, first: float = 0.01, longest: float = 0.5) -> Iterator[float]:
    """Seconds to sleep between two tries, growing; ends when the monotonic clock passes `deadline`."""
    pause = first
    while deadline is None or time.monotonic() < deadline:
        yield pause if deadline is None else max(0.0, min(pause, deadline - time.monotonic()))
        pause = min(longest, pause * 1.5)
