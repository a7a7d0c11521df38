"""Which rows batches have looked at: what has to be compared once more when all was compared before."""

from __future__ import annotations

from sqlalchemy import select

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.lens.verify.eye import read
from migrator.lens.verify.rows import Chosen
from migrator.sync.batch.shape import Shape


class Carried:
    """Collects the keys of rows, of both sides, as they are carried."""

    def __init__(self) -> None:
        self._rows: dict[int, Chosen] = {}

    def __call__(self, shape: Shape, target: Session) -> None:
        rows = self._rows.setdefault(shape.number, Chosen())
        names = {side: shape.key_texts(side) for side in Side}
        stage = shape.stage.clause
        for row in target.ask(select(*(stage.c[name] for side in Side for name in names[side]))).mappings():
            for side in Side:
                key = tuple(read(row[name]) for name in names[side])
                if None not in key:
                    rows.keys[side].add(key)

    @property
    def count(self) -> int:
        """Rows that were collected since the last time."""
        return sum(rows.count for rows in self._rows.values())

    def take(self) -> dict[int, Chosen]:
        """What was collected since the last time."""
        taken, self._rows = self._rows, {}
        return taken
