"""Capture on PostgreSQL: one function and one row trigger for each event, and one for TRUNCATE.

Row triggers, because they also fire for writes that name a partition, for rows that a subscription applies and within
COPY; a statement trigger over transition tables could not tell which row before belongs to which row after. The
functions run with the rights of whoever installs them, so that the application's login needs none on our tables; they
hold no operator and no bare name, which somebody's search_path could bend. The guard stands in the trigger's own
condition: what we write ourselves does not even queue an event. ENABLE ALWAYS fires also in sessions that load as a
replica does.
"""
# ruff: noqa: S608 - names are quoted by the dialect

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.capture.trigger import CAPTURE, MOMENTS, Trigger, as_told, columns, dirty, trigger_name, values
from migrator.sync.guard import SETTING
from migrator.sync.watch.watched import Watched

# No sequence: applications that ask lastval() for the number of their own row would be given ours.
COLUMNS = ("n bigint NOT NULL DEFAULT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint, "
           "at timestamp NOT NULL DEFAULT (pg_catalog.clock_timestamp() AT TIME ZONE 'UTC'), "
           "tries smallint NOT NULL DEFAULT 0")
UNGUARDED = f"pg_catalog.current_setting('{SETTING}', true) IS DISTINCT FROM 'on'"


def triggers(session: Session, side: Side, watched: Sequence[Watched]) -> list[Trigger]:
    """See `Make`."""
    return [trigger for one in watched for trigger in _of_table(session, one)]


def _of_table(session: Session, watched: Watched) -> Iterator[Trigger]:
    table, dirties = watched.table.name, dirty(session, watched)
    place = {"space": session.schema(watched.side), "name": table}
    tree = [(name, spelled.replace("%", "%%"), holds) for name, spelled, holds in
            session.connection.execute(_TREE, place)]
    for event, when in MOMENTS.items():
        act = f"INSERT INTO {dirties} ({columns(session, watched, *when)}) VALUES ({values(session, watched, *when)})"
        yield _trigger(session, watched, table, [spelled for _name, spelled, _holds in tree], event, act)
    for name, spelled, holds in tree:
        if holds:
            act = (f"INSERT INTO {dirties} ({columns(session, watched, 'was')}) "
                   f"SELECT {session.quoted(watched.columns)} FROM ONLY {spelled}")
            yield _trigger(session, watched, name, [spelled], "truncate", act)


def _trigger(session: Session, watched: Watched, of: str, tables: Sequence[str], event: str, act: str) -> Trigger:
    """The trigger on the first of the tables, whose partitions are the others and get it with it."""
    name = trigger_name(event, of)
    function, quoted = session.table(watched.side, name), session.quoted([name])
    when, each = ("BEFORE", "STATEMENT") if event == "truncate" else ("AFTER", "ROW")
    body = f"BEGIN {act}; RETURN NULL; END"
    statements = (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS {_literal(body)}",
        f"CREATE TRIGGER {quoted} {when} {event.upper()} ON {tables[0]} FOR EACH {each} WHEN ({UNGUARDED}) "
        f"EXECUTE FUNCTION {function}()",
        *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {quoted}" for table in tables))
    return Trigger(watched.table.name, frozenset({watched.table.name}), name, as_told(session, body),
                   tuple(as_told(session, words) for words in statements))


def found(session: Session, side: Side) -> dict[str, str]:
    """The bodies of our functions; of what does not fire always, and everywhere, something else."""
    rows = session.connection.execute(_FOUND, {"prefix": CAPTURE, "space": session.schema(side)})
    return {name: body if fires else f"({fires}) {body}" for name, fires, body in rows}


def drop(session: Session, side: Side, name: str) -> None:
    """The function, and every trigger that runs it."""
    session.run(f"DROP FUNCTION IF EXISTS {session.table(side, name)}() CASCADE")


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


# The table, then its partitions; TRUNCATE empties those that hold rows, each by itself.
_TREE = text("""
    select c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind = 'r'
    from pg_class t
    join pg_namespace s on s.oid = t.relnamespace and s.nspname = :space
    join pg_class c on c.relkind in ('r', 'p')
                   and (c.oid = t.oid or c.oid in (select relid from pg_partition_tree(t.oid)))
    join pg_namespace n on n.oid = c.relnamespace
    where t.relname = :name
    order by c.oid <> t.oid, c.oid""")

_FOUND = text("""
    select p.proname, coalesce(bool_and(t.tgenabled = 'A' and t.tgname = p.proname), false) and p.prosecdef, p.prosrc
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname = :space
    left join pg_trigger t on t.tgfoid = p.oid
    where starts_with(p.proname, :prefix)
    group by p.oid""")
