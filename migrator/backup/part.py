"""One file of a set: a stream compressed with zstd, hashed on both sides of the compression while it is written."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import zstandard

from migrator.backup.errors import SetDamaged
from migrator.errors import NoSpace
from migrator.text import _
from migrator.units import show_size

if TYPE_CHECKING:
    from typing_extensions import Buffer

LEVEL = 3
PIECE = 1024 * 1024
KEEP_FREE = 64 * 1024 * 1024
"""Bytes that a growing part leaves free in the vault, so that whatever else lies there can go on."""

Progress = Callable[[float, float | None, str], None]


@dataclass(frozen=True)
class Part:
    """`path` below the set's folder; hash and size of the file, and of the stream that was compressed into it."""

    path: str
    sha256: str
    bytes: int
    raw_sha256: str
    raw_bytes: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class _Compressor(io.RawIOBase):
    """Takes a stream, writes it compressed, and stops before the vault's disk is full."""

    def __init__(self, file: BinaryIO, folder: Path, progress: Progress) -> None:
        self._file = file
        self._folder = folder
        self._progress = progress
        self._zstd = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
        self.raw, self.packed = hashlib.sha256(), hashlib.sha256()
        self.raw_bytes = self.packed_bytes = self._looked = 0
        self._given_up = False

    def writable(self) -> bool:
        return True

    def write(self, piece: Buffer, /) -> int:
        data = bytes(piece)
        self.raw.update(data)
        self.raw_bytes += len(data)
        self._put(self._zstd.compress(data))
        self._progress(self.raw_bytes, None, "bytes")
        return len(data)

    def give_up(self) -> None:
        """Take no more: what a buffer still holds is not worth an error of its own."""
        self._given_up = True

    def finish(self) -> None:
        self._put(self._zstd.flush())
        self._file.flush()
        os.fsync(self._file.fileno())

    def _put(self, data: bytes) -> None:
        if self._given_up:
            return
        if self.packed_bytes - self._looked > KEEP_FREE // 4 or not self._looked:
            self._looked = self.packed_bytes or 1
            room(self._folder, KEEP_FREE)
        self.packed.update(data)
        self.packed_bytes += len(data)
        self._file.write(data)


@contextmanager
def writing(folder: Path, path: str, progress: Progress, done: Callable[[Part], None]) -> Iterator[BinaryIO]:
    """A stream to write into; when the block ends without an error the part is safe on disk and handed to `done`.

    Raises NoSpace while there is still something free in the vault.
    """
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "xb", opener=_private) as file:
        compressor = _Compressor(file, folder, progress)
        stream = io.BufferedWriter(compressor, PIECE)
        try:
            yield stream
            stream.flush()
            compressor.finish()
        except BaseException as error:
            compressor.give_up()
            if not isinstance(error, OSError):
                raise
            raise NoSpace(_("the vault cannot take {path}: {why}").format(path=path, why=error.strerror),
                          where=str(folder),
                          hint=_("free some space there, or name another vault in the inventory")) from error
    done(Part(path, compressor.packed.hexdigest(), compressor.packed_bytes,
              compressor.raw.hexdigest(), compressor.raw_bytes))


@contextmanager
def reading(folder: Path, part: Part, progress: Progress) -> Iterator[BinaryIO]:
    """The stream of a part, as it was before compression."""
    path = folder / part.path
    try:
        with open(path, "rb") as file:
            source = zstandard.ZstdDecompressor().stream_reader(cast(BinaryIO, _Counted(file, part.bytes, progress)))
            yield io.BufferedReader(cast(io.RawIOBase, source), PIECE)
    except (OSError, zstandard.ZstdError) as error:
        raise SetDamaged(_("{path} cannot be read: {why}").format(path=part.path, why=error), where=str(folder),
                         hint=_("use another set")) from error


def check_hash(folder: Path, part: Part, progress: Progress) -> None:
    """Read a part's file again; raises SetDamaged when it is gone or not the one that was written."""
    digest = hashlib.sha256()
    try:
        with open(folder / part.path, "rb") as file:
            counted = _Counted(file, part.bytes, progress)
            while piece := counted.read(PIECE):
                digest.update(piece)
    except OSError as error:
        raise SetDamaged(_("{path} is missing: {why}").format(path=part.path, why=error.strerror), where=str(folder),
                         hint=_("use another set")) from None
    if digest.hexdigest() != part.sha256:
        raise SetDamaged(_("{path} is not the file that was written: its SHA-256 differs").format(path=part.path),
                         where=str(folder), hint=_("use another set"))


def check_stream(folder: Path, part: Part, progress: Progress) -> None:
    """Decode a part to its end; raises SetDamaged when that gives other bytes than the stream that was packed."""
    digest, size = hashlib.sha256(), 0
    with reading(folder, part, progress) as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            size += len(piece)
    if (size, digest.hexdigest()) != (part.raw_bytes, part.raw_sha256):
        raise SetDamaged(_("{path} decodes to other bytes than were taken").format(path=part.path),
                         where=str(folder), hint=_("use another set"))


def room(folder: Path, needed: int) -> None:
    """Raises NoSpace when fewer than `needed` bytes are free in the folder of this machine."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise NoSpace(_("{folder} has {free} free and {needed} are needed").format(
            folder=folder, free=show_size(free), needed=show_size(needed)), where=str(folder),
            hint=_("free some space there, or name another vault in the inventory"))


class _Counted(io.RawIOBase):
    """A file that tells how far it was read."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress) -> None:
        self._file, self._size, self._progress, self._done = file, size, progress, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size)
        self._done += len(piece)
        self._progress(self._done, self._size, "bytes")
        return piece


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
