"""Resolve: a person says which side is right about a row that waits, and the next batch acts on it."""

from __future__ import annotations

from sqlalchemy import Insert, Text, Update, insert, literal, select, update

from migrator.errors import FindingsBlock, WrongUse
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.sql.canonical import typed
from migrator.lens.sql.column import as_stored
from migrator.sync.agreed import mark_of
from migrator.sync.conflicts.listing import Conflict, Texts, listed
from migrator.sync.conflicts.table import STANDING, State, conflicts
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import watched
from migrator.text import _


def resolve(lens: Lens, meeting: Meeting, number: str, take: Side, by: str) -> Conflict:
    """Have one side be right about a row that waits: it is written to the other, whose own row is kept whole.

    number: as it is listed, `new-7`.
    by: who decides, for people.
    Raises WrongUse where there is no such conflict, FindingsBlock where it does not wait for anybody.
    """
    found = next((one for one in listed(meeting) if number in one.numbers), None)
    if found is None:
        raise WrongUse(_("there is no conflict {number}").format(number=number), hint=_(
            "inv sync.conflicts lists them"))
    if not found.stands:
        raise FindingsBlock(_("the conflict {number} waits for nobody: the row that lost is kept whole in it").format(
            number=number), hint=_("enter what is missing again, on the side where people work"))
    _decide(lens, meeting, found, take, by)
    return found


def resolve_all(lens: Lens, meeting: Meeting, take: Side, by: str) -> list[Conflict]:
    """The same for every row that waits; which they were."""
    found = listed(meeting, standing=True)
    for one in found:
        _decide(lens, meeting, one, take, by)
    return found


def _decide(lens: Lens, meeting: Meeting, conflict: Conflict, take: Side, by: str) -> None:
    """The decision stands where the row is to be overwritten; then the row that is right is looked at once more."""
    pair = next((pair for pair in lens.pairs if mark_of(pair) == conflict.mark), None)
    if pair is None:
        raise WrongUse(_("the mapping says nothing of {tables}, which the conflict {number} is about").format(
            tables=conflict.tables, number=conflict.number), hint=_("name the mapping that this sync goes by"))
    if len(conflict.places) < len(Side):
        raise FindingsBlock(_("the conflict {number} is known on one side alone as yet").format(number=conflict.number),
                            hint=_("it will be on both when the batch that met it has ended; then try again"))
    for side, state in ((take.other, State.DECIDED), (take, State.OPEN)):
        with meeting.connect(side) as connection, connection.begin():
            session = Session(meeting.end(side), connection)
            session.run(session.rendered(_decided(conflict, side, state, take, by)))
            if side is take:
                session.run(session.rendered(_looked_at_again(lens, pair, take, conflict.keys[take])))


def _decided(conflict: Conflict, side: Side, state: State, take: Side, by: str) -> Update:
    table = conflicts(side)
    return update(table).values(state=state.value, winner=take.value, settled_by=by).where(
        table.c.n == conflict.places[side], table.c.state.in_(STANDING))


def _looked_at_again(lens: Lens, pair: Pair, side: Side, key: Texts) -> Insert:
    """The statement that marks a row dirty, as if it had been written."""
    face = pair.faces[side]
    one = next(one for one in watched(lens, side) if one.table.name == face.main.name)
    columns = [name for when in ("was", "now") for name in noted(when, one)[:len(face.key)]]
    cells = [typed(literal(key[name], Text()), face.type(name)) for name in face.key] * 2
    rows = select(*(cell.label(name) for name, cell in zip(columns, cells, strict=True)))
    types = {name: face.type(column) for name, column in zip(columns, [*face.key] * 2, strict=True)}
    return insert(dirty_table(one)).from_select(columns, as_stored(rows, types))
