"""What a database holds and whether it is sound, as one record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.database.base import Database, TableFacts
from migrator.model.finding import Finding, informs, warns
from migrator.text import _

EXAMPLES = 20
"""Complaints that a finding shows; it counts all."""


def inventory(database: Database) -> dict[str, Any]:
    """Server, schema fingerprint, and rows, bytes and digest of every table, from one snapshot, as JSON."""
    tables = database.tables()
    return {
        "make": database.make,
        "server": database.server(),
        "fingerprint": database.schema().fingerprint,
        "rows": sum(facts.rows for facts in tables.values()),
        "bytes": sum(facts.bytes for facts in tables.values()),
        "tables": {name: facts.as_json() for name, facts in tables.items()},
    }


def tables_of(record: Mapping[str, Any]) -> dict[str, TableFacts]:
    """The tables of such a record, to be compared with those of another one."""
    return {name: TableFacts.from_json(facts) for name, facts in record["tables"].items()}


def soundness(database: Database) -> Finding:
    """What the database's own checks and its foreign keys complain about."""
    complaints = database.integrity()
    if not complaints:
        return informs("data.sound", _("{database}: its own checks found nothing").format(database=database.name))
    return warns("data.unsound", _("{database}: {number} complaints, the first: {first}").format(
        database=database.name, number=len(complaints), first=complaints[0]),
        _("repair this before the upgrade, or the upgrade may stop at it"),
        complaints=complaints[:EXAMPLES], number=len(complaints))
