"""What lies in a file tree, entry by entry, and how two trees differ."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, Literal

Kind = Literal["file", "folder", "link"]
Entries = Mapping[str, "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, folder or symbolic link. `name` is below the tree, empty for the tree's own folder; bytes that are
    no UTF-8 are kept as surrogates. `mtime` and `ctime` are nanoseconds since 1970. `hard` is the first of several
    names of a file. A `ctime` or `inode` that proves nothing is None. `held` is the earlier set whose archive holds the
    entry; None: the archive beside the list that it stands in. `again`: the second one, of what was fetched once more.
    """

    name: str
    kind: Kind
    size: int
    mode: int
    mtime: int
    uid: int
    gid: int
    sha256: str | None = None
    link: str | None = None
    hard: str | None = None
    ctime: int | None = None
    inode: int | None = None
    held: str | None = None
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        """What it knows; a list without the rest is read in less time."""
        return {name: value for name in _FIELDS if (value := getattr(self, name)) is not None and value is not False}

    def held_by(self, earlier: str) -> Entry:
        """The same entry as it stands in a list that builds on an earlier one, or on one that this builds on."""
        if self.held:
            return self
        return Entry(self.name, self.kind, self.size, self.mode, self.mtime, self.uid, self.gid, self.sha256, self.link,
                     self.hard, self.ctime, self.inode, earlier, self.again)  # replace() takes five times as long

    def unchanged(self, now: Entry) -> bool:
        """Whether what lies there now is still this, as far as listings can tell; not sure means no.

        A file's ctime moves with every write, whatever its mtime was set to; where one of both is not known, it must be
        the same inode at least. Folders and links are all in what is listed.
        """
        if self.listed() != now.listed():
            return False
        if self.kind != "file":
            return True
        if self.ctime is not None and now.ctime is not None:
            return self.ctime == now.ctime
        return self.inode is not None and self.inode == now.inode

    def listed(self) -> tuple[Any, ...]:
        """What a listing and an archive both tell of it."""
        return self.kind, self.size, self.mode, self.mtime, self.uid, self.gid, self.link, self.hard

    def essence(self, *, owners: bool) -> tuple[Any, ...]:
        """What must be equal after a restore; times of folders and links change by themselves."""
        own = (self.uid, self.gid) if owners else ()
        match self.kind:
            case "file":
                return ("file", self.size, self.mode, self.mtime, self.sha256, self.hard, own)
            case "folder":
                return ("folder", self.mode, own)
            case "link":
                return ("link", self.link, own)


_FIELDS = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True)
class Difference:
    """Names that must be written (`missing`, `changed`) or removed (`extra`) to make one tree the other."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.extra)

    def __str__(self) -> str:
        shown = [f"{sign}{name or '.'}" for sign, names in (("-", self.missing), ("~", self.changed), ("+", self.extra))
                 for name in names[:5]]
        return ", ".join(ascii(s)[1:-1] for s in shown)


def compare(wanted: Entries, actual: Entries, *, owners: bool) -> Difference:
    """How `actual` differs from `wanted`; `owners` compares user and group too."""
    return Difference(
        missing=tuple(n for n in wanted if n not in actual),
        changed=tuple(n for n, e in wanted.items()
                      if n in actual and e.essence(owners=owners) != actual[n].essence(owners=owners)),
        extra=tuple(n for n in actual if n not in wanted))


def as_lines(entries: Entries) -> Iterator[bytes]:
    """The entries as a list of a set has them: one JSON line each."""
    return (json.dumps(e.as_json()).encode() + b"\n" for e in entries.values())


def from_lines(lines: Iterable[bytes]) -> dict[str, Entry]:
    """The entries of such a list, by name; raises ValueError or TypeError for what is none."""
    found: dict[str, Entry] = {}
    left = iter(lines)
    while batch := b",".join(islice(left, 1000)):  # line by line takes three times as long
        found.update((each["name"], Entry(**each)) for each in json.loads(b"[" + batch + b"]"))
    return found


def to_write(difference: Difference, wanted: Entries) -> set[str]:
    """Names to bring: those that differ, all names of a file that has several, and folders whose time has moved."""
    differing = {*difference.missing, *difference.changed}
    groups = {wanted[n].hard for n in differing} - {None}
    chosen = differing | {n for n, e in wanted.items() if e.hard in groups}
    touched = {n.rpartition("/")[0] for n in [*chosen, *difference.extra] if n}
    return chosen | {n for n in touched if n in wanted and wanted[n].kind == "folder"}


def with_hard_links(entries: Iterable[Entry], groups: Mapping[str, object]) -> dict[str, Entry]:
    """The entries by name, those that share a group marked with the group's first name."""
    members: dict[object, list[str]] = defaultdict(list)
    for name, group in groups.items():
        members[group].append(name)
    first = {name: min(names) for names in members.values() if len(names) > 1 for name in names}
    return {e.name: replace(e, hard=first[e.name]) if e.name in first else e for e in entries}


def excluded(name: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern covers the name or a folder above it: a name at any depth, or with a slash a path."""
    steps = name.split("/")
    above = ["/".join(steps[:n]) for n in range(1, len(steps) + 1)]
    return any(fnmatchcase(path if "/" in pattern.rstrip("/") else path.rpartition("/")[2], pattern.strip("/"))
               for pattern in patterns for path in above)
