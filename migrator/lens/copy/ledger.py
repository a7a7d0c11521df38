"""The ledger of a copy: which chunks have arrived. Its rows lie in the target and commit with what they speak of."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects.mysql import LONGTEXT

from migrator import clock
from migrator.database.base import OURS
from migrator.lens.copy.keys import WAY, Key

FINISHED = "*"
"""The unit of the row that says that all has been copied."""
_LONG = Text().with_variant(LONGTEXT(), "mysql", "mariadb")
_TABLE = Table(
    f"{OURS}ledger", MetaData(),
    Column("lens", String(64), primary_key=True), Column("unit", String(200), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("low", _LONG), Column("high", _LONG), Column("rows", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False), Column("at", String(40), nullable=False), schema=WAY.target)


@dataclass(frozen=True)
class Reached:
    """How far a unit has come: chunks and rows so far, and the highest key of the last chunk."""

    chunks: int = 0
    rows: int = 0
    seconds: float = 0.0
    high: Key | None = None


class Ledger:
    """The chunks that one lens has brought into one database."""

    def __init__(self, target: Connection, lens: str) -> None:
        self._target = target
        self._lens = lens

    def create(self) -> None:
        """Make the table if it is not there."""
        with self._target.begin():
            _TABLE.create(self._target, checkfirst=True)

    def unfinished(self) -> list[str]:
        """Digests of other lenses that have begun here and not ended."""
        if not self._there():
            return []
        ended = select(_TABLE.c.lens).where(_TABLE.c.unit == FINISHED)
        others = select(_TABLE.c.lens).distinct().where(_TABLE.c.lens != self._lens, _TABLE.c.lens.not_in(ended))
        with self._target.begin():
            return list(self._target.scalars(others.order_by(_TABLE.c.lens)))

    def begun(self) -> bool:
        """Whether anything has arrived by this lens."""
        if not self._there():
            return False
        with self._target.begin():
            return bool(self._target.scalar(select(func.count()).where(_TABLE.c.lens == self._lens)))

    def finished(self) -> bool:
        """Whether this lens has copied everything."""
        return self.reached(FINISHED).chunks > 0

    def reached(self, unit: str) -> Reached:
        """How far a unit has come."""
        if not self._there():
            return Reached()
        mine = (_TABLE.c.lens == self._lens, _TABLE.c.unit == unit)
        totals = select(func.count(), func.coalesce(func.sum(_TABLE.c.rows), 0),
                        func.coalesce(func.sum(_TABLE.c.seconds), 0)).where(*mine)
        last = select(_TABLE.c.high).where(*mine).order_by(_TABLE.c.number.desc()).limit(1)
        with self._target.begin():
            chunks, rows, seconds = self._target.execute(totals).one()
            high = self._target.scalar(last)
        return Reached(chunks, int(rows), float(seconds), None if high is None else tuple(json.loads(high)))

    def add(self, unit: str, before: Reached, high: Key | None, rows: int, seconds: float) -> Reached:
        """Enter the next chunk of a unit, in the transaction that brings it; how far the unit is then."""
        self._target.execute(_TABLE.insert().values(
            lens=self._lens, unit=unit, number=before.chunks, low=_text(before.high), high=_text(high), rows=rows,
            seconds=seconds, at=clock.stamp()))
        return Reached(before.chunks + 1, before.rows + rows, before.seconds + seconds, high)

    def finish(self) -> None:
        """Enter that everything has arrived."""
        with self._target.begin():
            self.add(FINISHED, Reached(), None, 0, 0.0)

    def forget(self) -> None:
        """Remove what is entered of this lens, in the transaction that takes back what it speaks of."""
        self._target.execute(_TABLE.delete().where(_TABLE.c.lens == self._lens))

    def drop(self) -> None:
        """Remove the table, unless it speaks of other lenses."""
        if not self._there():
            return
        with self._target.begin():
            others = self._target.scalar(select(func.count()).where(_TABLE.c.lens != self._lens))
        if not others:
            with self._target.begin():
                _TABLE.drop(self._target)

    def _there(self) -> bool:
        with self._target.begin():
            space = self._target.get_execution_options()["schema_translate_map"][WAY.target]
            return inspect(self._target).has_table(_TABLE.name, schema=space)


def _text(key: Key | None) -> str | None:
    return None if key is None else json.dumps(key, ensure_ascii=False)
