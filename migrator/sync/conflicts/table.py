"""The conflict tables: each side's database has one, and holds the rows that lost on that side, whole.

A row is kept in the transaction that overwrites it, so it can be neither lost nor doubled. What a person must decide
stands on both sides, on each with its own row, until it is decided.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.mysql import LONGTEXT, VARBINARY

from migrator.database.base import OURS
from migrator.lens.put.remember import LONGEST_KEY
from migrator.lens.schema import named
from migrator.lens.side import Side

NAME = f"{OURS}conflicts"
TEXT = Text().with_variant(LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
KEY = Text().with_variant(VARBINARY(2 * LONGEST_KEY), "mysql", "mariadb")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class Kind(StrEnum):
    """What has met."""

    CHANGED = "both-changed"
    DELETED = "deleted-and-changed"
    """The change is kept; nothing is lost but the deletion."""
    SAME_KEY = "same-key"
    """Both sides made a row with this key, and never agreed on one: these are two different things."""


class State(StrEnum):
    """How far a conflict has come."""

    OPEN = "open"
    """The row waits for a person, on both sides."""
    DECIDED = "decided"
    """A person has decided; the next batch acts on it."""
    SETTLED = "settled"


STANDING = (State.OPEN, State.DECIDED)


@cache
def conflicts(side: Side) -> Table:
    """The conflict table of a side as statements name it."""
    return named(NAME, {column.name: column.type for column in _made(side).columns}, side)


def create_conflicts(connection: Connection, side: Side) -> None:
    """Make a side's conflict table if it is not there."""
    _made(side).create(connection, checkfirst=True)


def _made(side: Side) -> Table:
    """`pair` is the mark of a pair. `whole` is the row that lost, or waits, as this side had it: a JSON object of
    column and canonical text. Moments are seconds since 1970 by this server's clock.
    """
    table = Table(
        NAME, MetaData(), Column("n", NUMBER, primary_key=True), Column("pair", String(16), nullable=False),
        Column("tables", TEXT, nullable=False), Column("old_key", KEY), Column("new_key", KEY),
        Column("about", TEXT), Column("kind", String(20), nullable=False), Column("policy", String(10)),
        Column("winner", String(3)), Column("whole", TEXT), Column("state", String(10), nullable=False),
        Column("at", Double, nullable=False), Column("settled_at", Double), Column("settled_by", TEXT),
        CheckConstraint(f"whole IS NOT NULL OR kind = '{Kind.DELETED}'"),
        schema=side, mysql_engine="InnoDB", mariadb_engine="InnoDB")
    for named_by in Side:
        Index(f"{NAME}_{named_by}", table.c[f"{named_by}_key"])
    return table
