"""A tar archive reduced to some of its members while it streams, so that a host gets nothing that it does not need."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from migrator.backup.trees.archive import PIECE, content, members, name_of

if TYPE_CHECKING:
    from typing_extensions import Buffer


def picked(archive: BinaryIO, names: Container[str], part: str, instead: Mapping[str, str] | None = None) -> BinaryIO:
    """The archive with the members of these names alone, as they are in it.

    `instead` says of files that are left out which of their other names takes their content.
    Reading it raises SetDamaged for a name that lies outside the tree, and for an archive that is torn.
    """
    return io.BufferedReader(_Sieve(_blocks(archive, names, part, instead or {})), PIECE)


def _blocks(stream: BinaryIO, names: Container[str], part: str, instead: Mapping[str, str]) -> Iterator[bytes]:
    for member, archive in members(stream, part):
        if _passes(member, names, part, instead):
            yield member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
            if member.isreg():
                yield from content(member, archive, part)
                yield bytes(-member.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _passes(member: tarfile.TarInfo, names: Container[str], part: str, instead: Mapping[str, str]) -> bool:
    """Whether a member is wanted; one that stands for another name, or is linked to such a one, is renamed to that."""
    name = name_of(member.name, part)
    if member.isreg() and name in instead:
        name = instead[name]
        _rename(member, "path", name)
    elif member.islnk() and (target := instead.get(name_of(member.linkname, part))):
        _rename(member, "linkpath", target)
        return name in names and name != target
    return name in names


def _rename(member: tarfile.TarInfo, header: str, name: str) -> None:
    member.pax_headers = {key: value for key, value in member.pax_headers.items() if key != header}
    setattr(member, {"path": "name", "linkpath": "linkname"}[header], f"./{name}")


class _Sieve(io.RawIOBase):
    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        while not self._rest:
            try:
                self._rest = memoryview(next(self._blocks))
            except StopIteration:
                return 0
        room = memoryview(buffer)
        piece, self._rest = self._rest[:len(room)], self._rest[len(room):]
        room[:len(piece)] = piece
        return len(piece)
