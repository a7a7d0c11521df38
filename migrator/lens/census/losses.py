"""Questions about the groups of a pair: what does not come back as it was, and what cannot be said at all."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, false, or_

from migrator.lens.census.finding import Verdict
from migrator.lens.census.question import Question
from migrator.lens.group import Group
from migrator.lens.memory import lost
from migrator.lens.pair import Pair
from migrator.lens.scope import Row
from migrator.lens.side import Side, Way
from migrator.text import _


def losses(pair: Pair, row: Row) -> Iterator[Question]:
    """What each group of the pair asks of a row of the old side."""
    for group in pair.groups:
        doubts = group.doubtful(Way.FORWARD, row)
        for doubt in doubts:
            yield Question(doubt.code, Verdict.REFUSED, doubt.condition, doubt.sentence, _advice(group), group.name)
        if Side.OLD not in group.faithful:
            gone = case((or_(false(), *(doubt.condition for doubt in doubts)), false()),
                        else_=lost(group, Way.FORWARD, row))
            yield Question("lost", Verdict.NEEDS_MEMORY, gone, _("the old values do not come back as they were"),
                           _("pair memory keeps them"), group.name)


def _advice(group: Group) -> str:
    if group.where:
        return _("clean the old data, or change {where} of the mapping").format(where=group.where)
    return _("clean the old data, or say in the mapping what becomes of it")
