"""Whether a database holds exactly what a set says of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from migrator.commands.shell import Command
from migrator.database.base import Database, TableFacts
from migrator.database.compare import compare
from migrator.database.open import open_database
from migrator.database.sqlite import Runner
from migrator.playbook.inventory import Database as Entry
from migrator.secret import resolve
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import Transport

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
    host = site.host(copy.at)
    password = resolve(copy.password) if copy.password else None
    return open_database(name, copy, reach=None if host.local else host.tunnel,
                         on_host=None if host.local else _runner(host), password=password).reading()


def _runner(host: Transport) -> Runner:
    def run(command: Command, input: bytes, *, changes: bool) -> bytes:
        output = io.BytesIO()
        host.stream_out(command, output, input=input)
        return output.getvalue()

    return run
