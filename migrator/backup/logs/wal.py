"""PostgreSQL's write-ahead log: positions in it, the names of its files, and the form in which they are read."""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from migrator.errors import HostError
from migrator.text import _

if TYPE_CHECKING:
    from typing_extensions import Buffer

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = len(_SIGNATURE) + 8
_BUFFER = 1024 * 1024


def lsn(text: str) -> int:
    """A position as PostgreSQL writes it, `2A/B4000028`, in bytes since the log's beginning."""
    high, _slash, low = text.partition("/")
    return int(high, 16) << 32 | int(low, 16)


def lsn_text(position: int) -> str:
    """Such a position as PostgreSQL writes it."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def segment_names(timeline: str, first: int, last: int, size: int) -> list[str]:
    """Names of the log's files, of `size` bytes each, from the one that holds `first` to the one that `last` ends.

    `timeline` is the eight digits that names begin with.
    """
    in_one = (1 << 32) // size
    return [f"{timeline}{number // in_one:08X}{number % in_one:08X}" for number in range(first // size, last // size)]


def write_tar(names: Sequence[str], size: int, copied: BinaryIO, sink: BinaryIO) -> None:
    """A tar archive of the log's files, their content read from the rows of a COPY in binary format."""
    rows = io.BufferedReader(_Rows(copied), _BUFFER)
    with tarfile.open(fileobj=sink, mode="w|", bufsize=_BUFFER, format=tarfile.USTAR_FORMAT) as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mode = size, 0o600
            archive.addfile(member, rows)


class _Rows(io.RawIOBase):
    """The one column of all rows of a COPY in binary format, joined.

    https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = 0
        if not self._exactly(_HEADER).startswith(_SIGNATURE):
            raise HostError(_("the server did not answer with its log"))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        while not self._left:
            (columns,) = struct.unpack("!h", self._exactly(2))
            if columns < 0:
                return 0
            (self._left,) = struct.unpack("!i", self._exactly(4))
        room = memoryview(buffer)
        piece = self._stream.read(min(len(room), self._left))
        room[:len(piece)] = piece
        self._left -= len(piece)
        return len(piece)

    def _exactly(self, size: int) -> bytes:
        piece = self._stream.read(size)
        if len(piece) < size:
            raise HostError(_("the server stopped in the middle of its log"))
        return piece
