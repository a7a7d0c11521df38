"""What lies in a file tree, entry by entry, and how two trees differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

Kind = Literal["file", "folder", "link"]
Entries = Mapping[str, "Entry"]


@dataclass(frozen=True)
class Entry:
    """One file, folder or symbolic link. `name` is below the tree, empty for the tree's own folder; bytes that are
    no UTF-8 are kept as surrogates. `mtime` is nanoseconds since 1970. `hard` is the first of several names of a file.
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

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

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


def with_hard_links(entries: Iterable[Entry], groups: Mapping[str, object]) -> dict[str, Entry]:
    """The entries by name, those that share a group marked with the group's first name."""
    members: dict[object, list[str]] = defaultdict(list)
    for name, group in groups.items():
        members[group].append(name)
    first = {name: min(names) for names in members.values() if len(names) > 1 for name in names}
    return {e.name: replace(e, hard=first.get(e.name)) for e in entries}


def excluded(name: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern covers the name or a folder above it: a name at any depth, or with a slash a path."""
    steps = name.split("/")
    above = ["/".join(steps[:n]) for n in range(1, len(steps) + 1)]
    return any(fnmatchcase(path if "/" in pattern.rstrip("/") else path.rpartition("/")[2], pattern.strip("/"))
               for pattern in patterns for path in above)
