"""Mask a database that is a copy: every value of the columns that the rules name becomes a made one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Text, column, func, or_, select, table

from migrator.database.base import Database
from migrator.errors import DatabaseError
from migrator.mask.dangling import dangling
from migrator.mask.dialect import forget
from migrator.mask.errors import Misfit
from migrator.mask.hindrances import lifting
from migrator.mask.kinds.catalogue import WITHIN
from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.project_key import ProjectKey
from migrator.mask.mapping import Mapping
from migrator.mask.marks import Marks
from migrator.mask.originals import gathered
from migrator.mask.plan import Plan, Work, planned
from migrator.mask.rules import LeakRules, Reference, Rules
from migrator.mask.structure import ForeignKey, read_structure
from migrator.mask.triggers_aside import TriggersAside
from migrator.mask.within import Within
from migrator.mask.workplace import Workplace
from migrator.model.finding import blocking
from migrator.secret import Secret
from migrator.text import _

Progress = Callable[[float, float | None, str, str], None]
"""Told as it goes: columns that are done, columns in all, their unit, and the table."""


def still(done: float, of: float | None, unit: str, where: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class MaskedColumn:
    """What was done to a column: rows with a value, and different values among them."""

    table: str
    column: str
    kind: str
    rows: int
    values: int


@dataclass(frozen=True)
class Masked:
    """What was masked; `resumed` columns had been masked by an earlier attempt."""

    columns: tuple[MaskedColumn, ...]
    resumed: int = 0

    @property
    def values(self) -> int:
        return sum(each.rows for each in self.columns)

    def as_json(self) -> dict[str, Any]:
        return {"columns": [asdict(each) for each in self.columns], "resumed": self.resumed, "cells": self.values}


def mask(database: Database, rules: Rules, key: Secret, progress: Progress = still) -> Masked:
    """Mask the database, or go on where an earlier attempt with the same rules and key was cut off.

    It must be a copy that nobody uses. Columns that hang together are masked in one transaction, with their marks.
    Raises AlreadyMasked; Misfit where rules and database do not fit, before anything is changed; DatabaseError.
    """
    secret = ProjectKey(key)
    makers = rules.makers(secret)
    place = Workplace(database)
    with place.connect() as connection:
        with connection.begin():
            plan = planned(rules, read_structure(connection))
        require_fitting(plan, database.name)
        marks = Marks(connection, rules.digest, secret.mark)
        marks.begin(database.name)
        masker = _Masker(place, connection, makers, marks, plan, rules.file.leaks, progress)
        return masker.run()


def require_fitting(plan: Plan, where: str) -> None:
    """Raises Misfit with everything that forbids to mask."""
    wrong = blocking(plan.findings)
    if wrong:
        raise Misfit("; ".join(finding.message for finding in wrong), where=where, hint=wrong[0].advice)


class _Masker:
    def __init__(self, place: Workplace, connection: Connection, makers: dict[str, Maker], marks: Marks, plan: Plan,
                 leaks: LeakRules, progress: Progress) -> None:
        self._place, self._connection, self._makers, self._marks = place, connection, makers, marks
        self._plan, self._leaks, self._progress = plan, leaks, progress
        self._aside = TriggersAside(connection, marks) if place.make == "mariadb" else None
        self._done = 0

    def run(self) -> Masked:
        before = self._marks.done()
        groups = [group for group in [*self._texts(), *self._plan.groups()]
                  if any((work.table, work.column.name) not in before for work in group)]
        self._done = len(before)
        if self._aside:
            self._aside.put_aside({work.table for group in groups for work in group})
        for group in groups:
            if group[0].kind == WITHIN and WITHIN not in self._makers:
                self._makers[WITHIN] = self._within()
            self._group(group)
            self._tell(group)
        if self._aside:
            self._aside.put_back()
        forget(self._connection)
        self._marks.end()
        kinds = {(work.table, work.column.name): work.kind for work in self._works}
        return Masked(tuple(MaskedColumn(table, name, kinds.get((table, name), ""), rows, values)
                            for (table, name), (rows, values) in self._marks.done().items() if table != "*"),
                      len(before))

    @property
    def _works(self) -> Sequence[Work]:
        return (*self._plan.within, *self._plan.works)

    def _texts(self) -> list[list[Work]]:
        """Free text, table by table: it comes first, as long as what is looked for in it can be read."""
        return [list(its) for _table, its in groupby(self._plan.within, key=lambda work: work.table)]

    def _within(self) -> Maker:
        with self._place.connect() as reader, reader.begin():
            return Within(gathered(reader, self._plan, self._makers, self._leaks), self._makers)

    def _group(self, works: Sequence[Work]) -> None:
        mappings = self._mapped(works)
        with self._connection.begin():
            counted = {r: dangling(self._connection, r) for r in self._touched(works)}
            with lifting(self._place.make, self._connection, {work.table for work in works}, self._keys(works)):
                for mapping in mappings.values():
                    mapping.clear_the_way()
                for name, its in groupby(works, key=lambda work: work.table):
                    self._table(name, {work: mappings[work] for work in its})
            for reference, before in counted.items():
                if dangling(self._connection, reference) != before:
                    raise DatabaseError(_("masking would break the reference from {child} to {parent}").format(
                        child=reference.table, parent=reference.parent), where=self._place.name)
        for mapping in mappings.values():
            mapping.drop()

    def _mapped(self, works: Sequence[Work]) -> dict[Work, Mapping]:
        """The masks of all columns, read by a second connection before anything changes."""
        found = {}
        with self._place.connect() as reader:
            for number, work in enumerate(works):
                found[work] = Mapping(self._connection, self._place.make, number, work, self._makers[work.kind])
                with reader.begin():
                    found[work].fill(reader)
        return found

    def _table(self, name: str, mappings: dict[Work, Mapping]) -> None:
        """All columns of a table by one statement; raises DatabaseError when a value would be lost."""
        cells = {work: column(work.column.name, Text()) for work in mappings}
        whole = table(name, *cells.values())
        count = select(*(func.count(cell) for cell in cells.values())).select_from(whole)
        before = self._connection.execute(count).one()
        self._connection.execute(
            whole.update().values({cell: mappings[work].mask_of(cell) for work, cell in cells.items()})
            .where(or_(*(cell.is_not(None) for cell in cells.values()))))
        after = self._connection.execute(count).one()
        for (work, mapping), had, has in zip(mappings.items(), before, after, strict=True):
            if had != has and not mapping.nulls:
                raise DatabaseError(_("{number} values of {column} would be lost").format(
                    number=had - has, column=work.name), where=self._place.name)
            self._marks.add(work.table, work.column.name, work.kind, had, mapping.values)

    def _touched(self, works: Sequence[Work]) -> list[Reference]:
        masked = {(work.table, work.column.name) for work in works}
        return [r for r in self._plan.references if any((r.table, name) in masked for name in r.columns)]

    def _keys(self, works: Sequence[Work]) -> list[tuple[str, str]]:
        """Foreign keys whose both ends change, one after the other."""
        return [(r.table, r.name) for r in self._touched(works) if isinstance(r, ForeignKey)]

    def _tell(self, group: Sequence[Work]) -> None:
        self._done += len(group)
        self._progress(self._done, len(self._works), "columns", group[0].table)
