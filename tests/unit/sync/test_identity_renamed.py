"""A row that has a number of its own on the new side gets another code on the old one, and keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.sync.applier import open_applier
from migrator.sync.starting.start import start

OLD = ("create table place (code text primary key, city text)", "insert into place values ('A', 'Ulm')")
NEW = ("create table site (id integer primary key autoincrement, city text)",)
SAID = b"""
from: "1"
to: "2"
tables:
  - old: place
    new: site
    columns:
      - key: {old: code, new: id, prefix: "~"}
"""


def test_a_new_code_outlives_a_change_on_the_other_side(tmp_path: Path) -> None:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    run(old, *OLD)
    run(new, *NEW)
    lens = compile_lens(Mapping.parse(SAID, "m.yaml"), read_schema(old), read_schema(new))
    meeting = Meeting(old, new)
    start(lens, meeting)
    with open_applier(lens, meeting, holder="test") as applier:
        run(old, "update place set code = 'B'")
        applier.drain()
        run(new, "update site set city = 'Bonn'")
        applier.drain()
    assert rows(old, "select code, city from place") == [("B", "Bonn")]
    assert rows(new, "select city from site") == [("Bonn",)]


def run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows(end: Endpoint, query: str) -> list[tuple[Any, ...]]:
    with end.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]
