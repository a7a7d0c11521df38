"""Values that no row has, for rows that stand aside, in columns of every kind that can be parked in."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import DatabaseError
from migrator.lens.copy.session import Session
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.schema import Column, Table
from migrator.lens.side import Side
from migrator.lens.types import Family, Type
from migrator.sync.batch.order.spots import has_spots, spots

SMALL = Type(Family.INTEGER, "smallint", bits=16)
TINY = Type(Family.INTEGER, "tinyint unsigned", bits=8, unsigned=True)
SHORT = Type(Family.TEXT, "varchar(2)", length=2)
DAY = Type(Family.DATE, "date")
BYTES = Type(Family.BINARY, "binary(3)", length=3)


@pytest.mark.parametrize(("type_", "there", "found"), [
    (SMALL, [5, -7], ["-9", "-10"]),
    (SMALL, [-32768, 10], ["12", "13"]),
    (TINY, [0, 200], ["202", "203"]),
    (Type(Family.DECIMAL, "numeric(6,2)", precision=6, scale=2), [1.5, 3], ["-1", "-2"]),
    (DAY, ["2024-03-01", "2025-01-01"], ["2024-02-29", "2024-02-28"]),
    (DAY, ["1000-01-01", "2025-01-01"], ["2025-01-02", "2025-01-03"]),
])
def test_below_the_first_or_above_the_last(tmp_path: Path, type_: Type, there: list[object], found: list[str]) -> None:
    assert among(tmp_path, type_, there) == found


@pytest.mark.parametrize(("type_", "long"), [(SHORT, 2), (Type(Family.TEXT, "text"), 24), (BYTES, 8)])
def test_by_chance(tmp_path: Path, type_: Type, long: int) -> None:
    first, second = among(tmp_path, type_, ["ab", "cd"])
    assert first != second
    assert {len(first), len(second)} == {long}
    assert not {first, second} & {"ab", "cd"}


def test_no_room(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no room"):
        among(tmp_path, TINY, [0, 255])


def test_what_cannot_be_made_up() -> None:
    assert not has_spots(Type(Family.TEXT, "enum", labels=("a", "b")))
    assert not has_spots(Type(Family.JSON, "json"))


def among(tmp_path: Path, type_: Type, there: list[object]) -> list[str]:
    """Two spots in a column that has these values."""
    end, column = open_endpoint("new", f"sqlite:///{tmp_path / 'new'}.db"), Column("value", type_)
    with end.connect({Side.NEW: "main"}) as connection, connection.begin():
        connection.exec_driver_sql("create table held (value)")
        for value in there:
            connection.exec_driver_sql("insert into held values (?)", (value,))
        rows = Table("held", {"value": column}).clause(Side.NEW)
        return spots(Session(end, connection), rows, column, 2)
