"""Home: what has changed on the new side is put on the old one, unless the new side has never held what is missing."""

from __future__ import annotations

from sqlalchemy import Connection

from migrator.errors import DatabaseError, FindingsBlock
from migrator.lens.copy.ledger import Ledger
from migrator.lens.copy.session import Session
from migrator.lens.copy.turn import take_turn
from migrator.lens.copy.unsaid import require_words
from migrator.lens.lens import Lens, in_pair
from migrator.lens.pair import Pair
from migrator.lens.places.meeting import Meeting
from migrator.lens.put.put import Written, put, require_shared
from migrator.lens.side import Side, Way
from migrator.text import _


def backward(lens: Lens, meeting: Meeting) -> Written:
    """Make the old side's mapped rows say what the new side says: rows that are new, changed or gone there.

    Raises WrongUse where no connection sees both sides; Locked while a copy goes on; FindingsBlock where rows are
    missing on the new side because no copy has brought them, or where it holds what cannot be said on the old side;
    DatabaseError where the old side refuses a row. Nothing is written then.
    """
    require_shared(meeting)
    with meeting.connect(Side.NEW) as connection:
        target = Session(meeting.new, connection)
        take_turn(target)
        ledger = Ledger(connection, lens.digest)
        _require_all_brought(ledger, meeting)
        if not ledger.finished():
            _require_rows(lens, meeting, connection)
        try:
            return put(lens, meeting, Way.BACKWARD)
        except DatabaseError:
            require_words(lens, connection, meeting.new.name)
            raise


def _require_all_brought(ledger: Ledger, meeting: Meeting) -> None:
    if ledger.unfinished() or (ledger.begun() and not ledger.finished()):
        raise FindingsBlock(_("a copy to the new side has begun and has not ended: rows that are missing there would "
                              "be deleted on the old side"), where=meeting.new.name,
                            hint=_("end it first: inv map.apply with the same flags and without --back"))


def _require_rows(lens: Lens, meeting: Meeting, connection: Connection) -> None:
    with connection.begin():
        empty = [pair.name for pair in lens.pairs if not _has_rows(lens, pair, Side.NEW, connection)
                 and _has_rows(lens, pair, Side.OLD, connection)]
    if empty:
        raise FindingsBlock(_("the new side holds no rows of {pairs}, and all of the old side's would be deleted")
                            .format(pairs=", ".join(empty)), where=meeting.new.name,
            hint=_("carry them over first: inv map.apply with the same flags and without --back"))


def _has_rows(lens: Lens, pair: Pair, side: Side, connection: Connection) -> bool:
    row = pair.faces[side].read(lens.tables)
    found = row.scope.select(*row(*pair.faces[side].key)).where(in_pair(pair, side, row)).limit(1)
    return connection.execute(found).first() is not None
