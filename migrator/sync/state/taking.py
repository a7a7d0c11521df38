"""Taking a lease: from nobody, from one that let go, or from one whose heart beats no more."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, insert, update

from migrator import clock
from migrator.errors import DatabaseError, FindingsBlock, Locked
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.state import pulse
from migrator.sync.state.life import life, surely_at_work, surely_dead
from migrator.sync.state.row import Moment, control, held, make_table, read_row
from migrator.sync.state.state import Phase, State, decided, read_rows, require_alike, state_of
from migrator.text import _

LOOK = 0.2
"""Seconds between two looks at another's heartbeat."""
FREE: dict[str, Any] = {"holder": None, "host": None, "pid": None, "life": None, "since": None, "wanted": None}
"""The columns of a control row that say who acts, when nobody does."""
_Rows = Mapping[Side, RowMapping]


def taken(meeting: Meeting, lens: Lens, holder: str, patience: float, renew: bool) -> State:
    """The state of a sync in which this process is the one that acts now (see `Lease.take`)."""
    me = {**FREE, "holder": holder, "host": socket.gethostname(), "pid": os.getpid(), "life": life(),
          "since": clock.stamp()}
    _make_rows(meeting, lens)
    _require_mapping(meeting, lens, renew)
    fence = _succeed(meeting, me, patience)
    with held(meeting, Side.NEW) as connection:
        table = control(Side.NEW)
        mine = update(table).where(table.c.side == Side.NEW.value, table.c.fence < fence)
        if connection.execute(mine.values(**me, fence=fence, beat=Moment())).rowcount != 1:
            raise Locked(_("another process took the sync at the same moment"), where=meeting.new.name)
    return _complete(meeting, lens)


def _make_rows(meeting: Meeting, lens: Lens) -> None:
    """A row for each side where there is none: the old side rules, and nothing is decided yet."""
    for side in Side:
        with held(meeting, side) as connection:
            if read_row(connection, side) is not None:
                continue
        try:
            with held(meeting, side) as connection:
                make_table(connection, side)
                connection.execute(insert(control(side)).values(
                    side=side.value, lens=lens.digest, truth=Side.OLD.value, phase=Phase.BASELINE.value, settings="{}",
                    revision=0, fence=0, beat=0.0))
        except DatabaseError:
            with held(meeting, side) as connection:
                if read_row(connection, side) is None:  # not because somebody else made it at the same moment
                    raise


def _require_mapping(meeting: Meeting, lens: Lens, renew: bool) -> None:
    state = _read(meeting)[1]
    if renew or state.lens == lens.digest or state.phase is Phase.FINISHED:
        return
    raise FindingsBlock(
        _("these databases are kept in step by another mapping, or a table has changed since that began"),
        where=meeting.old.name, hint=_("inv sync.start with the mapping that is to rule from now on"))


def _succeed(meeting: Meeting, me: Mapping[str, Any], patience: float) -> int:
    """Win the old side's row; the fencing number."""
    watch, ends = _Watch(meeting.old.make == "sqlite"), time.monotonic() + patience
    while True:
        rows, _state = _read(meeting)
        old = rows[Side.OLD]
        if watch.dead(old) and (fence := _win(meeting, rows, me)):
            return fence
        if watch.alive and time.monotonic() >= ends:
            raise _refusal(meeting, old)
        if watch.alive:
            _ask(meeting, me)
        time.sleep(LOOK)


class _Watch:
    """Tells a holder that lives from one that does not, also when the server's clock is set while one looks."""

    def __init__(self, in_a_file: bool) -> None:
        """in_a_file: SQLite, where whoever reads for long keeps everybody from writing, its own heart included."""
        self._in_a_file = in_a_file
        self._seen: tuple[int, float] | None = None
        self._since = 0.0
        self.alive = False

    def dead(self, row: RowMapping) -> bool:
        """Whether nobody holds it: released, process gone, or no beat for too long."""
        if row["holder"] is None or surely_dead(row["pid"], row["life"] or ""):
            return True
        if self._in_a_file and surely_at_work(row["pid"], row["life"] or ""):
            self.alive = True
            return False
        if row["silent"] > pulse.STALE:
            return True
        seen = (row["fence"], row["beat"])
        if seen != self._seen:
            self.alive = self._seen is not None
            self._seen, self._since = seen, time.monotonic()
        return time.monotonic() - self._since > pulse.STALE


def _win(meeting: Meeting, rows: _Rows, me: Mapping[str, Any]) -> int:
    """The next fencing number, or 0 when the row has changed since it was read."""
    table, seen = control(Side.OLD), rows[Side.OLD]
    fence = max(int(row["fence"]) for row in rows.values()) + 1
    as_seen = (table.c.side == Side.OLD.value, table.c.fence == seen["fence"], table.c.beat == seen["beat"])
    with held(meeting, Side.OLD) as connection:
        won = connection.execute(update(table).where(*as_seen).values(**me, fence=fence, beat=Moment()))
        return fence if won.rowcount == 1 else 0


def _ask(meeting: Meeting, me: Mapping[str, Any]) -> None:
    table = control(Side.OLD)
    with held(meeting, Side.OLD) as connection:
        connection.execute(update(table).where(table.c.side == Side.OLD.value, table.c.wanted.is_(None)).values(
            wanted=me["holder"]))


def _complete(meeting: Meeting, lens: Lens) -> State:
    """Have both rows say what the one that was changed last says, and this lens's name."""
    rows, state = _read(meeting)
    if state.lens != lens.digest:
        state = replace(state, lens=lens.digest, revision=state.revision + 1)
    for side in Side:
        if any(rows[side][name] != value for name, value in decided(state).items()):
            table = control(side)
            with held(meeting, side) as connection:
                mine = update(table).where(table.c.side == side.value, table.c.fence == state.fence)
                connection.execute(mine.values(**decided(state)))
    return state


def _read(meeting: Meeting) -> tuple[_Rows, State]:
    rows = read_rows(meeting)
    ahead = require_alike(rows)
    found = {side: row for side, row in rows.items() if row is not None}
    if ahead is None or len(found) < len(rows):
        raise FindingsBlock(_("the control table of a side has gone"), where=meeting.new.name)
    return found, state_of(ahead, found[Side.OLD])


def _refusal(meeting: Meeting, held_by: RowMapping) -> Locked:
    message = _("{holder} keeps these databases in step (process {pid} on {host}, since {since})").format(**held_by)
    return Locked(message, where=meeting.old.name,
                  hint=_("inv sync.status shows what it does; it lets go when it is stopped"))
