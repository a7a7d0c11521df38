"""Streams of which the beginning is of interest, or none."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Head(io.RawIOBase):
    """Passes everything on into a stream and keeps the first `size` bytes."""

    def __init__(self, sink: BinaryIO, size: int) -> None:
        self._sink, self._size = sink, size
        self.bytes = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        self._sink.write(data)
        if len(self.bytes) < self._size:
            self.bytes += bytes(memoryview(data)[:self._size - len(self.bytes)])
        return memoryview(data).nbytes


class Without(io.RawIOBase):
    """Passes everything on into a stream but the first `size` bytes."""

    def __init__(self, sink: BinaryIO, size: int) -> None:
        self._sink, self._left = sink, size

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        view = memoryview(data)
        dropped = min(self._left, view.nbytes)
        self._left -= dropped
        self._sink.write(view[dropped:])
        return view.nbytes
