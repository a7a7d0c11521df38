"""Unprompted: rows that a batch is about to change though the source says what it said when both agreed."""

from __future__ import annotations

from sqlalchemy import Select, select

from migrator.sync.batch.decide import Act
from migrator.sync.batch.shape import Shape


def unprompted(shape: Shape) -> Select[tuple[object, ...]]:
    """The target's keys of such rows of a pair, as canonical texts.

    There are none, whoever else writes meanwhile, as long as the lens gives the same for the same.
    """
    stage, plan = shape.stage.clause, shape.plan.clause
    return select(*(stage.c[name] for name in shape.key_texts(shape.way.target))).select_from(
        stage.join(plan, plan.c.stage == stage.c.id)).where(plan.c.act == Act.UPDATE, stage.c.said == stage.c.base)
