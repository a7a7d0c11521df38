"""Capture on MariaDB: one trigger for each event, with the rights of whoever installs it."""

from __future__ import annotations

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.sync.capture.trigger import CAPTURE, WHEN, Trigger, dirty, entry, trigger_name, types_of_entries
from migrator.sync.guard import GUARD
from migrator.sync.watched import Watched


def dirty_columns(session: Session, watched: Watched) -> str:
    """Types as the catalogue spells them, without defaults and clocks of their own."""
    found = {name: f"{type_} CHARACTER SET {charset} COLLATE {collation}" if charset else type_
             for name, type_, charset, collation in session.connection.execute(
                 _TYPES, {"space": session.schema(watched.side), "name": watched.table.name})}
    return ("n bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, "
            "at datetime(6) NOT NULL DEFAULT (utc_timestamp(6)), tries smallint NOT NULL DEFAULT 0, "
            + types_of_entries(session, watched, (f"{found[name]} NULL DEFAULT NULL" for name in watched.columns)))


def triggers(session: Session, watched: tuple[Watched, ...]) -> list[Trigger]:
    """A trigger for each event of each table."""
    return [_row_trigger(session, one, event) for one in watched for event in WHEN]


def _row_trigger(session: Session, watched: Watched, event: str) -> Trigger:
    name = trigger_name(event, watched.table.name)
    columns, values = entry(session, watched, *WHEN[event])
    body = (f"IF @{GUARD} IS NULL THEN INSERT INTO {dirty(session, watched)} ({columns}) "  # noqa: S608
            f"VALUES ({values}); END IF")
    return Trigger(watched.table.name, name, body, (
        f"CREATE TRIGGER {session.table(watched.side, name)} AFTER {event.upper()} "
        f"ON {session.table(watched.side, watched.table.name)} FOR EACH ROW {body}",))


def found(session: Session) -> dict[str, str]:
    """The bodies of our triggers."""
    rows = session.connection.execute(_FOUND, {"prefix": CAPTURE, "space": session.endpoint.namespace})
    return dict(rows.all())


def drop(session: Session, name: str) -> None:
    """The trigger."""
    space = session.connection.dialect.identifier_preparer.quote_identifier(session.endpoint.namespace)
    session.run_as_told(f"DROP TRIGGER IF EXISTS {space}.{session.quoted([name])}")


_TYPES = text("""
    select column_name, column_type, character_set_name, collation_name from information_schema.columns
    where table_schema = :space and table_name = :name""")

_FOUND = text("""
    select trigger_name, action_statement from information_schema.triggers
    where trigger_schema = :space and left(trigger_name, char_length(:prefix)) = :prefix""")
