"""Put capture into a side's database, mend it, and take it out again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby

from sqlalchemy import inspect

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.side import Side
from migrator.sync.bounded import Busy, bounded, busy_told
from migrator.sync.capture import mariadb, postgresql, sqlite
from migrator.sync.capture.births import NAME as BIRTHS
from migrator.sync.capture.births import note_births
from migrator.sync.capture.trigger import Make, Trigger, dirty
from migrator.sync.capture.unseen import mark_all
from migrator.sync.guard import GUARD
from migrator.sync.watch.dirty import DIRTY, dirty_name, noted
from migrator.sync.watch.native import native_types
from migrator.sync.watch.watched import Watched, watched

MAKES: dict[str, Make] = {"postgresql": postgresql, "mariadb": mariadb, "sqlite": sqlite}
PATIENCE = 3.0
"""Seconds that the making of a trigger waits for writers of its table, while others wait behind it."""
COMMON = 3
"""Columns of a dirty table before those that hold values."""
TRIES = 5
PAUSE = 0.5
"""Seconds after the first time that it was in vain; they double each time."""


def install(end: Endpoint, lens: Lens, side: Side) -> None:
    """Have every change of what the lens watches on a side leave an entry; what is there already is left or mended.

    Where something was there and is not whole, changes may have gone unseen: then all rows of that table count as
    written. Each table is done by itself, so that no more than one is locked. Raises Busy when a table's writers do not
    end in time, FindingsBlock when foreign keys take rows along too many paths.
    """
    tables = watched(lens, side)
    with bounded(end, side, PATIENCE) as session:
        fresh = _make_tables(session, side, tables)
        with session.connection.begin():
            note_births(session, side, tables)
            wrong, strange = _compared(session, side, tables)
        _drop(session, side, strange)
        for _name, group in groupby(sorted(wrong, key=_table), key=_table):
            triggers = [*group]
            _patiently(session, partial(_make, session, side, triggers))
            unseen = frozenset().union(*(trigger.notes for trigger in triggers)) - fresh
            with session.connection.begin():
                mark_all(session, [one for one in tables if one.table.name in unseen], tables)


def remove(end: Endpoint, lens: Lens, side: Side) -> None:
    """Take every trigger of capture out of a side's database, and the dirty tables with what is left in them.

    The guard stays: a frozen side needs it.
    """
    with bounded(end, side, PATIENCE) as session:
        with session.connection.begin():
            names = MAKES[end.make].found(session, side)
        _drop(session, side, names)
        for name in (*_dirty_tables(session, side), BIRTHS):
            _patiently(session, partial(session.run, f"DROP TABLE IF EXISTS {session.table(side, name)}"))


def expected(session: Session, side: Side, tables: Sequence[Watched]) -> dict[str, Trigger]:
    """The triggers that must be there, by name."""
    return {trigger.name: trigger for trigger in MAKES[session.make].triggers(session, side, tables)}


def _compared(session: Session, side: Side, tables: Sequence[Watched]) -> tuple[list[Trigger], list[str]]:
    """What is missing or not as it should be, and what should not be there."""
    needed, found = expected(session, side, tables), MAKES[session.make].found(session, side)
    wrong = [trigger for trigger in needed.values() if found.get(trigger.name) != trigger.definition]
    return wrong, [name for name in found if name not in needed]


def _make_tables(session: Session, side: Side, tables: Sequence[Watched]) -> set[str]:
    """Make the dirty tables that are not there; the names of what is watched by those.

    One that holds other columns gives way, once nothing is written to it any more.
    """
    there = _dirty_tables(session, side)
    others = {dirty_name(one.table.name): one for one in tables
              if there.get(dirty_name(one.table.name)) != [*noted("was", one), *noted("now", one)]}
    outdated = [name for name in others if name in there]
    if outdated:
        with session.connection.begin():
            found = MAKES[session.make].found(session, side)
        _drop(session, side, [name for name, said in found.items() if any(table in said for table in outdated)])
    with session.connection.begin():
        if session.make == "sqlite":
            session.run(f"CREATE TABLE IF NOT EXISTS {session.table(side, GUARD)} (n INTEGER PRIMARY KEY)")
        for name, one in others.items():
            session.run(f"DROP TABLE IF EXISTS {session.table(side, name)}")
            _make_table(session, one)
    return {one.table.name for name, one in others.items() if name not in there}


def _make_table(session: Session, watched: Watched) -> None:
    types = native_types(session, watched.side, watched.table.name)
    spelled = [f"{session.quoted([label])} {types[name]}" for when in ("was", "now")
               for label, name in zip(noted(when, watched), watched.columns, strict=True)]
    session.run_as_told(f"CREATE TABLE {dirty(session, watched)} ({MAKES[session.make].COLUMNS}, {', '.join(spelled)})")
    if session.make == "postgresql":
        session.run_as_told(f"CREATE INDEX ON {dirty(session, watched)} (n)")


def _dirty_tables(session: Session, side: Side) -> dict[str, list[str]]:
    """The dirty tables that are there, with the columns that hold values."""
    with session.connection.begin():
        inspector, space = inspect(session.connection), session.schema(side)
        names = [name for name in inspector.get_table_names(schema=space) if name.startswith(DIRTY)]
        columns = inspector.get_multi_columns(schema=space, filter_names=names) if names else {}
    return {name: [column["name"] for column in found][COMMON:] for (_space, name), found in columns.items()}


def _make(session: Session, side: Side, triggers: Iterable[Trigger]) -> None:
    for trigger in triggers:
        MAKES[session.make].drop(session, side, trigger.name)
        for statement in trigger.make:
            session.run_as_told(statement)


def _drop(session: Session, side: Side, names: Iterable[str]) -> None:
    for name in names:
        _patiently(session, partial(MAKES[session.make].drop, session, side, name))


def _patiently(session: Session, act: Callable[[], object]) -> None:
    """Act in a transaction of its own, and again after a pause when others did not let go in time."""
    for number in range(TRIES):
        try:
            with busy_told(session), session.connection.begin():
                act()
            return
        except Busy:
            if number == TRIES - 1:
                raise
            time.sleep(PAUSE * 2 ** number)


def _table(trigger: Trigger) -> str:
    return trigger.table
