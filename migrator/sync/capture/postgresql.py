"""Capture on PostgreSQL: one function and one row trigger for each event.

Row triggers, because they also fire for writes that name a partition, for rows that a subscription applies and within
COPY; a statement trigger over transition tables could not tell which row before belongs to which row after. The
functions run with the rights of whoever installs them, so that the application's login needs none on our tables; they
hold no operator and no bare name, which somebody's search_path could bend. The guard stands in the trigger's own
condition: what we write ourselves does not even queue an event. ENABLE ALWAYS fires also in sessions that load as a
replica does.
"""

from __future__ import annotations

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.sync.capture.trigger import CAPTURE, WHEN, Trigger, dirty, entry, trigger_name, types_of_entries
from migrator.sync.guard import SETTING
from migrator.sync.watched import Watched

UNGUARDED = f"pg_catalog.current_setting('{SETTING}', true) IS DISTINCT FROM 'on'"


def dirty_columns(session: Session, watched: Watched) -> str:
    """Types as the catalogue spells them, of domains what they are made of: an entry may leave out what a row must say.
    """
    found: dict[str, str] = dict(session.connection.execute(_TYPES, {
        "space": session.schema(watched.side), "name": watched.table.name}).all())
    return ("n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "at timestamp NOT NULL DEFAULT (pg_catalog.clock_timestamp() AT TIME ZONE 'UTC'), "
            "tries smallint NOT NULL DEFAULT 0, "
            + types_of_entries(session, watched, (found[name] for name in watched.columns)))


def triggers(session: Session, watched: tuple[Watched, ...]) -> list[Trigger]:
    """A function and a trigger for each event of each table."""
    return [_row_trigger(session, one, event) for one in watched for event in WHEN]


def _row_trigger(session: Session, watched: Watched, event: str) -> Trigger:
    name = trigger_name(event, watched.table.name)
    columns, values = entry(session, watched, *WHEN[event])
    body = f"BEGIN INSERT INTO {dirty(session, watched)} ({columns}) VALUES ({values}); RETURN NULL; END"  # noqa: S608
    function, table = session.table(watched.side, name), session.table(watched.side, watched.table.name)
    return Trigger(watched.table.name, name, body, (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS {literal(body)}",
        f"CREATE TRIGGER {session.quoted([name])} AFTER {event.upper()} ON {table} FOR EACH ROW "
        f"WHEN ({UNGUARDED}) EXECUTE FUNCTION {function}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {session.quoted([name])}"))


def found(session: Session) -> dict[str, str]:
    """The bodies of our functions; what does not fire always, or fires something else, is told instead."""
    rows = session.connection.execute(_FOUND, {"prefix": CAPTURE, "space": session.endpoint.namespace})
    return {name: body if enabled == "A" and own and body else f"{enabled} {own} {body}"
            for name, enabled, own, body in rows}


def drop(session: Session, name: str) -> None:
    """The function, and every trigger that runs it."""
    space = session.connection.dialect.identifier_preparer.quote_identifier(session.endpoint.namespace)
    session.run_as_told(f"DROP FUNCTION IF EXISTS {space}.{session.quoted([name])}() CASCADE")


def literal(words: str) -> str:
    """A text as a constant."""
    return "'" + words.replace("'", "''") + "'"


_TYPES = text("""
    select a.attname, format_type(b.oid, case when t.typtype = 'd' then t.typtypmod else a.atttypmod end)
           || coalesce(' collate ' || quote_ident(n.nspname) || '.' || quote_ident(l.collname), '')
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relname = :name
    join pg_namespace s on s.oid = c.relnamespace and s.nspname = :space
    join pg_type t on t.oid = a.atttypid
    join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    left join pg_collation l on l.oid = a.attcollation and l.oid <> b.typcollation
    left join pg_namespace n on n.oid = l.collnamespace
    where a.attnum > 0 and not a.attisdropped""")

_FOUND = text("""
    select p.proname, t.tgenabled::text, t.tgname = p.proname, p.prosrc
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname = :space
    left join pg_trigger t on t.tgfoid = p.oid and t.tgparentid = 0
    where starts_with(p.proname, :prefix)""")
