"""What PostgreSQL's triggers do not see, and what it takes to make them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.model.finding import Finding, blocks, warns
from migrator.sync.watch.watched import Watched
from migrator.text import _

LONG = 60
"""Seconds after which an open transaction is told of."""


def spots(session: Session, side: Side, tables: Sequence[Watched]) -> Iterator[Finding]:
    """See `Make`."""
    space = session.schema(side)
    asked: dict[str, Any] = {"space": space, "tables": [one.table.name for one in tables], "long": LONG}
    if not session.connection.execute(_MAY_CREATE, asked).scalar():
        yield blocks("sync.schema-right", _("the login may not create anything in the schema {schema}").format(
            schema=space), _("GRANT CREATE ON SCHEMA to it"), name=space, side=side)
    for name, code in session.connection.execute(_TABLES, asked):
        message, advice = _told(code)
        yield blocks(code, message.format(table=name), advice, name=name, side=side)
    for pid, who, seconds in session.connection.execute(_LONG, asked):
        yield warns("sync.long-transaction", _("a transaction of {user} (process {pid}) has been open for {seconds} "
                                               "seconds: triggers cannot be made on what it has written to").format(
            user=who, pid=pid, seconds=seconds), _("wait for its end, or end it"), pid=pid, side=side)


def _told(code: str) -> tuple[str, str]:
    return {
        "sync.not-owner": (_("{table} belongs to another role: its triggers cannot be made to fire always"),
                           _("use the login that owns it, or GRANT that role to this one")),
        "sync.unlogged": (_("{table} is unlogged: the server empties it after a crash, and nothing tells of it"),
                          _("ALTER TABLE SET LOGGED, or leave it out of the mapping")),
        "sync.inherited": (_("other tables inherit from {table}: their rows are seen in it, and its triggers do not "
                             "fire for them"), _("map those tables by themselves, or make them partitions")),
        "sync.foreign-partition": (_("a partition of {table} is on another server: its rows can be emptied unseen"),
                                   _("bring the partition here, or leave the table out of the mapping")),
    }[code]


_MAY_CREATE = text("select has_schema_privilege(:space, 'CREATE')")

_TABLES = text("""
    with watched as (
        select t.oid, t.relname, t.relowner, t.relpersistence, t.relkind from pg_class t
        join pg_namespace n on n.oid = t.relnamespace and n.nspname = :space
        where t.relname = any(:tables))
    select relname, 'sync.not-owner' from watched where not pg_has_role(relowner, 'USAGE')
    union all
    select distinct w.relname, 'sync.unlogged' from watched w
    where w.relpersistence = 'u' or exists (select from pg_partition_tree(w.oid) p join pg_class c on c.oid = p.relid
                                            where c.relpersistence = 'u')
    union all
    select distinct w.relname, 'sync.inherited' from watched w join pg_inherits i on i.inhparent = w.oid
    where w.relkind = 'r'
    union all
    select distinct w.relname, 'sync.foreign-partition' from watched w, pg_partition_tree(w.oid) p
    join pg_class c on c.oid = p.relid and c.relkind = 'f'
    order by 1, 2""")

_LONG = text("""
    select pid, usename, extract(epoch from clock_timestamp() - xact_start)::int from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and xact_start < clock_timestamp() - make_interval(secs => :long)
    union all
    select null, owner, extract(epoch from clock_timestamp() - prepared)::int from pg_prepared_xacts
    where database = current_database()""")
