"""Capture on MariaDB: one trigger for each event, with the rights of whoever installs it, and those of `cascades`."""
# ruff: noqa: S608 - names are quoted by the dialect

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.capture.cascades import cascades
from migrator.sync.capture.trigger import CAPTURE, MOMENTS, Trigger, as_told, columns, dirty, trigger_name, values
from migrator.sync.guard import GUARD
from migrator.sync.watch.watched import Watched

COLUMNS = ("n bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, at datetime(6) NOT NULL DEFAULT (utc_timestamp(6)), "
           "tries smallint NOT NULL DEFAULT 0")


def triggers(session: Session, side: Side, watched: Sequence[Watched]) -> list[Trigger]:
    """See `Make`."""
    rows = [trigger for one in watched for trigger in _of_rows(session, one)]
    along = [_trigger(session, side, table, f"BEFORE {event.upper()}", f"along_{event}", taken.acts, taken.notes)
             for (table, event), taken in cascades(session, side, watched).items()]
    return [*rows, *along]


def _of_rows(session: Session, watched: Watched) -> Iterator[Trigger]:
    table = watched.table.name
    for event, when in MOMENTS.items():
        act = (f"INSERT INTO {dirty(session, watched)} ({columns(session, watched, *when)}) "
               f"VALUES ({values(session, watched, *when)});")
        yield _trigger(session, watched.side, table, f"AFTER {event.upper()}", event, act, frozenset({table}))


def _trigger(session: Session, side: Side, table: str, when: str, event: str, acts: str, notes: frozenset[str]
             ) -> Trigger:
    name = trigger_name(event, table)
    body = f"IF @{GUARD} IS NULL THEN {acts} END IF"
    statement = f"CREATE TRIGGER {session.table(side, name)} {when} ON {session.table(side, table)} FOR EACH ROW {body}"
    return Trigger(table, notes, name, as_told(session, body), (as_told(session, statement),))


def found(session: Session, side: Side) -> dict[str, str]:
    """The bodies of our triggers."""
    rows = session.connection.execute(_FOUND, {"prefix": CAPTURE, "space": session.schema(side)})
    return dict(rows.all())


def drop(session: Session, side: Side, name: str) -> None:
    """The trigger."""
    session.run(f"DROP TRIGGER IF EXISTS {session.table(side, name)}")


_FOUND = text("""
    select trigger_name, action_statement from information_schema.triggers
    where trigger_schema = :space and left(trigger_name, char_length(:prefix)) = :prefix""")
