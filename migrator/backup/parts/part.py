"""One file of a set: a stream compressed with zstd and perhaps sealed, hashed on both sides while it is written."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import zstandard

from migrator.backup.errors import SetDamaged
from migrator.backup.parts.seal import SEALED, BrokenSeal, Identity, opening, sealing
from migrator.backup.parts.stored import Stored
from migrator.errors import NoSpace
from migrator.text import _

if TYPE_CHECKING:
    from typing_extensions import Buffer

LEVEL = 3
PIECE = 1024 * 1024

Progress = Callable[[float, float | None, str], None]


@dataclass(frozen=True)
class Part:
    """`path` below the set's folder; hash and size of the file, and of the stream that was compressed into it."""

    path: str
    sha256: str
    bytes: int
    raw_sha256: str
    raw_bytes: int

    @property
    def sealed(self) -> bool:
        """Whether it takes a key to read it."""
        return self.path.endswith(SEALED)

    def extension(self, name: str) -> str:
        """What follows the name of a database in the file's, apart from compression and seal: `dump`, `wal.tar`."""
        return self.path.removesuffix(SEALED).removesuffix(".zst").rpartition("/")[2].removeprefix(f"{name}.")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class _Compressor(io.RawIOBase):
    """Takes a stream, hashes it, and passes it on compressed."""

    def __init__(self, sink: BinaryIO, progress: Progress) -> None:
        self._sink: BinaryIO | None = sink
        self._progress = progress
        self._zstd = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
        self.sha256, self.bytes = hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Buffer, /) -> int:
        size = memoryview(piece).nbytes
        if self._sink is not None:
            self.sha256.update(piece)
            self.bytes += size
            self._sink.write(self._zstd.compress(memoryview(piece)))
            self._progress(self.bytes, None, "bytes")
        return size

    def give_up(self) -> None:
        """Take no more: what a buffer still holds is not worth an error of its own."""
        self._sink = None

    def finish(self) -> None:
        if self._sink is not None:
            self._sink.write(self._zstd.flush())


@contextmanager
def writing(folder: Path, path: str, progress: Progress, done: Callable[[Part], None],
            seal: Sequence[str] = ()) -> Iterator[BinaryIO]:
    """A stream to write into; when the block ends without an error the part is safe on disk and handed to `done`.

    `seal` are the age recipients who alone can read it, and give its name another ending; none: it is not encrypted.
    Raises NoSpace while there is still something free in the vault; WrongUse for what is no recipient.
    """
    path = path + SEALED if seal else path
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(target, "xb", opener=_private) as file:
            stored = Stored(file, folder)
            plain = cast(BinaryIO, stored)
            with sealing(plain, seal) if seal else nullcontext(plain) as sink:
                compressor = _Compressor(sink, progress)
                stream = io.BufferedWriter(compressor, PIECE)
                try:
                    yield stream
                    stream.flush()
                    compressor.finish()
                except BaseException:
                    compressor.give_up()
                    raise
            stored.finish()
    except OSError as error:
        raise NoSpace(_("the vault cannot take {path}: {why}").format(path=path, why=error.strerror or error),
                      where=str(folder),
                      hint=_("free some space there, or name another vault in the inventory")) from error
    done(Part(path, stored.sha256.hexdigest(), stored.bytes, compressor.sha256.hexdigest(), compressor.bytes))


@contextmanager
def reading(folder: Path, part: Part, progress: Progress, keys: Sequence[Identity] = (),
            seen: Callable[[bytes], object] | None = None) -> Iterator[BinaryIO]:
    """The stream of a part, as it was before compression; `keys` open a sealed one, `seen` gets the file as it is.

    Raises SetDamaged where the file cannot be read or decoded.
    """
    try:
        with open(folder / part.path, "rb") as file:
            counted = _Counted(file, seen)
            with _plain(cast(BinaryIO, counted), part, keys) as packed:
                source = zstandard.ZstdDecompressor().stream_reader(packed)
                yield io.BufferedReader(_Told(source, lambda: progress(counted.done, part.bytes, "bytes")), PIECE)
            while seen and counted.read(PIECE):
                pass
    except (OSError, zstandard.ZstdError, BrokenSeal) as error:
        raise SetDamaged(_("{path} cannot be read: {why}").format(path=part.path, why=error), where=str(folder),
                         hint=_("use another set")) from error


def _plain(file: BinaryIO, part: Part, keys: Sequence[Identity]) -> AbstractContextManager[BinaryIO]:
    return opening(file, keys) if part.sealed else nullcontext(file)


def check_hash(folder: Path, part: Part, progress: Progress) -> None:
    """Read a part's file again; raises SetDamaged when it is gone or not the one that was written. No key is needed."""
    digest, done = hashlib.sha256(), 0
    try:
        with open(folder / part.path, "rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                done += len(piece)
                progress(done, part.bytes, "bytes")
    except OSError as error:
        raise SetDamaged(_("{path} is missing: {why}").format(path=part.path, why=error.strerror), where=str(folder),
                         hint=_("use another set")) from None
    _require(digest.hexdigest(), folder, part)


def _require(sha256: str, folder: Path, part: Part) -> None:
    if sha256 != part.sha256:
        raise SetDamaged(_("{path} is not the file that was written: its SHA-256 differs").format(path=part.path),
                         where=str(folder), hint=_("use another set"))


def check_stream(folder: Path, part: Part, progress: Progress, keys: Sequence[Identity] = ()) -> None:
    """Decode a part to its end; raises SetDamaged when file or content are not what was written. One pass for both."""
    file, raw, size = hashlib.sha256(), hashlib.sha256(), 0
    with reading(folder, part, progress, keys, file.update) as stream:
        while piece := stream.read(PIECE):
            raw.update(piece)
            size += len(piece)
    if (size, raw.hexdigest()) != (part.raw_bytes, part.raw_sha256):
        raise SetDamaged(_("{path} decodes to other bytes than were taken").format(path=part.path),
                         where=str(folder), hint=_("use another set"))
    _require(file.hexdigest(), folder, part)


class _Counted(io.RawIOBase):
    """A file that knows how far it was read, and shows every piece to whom it concerns."""

    def __init__(self, file: BinaryIO, seen: Callable[[bytes], object] | None) -> None:
        self._file, self._seen, self.done = file, seen, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size)
        self.done += len(piece)
        if self._seen:
            self._seen(piece)
        return piece


class _Told(io.RawIOBase):
    """A stream that tells after every piece, in the thread of its reader."""

    def __init__(self, source: zstandard.ZstdDecompressionReader, tell: Callable[[], None]) -> None:
        self._source, self._tell = source, tell

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        count = self._source.readinto(buffer)
        self._tell()
        return count


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
