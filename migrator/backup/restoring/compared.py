"""Whether a database holds exactly what a set says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from migrator.database.base import Database, TableFacts
from migrator.database.compare import compare
from migrator.playbook.inventory import Database as Entry
from migrator.reach import open_at
from migrator.site import Site
from migrator.text import _

Tables = Mapping[str, Mapping[str, Any]]
"""Facts of every table as JSON holds them, by the table's name."""


class Facts(NamedTuple):
    """What a database holds: rows and digests of its tables, and the fingerprint of its structure."""

    tables: Tables
    schema: str


def facts_of(database: Database) -> Facts:
    """Every table and the structure, measured."""
    return Facts({table: facts.as_json() for table, facts in database.tables().items()}, database.schema().fingerprint)


def differences(found: Facts, wanted: Facts) -> list[str]:
    """One line for each table that is another than wanted, and one when the structure is; empty when equal."""
    lines = [str(d) for d in compare(_tables(wanted), _tables(found))]
    if found.schema != wanted.schema:
        lines.append(_("the structure (columns, indexes, keys, triggers) is another one"))
    return lines


def _tables(facts: Facts) -> dict[str, TableFacts]:
    return {name: TableFacts.from_json(of_one) for name, of_one in facts.tables.items()}


def open_entry(site: Site, name: str, copy: Entry) -> Database:
    """The live database or a copy, as a client names it, opened for reading."""
    return open_at(site.host(copy.at), site.environment, name, copy).reading()
