"""The text in a file of any kind, piece by piece: in whatever encoding, and within the zipped files of office programs.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import SpooledTemporaryFile

PIECE = 1024 * 1024
_ZIP = b"PK\x03\x04"
_HELD = 8 * 1024 * 1024
"""Bytes of a zipped file that are held in memory; a larger one lies in a temporary file while it is read."""
_LARGEST = 256 * 1024 * 1024
"""Bytes that one member of a zipped file may have; what is larger is no document, and may be a bomb."""


def texts_in(pieces: Iterable[bytes], overlap: int) -> Iterator[str]:
    """Readings of the content; each repeats the last `overlap` bytes of the one before, so that nothing falls between.

    What is compressed in another way than zip (PDF, images) is read as it stands.
    """
    rest = iter(pieces)
    first = next(rest, b"")
    if first.startswith(_ZIP):
        yield from _zipped(chain([first], rest), overlap)
        return
    tail = b""
    for piece in chain([first], rest):
        data = tail + piece
        yield from readings(data)
        tail = data[-overlap:]


def readings(data: bytes) -> Iterator[str]:
    """The bytes as UTF-8, and also as GB 18030 or UTF-16 where they do not look like that."""
    if data.isascii() and b"\0" not in data:
        yield data.decode("ascii")
        return
    text = data.decode("utf-8", "replace")
    yield text
    if "\ufffd" in text.strip("\ufffd") or data.count(0) * 8 > len(data):  # at its ends a piece may cut a character
        yield data.decode("gb18030", "replace")
        yield data.decode("utf-16-le", "replace")
        yield data[1:].decode("utf-16-le", "replace")


def _zipped(pieces: Iterable[bytes], overlap: int) -> Iterator[str]:
    with SpooledTemporaryFile(_HELD) as held:
        for piece in pieces:
            held.write(piece)
        held.seek(0)
        try:
            with zipfile.ZipFile(held) as archive:
                for member in archive.infolist():
                    yield member.filename
                    if member.file_size <= _LARGEST:
                        with archive.open(member) as content:
                            yield from texts_in(iter(lambda: content.read(PIECE), b""), overlap)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError):  # no zip after all, or one with a password
            held.seek(0)
            yield from (text for piece in iter(lambda: held.read(PIECE), b"") for text in readings(piece))
