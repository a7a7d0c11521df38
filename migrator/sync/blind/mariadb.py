"""What MariaDB's triggers do not see, and what it takes to make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.exc import DBAPIError

from migrator.errors import FindingsBlock
from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.model.finding import Finding, blocks, informs, warns
from migrator.sync.blind.postgresql import LONG
from migrator.sync.capture.births import may_tell
from migrator.sync.capture.cascades import cascades
from migrator.sync.watch.watched import Watched
from migrator.text import _


def spots(session: Session, side: Side, tables: Sequence[Watched]) -> Iterator[Finding]:
    """See `Make`."""
    names = [one.table.name for one in tables]
    asked: dict[str, Any] = {"space": session.schema(side), "tables": names or [""], "long": LONG}
    yield from _rights(session, side, asked)
    for name, engine in session.connection.execute(_ENGINES, asked):
        yield blocks("sync.engine", _("{table} is kept by {engine}, which knows no transactions").format(
            table=name, engine=engine), _("ALTER TABLE .. ENGINE = InnoDB"), name=name, side=side)
    yield from _cascades(session, side, tables, asked)
    for thread, seconds in _if_allowed(session, _LONG, asked):
        yield warns("sync.long-transaction", _("a transaction (thread {pid}) has been open for {seconds} seconds: "
                                               "triggers cannot be made on what it has used").format(
            pid=thread, seconds=seconds), _("wait for its end, or end it"), pid=thread, side=side)


def _rights(session: Session, side: Side, asked: Mapping[str, Any]) -> Iterator[Finding]:
    space = str(asked["space"])
    trigger, super_, roles = session.connection.execute(_RIGHTS, asked).one()
    if not trigger and not roles:
        yield blocks("sync.trigger-right", _("the login may not make triggers in {database}").format(database=space),
                     _("GRANT TRIGGER ON the database to it"), name=space, side=side)
    closed = session.run("SELECT @@log_bin AND NOT @@log_bin_trust_function_creators").scalar()
    if closed and not super_ and not roles:
        yield blocks("sync.binlog", _("the server writes a binlog and lets only administrators make triggers"),
                     _("SET GLOBAL log_bin_trust_function_creators = 1, or use a login with SUPER"),
                     name="log_bin_trust_function_creators", side=side)
    if not may_tell(session, side):
        yield warns("sync.truncate", _("a TRUNCATE is noticed only while the table is still empty: the login may not "
                                       "see when the server has made a table anew"), _("GRANT PROCESS ON *.* to it"),
                    name="truncate", side=side)


def _cascades(session: Session, side: Side, tables: Sequence[Watched], asked: Mapping[str, Any]) -> Iterator[Finding]:
    for name, child, parent in session.connection.execute(_ABROAD, asked):
        yield blocks("sync.cascade-abroad", _("the foreign key {name} changes rows of {table} when rows of {parent} "
                                              "change, in another database where nobody watches").format(
            name=name, table=child, parent=parent), _("have it restrict instead"), name=name, side=side)
    try:
        found = cascades(session, side, tables)
    except FindingsBlock as error:
        yield blocks("sync.cascade-paths", error.message, error.hint or "", side=side)
        return
    for parent in sorted({parent for parent, _event in found}):
        yield informs("sync.cascades", _("foreign keys change watched rows when rows of {parent} do: its triggers will "
                                         "note them").format(parent=parent), side=side)


def _if_allowed(session: Session, question: TextClause, asked: Mapping[str, Any]) -> Sequence[Any]:
    try:
        return session.connection.execute(question, asked).all()
    except DBAPIError:
        return ()


# A grant to a whole database is a pattern. Rights that come by a role are not looked into.
_RIGHTS = text("""
    with mine as (select concat("'", replace(current_user(), '@', "'@'"), "'") who)
    select exists (select 1 from information_schema.user_privileges, mine
                   where grantee = who and privilege_type = 'TRIGGER')
        or exists (select 1 from information_schema.schema_privileges, mine
                   where grantee = who and privilege_type = 'TRIGGER' and :space like table_schema),
           exists (select 1 from information_schema.user_privileges, mine
                   where grantee = who and privilege_type = 'SUPER'),
           exists (select 1 from information_schema.enabled_roles where role_name is not null)""")

_ENGINES = text("""
    select table_name, engine from information_schema.tables
    where table_schema = :space and table_name in :tables and engine <> 'InnoDB' order by 1""").bindparams(
        bindparam("tables", expanding=True))

_ABROAD = text("""
    select constraint_name, table_name, concat(unique_constraint_schema, '.', referenced_table_name)
    from information_schema.referential_constraints
    where constraint_schema = :space and unique_constraint_schema <> :space and table_name in :tables
      and (update_rule in ('CASCADE', 'SET NULL') or delete_rule in ('CASCADE', 'SET NULL'))""").bindparams(
        bindparam("tables", expanding=True))

_LONG = text("""
    select trx_mysql_thread_id, timestampdiff(second, trx_started, now()) from information_schema.innodb_trx
    where trx_started < now() - interval :long second and trx_mysql_thread_id <> connection_id()""")
