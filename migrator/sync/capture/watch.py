"""The watch over capture: before each batch it is certain that nothing has been written that left no entry."""

from __future__ import annotations

import hashlib

from migrator.errors import FindingsBlock
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.reflect import read_schema
from migrator.lens.schema import Table
from migrator.lens.side import Side
from migrator.sync.capture import prints
from migrator.sync.capture.births import births, reborn
from migrator.sync.capture.install import MAKES, expected
from migrator.sync.capture.unseen import mark_all
from migrator.sync.watch.watched import watched
from migrator.text import _


class CaptureBroken(FindingsBlock):
    """Changes may have gone unseen, or the tables are not those any more that the mapping was made for."""


class Watch:
    """Watches over one side. The structure and our triggers are looked at closely only when their print has changed."""

    def __init__(self, end: Endpoint, lens: Lens, side: Side) -> None:
        self._end = end
        self._side = side
        self._tables = watched(lens, side)
        self._known = ""

    def confirm(self, session: Session) -> None:
        """See, within an open transaction that may write, that nothing goes unseen: asked for every batch.

        Rows of a table that has been emptied by TRUNCATE are entered as written. Raises CaptureBroken, which names what
        is missing, altered or disabled, and tables that are not as the mapping knows them.
        """
        born = births(session, self._side, self._tables)
        said = print_of(session, self._side, [one.table.name for one in self._tables]) + str(sorted(born.items()))
        if said == self._known:
            return
        self.require_whole(session)
        emptied = reborn(session, self._side, self._tables, born) if born else []
        mark_all(session, emptied, self._tables)
        self._known = "" if emptied else said  # what was entered is lost when the transaction does not end well

    def require_whole(self, session: Session) -> None:
        """Look closely. Raises CaptureBroken."""
        needed = expected(session, self._side, self._tables)
        found = MAKES[session.make].found(session, self._side)
        wrong = sorted({(trigger.table, name in found) for name, trigger in needed.items()
                        if found.get(name) != trigger.definition})
        if wrong:
            raise CaptureBroken("; ".join(_broken(*one) for one in wrong), where=self._end.name,
                                hint=_("changes may have gone unseen: inv sync.start mends it, and looks at every row "
                                       "of these tables again"))
        changed = self._changed()
        if changed:
            raise CaptureBroken(_("the structure of {tables} is not the one any more that the mapping was made for")
                                .format(tables=", ".join(changed)), where=self._end.name,
                                hint=_("change it back, or inv sync.start with a mapping that knows it"))

    def _changed(self) -> list[str]:
        there = read_schema(self._end).tables
        known = {one.table.name: one.table for one in self._tables}
        return sorted(name for name, table in known.items()
                      if name not in there or _said(there[name], table) != _said(table, table))


def print_of(session: Session, side: Side, tables: list[str]) -> str:
    """A few signs that are others as soon as the structure of these tables or a trigger of theirs is another."""
    said = prints.rows(session, side, tables)
    return hashlib.sha256(repr(sorted(map(tuple, said))).encode()).hexdigest()


def _broken(table: str, there: bool) -> str:
    if there:
        return _("a trigger that notes changes of {table} was altered or disabled").format(table=table)
    return _("a trigger that notes changes of {table} is missing").format(table=table)


def _said(table: Table, known: Table) -> tuple[object, ...]:
    """What of a table's structure matters; what a mapping only assumes of its key is not in the catalogue."""
    columns = {name: column.type if known.assumed else column for name, column in table.columns.items()}
    return columns, set(table.uniques), set(table.foreign), set(table.triggers)
