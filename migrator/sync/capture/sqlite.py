"""Capture on SQLite: one trigger for each event."""

from __future__ import annotations

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.sync.capture.trigger import CAPTURE, WHEN, Trigger, entry, trigger_name, types_of_entries
from migrator.sync.dirty import dirty_name
from migrator.sync.guard import GUARD
from migrator.sync.watched import Watched


def dirty_columns(session: Session, watched: Watched) -> str:
    """Types as they are declared."""
    found = {row.name: row.type for row in session.connection.execute(_TYPES, {"name": watched.table.name})}
    return ("n integer PRIMARY KEY AUTOINCREMENT, "
            "at text NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'), "
            "tries integer NOT NULL DEFAULT 0, "
            + types_of_entries(session, watched, (found[name] for name in watched.columns)))


def triggers(session: Session, watched: tuple[Watched, ...]) -> list[Trigger]:
    """A trigger for each event of each table."""
    return [_row_trigger(session, one, event) for one in watched for event in WHEN]


def _row_trigger(session: Session, watched: Watched, event: str) -> Trigger:
    name = trigger_name(event, watched.table.name)
    columns, values = entry(session, watched, *WHEN[event])
    target = session.quoted([dirty_name(watched.table.name)])  # of the trigger's own file: no schema can be named
    definition = (f"CREATE TRIGGER {session.quoted([name])} AFTER {event.upper()} "  # noqa: S608
                  f"ON {session.quoted([watched.table.name])} WHEN NOT EXISTS (SELECT 1 FROM {GUARD}) "
                  f"BEGIN INSERT INTO {target} ({columns}) VALUES ({values}); END")
    return Trigger(watched.table.name, name, definition, (definition,))


def found(session: Session) -> dict[str, str]:
    """Our triggers, word for word."""
    return dict(session.connection.execute(_FOUND, {"prefix": CAPTURE}).all())


def drop(session: Session, name: str) -> None:
    """The trigger."""
    session.run_as_told(f"DROP TRIGGER IF EXISTS {session.quoted([name])}")


_TYPES = text("select name, type from pragma_table_xinfo(:name)")
_FOUND = text("select name, sql from sqlite_master where type = 'trigger' "
              "and substr(name, 1, length(:prefix)) = :prefix")
