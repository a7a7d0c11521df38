"""What a shell that stays has answered, cut out of its two streams."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from migrator.transport.base import Result
from migrator.transport.streams import Tail

Part = tuple[bytes, list[int]]
"""What came before a mark, and the numbers in the mark's line."""


class Cut:
    """Takes a stream in pieces, and tells each part of it when the line with its mark is complete."""

    def __init__(self, mark: str, tell: Callable[[Part], object]) -> None:
        self._mark = f"\n{mark}".encode()
        self._tell = tell
        self._tail = Tail()
        self._unsure = b""

    def write(self, piece: bytes) -> None:
        self._unsure += piece
        while (place := self._unsure.find(self._mark)) >= 0:
            line, newline, after = self._unsure[place + len(self._mark):].partition(b"\n")
            if not newline:
                return
            self._tail.write(self._unsure[:place])
            self._tell((self._tail.content, [int(word) for word in line.split()]))
            self._tail, self._unsure = Tail(), after
        sure = max(0, len(self._unsure) - len(self._mark) + 1)  # the rest may be the beginning of a mark
        self._tail.write(self._unsure[:sure])
        self._unsure = self._unsure[sure:]


    @property
    def so_far(self) -> bytes:
        """What came since the last mark."""
        return self._tail.content + self._unsure


class Answers:
    """What the shell has answered so far; `out` and `err` take its streams, each in a thread of its own if need be."""

    def __init__(self, mark: str) -> None:
        self._news = threading.Condition()
        self._outs: list[Part] = []
        self._errs: list[Part] = []
        self._over = False
        self._asked_at = time.monotonic()
        self.out = Cut(mark, partial(self._take, self._outs))
        self.err = Cut(mark, partial(self._take, self._errs))

    @property
    def process(self) -> int:
        """The process, and process group, of the shell; 0 before it has begun."""
        return self._errs[0][1][0] if self._errs else 0

    def expect(self) -> None:
        """Other questions follow: what was answered so far is done with."""
        with self._news:
            del self._outs[1:], self._errs[1:]
            self._asked_at = time.monotonic()

    def end(self) -> None:
        """A stream has ended: nothing more will come."""
        with self._news:
            self._over = True
            self._news.notify_all()

    def wait(self, count: int, deadline: float) -> list[Result]:
        """So many answers, in the order of the questions; fewer when a stream ends, or the monotonic clock passes
        `deadline`, before.
        """
        with self._news:
            self._until(lambda: min(len(self._outs), len(self._errs)) > count, deadline)
            seconds = time.monotonic() - self._asked_at
            return [Result(code[0], out, err, seconds)
                    for (out, _), (err, code) in zip(self._outs[1:], self._errs[1:], strict=False)]

    def wait_for_end(self, deadline: float, lingers: float) -> Result | None:
        """How the one command ended; None when it did not. Output of what it leaves behind is awaited for `lingers`
        seconds; `whole` tells whether that was enough.
        """
        with self._news:
            self._until(lambda: len(self._errs) > 1, deadline)
            if len(self._errs) < 2:
                return None
            err, code = self._errs[1]
            self._until(lambda: len(self._outs) > 1, time.monotonic() + lingers)
            out = self._outs[1][0] if self.whole else self.out.so_far
            return Result(code[0], out, err, time.monotonic() - self._asked_at)

    @property
    def whole(self) -> bool:
        """Whether both streams have been marked equally often, so that the shell is ready for more."""
        return len(self._outs) == len(self._errs)

    @property
    def over(self) -> bool:
        return self._over

    def _until(self, enough: Callable[[], bool], deadline: float) -> None:
        self._news.wait_for(lambda: self._over or enough(), max(0.0, deadline - time.monotonic()))

    def _take(self, parts: list[Part], part: Part) -> None:
        with self._news:
            parts.append(part)
            self._news.notify_all()
