"""A tree's tar archive, read member by member and trusted in nothing."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from migrator.backup.errors import SetDamaged
from migrator.backup.sets.entry import Entry, Kind, with_hard_links
from migrator.text import _

PIECE = 1024 * 1024
BLOCKS = 32 * 1024
"""Bytes that tarfile holds; it copies what is left of them for every header."""


def read_archive(stream: BinaryIO, part: str) -> dict[str, Entry]:
    """Every member by its name below the tree, files hashed.

    Raises SetDamaged for a member that could be written outside the tree (a path with `..` or from the root, a file
    below a link, a hard link to no earlier file), a device, a name that comes twice, an archive that is torn.
    """
    entries: dict[str, Entry] = {}
    groups: dict[str, object] = {}
    for member, archive in members(stream, part):
        entry = _entry(member, archive, entries, part)
        groups[entry.name] = groups.get(name_of(member.linkname, part), entry.name) if member.islnk() else entry.name
        entries[entry.name] = entry
    files = {name: group for name, group in groups.items() if entries[name].kind == "file"}
    return with_hard_links(entries.values(), files)


def members(stream: BinaryIO, part: str) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    """Every member, and the archive that its content is read from before the next; raises SetDamaged when torn."""
    with _whole(part), tarfile.open(fileobj=stream, mode="r|", bufsize=BLOCKS, encoding="utf-8",
                                    errors="surrogateescape") as archive:
        for member in archive:
            yield member, archive
            archive.members.clear()  # type: ignore[attr-defined]  # tarfile would remember every member it has passed


def name_of(path: str, part: str) -> str:
    """A member's name below the tree; raises SetDamaged for one that lies outside."""
    if path == ".":
        return ""
    steps = path.split("/")
    if steps[0] != "." or any(step in ("", ".", "..") for step in steps[1:]):
        raise _unsafe(part, path, _("would be written outside the tree"))
    return "/".join(steps[1:])


def content(member: tarfile.TarInfo, archive: tarfile.TarFile, part: str) -> Iterator[bytes]:
    """A file's bytes, piece by piece; raises SetDamaged when the archive ends before them."""
    stream = archive.extractfile(member)
    assert stream is not None
    left = member.size
    with _whole(part):
        while piece := stream.read(PIECE):
            yield piece
            left -= len(piece)
        if left:
            raise tarfile.ReadError("unexpected end of data")


def _entry(member: tarfile.TarInfo, archive: tarfile.TarFile, earlier: dict[str, Entry], part: str) -> Entry:
    name = name_of(member.name, part)
    parent = name.rpartition("/")[0]
    if name in earlier:
        raise _unsafe(part, name, _("comes twice"))
    if name and (parent not in earlier or earlier[parent].kind != "folder"):
        raise _unsafe(part, name, _("does not lie in a folder of the archive"))
    seconds, _point, fraction = member.pax_headers.get("mtime", str(member.mtime)).partition(".")
    mtime = int(seconds + fraction.ljust(9, "0")[:9])  # a decimal number, also before 1970
    size, sha256, link = member.size, None, None
    if member.isreg():
        sha256 = _hash(content(member, archive, part))
    elif member.islnk():
        target = earlier.get(name_of(member.linkname, part))
        if target is None or target.kind != "file":
            raise _unsafe(part, name, _("is a hard link to no earlier file"))
        size, sha256, mtime = target.size, target.sha256, target.mtime
    elif member.issym():
        link = member.linkname
    return Entry(name, _kind(member, part), size, member.mode, mtime, member.uid, member.gid, sha256, link)


def _kind(member: tarfile.TarInfo, part: str) -> Kind:
    if member.isdir():
        return "folder"
    if member.issym():
        return "link"
    if member.isreg() or member.islnk():
        return "file"
    raise _unsafe(part, member.name, _("is neither file, folder nor link"))


def _hash(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _whole(part: str) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise SetDamaged(_("{part} is no whole tar archive: {why}").format(part=part, why=error)) from error


def _unsafe(part: str, name: str, why: str) -> SetDamaged:
    return SetDamaged(_("{part}: member {name} {why}").format(part=part, name=ascii(name), why=why),
                      hint=_("this archive was not made by a backup of ours; do not use it"))
