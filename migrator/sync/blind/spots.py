"""All findings about capture on both sides, before it is installed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.schema import Table
from migrator.lens.side import Side
from migrator.lens.types import Family
from migrator.model.finding import Finding, blocks, warns
from migrator.sync.blind import mariadb, postgresql, sqlite
from migrator.sync.watch.watched import Watched, watched
from migrator.text import _


class Make(Protocol):
    """What each make may be blind to."""

    def spots(self, session: Session, side: Side, tables: Sequence[Watched]) -> Iterator[Finding]:
        """Findings about the watched tables of a side; reads only. Evidence `name` is what may be allowed."""


_MAKES: dict[str, Make] = {"postgresql": postgresql, "mariadb": mariadb, "sqlite": sqlite}


def blind_spots(lens: Lens, meeting: Meeting, allowed: Collection[str] = ()) -> list[Finding]:
    """Everything that forbids to keep both sides in step, or that a person should know. Writes nothing.

    allowed: names of triggers, tables and indexes whose findings somebody has looked at and calls harmless.
    """
    found = [finding for side in Side for finding in _of_side(lens, meeting, side)]
    return [finding for finding in found if finding.evidence.get("name") not in allowed]


def _of_side(lens: Lens, meeting: Meeting, side: Side) -> Iterator[Finding]:
    end = meeting.end(side)
    for table in _written(lens, side):
        yield from _of_key(table, side)
        yield from _of_triggers(table, side)
        yield from _of_parents(table, lens, side)
    with end.connect({side: end.namespace}) as connection, connection.begin():
        yield from _MAKES[end.make].spots(Session(end, connection), side, watched(lens, side))


def _written(lens: Lens, side: Side) -> list[Table]:
    """The tables in which our own writes change rows."""
    names = {table.name for pair in lens.pairs for table in pair.faces[side].tables} | {
        satellite.table for pair in lens.pairs for group in pair.groups for satellite in group.satellites
        if satellite.side is side}
    return [table for table in lens.schemas[side].parents_first() if table.name in names]


def _of_key(table: Table, side: Side) -> Iterator[Finding]:
    if not table.key:
        yield blocks("sync.no-key", _("{table} of the {side} side has no key: nobody can tell which row was written")
                     .format(table=table.name, side=side),
                     _("give it a primary key, or leave it out of the mapping"), name=table.name, side=side)
    elif table.assumed:
        yield blocks("sync.assumed-key", _("the key of {table} of the {side} side is only said in the mapping: no "
                                           "server keeps two rows from having the same").format(
            table=table.name, side=side), _("give it a primary key, or a unique one whose columns are not null"),
            name=table.name, side=side)


def _of_triggers(table: Table, side: Side) -> Iterator[Finding]:
    for trigger in table.triggers:
        yield blocks("sync.own-trigger", _("the application's trigger {trigger} on {table} of the {side} side would "
                                           "act once more on what comes from the other side").format(
            trigger=trigger, table=table.name, side=side),
            _("see what it does: what it writes to mapped rows for a change that was carried here is not carried on; "
              "if that is harmless, --allow {trigger}").format(trigger=trigger), name=trigger, table=table.name,
            side=side)


def _of_parents(table: Table, lens: Lens, side: Side) -> Iterator[Finding]:
    """Rows that are called by a word of their parent's: when that changes on a busy system, all of them change at once.
    """
    written = {one.name: one for one in _written(lens, side)}
    for foreign in table.foreign:
        parent = written.get(foreign.table)
        if parent and set(foreign.columns) <= set(table.key) and any(
                parent.columns[name].type.family is not Family.INTEGER for name in foreign.refers):
            yield warns("sync.called-by-parent", _(
                "rows of {table} of the {side} side have the key of {parent} in theirs: where keys of {parent} change "
                "while their rows are written, some may wait in quarantine or differ").format(
                table=table.name, side=side, parent=parent.name),
                _("change such keys on one side only, and inv sync.wait after each; a switch compares every row first"),
                name=table.name, side=side)
