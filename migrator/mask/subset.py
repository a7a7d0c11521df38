"""A copy made smaller: the rows where it begins, all that they refer to, and below them what the rules take along.

Tables that hang on one where it begins, directly or through others, are narrowed; all others stay whole, so that what
they refer to is there. All of it is SQL in the server: keys of rows that stay are gathered in temporary tables until
no more come, whatever cycles the references make.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.sql.selectable import NamedFromClause

from migrator.database.base import OURS, Database
from migrator.errors import DatabaseError, PlaybookError
from migrator.mask.dangling import dangling
from migrator.mask.errors import Misfit
from migrator.mask.hindrances import lifting, triggers_on_delete
from migrator.mask.plan import references_of
from migrator.mask.rules import Reference, Rules, Subset
from migrator.mask.structure import ForeignKey, Structure, read_structure
from migrator.mask.workplace import Workplace
from migrator.text import _

Rows = NamedFromClause[Any]


@dataclass(frozen=True)
class Narrowed:
    """A table of a subset: rows that stayed, and rows that went."""

    table: str
    kept: int
    removed: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def narrow(database: Database, rules: Rules) -> list[Narrowed]:
    """Remove from a copy all rows that the subset of the rules leaves out, in one transaction; do so before masking.

    Done again it removes nothing more. Raises PlaybookError for a table that is not there; Misfit for tables without
    primary key and, on MariaDB, with triggers that act on deleting; DatabaseError when a reference would lead nowhere.
    """
    if rules.file.subset is None:
        return []
    place = Workplace(database)
    with place.connect() as connection, connection.begin():
        structure = read_structure(connection)
        references = references_of(rules, structure)
        _require_tables(rules, rules.file.subset, structure)
        closure = _Closure(connection, rules.file.subset, structure, references)
        _require_narrowable(connection, closure, place.make, database.name)
        return closure.narrow(place.make, database.name)


class _Closure:
    def __init__(self, connection: Connection, subset: Subset, structure: Structure,
                 references: Sequence[Reference]) -> None:
        self._connection, self._subset, self.structure = connection, subset, structure
        self.tables = _below({seed.table for seed in subset.seeds}, references)
        self._references = [r for r in references if r.table in self.tables]
        self._inner = [r for r in self._references if r.parent in self.tables]
        meta = MetaData()
        self._rows = {name: Table(name, meta, *(Column(c.name, c.type) for c in structure[name].columns.values()))
                      for name in self.tables}
        self._kept = {name: Table(f"{OURS}kept_{number}", MetaData(), *(
            Column(key, structure[name].columns[key].type, primary_key=True, autoincrement=False)
            for key in structure[name].key), prefixes=["TEMPORARY"]) for number, name in enumerate(sorted(self.tables))}

    def narrow(self, make: str, where: str) -> list[Narrowed]:
        before = {reference: dangling(self._connection, reference) for reference in self._references}
        for kept in self._kept.values():
            kept.create(self._connection)
        self._begin()
        while self._grow():
            pass
        declared = [(r.table, r.name) for r in self._references if isinstance(r, ForeignKey)]
        with lifting(make, self._connection, self.tables, declared):
            done = [self._removed(name) for name in sorted(self.tables)]
        for kept in self._kept.values():
            kept.drop(self._connection)
        for reference, number in before.items():
            if dangling(self._connection, reference) > number:
                raise DatabaseError(_("rows of {child} would refer to nothing in {parent}").format(
                    child=reference.table, parent=reference.parent), where=where)
        return done

    def _begin(self) -> None:
        """Rows of the seeds, and rows of other tables that refer to nothing that is narrowed."""
        for seed in self._subset.seeds:
            rows = self._rows[seed.table].alias("t")
            self._keep(seed.table, rows, self._keys(seed.table, rows).where(text(seed.where.replace(":", r"\:"))))
        for name in self.tables - {seed.table for seed in self._subset.seeds}:
            rows = self._rows[name].alias("t")
            apart = [or_(*(rows.c[column].is_(None) for column in r.columns)) for r in self._inner if r.table == name]
            self._keep(name, rows, self._keys(name, rows).where(*apart))

    def _grow(self) -> int:
        """One round upwards, and downwards where the rules say so; how many rows came."""
        return sum(self._up(reference) + (self._down(reference) if reference.table in self._subset.down else 0)
                   for reference in self._inner)

    def _up(self, reference: Reference) -> int:
        """Parents of rows that stay."""
        parent, child = self._rows[reference.parent].alias("t"), self._rows[reference.table].alias("c")
        return self._keep(reference.parent, parent, self._keys(reference.parent, parent).where(exists().where(
            _referring(reference, child, parent), self._stays(reference.table, child, "k"))))

    def _down(self, reference: Reference) -> int:
        """Children of rows that stay."""
        parent, child = self._rows[reference.parent].alias("p"), self._rows[reference.table].alias("t")
        return self._keep(reference.table, child, self._keys(reference.table, child).where(exists().where(
            _referring(reference, child, parent), self._stays(reference.parent, parent, "k"))))

    def _keep(self, name: str, rows: Rows, keys: Select[Any]) -> int:
        fresh = keys.where(~self._stays(name, rows, "there"))
        into = self._kept[name].insert().from_select(list(self.structure[name].key), fresh)
        return max(0, self._connection.execute(into).rowcount)

    def _keys(self, name: str, rows: Rows) -> Select[Any]:
        return select(*(rows.c[key] for key in self.structure[name].key))

    def _stays(self, name: str, rows: Rows, label: str) -> ColumnElement[bool]:
        kept = self._kept[name].alias(label)
        return exists().where(and_(*(kept.c[key] == rows.c[key] for key in self.structure[name].key)))

    def _removed(self, name: str) -> Narrowed:
        rows = self._rows[name]
        gone = self._connection.execute(delete(rows).where(~self._stays(name, rows, "k"))).rowcount
        return Narrowed(name, int(self._connection.scalar(select(func.count()).select_from(rows)) or 0), gone)


def _referring(reference: Reference, child: Rows, parent: Rows) -> ColumnElement[bool]:
    return and_(*(child.c[mine] == parent.c[other]
                  for mine, other in zip(reference.columns, reference.parent_columns, strict=True)))


def _below(seeds: set[str], references: Sequence[Reference]) -> set[str]:
    """The seeds' tables and all that refer to them, directly or through others."""
    found = set(seeds)
    while more := {r.table for r in references if r.parent in found} - found:
        found |= more
    return found


def _require_tables(rules: Rules, subset: Subset, structure: Structure) -> None:
    for place, name in _named(subset):
        if name not in structure:
            error: PlaybookError = rules.tree.error(place, _("the database has no table {name}").format(name=name))
            raise error


def _named(subset: Subset) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield from ((("subset", "seeds", number, "table"), seed.table) for number, seed in enumerate(subset.seeds))
    yield from ((("subset", "down", number), name) for number, name in enumerate(subset.down))


def _require_narrowable(connection: Connection, closure: _Closure, make: str, where: str) -> None:
    keyless = [name for name in sorted(closure.tables) if not closure.structure[name].key]
    if keyless:
        raise Misfit(_("tables without primary key cannot be narrowed: {names}").format(names=", ".join(keyless)),
                     where=where, hint=_("leave the subset out, or give them a key in the copy"))
    acting = triggers_on_delete(connection, closure.tables) if make == "mariadb" else []
    if acting:
        raise Misfit(_("triggers would act on what is removed: {names}").format(names=", ".join(acting)), where=where,
                     hint=_("drop them in the copy first"))
