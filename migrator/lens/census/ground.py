"""The new side before a copy: rows that are there already, triggers, columns that it computes, rights, names, room."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from migrator.lens.census.finding import Finding, Verdict
from migrator.lens.copy.ledger import Ledger
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.schema import Table
from migrator.lens.side import Side
from migrator.text import _
from migrator.units import show_size

LONGEST_NAME = 63
"""Bytes that PostgreSQL keeps of a name."""
_MAY_CREATE = {
    "postgresql": "select has_schema_privilege(current_schema(), 'CREATE')",
    "mariadb": "select count(*) from (select grantee from information_schema.user_privileges "
               "where privilege_type = 'CREATE' union all select grantee from information_schema.schema_privileges "
               "where privilege_type = 'CREATE' and database() like table_schema) as granted "
               "where replace(grantee, '''', '') in (current_user(), current_role())",
}


def ground(lens: Lens, meeting: Meeting) -> Iterator[Finding]:
    """What the new side's tables and server say, whatever the old data is."""
    tables = [lens.schemas[Side.NEW].tables[name] for name in sorted(_filled(lens))]
    with meeting.connect(Side.NEW) as connection:
        if not Ledger(connection, lens.digest).begun():  # else the rows that are there are a copy's own
            for table in tables:
                yield from _rows(connection, table)
        yield from _rights(connection, meeting.new)
    for table in tables:
        yield from _structure(table)
    yield from _names(lens, meeting)
    yield from _room(meeting)


def _filled(lens: Lens) -> set[str]:
    """The new tables that a copy writes into."""
    return {table.name for pair in lens.pairs for table in pair.faces[Side.NEW].tables} | {
        satellite.table for pair in lens.pairs for group in pair.groups for satellite in group.satellites
        if satellite.side is Side.NEW}


def _rows(connection: Connection, table: Table) -> Iterator[Finding]:
    rows = connection.scalar(select(func.count()).select_from(table.clause(Side.NEW)))
    if rows:
        yield Finding("not-empty", Verdict.REFUSED, table.name, _("the new table holds rows already"),
                      _("empty it, or list it in place of its pair: only-new: [{table}]").format(table=table.name),
                      rows=rows)


def _rights(connection: Connection, end: Endpoint) -> Iterator[Finding]:
    may = os.access(str(end.url.database), os.W_OK) if end.make == "sqlite" else bool(
        connection.scalar(text(_MAY_CREATE[end.make])))
    if not may:
        yield Finding("may-not-create", Verdict.REFUSED, end.name,
                      _("the login may not create tables there, and a copy keeps its ledger and its memory in some"),
                      _("grant it CREATE, or name another login"))


def _structure(table: Table) -> Iterator[Finding]:
    if table.triggers:
        yield Finding("trigger", Verdict.OK, table.name, _("a trigger runs for every row: {names}").format(
            names=", ".join(table.triggers)), _("inv map.verify shows afterwards whether it has changed anything"))
    computed = [column.name for column in table.columns.values() if column.generated]
    if computed:
        yield Finding("generated", Verdict.OK, table.name, _("the server computes a column itself"),
                      _("it is not written; a verification compares it only where the mapping names it"),
                      ", ".join(computed))


def _names(lens: Lens, meeting: Meeting) -> Iterator[Finding]:
    """Names of one side that become the same when the other side's server holds rows of it."""
    if meeting.shared:
        return
    for side in Side:
        if meeting.end(side.other).make == "postgresql":
            for table in lens.schemas[side].tables.values():
                short = Counter(name.encode()[:LONGEST_NAME] for name in table.columns)
                same = [name for name in table.columns if short[name.encode()[:LONGEST_NAME]] > 1]
                if same:
                    yield Finding("name-too-long", Verdict.REFUSED, table.name, _(
                        "PostgreSQL keeps {n} bytes of a name, and these names begin with the same").format(
                            n=LONGEST_NAME), _("rename one of them"), ", ".join(same))


def _room(meeting: Meeting) -> Iterator[Finding]:
    """Room is known beforehand only where both sides are files here."""
    if meeting.old.make == meeting.new.make == "sqlite":
        need = Path(str(meeting.old.url.database)).stat().st_size
        free = shutil.disk_usage(Path(str(meeting.new.url.database)).parent).free
        if need > free:
            yield Finding("no-room", Verdict.REFUSED, meeting.new.name, _("the old data has {need}, {free} are free"
                          ).format(need=show_size(need), free=show_size(free)), _("make room, or choose another disk"))
