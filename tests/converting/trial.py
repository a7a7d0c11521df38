"""Runs one conversion at one make, both ways, without memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.group import Group
from migrator.lens.lens import source_row
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Way
from migrator.lens.sql.canonical import canonical
from tests.converting.cases import Case

MOMENTS = {"postgresql": "timestamp", "mariadb": "datetime", "sqlite": "timestamp"}
Told = tuple[str | None, ...]


def run(end: Endpoint, *statements: str) -> None:
    """Run statements as they are written."""
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def fill(end: Endpoint, type_: str, values: Iterable[str | None]) -> None:
    """Make the table `t` anew, with a column `a` of a type."""
    run(end, "drop table if exists t", f"create table t (id integer primary key, a {in_make(type_, end.make)})",
        *(f"insert into t values ({n}, {quoted(value, end.make)})" for n, value in enumerate(values)))


def in_make(type_: str, make: str) -> str:
    """A type of the cases as a make calls it."""
    return type_.replace("MOMENT", MOMENTS[make])


def quoted(value: str | None, make: str) -> str:
    """A value as a literal."""
    if value is None:
        return "null"
    value = value.replace("'", "''")
    return f"'{value.replace(chr(92), chr(92) * 2) if make == 'mariadb' else value}'"


def told(case: Case, old: Endpoint, new: Endpoint) -> tuple[Group, dict[Way, list[Told]]]:
    """The group of a case, and for each way its values: there, back, and the codes of their doubts."""
    fill(old, case.old, [*(told[0] for told in case.forward), None])
    fill(new, case.new, [*(told[0] for told in case.backward), None])
    said = "" if case.said is None else f"\n    columns:\n      - convert: {{old: a, new: a, {case.said}}}"
    mapping = f'from: "1"\nto: "2"\ntables:\n  - old: t\n    new: t{said}\n'
    lens = compile_lens(Mapping.parse(mapping.encode(), "m.yaml"), read_schema(old), read_schema(new))
    pair, = lens.pairs
    group, = (group for group in pair.groups if "a" in group.name)
    found: dict[Way, list[Told]] = {}
    for way in Way:
        row = source_row(pair, way, lens.tables, lenient=True)
        target, source = group.ends[way.target].types[0], group.ends[way.source].types[0]
        doubts = group.doubtful(way, row)
        asked = row.scope.select(canonical(row["a"], source), canonical(*group.over(way, row), target),
                                 canonical(*group.there_and_back(way, row), source),
                                 *(doubt.condition for doubt in doubts)).order_by(row["id"])
        with Meeting(old, new).connect(way.source) as connection:
            found[way] = [(*map(_text, row[:3]), *(d.code for d, holds in zip(doubts, row[3:], strict=True) if holds))
                          for row in connection.execute(asked)]
    return group, found


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
