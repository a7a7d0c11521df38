"""What masking says in another way to each make of database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BINARY, CHAR, ColumnElement, Connection, LargeBinary, String, Text, case, cast, func
from sqlalchemy import types as sa
from sqlalchemy.dialects.mysql import LONGTEXT

from migrator.mask.kinds.catalogue import TEXT
from migrator.mask.structure import Column

Cell = ColumnElement[Any]
KEY: dict[str, sa.TypeEngine[Any]] = {"postgresql": LargeBinary(), "mariadb": BINARY(32), "sqlite": Text()}
"""Type of what a value is looked up by: its SHA-256, in SQLite itself."""
LONG = Text().with_variant(LONGTEXT(), "mysql", "mariadb")


def make_of(connection: Connection) -> str:
    """The make that a connection leads to."""
    return {"mysql": "mariadb"}.get(connection.dialect.name, connection.dialect.name)


def text_of(cell: Cell, make: str) -> Cell:
    """The cell as text, to be read and told apart byte by byte, whatever its collation."""
    if make == "mariadb":
        return cast(cast(cell, CHAR), BINARY)
    return cast(cell, Text).collate("C") if make == "postgresql" else cast(cell, Text)


def key_of(cell: Cell, make: str) -> Cell:
    """What the cell's text is looked up by."""
    if make == "postgresql":
        return func.sha256(func.convert_to(cast(cell, Text), "UTF8"), type_=LargeBinary())
    return func.unhex(func.sha2(cast(cell, CHAR), 256)) if make == "mariadb" else cast(cell, Text)


def back(mask: Any, cell: Cell, column: Column, make: str) -> Any:
    """A mask, which is text, as a value of the column that `cell` stands in."""
    if make == "postgresql" and column.holds != TEXT:
        return cast(mask, column.type)
    if make == "sqlite" and not isinstance(column.type, String):  # columns of numbers may hold text, and the reverse
        return case((func.typeof(cell) == "integer", cast(mask, sa.Integer)), else_=mask)
    return mask


def read(value: Any) -> str:
    """A text as the drivers give it: MariaDB's casts come as bytes."""
    return value.decode("utf-8") if isinstance(value, (bytes, bytearray)) else str(value)


def forget(connection: Connection) -> None:
    """Leave nothing of former values in the free space of an SQLite file: it is written anew, outside a transaction.

    Servers keep their files to themselves.
    """
    if make_of(connection) == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute("VACUUM")
