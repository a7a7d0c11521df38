"""Capture on SQLite: one trigger for each event, and one before it for rows that REPLACE pushes out.

SQLite fires no trigger for a row that gives way to another with the same unique value, unless the application has asked
for it: so the rows that hold one of a new row's values are noted before it comes. Rows that foreign keys delete or
change fire as others do.
"""
# ruff: noqa: S608 - names are quoted by the dialect

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Text, func, select

from migrator.lens.copy.session import Session
from migrator.lens.schema import named
from migrator.lens.side import Side
from migrator.lens.types import Family
from migrator.sync.capture.trigger import CAPTURE, MOMENTS, Trigger, columns, trigger_name, values
from migrator.sync.guard import GUARD
from migrator.sync.watch.dirty import dirty_name
from migrator.sync.watch.watched import Watched

COLUMNS = ("n integer PRIMARY KEY, "  # AUTOINCREMENT would write one more page in every transaction
           "at text NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'), "
           "tries integer NOT NULL DEFAULT 0")


def triggers(session: Session, side: Side, watched: Sequence[Watched]) -> list[Trigger]:
    """See `Make`."""
    return [trigger for one in watched for trigger in (*_of_rows(session, one), *_of_replaced(session, one))]


def _of_rows(session: Session, watched: Watched) -> Iterator[Trigger]:
    for event, when in MOMENTS.items():
        yield _trigger(session, watched, event, f"AFTER {event.upper()}", when,
                       f"VALUES ({values(session, watched, *when)})")


def _of_replaced(session: Session, watched: Watched) -> Iterator[Trigger]:
    uniques = _uniques(watched)
    if not uniques:
        return
    holds = " OR ".join(f"({_same(session, unique, 'NEW')})" for unique in uniques)
    rows = f"SELECT {session.quoted(watched.columns)} FROM {session.quoted([watched.table.name])} WHERE ({holds})"
    yield _trigger(session, watched, "replace", "BEFORE INSERT", ("was",), rows)
    if key := watched.table.key:
        changed = session.quoted(dict.fromkeys(name for unique in uniques for name in unique))
        others = f"{rows} AND NOT ({_same(session, key, 'OLD')})"
        yield _trigger(session, watched, "replace_by_update", f"BEFORE UPDATE OF {changed}", ("was",), others)


def _uniques(watched: Watched) -> list[tuple[str, ...]]:
    """What a row may give way for; a key that says all that is noted is noted of the new row anyway."""
    table = watched.table
    noted_anyway = set(watched.columns) <= set(table.key) and all(
        table.columns[name].type.family is Family.INTEGER for name in table.key)
    keys = [] if noted_anyway or not table.key or table.assumed else [table.key]
    return [*keys, *(unique for unique in table.uniques if unique != table.key)]


def _same(session: Session, names: Sequence[str], row: str) -> str:
    return " AND ".join(f"{session.quoted([name])} = {row}.{session.quoted([name])}" for name in names)


def _trigger(session: Session, watched: Watched, event: str, when: str, moments: Sequence[str], rows: str) -> Trigger:
    table, name = watched.table.name, trigger_name(event, watched.table.name)
    target = session.quoted([dirty_name(table)])  # of the trigger's own file: no other can be named
    definition = (f"CREATE TRIGGER {session.quoted([name])} {when} ON {session.quoted([table])} "
                  f"WHEN NOT EXISTS (SELECT 1 FROM {GUARD}) "
                  f"BEGIN INSERT INTO {target} ({columns(session, watched, *moments)}) {rows}; END")
    return Trigger(table, frozenset({table}), name, definition, (definition,))


def found(session: Session, side: Side) -> dict[str, str]:
    """Our triggers, word for word."""
    master = named("sqlite_master", dict.fromkeys(("type", "name", "sql"), Text()), side)
    rows = session.connection.execute(select(master.c.name, master.c.sql).where(
        master.c.type == "trigger", func.substr(master.c.name, 1, len(CAPTURE)) == CAPTURE))
    return dict(rows.all())


def drop(session: Session, side: Side, name: str) -> None:
    """The trigger."""
    session.run_as_told(f"DROP TRIGGER IF EXISTS {session.table(side, name)}")

