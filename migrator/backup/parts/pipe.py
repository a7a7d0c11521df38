"""Streams whose other end is worked on in a thread; errors cross in both directions, and no thread is left behind."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer

PIECE = 64 * 1024
"""Bytes that a pipe of the system holds at once."""
Work = Callable[[BinaryIO], object]


@contextmanager
def fed(work: Work) -> Iterator[BinaryIO]:
    """A stream to write into, which `work` reads in a thread; the block ends when `work` has ended.

    What `work` raises comes out of a later write or of the block's end; a block's own error goes before it. What
    `work` leaves unread is dropped.
    """
    reader, writer = os.pipe()

    def take() -> None:
        with open(reader, "rb", PIECE) as source:
            work(source)
            while source.read(PIECE):
                pass

    worker = _Worker(take)
    try:
        yield cast(BinaryIO, _Writing(writer, worker))
    finally:
        os.close(writer)
        worker.join()
    worker.settle()


@contextmanager
def drawn(work: Work) -> Iterator[BinaryIO]:
    """A stream to read, which `work` writes in a thread; what that raises comes out where the stream would end.

    A block that has read enough stops `work` at its next write.
    """
    reader, writer = os.pipe()

    def give() -> None:
        with open(writer, "wb", PIECE) as sink:
            work(sink)

    worker = _Worker(give)
    try:
        yield io.BufferedReader(_Reading(reader, worker), PIECE)
    finally:
        os.close(reader)
        worker.join()


@contextmanager
def along(sink: BinaryIO, work: Work) -> Iterator[BinaryIO]:
    """A stream into `sink` whose bytes `work` reads too, in a thread, while they pass."""
    with fed(work) as second:
        yield cast(BinaryIO, _Both(sink, second))


class _Worker(threading.Thread):
    """Starts at once and keeps what it raises until somebody asks."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._failure = error

    def settle(self) -> None:
        """Wait for its end and raise what it raised."""
        self.join()
        if self._failure is not None:
            raise self._failure


class _Writing(io.RawIOBase):
    """The end of a pipe that a worker reads."""

    def __init__(self, writer: int, worker: _Worker) -> None:
        self._writer, self._worker = writer, worker

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        left = memoryview(data)
        size = left.nbytes
        try:
            while left:
                left = left[os.write(self._writer, left):]
        except BrokenPipeError:  # the worker reads all unless it has failed
            self._worker.settle()
            raise
        return size


class _Reading(io.RawIOBase):
    """The end of a pipe that a worker writes."""

    def __init__(self, reader: int, worker: _Worker) -> None:
        self._reader, self._worker = reader, worker

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        count = os.readv(self._reader, [buffer])
        if not count:
            self._worker.settle()
        return count


class _Both(io.RawIOBase):
    """Gives every piece to two streams, the first one first."""

    def __init__(self, first: BinaryIO, second: BinaryIO) -> None:
        self._first, self._second = first, second

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        self._first.write(data)
        self._second.write(data)
        return memoryview(data).nbytes
