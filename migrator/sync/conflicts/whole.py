"""A whole row as its own server writes it down: every column, and what its links say."""

from __future__ import annotations

import json

from sqlalchemy import Text, func, literal

from migrator.lens.pair import Pair
from migrator.lens.scope import Cell, Row
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.json import quoted
from migrator.sync.batch.flags import joined


def whole_row(pair: Pair, side: Side, row: Row) -> Cell:
    """A row of a side as a JSON object of column and canonical text, lists of links under the name of their table."""
    pieces: list[Cell] = []
    for name, text in _told(pair, side, row).items():
        pieces += [literal(f"{', ' if pieces else '{'}{json.dumps(name, ensure_ascii=False)}: ", Text()),
                   func.coalesce(quoted(text), literal("null", Text()))]
    return joined([*pieces, literal("}", Text())])


def _told(pair: Pair, side: Side, row: Row) -> dict[str, Cell]:
    face = pair.faces[side]
    found = {name: canonical(row[name], face.type(name)) for name in face.names()}
    for group in pair.groups:
        links = [satellite.table for satellite in group.satellites if satellite.side is side and satellite.owner]
        end = group.ends[side]
        for table, value, type_ in zip(links, end.values(row)[len(end.columns):], end.types[len(end.columns):],
                                       strict=False):
            found[table] = canonical(value, type_)
    return found
