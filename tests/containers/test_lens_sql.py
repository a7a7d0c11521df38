"""One text, one number and one conversion for each value, whichever server is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from rig_databases import mariadb_database_on, postgres_database_on
from rig_host import TestHost
from sqlalchemy import Text, func, literal, select

from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.reflect import read_schema
from migrator.lens.schema import Table
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import canonical, same, typed
from migrator.lens.sql.column import as_stored, taken
from migrator.lens.sql.hash import row_hash
from tests.converting.cases import CASES, SERVERS, Case
from tests.converting.trial import quoted, run, told
from tests.converting.values import SPECIAL, TYPES, VALUES

MAKES = ("postgresql", "mariadb", "sqlite")
Ends = Callable[[str, str], Endpoint]


@pytest.fixture(scope="module")
def ends(open_postgres_host: TestHost, open_mariadb_host: TestHost, tmp_path_factory: pytest.TempPathFactory
         ) -> Iterator[Ends]:
    """The endpoint of a make and a side; their databases stay for all tests of this file."""
    with ExitStack() as until:
        urls = {(make, side): until.enter_context(on(host)).direct_url for side in ("old", "new")
                for make, on, host in (("postgresql", postgres_database_on, open_postgres_host),
                                       ("mariadb", mariadb_database_on, open_mariadb_host))}
        folder: Path = tmp_path_factory.mktemp("ends")
        urls |= {("sqlite", side): f"sqlite:///{folder / side}.db" for side in ("old", "new")}
        yield lambda make, side: open_endpoint(side, urls[make, side])


def table_of(end: Endpoint, columns: dict[str, str]) -> Table:
    """Make the table `t` anew, with these columns behind its key."""
    shown = "".join(f", {name} {type_}" for name, type_ in columns.items())
    run(end, "drop table if exists t", f"create table t (id integer primary key{shown})")
    return read_schema(end).tables["t"]


def asked(end: Endpoint, statement: Any) -> list[list[Any]]:
    """The rows of a statement over the old side, bytes of UTF-8 as text."""
    with end.connect({"old": end.namespace}) as connection:
        return [[value.decode() if isinstance(value, bytes) else value for value in row]
                for row in connection.execute(statement)]


@pytest.mark.parametrize(("make", "column"), [(make, column) for make in MAKES for column in TYPES[make]])
def test_a_value_has_the_same_text_everywhere_and_comes_back_from_it(make: str, column: str, ends: Ends) -> None:
    end = ends(make, "old")
    table = table_of(end, {"a": TYPES[make][column]})
    clause, type_ = table.clause(Side.OLD), table.columns["a"].type
    values = [*VALUES[column], None]
    with end.connect({"old": end.namespace}) as connection, connection.begin():
        for number, value in enumerate(values):
            row = select(literal(number).label("id"), typed(literal(value, Text()), type_).label("a"))
            connection.execute(clause.insert().from_select(["id", "a"], as_stored(row, {
                name: found.type for name, found in table.columns.items()})))
    cell = taken(clause.c.a, type_)
    text = canonical(cell, type_)
    found = asked(end, select(text, same(cell, typed(text, type_), type_)).order_by(clause.c.id))
    assert [row[0] for row in found] == values
    assert all(row[1] for row in found)


@pytest.mark.parametrize("make", MAKES)
def test_what_only_one_make_has_has_its_text_too(make: str, ends: Ends) -> None:
    end = ends(make, "old")
    if make == "postgresql":
        run(end, "drop table if exists t", "create extension if not exists citext", "drop type if exists mood",
            "create type mood as enum ('well', 'it''s')")
    names = {f"c{number}": type_ for number, (type_, _value, _text) in enumerate(SPECIAL[make])}
    table = table_of(end, names)
    run(end, f"insert into t values (1, {', '.join(quoted(value, make) for _type, value, _text in SPECIAL[make])})")
    clause = table.clause(Side.OLD)
    cells = {name: taken(clause.c[name], table.columns[name].type) for name in names}
    texts = [canonical(cell, table.columns[name].type) for name, cell in cells.items()]
    found, = asked(end, select(*texts))
    assert found == [text for _type, _value, text in SPECIAL[make]]
    if make == "postgresql":  # what was taken as a text can be put back into its column
        types = {name: column.type for name, column in table.columns.items()}
        rows = select(literal(2).label("id"), *(typed(text, table.columns[name].type).label(name)
                                                for name, text in zip(names, texts, strict=True)))
        with end.connect({"old": end.namespace}) as connection, connection.begin():
            connection.execute(clause.insert().from_select(list(types), as_stored(rows, types)))
        assert asked(end, select(*texts).order_by(clause.c.id)) == [found, found]


def test_rows_have_the_same_number_everywhere(ends: Ends) -> None:
    rows = [("a", "b"), ("ab", ""), ("ab", None), (None, None), ("", ""), ("a\x1f1", "b"), ("a\x1f", "1b"),
            ("项目😀 ", "é")]
    numbers = {make: [asked(ends(make, "old"), select(row_hash([literal(value, Text()) for value in row], alike=False)))
                      for row in rows] for make in MAKES}
    assert numbers["postgresql"] == numbers["mariadb"] == numbers["sqlite"]
    assert len({number for (number,), in numbers["sqlite"]}) == len(rows)


@pytest.mark.parametrize("make", MAKES)
def test_the_numbers_of_many_rows_can_be_summed(make: str, ends: Ends) -> None:
    end = ends(make, "old")
    clause = table_of(end, {"a": TYPES[make]["said"]}).clause(Side.OLD)
    run(end, "insert into t values " + ", ".join(f"({n}, 'row {n}')" for n in range(2000)))
    number = row_hash([canonical(clause.c.a, read_schema(end).tables["t"].columns["a"].type)], alike=False)
    (total,), = asked(end, select(func.sum(number)))
    assert total == sum(row[0] for row in asked(end, select(number)))


@pytest.mark.parametrize("make", sorted(SERVERS))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_go_over_and_back(case: Case, make: str, ends: Ends) -> None:
    group, found = told(case, ends(make, "old"), ends(make, "new"))
    assert group.faith.name == case.faith
    assert found[Way.FORWARD] == [*case.forward, (None, None, None)]
    assert found[Way.BACKWARD] == [*case.backward, (None, None, None)]


def test_a_zone_meets_a_column_that_keeps_utc(ends: Ends) -> None:
    for make, kept in (("postgresql", "timestamptz"), ("mariadb", "timestamp null")):
        case = Case("zone", "MOMENT", kept, "zone: Asia/Shanghai", "LOSSY",
                    (("2024-01-01 08:00:01", "2024-01-01 00:00:01", "2024-01-01 08:00:01"),),
                    (("2024-01-01 00:00:01", "2024-01-01 08:00:01", "2024-01-01 00:00:01"),))
        group, found = told(case, ends(make, "old"), ends(make, "new"))
        assert found[Way.FORWARD] == [*case.forward, (None, None, None)]
        assert found[Way.BACKWARD] == [*case.backward, (None, None, None)]
        assert group.faith.name == case.faith


@pytest.mark.parametrize(("old_make", "new_make"), list(permutations(MAKES, 2)))
def test_makes_agree_on_what_becomes_of_a_value(old_make: str, new_make: str, ends: Ends) -> None:
    for case in CASES:
        if {old_make, new_make} <= case.only:
            group, found = told(case, ends(old_make, "old"), ends(new_make, "new"))
            assert (case.name, found[Way.FORWARD]) == (case.name, [*case.forward, (None, None, None)])
            assert (case.name, found[Way.BACKWARD]) == (case.name, [*case.backward, (None, None, None)])
            assert (case.name, group.faith.name) == (case.name, case.faith)


FOREIGN = [
    ("mariadb", "bigint unsigned", "postgresql", "bigint", "18446744073709551615", "out-of-range"),
    ("mariadb", "datetime", "postgresql", "timestamp", "0000-00-00 00:00:00", "zero-date"),
    ("mariadb", "time", "postgresql", "time", "-10:00:00", "out-of-range"),
    ("mariadb", "varchar(36)", "postgresql", "uuid", "x", "not-a-uuid"),
    ("postgresql", "timestamp", "mariadb", "datetime(6)", "infinity", "out-of-range"),
    ("postgresql", "date", "sqlite", "date", "0044-03-15 BC", "out-of-range"),
    ("postgresql", "double precision", "mariadb", "double", "NaN", "not-a-number"),
    ("postgresql", "numeric(30, 2)", "sqlite", "numeric(30, 2)", "1234567890123456789.25", "too-precise"),
    ("postgresql", "varchar(9)", "mariadb", "enum('a','b')", "A", "not-a-label"),
    ("sqlite", "integer", "postgresql", "integer", "1.5", "unlike"),
    ("sqlite", "timestamp", "postgresql", "timestamp", "2024-02-30 10:00:00", "unlike"),
    ("sqlite", "numeric(14, 2)", "mariadb", "decimal(14, 2)", "1.005", "too-precise"),
    ("sqlite", "varchar(5)", "mariadb", "varchar(5)", "abcdef", "too-long"),
    ("sqlite", "json", "postgresql", "jsonb", "{a", "not-json"),
]
"""What one make keeps and the other cannot: makes and types, the value, its doubt."""


@pytest.mark.parametrize(("old_make", "old", "new_make", "new", "value", "doubt"), FOREIGN)
def test_what_the_other_make_cannot_keep_is_refused(old_make: str, old: str, new_make: str, new: str, value: str,
                                                    doubt: str, ends: Ends) -> None:
    _group, found = told(Case("foreign", old, new, None, "", ((value,),)), ends(old_make, "old"), ends(new_make, "new"))
    (_value, there, back, *doubts), _empty = found[Way.FORWARD]
    assert (there, back, doubts) == (None, None, [doubt])


def test_a_uuid_is_the_same_in_small_letters(ends: Ends) -> None:
    given = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"
    case = Case("uuid", "varchar(36)", "uuid", None, "INJ", ((given, given.lower(), given.lower()),))
    for make in SERVERS:
        group, found = told(case, ends(make, "old"), ends("postgresql", "new"))
        assert found[Way.FORWARD] == [*case.forward, (None, None, None)]
        assert group.faith.name == case.faith
