"""Whether a database holds exactly what a set says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.database.base import Database, TableFacts
from migrator.database.compare import compare
from migrator.playbook.inventory import Database as Entry
from migrator.reach import open_at
from migrator.site import Site
from migrator.text import _

Tables = Mapping[str, Mapping[str, Any]]
"""Facts of every table as JSON holds them, by the table's name."""


def facts_of(database: Database) -> Tables:
    """Rows, bytes and digest of every table."""
    return {table: facts.as_json() for table, facts in database.tables().items()}


def differences(database: Database, tables: Tables, schema: str) -> list[str]:
    """One line for each table that differs from the facts, and one when the structure does; empty when equal."""
    wanted = {name: TableFacts.from_json(facts) for name, facts in tables.items()}
    lines = [str(d) for d in compare(wanted, database.tables())]
    if database.schema().fingerprint != schema:
        lines.append(_("the structure (columns, indexes, keys, triggers) is another one"))
    return lines


def open_entry(site: Site, name: str, copy: Entry) -> Database:
    """The live database or a copy, as a client names it, opened for reading."""
    return open_at(site.host(copy.at), site.environment, name, copy).reading()
