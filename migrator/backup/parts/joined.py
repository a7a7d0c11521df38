"""Something small in front of a stream: a password's line."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

PIECE = 256 * 1024


def joined(head: bytes, rest: BinaryIO) -> BinaryIO:
    """A stream that gives `head` and then everything of `rest`."""
    return io.BufferedReader(_Joined(head, rest), PIECE)


class _Joined(io.RawIOBase):
    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer)
        piece = self._head.read(len(room)) or self._rest.read(len(room))
        room[:len(piece)] = piece
        return len(piece)
