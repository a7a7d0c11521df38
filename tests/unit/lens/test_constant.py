"""Constants of a mapping file: what a column would hold of them, and what it could not."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from migrator.lens.constant import Constant, held
from migrator.lens.types import Family, Type

TINY = Type(Family.INTEGER, "tinyint", bits=8, unsigned=True)
MONEY = Type(Family.DECIMAL, "numeric(5, 2)", precision=5, scale=2)
WORD = Type(Family.TEXT, "varchar(2)", length=2)
BYTES = Type(Family.TEXT, "tinytext", octets=5)
LABEL = Type(Family.TEXT, "enum('a','b')", labels=("a", "b"))
SWITCH = Type(Family.BOOLEAN, "boolean")


@pytest.mark.parametrize(("value", "type_", "kept"), [
    ("255", TINY, 255), (0, TINY, 0), (True, TINY, 1), ("-999.99", MONEY, Decimal("-999.99")), (7, MONEY, Decimal(7)),
    ("中文", WORD, "中文"), (12, WORD, "12"), (True, Type(Family.TEXT, "text"), "true"), ("b", LABEL, "b"),
    ("true", SWITCH, True), (0, SWITCH, False), (False, SWITCH, False), ("2.5", Type(Family.REAL, "double"), 2.5),
    ("2024-02-29", Type(Family.DATE, "date"), date(2024, 2, 29)),
    ("20:30", Type(Family.TIME, "time"), time(20, 30)),
    ("2024-02-29 20:30", Type(Family.MOMENT, "timestamp"), datetime(2024, 2, 29, 20, 30)),
])
def test_a_constant_is_what_its_column_would_hold(value: Constant, type_: Type, kept: object) -> None:
    found = held(value, type_)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(("value", "type_"), [
    ("256", TINY), (-1, TINY), ("1_0", TINY), ("1.0", TINY), ("", TINY), ("1000", MONEY), ("0.001", MONEY),
    ("NaN", MONEY), ("abc", WORD), ("中文", BYTES), ("c", LABEL), ("A", LABEL), ("yes", SWITCH), (2, SWITCH),
    ("2023-02-29", Type(Family.DATE, "date")), ("x", Type(Family.BINARY, "bytea")),
])
def test_what_does_not_fit_is_an_error(value: Constant, type_: Type) -> None:
    with pytest.raises(ValueError, match=r"value|fit|written"):
        held(value, type_)
