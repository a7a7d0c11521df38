"""Strays: rows of the new side that the old side does not have when a sync begins.

They were deleted on the old side since the new one was cloned from it, or the upgrade has made them. Nobody but people
can tell which, so a start asks before anything is done about them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, not_

from migrator.errors import FindingsBlock
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens, in_pair, source_row
from migrator.lens.pair import Pair
from migrator.lens.places.meeting import Meeting
from migrator.lens.scope import Row
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import canonical
from migrator.sync.agreed import Agreed
from migrator.sync.batch.writing.deleting import delete_keyed
from migrator.sync.guard import applying
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import watched
from migrator.text import _


class Strays(StrEnum):
    """What becomes of them: the start refuses, they are carried to the old side, or they are deleted."""

    REFUSE = "refuse"
    CARRY = "carry"
    DELETE = "delete"


def settle(lens: Lens, meeting: Meeting, wish: Strays) -> None:
    """See to it that the new side has no row which the old side knows nothing of, or will not have one soon.

    To be called when every row of the old side has been looked at. Raises FindingsBlock, by default, where there is
    one.
    """
    with meeting.connect(Side.NEW) as connection:
        session = Session(meeting.new, connection)
        with connection.begin():
            found = {pair.name: count for pair in lens.pairs if (count := session.ask(_counted(pair, lens)).scalar())}
        if found and wish is Strays.REFUSE:
            named = ", ".join(f"{name}: {count}" for name, count in found.items())
            raise FindingsBlock(
                _("the new side has rows that the old side does not have: {rows}").format(rows=named),
                where=meeting.new.name,
                hint=_("inv sync.start --only-new delete when they were deleted on the old side since the clone, "
                       "--only-new carry when the old side shall have them"))
        if wish is Strays.DELETE:
            _delete(session, lens, found)
        for pair in lens.pairs:
            if pair.name in found and wish is Strays.CARRY:
                _carry(session, lens, pair)


def _counted(pair: Pair, lens: Lens) -> Select[tuple[int]]:
    row = source_row(pair, Way.BACKWARD, lens.tables)
    return row.scope.select(func.count()).where(*_stray(pair, row))


def _carry(session: Session, lens: Lens, pair: Pair) -> None:
    """Enter them as written on the new side: they go over as any new row does."""
    entries = next(one for one in watched(lens, Side.NEW) if one.table.name == pair.faces[Side.NEW].main.name)
    row = source_row(pair, Way.BACKWARD, lens.tables)
    keys = row(*pair.faces[Side.NEW].key)
    columns = noted("now", entries)[:len(keys)]
    rows = row.scope.select(*(cell.label(name) for name, cell in zip(columns, keys, strict=True))).where(
        *_stray(pair, row))
    with session.connection.begin():
        session.run(session.rendered(insert(dirty_table(entries)).from_select(columns, rows)))


def _delete(session: Session, lens: Lens, found: Container[str]) -> None:
    """Delete them, with their links, those first to which others refer least."""
    order = [table.name for table in lens.schemas[Side.NEW].parents_first()]
    pairs = sorted((pair for pair in lens.pairs if pair.name in found),
                   key=lambda pair: order.index(pair.faces[Side.NEW].main.name), reverse=True)
    with session.connection.begin(), applying(session, Side.NEW):
        for pair in pairs:
            face = pair.faces[Side.NEW]
            row = source_row(pair, Way.BACKWARD, lens.tables)
            keys = row.scope.select(*row(*face.key)).where(*_stray(pair, row)).distinct()
            links = [(s.table, s.owner) for g in pair.groups for s in g.satellites if s.side is Side.NEW and s.owner]
            for name, columns in (*links, *((table.name, table.key) for table in reversed(face.tables))):
                table = lens.schemas[Side.NEW].tables[name].clause(Side.NEW)
                session.run(session.rendered(delete_keyed(table, columns, keys, session.make)))


def _stray(pair: Pair, row: Row) -> Iterator[ColumnElement[bool]]:
    face, half = pair.faces[Side.NEW], Agreed(pair, Side.NEW)
    mine = zip(half.keys(Side.NEW), row(*face.key), face.key, strict=True)
    known = exists().where(and_(*(half.clause.c[name] == canonical(cell, face.type(column))
                                  for name, cell, column in mine)))
    yield in_pair(pair, Side.NEW, row)
    yield not_(known.correlate_except(half.clause))

