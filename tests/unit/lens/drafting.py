"""Drafts for tests: two databases, what is drafted of them, and the promise that every draft compiles as written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.lens.suggest.draft import draft
from migrator.lens.suggest.proposal import Draft
from migrator.lens.suggest.sample import Samples
from migrator.lens.suggest.writing import written

WORD = "'w' || (n * 37 % 101)"
"""SQL over the number n of a row: words, most of them different."""


def sqlite_sides(folder: Path, old: str, new: str) -> Meeting:
    """Two SQLite databases, made of scripts."""
    return Meeting(*(filled(f"sqlite:///{folder / name}.db", script) for name, script in (("old", old), ("new", new))))


def filled(url: str, script: str) -> Endpoint:
    """A database after a script; no statement of it holds a semicolon."""
    end = open_endpoint(url.rpartition("/")[2], url)
    with end.connect() as connection, connection.begin():
        for statement in script.split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    return end


def drafted(meeting: Meeting, most: int = 1_000) -> Draft:
    """The draft, of which is asserted that it loads and compiles as it is written."""
    schemas = {side: read_schema(meeting.end(side)) for side in Side}
    found = draft(schemas[Side.OLD], schemas[Side.NEW], Samples(meeting, schemas, most))
    lens_of(found, meeting)
    return found


def lens_of(found: Draft, meeting: Meeting) -> Lens:
    """The lens that a draft declares as it is written."""
    return compile_lens(Mapping.parse(written(found).encode(), "draft"), read_schema(meeting.old),
                        read_schema(meeting.new))


def said(found: Draft) -> list[tuple[str, dict[str, Any]]]:
    """The operations of a draft with their arguments."""
    return [(p.operation, dict(p.args)) for e in found.entries for p in e.proposals]


def many(table: str, row: str, rows: int = 40) -> str:
    """A statement that fills a table: `row` is SQL over the number n."""
    return (f"insert into {table} with recursive s(n) as (select 1 union all select n + 1 from s where n < {rows}) "
            f"select {row} from s;")
