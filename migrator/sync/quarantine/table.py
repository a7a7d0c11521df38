"""The quarantine tables: each side's database has one, for rows of that side that do not reach the other."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Column, Connection, Double, Index, Integer, MetaData, SmallInteger, String, Table

from migrator.database.base import OURS
from migrator.lens.schema import named
from migrator.lens.side import Side
from migrator.sync.conflicts.table import KEY, NUMBER, TEXT

NAME = f"{OURS}quarantine"


@cache
def quarantine(side: Side) -> Table:
    """The quarantine table of a side as statements name it."""
    return named(NAME, {column.name: column.type for column in _made(side).columns}, side)


def create_quarantine(connection: Connection, side: Side) -> None:
    """Make a side's quarantine table if it is not there."""
    _made(side).create(connection, checkfirst=True)


def _made(side: Side) -> Table:
    """`pair` is the mark of a pair, `row_key` the row's key on this side: a JSON object of column and canonical text.
    `waits` is 1 for rows that nobody refused, but that wait for others; `again` is 1 for one that is being tried again.
    Moments are seconds since 1970 by this server's clock.
    """
    table = Table(
        NAME, MetaData(), Column("n", NUMBER, primary_key=True), Column("pair", String(16), nullable=False),
        Column("tables", TEXT, nullable=False), Column("row_key", KEY, nullable=False),
        Column("code", String(20), nullable=False), Column("said", TEXT, nullable=False),
        Column("waits", SmallInteger, nullable=False), Column("tries", Integer, nullable=False),
        Column("again", SmallInteger, nullable=False), Column("since", Double, nullable=False),
        Column("last", Double, nullable=False), schema=side, mysql_engine="InnoDB", mariadb_engine="InnoDB")
    Index(f"{NAME}_key", table.c.row_key)
    return table
