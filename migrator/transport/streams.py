"""What a command prints, held with bounded memory: the last part of it, and line by line."""

from __future__ import annotations

from collections import deque

from migrator.secret import scrub
from migrator.transport.base import OnLine

KEPT = 1024 * 1024
"""Bytes of each stream that a Result holds."""
_LONGEST_LINE = 64 * 1024


class Tail:
    """Takes any amount of bytes and keeps the last `limit` of them."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._pieces: deque[bytes] = deque()
        self._size = 0

    def write(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        while self._size - len(self._pieces[0]) >= self._limit:
            self._size -= len(self._pieces.popleft())

    @property
    def content(self) -> bytes:
        return b"".join(self._pieces)[-self._limit:]


class Lines:
    """Cuts bytes into lines and tells each one, secrets scrubbed; a line without end is cut at 64 KiB."""

    def __init__(self, tell: OnLine | None) -> None:
        self._tell = tell
        self._rest = b""

    def write(self, piece: bytes) -> None:
        if self._tell is None:
            return
        *whole, self._rest = (self._rest + piece).split(b"\n")
        for line in whole:
            self._say(line)
        if len(self._rest) > _LONGEST_LINE:
            self.close()

    def close(self) -> None:
        """Tell what is left when the stream has ended without a newline."""
        if self._rest:
            self._say(self._rest)
        self._rest = b""

    def _say(self, line: bytes) -> None:
        if self._tell is not None:
            self._tell(scrub(line.decode("utf-8", "backslashreplace").rstrip("\r")))
