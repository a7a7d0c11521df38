"""Conflicts that still stand: what a side's table says of the rows of a batch."""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, FromClause, Text, and_, literal

from migrator.lens.scope import Cell
from migrator.lens.side import Side
from migrator.lens.sql.json import quoted
from migrator.sync.agreed import mark_of
from migrator.sync.batch.flags import joined
from migrator.sync.batch.shape import Shape
from migrator.sync.conflicts.table import STANDING, conflicts


def row_key(shape: Shape, side: Side, texts: FromClause) -> Cell:
    """The key that a row has on a side, as a JSON object of column and canonical text: `{"id": "7"}`.

    texts: one of the batch's tables with that side's key in it. NULL where the key is not known.
    """
    pieces: list[Cell] = []
    for name, text in zip(shape.pair.faces[side].key, shape.key_texts(side), strict=True):
        pieces += [literal(f"{', ' if pieces else '{'}{json.dumps(name, ensure_ascii=False)}: ", Text()),
                   quoted(texts.c[text])]
    return joined([*pieces, literal("}", Text())])


def standing(shape: Shape, texts: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """The target's conflicts that stand, and which one of them is about a row: one at most.

    texts: one of the batch's tables with the source's key in it.
    """
    table = conflicts(shape.way.target).alias("standing")
    return table, and_(table.c[f"{shape.way.source}_key"] == row_key(shape, shape.way.source, texts),
                       table.c.pair == mark_of(shape.pair), table.c.state.in_(STANDING))
