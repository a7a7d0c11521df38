"""Streams that a thread works on: errors in both directions, early ends, no thread left."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from migrator.backup.parts.pipe import along, drawn, fed

MUCH = 1_000_000
"""Bytes, more than a pipe holds: whoever does not read blocks the other."""


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))
    yield
    assert (threading.active_count(), len(os.listdir("/proc/self/fd"))) == (threads, files)


def fails(_stream: BinaryIO) -> None:
    raise ZeroDivisionError("the work")


def test_what_is_written_is_read_and_waited_for() -> None:
    read: list[bytes] = []
    with fed(lambda source: read.append(source.read())) as stream:
        stream.write(b"a" * MUCH)
        stream.write(b"b")
    assert read == [b"a" * MUCH + b"b"]


def test_work_that_leaves_bytes_unread_blocks_nobody() -> None:
    with fed(lambda source: source.read(1)) as stream:
        for _ in range(3):
            stream.write(b"x" * MUCH)


def test_what_the_reading_work_raises_comes_out_of_a_write_or_the_end() -> None:
    with pytest.raises(ZeroDivisionError, match="the work"), fed(fails) as stream:
        stream.write(b"x" * MUCH)
    with pytest.raises(ZeroDivisionError), fed(fails):
        pass


def test_an_error_of_the_block_goes_before_that_of_the_work() -> None:
    with pytest.raises(LookupError), fed(fails):
        raise LookupError


def test_what_is_drawn_is_what_was_written() -> None:
    with drawn(lambda sink: sink.write(b"a" * MUCH)) as stream:
        assert stream.read() == b"a" * MUCH


def test_the_error_of_the_writing_work_stands_where_the_end_would() -> None:
    def half(sink: BinaryIO) -> None:
        sink.write(b"half")
        raise ZeroDivisionError

    with drawn(half) as stream:
        assert stream.read(4) == b"half"
        with pytest.raises(ZeroDivisionError):
            stream.read()


def test_a_reader_that_stops_early_stops_the_work() -> None:
    ended: list[str] = []

    def endless(sink: BinaryIO) -> None:
        try:
            while True:
                sink.write(b"x" * MUCH)
        except BrokenPipeError:
            ended.append("told")

    with drawn(endless) as stream:
        stream.read(10)
    assert ended == ["told"]


def test_two_readers_of_one_stream() -> None:
    sink, seen = io.BytesIO(), io.BytesIO()
    with along(sink, lambda source: seen.write(source.read())) as stream:
        stream.write(b"x" * MUCH)
    assert sink.getvalue() == seen.getvalue() == b"x" * MUCH
