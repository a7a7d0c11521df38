"""The control row: each side's database has one, in `migrator_sync`, and both say the same but for a crash in between.

What is decided (`lens`, `truth`, `phase`, `settings`) carries the number of its last change, so that after a crash
between the two it is known which row is behind. Who may act carries a fencing number that only grows, and beats by that
server's clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    inspect,
    select,
)
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable

from migrator.database.base import OURS
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.sql.construct import Construct, make_in
from migrator.sync.bounded import bounded, busy_told

NAME = f"{OURS}sync"
DECIDED = ("lens", "truth", "phase", "settings", "revision")
"""What both rows must agree on."""
PATIENCE = 10.0
"""Seconds that a control row may be locked by a batch that is about to commit."""
_LONG = Text().with_variant(LONGTEXT(), "mysql", "mariadb")


class Moment(Construct):
    """The present by the server's clock: seconds since 1970."""

    name = "moment"
    type = Double()


@compiles(Moment)
def _moment(element: Moment, compiler: Any, **_kw: Any) -> str:
    return {"postgresql": "cast(extract(epoch from clock_timestamp()) as double precision)",
            "mariadb": "cast(unix_timestamp(now(6)) as double)",
            "sqlite": "((julianday('now') - 2440587.5) * 86400.0)"}[make_in(compiler)]


def control(side: Side) -> Table:
    """The control table of a side as statements name it; its row is the one under the side's name."""
    return Table(
        NAME, MetaData(), Column("side", String(3), primary_key=True),
        Column("lens", String(64), nullable=False), Column("truth", String(3), nullable=False),
        Column("phase", String(20), nullable=False), Column("settings", _LONG, nullable=False),
        Column("revision", BigInteger, nullable=False), Column("fence", BigInteger, nullable=False),
        Column("holder", String(200)), Column("host", String(255)), Column("pid", Integer), Column("life", String(200)),
        Column("since", String(40)), Column("beat", Double, nullable=False), Column("wanted", String(200)),
        schema=side, mysql_engine="InnoDB", mariadb_engine="InnoDB")


def make_table(connection: Connection, side: Side) -> None:
    """Make the control table of a side if it is not there."""
    connection.execute(CreateTable(control(side), if_not_exists=True))


def read_row(connection: Connection, side: Side) -> RowMapping | None:
    """The control row of a side, with the seconds since its last beat as `silent`; None where there is none."""
    space = connection.get_execution_options()["schema_translate_map"][side]
    if not inspect(connection).has_table(NAME, schema=space):
        return None
    table = control(side)
    silent = (Moment() - table.c.beat).label("silent")
    return connection.execute(select(table, silent).where(table.c.side == side.value)).mappings().first()


@contextmanager
def held(meeting: Meeting, side: Side) -> Iterator[Connection]:
    """A short transaction at a side's control row. Raises Busy when a batch keeps it for too long."""
    with bounded(meeting.end(side), side, PATIENCE) as session, busy_told(session), session.connection.begin():
        yield session.connection
