"""Take back: have two databases as they were before they were kept in step, but for what users have written."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import inspect

from migrator.database.base import OURS
from migrator.errors import WrongUse
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.capture import remove
from migrator.sync.freeze import thaw
from migrator.sync.numbers import bring_together
from migrator.sync.state import Lease, read_state
from migrator.sync.state.row import NAME as CONTROL
from migrator.text import _

PATIENCE = 60.0
"""Seconds in which an applier has to let us have the lease."""
Tables = Mapping[Side, Collection[str]]


def ours(meeting: Meeting) -> dict[Side, list[str]]:
    """The tables of ours that each side has."""
    return {side: _there(meeting, side) for side in Side}


def kept(text: str | None) -> Tables:
    """The tables that are not to be touched, read from `old.TABLE,new.TABLE`. Raises WrongUse for other forms."""
    tables: dict[Side, list[str]] = {side: [] for side in Side}
    for name in filter(None, map(str.strip, (text or "").split(","))):
        side, dot, table = name.partition(".")
        if side not in list(Side) or not dot or not table:
            raise WrongUse(_('a table that stays is old.TABLE or new.TABLE, not "{text}"').format(text=name))
        tables[Side(side)].append(table)
    return tables


def take_back(lens: Lens, meeting: Meeting, kept: Tables) -> bool:
    """Remove capture, and every table of ours but those named; whether there was anything. Safe to repeat.

    Raises WrongUse while the new side is the truth: what users write there would not come home any more.
    """
    there = ours(meeting)
    if all(CONTROL in tables for tables in there.values()):
        _require_home(meeting)
        with Lease.take(meeting, lens, _("take back"), patience=PATIENCE, renew=True) as lease:
            bring_together(lens, meeting, lease.state.settings.get("numbers", {}))
            for side in Side:
                thaw(meeting.end(side), side)
                remove(meeting.end(side), lens, side)
    gone = {side: [name for name in tables if name not in kept[side]] for side, tables in ours(meeting).items()}
    for side, names in gone.items():
        _drop(meeting, side, names)
    return any(there[side] != [*kept[side]] for side in Side)


def _require_home(meeting: Meeting) -> None:
    state = read_state(meeting)
    if state and state.truth is Side.NEW:
        raise WrongUse(_("the new side is the truth: what is written there would not come home any more"),
                       where=meeting.new.name, hint=_("inv sync.back first"))


def _there(meeting: Meeting, side: Side) -> list[str]:
    with meeting.connect(side) as connection:
        space = connection.get_execution_options()["schema_translate_map"][side]
        return sorted(name for name in inspect(connection).get_table_names(schema=space) if name.startswith(OURS))


def _drop(meeting: Meeting, side: Side, names: Collection[str]) -> None:
    """The control row last: as long as it is there, it is known that something is left."""
    with meeting.connect(side) as connection:
        session = Session(meeting.end(side), connection)
        for name in sorted(names, key=lambda name: name == CONTROL):
            session.run_as_told(f"DROP TABLE IF EXISTS {session.table(side, name)}")
        connection.commit()
