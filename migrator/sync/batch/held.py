"""Held: rows of a batch that have to wait, and how often they already had to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, select

from migrator.sync.batch.decide import Act
from migrator.sync.batch.make import asked_keys
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.take import Entries
from migrator.sync.watch.dirty import noted

PATIENCE = 3
"""How often a row waits for others while nothing else can be done either."""


def held_rows(shape: Shape, taken: Entries | None) -> Select[Any]:
    """The source's keys of such rows, native as `key_1`.. and as texts, with the reason and how often they waited.

    taken: the entries of the pair's main table, None where the batch has none.
    """
    keys, settled = shape.keys.clause, shape.settled.clause
    named = select(*keys.c, *asked_keys(shape).selected_columns).subquery("named")
    source = named.join(settled, and_(*(named.c[name] == settled.c[name]
                                        for name in shape.key_texts(shape.way.source))))
    tries: ColumnElement[Any] = literal(1)
    if taken:
        entries, columns = taken.taken.clause, noted("now", taken.watched)[:len(shape.source.key)]
        counted = select(*(entries.c[name] for name in columns), func.max(entries.c.tries).label("tries")).group_by(
            *(entries.c[name] for name in columns)).subquery("counted")
        source = source.outerjoin(counted, and_(*(counted.c[name] == named.c[f"key_{n}"]
                                                  for n, name in enumerate(columns, 1))))
        tries = func.coalesce(counted.c.tries, 0) + 1
    return select(*(named.c[f"key_{n}"] for n, _ in enumerate(shape.source.key, 1)),
                  *(named.c[name] for name in shape.key_texts(shape.way.source)), settled.c.why,
                  tries.label("tries")).select_from(source).where(settled.c.act == Act.HOLD)


def in_vain(held: FromClause) -> ColumnElement[bool]:
    """Whether a row has waited long enough; one that somebody else has locked, and so has no reason, never has."""
    return and_(held.c.tries >= PATIENCE, held.c.why.is_not(None))
