"""Two databases compared: server, structure, rows, digests outside of what was changed on purpose, roles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy.engine import make_url

from migrator.clone.parity.score import Compared, compared, lines
from migrator.database.base import OURS, Database, TableFacts
from migrator.playbook.inventory import Database as Entry
from migrator.text import _

_SORTS = {"version": "version", "time_zone": "time zone"}
"""Settings of a server that are no matter of its locale."""
_PLAIN = "schemaname not in ('pg_catalog', 'information_schema')"
_ROLES = {
    "postgresql": (
        f"select 'owner of ' || tablename || ': ' || tableowner from pg_tables where {_PLAIN}",  # noqa: S608
        """select lower(privilege_type) || ' on ' || table_name || ': ' || grantee
           from information_schema.role_table_grants where table_schema not in ('pg_catalog', 'information_schema')""",
        """select 'member of ' || r.rolname || ': ' || m.rolname from pg_auth_members a
           join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member where m.rolname = current_user""",
        """select 'superuser ' || rolsuper || ', makes databases ' || rolcreatedb || ', makes roles ' || rolcreaterole
           || ': ' || rolname from pg_roles where rolname = current_user"""),
    "mariadb": (
        """select concat(lower(privilege_type), ' on ', table_name, ': ', grantee)
           from information_schema.table_privileges where table_schema = database()""",
        """select concat(lower(privilege_type), ' on the database: ', grantee)
           from information_schema.schema_privileges where replace(table_schema, '\\\\_', '_') = database()"""),
    "sqlite": (),
}
"""What roles may do, one line each; SQLite knows no roles."""


def databases(name: str, live: Database, copy: Database, entries: tuple[Entry, Entry],
              without: Mapping[str, Collection[str]], changed: Collection[str]) -> Iterator[Compared]:
    """One database of both sides.

    without: columns by table that a mask or a neutralised integration has changed; digests leave them out.
    changed: tables in which a statement has changed rows, so that neither rows nor digests are compared.
    """
    there, here = live.server(), copy.server()
    for key in sorted(there.keys() | here.keys()):
        yield compared(_SORTS.get(key, "locale"), name, _only(there, key), _only(here, key))
    yield lines("schema", name, live.schema().lines, copy.schema().lines)
    yield from _tables(name, live.tables(without=without), copy.tables(without=without), changed)
    yield lines("role", name, _roles(live, _user(entries[0])), _roles(copy, _user(entries[1])))


def _tables(name: str, there: Mapping[str, TableFacts], here: Mapping[str, TableFacts],
            changed: Collection[str]) -> Iterator[Compared]:
    there = {table: facts for table, facts in there.items() if table not in changed}
    here = {table: facts for table, facts in here.items() if table not in changed}
    both = [table for table in there if table in here and there[table].rows == here[table].rows]
    yield compared("rows", name, _rows(there), _rows(here))
    yield compared("digest", name, {t: there[t].digest[:12] for t in both}, {t: here[t].digest[:12] for t in both})


def _rows(tables: Mapping[str, TableFacts]) -> dict[str, str]:
    return {table: _("{count} rows").format(count=facts.rows) for table, facts in tables.items()}


def _roles(database: Database, user: str) -> list[str]:
    """With the environment's own user under one name, since each side has its own; without our own tables."""
    found = [str(line) for query in _ROLES[database.make] for (line,) in database.query(query) if OURS not in line]
    own = re.compile(rf"(?<=: )'?{re.escape(user)}'?(?:@\S+)?$") if user else None
    return [own.sub(_("the application"), line) if own else line for line in found]


def _user(entry: Entry) -> str:
    return make_url(entry.url).username or ""


def _only(settings: Mapping[str, str], key: str) -> dict[str, str]:
    return {key: settings[key]} if key in settings else {}
