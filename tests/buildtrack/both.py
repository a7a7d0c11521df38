"""5.1 and 7.0 beside each other, each with a database of its own that holds the same data."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData

from migrator.lens.copy.copy import forward
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.hops import compile_hops
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.places.schema_file import load_schema
from migrator.lens.schema import Schema
from tests.buildtrack.installation import Installation
from tests.mapped import PLAYBOOKS

MAPPINGS = PLAYBOOKS / "buildtrack" / "mapping"
HOPS = [Mapping.load(MAPPINGS / f"{hop}.yaml") for hop in ("5.1-6.1", "6.1-7.0")]
SAME = Mapping.parse(b'from: "5.1"\nto: "5.1"\n', "same.yaml")


@dataclass(frozen=True)
class Both:
    """Both installations, and how their data relate."""

    old: Installation
    new: Installation
    lens: Lens
    meeting: Meeting


def seeded(folder: Path, url: str, rows: int) -> Installation:
    """A 5.1 with sample data."""
    system = Installation.at(folder, url)
    must(system, "5.1", "init")
    assert system.seed(rows).code == 0
    return system


def by_the_vendor(old: Installation, old_url: str, folder: Path, new_url: str) -> Both:
    """7.0 is a clone of 5.1 that the vendor's programs have upgraded."""
    new = Installation.at(folder, new_url)
    must(new, "5.1", "init")
    ends = open_endpoint("5.1", old_url), open_endpoint("clone", new_url)
    schemas = [read_schema(end) for end in ends]
    _empty(ends[1])
    forward(compile_lens(SAME, *schemas), Meeting(*ends))
    shutil.copytree(old.data, new.data, dirs_exist_ok=True)
    must(new, "6.1", "upgrade")
    must(new, "6.1", "jobs", "--wait")
    between = read_schema(ends[1])
    must(new, "7.0", "upgrade")
    return met(old, old_url, between, new, new_url)


def by_our_copy(old: Installation, old_url: str, folder: Path, new_url: str) -> Both:
    """7.0 was empty, but for what its own program brings along, and has been filled by the lens."""
    new = Installation.at(folder, new_url)
    must(new, "7.0", "init")
    end = open_endpoint("7.0", new_url)
    _empty(end, "account_role", "account", "department")
    both = met(old, old_url, load_schema(MAPPINGS / "6.1.json"), new, new_url)
    forward(both.lens, both.meeting)
    return both


def must(system: Installation, version: str, *words: str) -> None:
    result = system.run(version, *words)
    assert result.code == 0, result.out + result.err


def met(old: Installation, old_url: str, between: Schema, new: Installation, new_url: str) -> Both:
    """Both, with the lens of the shipped mappings; `between` is the structure of 6.1."""
    meeting = Meeting(open_endpoint("5.1", old_url), open_endpoint("7.0", new_url))
    lens = compile_hops(HOPS, read_schema(meeting.old), [between], read_schema(meeting.new))
    return Both(old, new, lens, meeting)


def _empty(end: Endpoint, *names: str) -> None:
    """Leave no row in these tables, in none at all if none is named."""
    metadata = MetaData()
    with end.connect() as connection, connection.begin():
        metadata.reflect(connection)
        for table in reversed(metadata.sorted_tables):
            if not names or table.name in names:
                connection.execute(table.delete())
