"""Which part of a set shall come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import WrongUse
from migrator.text import _

if TYPE_CHECKING:
    from migrator.backup.sets.set import BackupSet
    from migrator.site import Site


@dataclass(frozen=True)
class Choice:
    """Names of databases and trees (None: all that the set holds), tables as `DATABASE/TABLE`, and files or folders
    of a tree as `TREE/PATH`.
    """

    databases: tuple[str, ...] | None = None
    trees: tuple[str, ...] | None = None
    tables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, databases: str | None = None, trees: str | None = None, tables: str | None = None,
           files: str | None = None) -> Choice:
        """What was typed, names with commas between; everything when nothing was, else only what was named.

        A path of a file may hold commas, so `files` is one path.
        """
        if not (databases or trees or tables or files):
            return cls()
        return cls(_names(databases), _names(trees), _names(tables), (files,) if files else ())

    @classmethod
    def from_json(cls, data: Mapping[str, Sequence[str] | None]) -> Choice:
        """What `dataclasses.asdict` has made of a choice."""
        databases, trees = (None if data[name] is None else tuple(data[name] or ()) for name in ("databases", "trees"))
        return cls(databases, trees, tuple(data["tables"] or ()), tuple(data["files"] or ()))

    @property
    def whole(self) -> bool:
        """Whether it is everything that the set holds."""
        return self.databases is None and self.trees is None

    def places(self, kept: BackupSet) -> tuple[list[str], list[str]]:
        """Databases and trees in which something will be changed. Raises SetMissing for one that the set lacks."""
        databases, trees = kept.chosen(self.databases, self.trees)
        more = kept.chosen([split(each)[0] for each in self.tables], [split(each)[0] for each in self.files])
        return list(dict.fromkeys([*databases, *more[0]])), list(dict.fromkeys([*trees, *more[1]]))


def split(text: str) -> tuple[str, str]:
    """The database or tree, and the table or path in it; raises WrongUse when one of them is missing."""
    name, _slash, inside = text.partition("/")
    inside = inside.rstrip("/")
    if not name or not inside or any(step in ("", ".", "..") for step in inside.split("/")):
        raise WrongUse(_('"{text}" names nothing inside a database or tree').format(text=text),
                       hint="--table main/issue, --file app/files/one.txt")
    return name, inside


def chosen_of(site: Site, what: Sequence[str]) -> tuple[list[str], list[str]]:
    """Databases and trees of a site that are to be taken: all, or what is named by `databases`, `trees` or a name.

    Raises WrongUse for a name that the inventory does not hold.
    """
    environment = site.environment
    if not what:
        return list(environment.databases), list(environment.trees)
    groups = {"databases": list(environment.databases), "database": list(environment.databases),
              "trees": list(environment.trees), "files": list(environment.trees)}
    names = [name for each in what for name in groups.get(each, [each])]
    databases = [name for name in names if name in environment.databases]
    return databases, [name for name in names if name not in databases and site.tree(name)]


def by_place(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """What such texts name, by the database or tree that it is in."""
    found: dict[str, list[str]] = {}
    for name, inside in map(split, names):
        found.setdefault(name, []).append(inside)
    return list(found.items())


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()
