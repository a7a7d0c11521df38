"""One file tree packed for a set: all of it, or what has changed since the set that it builds on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from migrator.backup.parts.packing import moved_files
from migrator.backup.parts.part import Part
from migrator.backup.parts.pipe import along
from migrator.backup.sets.entry import Entries, Entry, as_lines
from migrator.backup.sets.known_lists import known
from migrator.backup.sets.manifest import TreeRecord
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.archive import read_archive
from migrator.backup.trees.folder import Folder
from migrator.model.finding import Finding, warns
from migrator.text import _

Fill = Callable[[BinaryIO], object]


class Pack(Protocol):
    """Writes a part of the set that grows."""

    def __call__(self, path: str, fill: Fill, expected: int = 0) -> Part:
        """`path` without what sealing adds, what fills the stream, and the bytes that it will be at most, if known."""


def take_tree(folder: Folder, name: str, pack: Pack, base: BackupSet | None,
              source: Folder | None = None) -> tuple[TreeRecord, Entries, list[Finding]]:
    """The tree as it lies there, or in a `source` that stands for it: its record, every entry of it, and what a person
    should know.

    The list is read from the archive while that is written: it holds what is in the set, not what was meant to be.
    With a `base` only what is new or changed since then is read and packed; the list names every entry all the same.
    What changes, appears or cannot be read meanwhile is fetched once more into a second archive; what vanishes is not
    listed.
    Raises CommandFailed for what may not be read then either, Unreachable, NoSpace.
    """
    source = source or folder
    listed = source.entries(hashed=False)
    kept = still_held(base, name, folder, listed) if base else {}
    changed = with_parents(n for n in listed if n not in kept) if kept else None
    first = _archive(source, changed, f"trees/{name}.tar.zst", pack, listed, unread=True)
    again = None
    entries = {**kept, **{n: _as_listed(e, listed.get(n)) for n, e in first.entries.items()}}
    if first.moved:
        later = source.entries(hashed=False)
        restless = with_parents(n for n, e in later.items() if e != listed.get(n) or n not in entries)
        again = _archive(source, restless, f"trees/{name}.again.tar.zst", pack, later, unread=False)
        entries = {**{n: e for n, e in entries.items() if n in later},
                   **{n: replace(_as_listed(e, later.get(n)), again=True) for n, e in again.entries.items()}}
    listing = pack(f"trees/{name}.list.zst", lambda sink: sink.writelines(as_lines(entries)))
    record = TreeRecord(first.part, listing, folder.path, folder.host.name, folder.exclude,
                        sum(e.kind == "file" for e in entries.values()), sum(e.size for e in entries.values()),
                        again.part if again else None)
    return record, entries, [*_of_moved(name, again.moved if again else ()), *_of_owners(name, folder, entries)]


def still_held(base: BackupSet, name: str, folder: Folder, now: Entries) -> dict[str, Entry]:
    """The entries that an earlier set holds as they are now, each with that set; none when the tree lay elsewhere, or
    when nobody here can read the list of a sealed one.

    Of a file with several names it is all of them or none, so that each archive holds the whole file.
    """
    record = base.manifest.trees.get(name)
    if record is None or (record.host, record.path) != (folder.host.name, folder.path):
        return {}
    before = known(base, name) or {}
    same = {n: e.held_by(base.id) for n, e in before.items() if n in now and e.unchanged(now[n])}
    broken = {e.hard for n, e in now.items() if n not in same} - {None}
    return {n: e for n, e in same.items() if e.hard not in broken}


def with_parents(names: Iterable[str]) -> list[str]:
    """The names and every folder above them, folders before what lies in them."""
    found: dict[str, None] = {}
    for name in names:
        steps = name.split("/") if name else []
        found.update(dict.fromkeys("/".join(steps[:count]) for count in range(len(steps) + 1)))
    return list(found)


@dataclass(frozen=True)
class _Archive:
    """A part, what is in it, and a line for each file that changed while it was read."""

    part: Part
    entries: Mapping[str, Entry]
    moved: Sequence[str]


def _archive(folder: Folder, names: Sequence[str] | None, path: str, pack: Pack, listed: Entries, *,
             unread: bool) -> _Archive:
    """Pack these names, None standing for all; `unread`: what may not be read is one more of those that moved."""
    entries: dict[str, Entry] = {}
    moved: list[str] = []

    def fill(sink: BinaryIO) -> None:
        with along(sink, lambda stream: entries.update(read_archive(stream, path))) as both:
            result = folder.pack(both) if names is None else folder.pack_named(names, both)
            moved.extend(moved_files(folder, result, unread=unread))

    expected = sum(listed[n].size for n in names or () if n in listed)
    return _Archive(pack(path, fill, expected), entries, moved)


def _as_listed(packed: Entry, listed: Entry | None) -> Entry:
    """With ctime and inode as listed before it was read; without, when it was another one by then."""
    if listed is None or listed.listed() != packed.listed():
        return packed
    return replace(packed, ctime=listed.ctime, inode=listed.inode)


def _of_moved(name: str, moved: Sequence[str]) -> list[Finding]:
    if not moved:
        return []
    return [warns("backup.changed", _("{count} files of {name} changed while they were read").format(
        count=len(moved), name=name), _("stop the application for the backup that an upgrade relies on"),
        files=moved[:20])]


def _of_owners(name: str, folder: Folder, entries: Entries) -> list[Finding]:
    mine = folder.identity()
    foreign = [n for n, e in entries.items() if (e.uid, e.gid) != mine]
    if not mine[0] or not foreign:
        return []
    message = _("{count} files of {name} belong to somebody else and would be restored as ours")
    return [warns("backup.owners", message.format(count=len(foreign), name=name),
                  _("write owner: root for this tree in the inventory"), files=[ascii(n) for n in foreign[:20]])]
