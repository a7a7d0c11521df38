"""What a column can hold, told the same way for every make of database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import types as sa


class Family(StrEnum):
    """What kind of value it is, whatever the server calls its type."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    REAL = "real"
    TEXT = "text"
    BINARY = "binary"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    """Date and time of day; `zoned` when the server keeps it as one moment of the world."""
    JSON = "json"
    OTHER = "other"
    """A type that only its own make knows (arrays, geometry, intervals): carried as its text."""


@dataclass(frozen=True)
class Type:
    """A column's type. What a family does not have is None, and None of a limit means that there is none.

    `length` counts characters of text and bytes of binary, `octets` bytes of text where the server counts those;
    `precision` and `scale` are decimal digits, `bits` is the width of integers and reals, `fraction` the digits after
    the second, `labels` the values of an enumeration. `charset` is told where a column of MariaDB has one. `loose` is
    true when the server does not hold values to what the type says (SQLite): limits are promises of the application.
    `spelled` is PostgreSQL's own spelling of a type that values must be cast to, and `own` true when only that database
    knows it (an enumeration, a type of an extension).
    """

    family: Family
    shown: str
    length: int | None = None
    octets: int | None = None
    precision: int | None = None
    scale: int | None = None
    bits: int | None = None
    unsigned: bool = False
    fraction: int | None = None
    zoned: bool = False
    labels: tuple[str, ...] = ()
    collation: str | None = None
    charset: str | None = None
    loose: bool = False
    spelled: str | None = None
    own: bool = False

    def __str__(self) -> str:
        return self.shown

    @property
    def bounds(self) -> tuple[int, int] | None:
        """Lowest and highest whole number that fits; None when nothing bounds it."""
        if self.family is Family.BOOLEAN:
            return 0, 1
        if self.family is Family.DECIMAL and self.precision is not None:
            top = 10 ** (self.precision - (self.scale or 0)) - 1
            return -top, top
        if self.family is not Family.INTEGER or self.bits is None:
            return None
        return (0, 2**self.bits - 1) if self.unsigned else (-(2 ** (self.bits - 1)), 2 ** (self.bits - 1) - 1)

    @property
    def padded(self) -> bool:
        """Whether the server does not keep blanks at the end: char(n)."""
        return self.family is Family.TEXT and not self.loose and self.shown.partition("(")[0] in ("char", "character")

    @property
    def fixed(self) -> bool:
        """Whether bytes are filled up to their length: binary(n)."""
        return self.family is Family.BINARY and self.shown.startswith("binary(")

    @property
    def in_statements(self) -> sa.TypeEngine[Any]:
        """The type by which expressions treat such a column."""
        return _IN_STATEMENTS[self.family]


_IN_STATEMENTS: dict[Family, sa.TypeEngine[Any]] = {
    Family.INTEGER: sa.BigInteger(), Family.DECIMAL: sa.Numeric(), Family.REAL: sa.Double(), Family.TEXT: sa.Text(),
    Family.BINARY: sa.LargeBinary(), Family.BOOLEAN: sa.Boolean(), Family.DATE: sa.Date(), Family.TIME: sa.Time(),
    Family.MOMENT: sa.DateTime(), Family.JSON: sa.Text(), Family.OTHER: sa.Text(),
}
