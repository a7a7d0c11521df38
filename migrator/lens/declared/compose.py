"""Compose: two lenses over a common middle make one from the first's old side to the second's new side.

The middle version need not exist anywhere; only its structure must be known. A look-up to one of its tables reads what
the second lens makes of the new side's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import FromClause

from migrator.errors import WrongUse
from migrator.lens.declared.compose_groups import chained
from migrator.lens.lens import Lens, rows_for
from migrator.lens.pair import Face, Pair
from migrator.lens.scope import Tables
from migrator.lens.side import Side, Way
from migrator.text import _


def compose(first: Lens, second: Lens) -> Lens:
    """One lens that goes the way of both.

    Raises WrongUse where two pairs cannot be chained: the data then goes hop by hop.
    """
    middle = Middle(second)
    pairs = tuple(_chain(one, two, middle) for one, two in _meeting_pairs(first, second))
    only = {side: frozenset(lens.schemas[side].tables) - _said(pairs, side)
            for side, lens in ((Side.OLD, first), (Side.NEW, second))}
    schemas = {Side.OLD: first.schemas[Side.OLD], Side.NEW: second.schemas[Side.NEW]}
    return Lens(schemas, pairs, only, hashlib.sha256(f"{first.digest}\0{second.digest}".encode()).hexdigest())


class Middle:
    """Tells what stands for a table of the middle version: a query over the new side."""

    def __init__(self, second: Lens) -> None:
        self._second = second

    def tables(self, name: str, outer: Tables) -> FromClause:
        """A table of the middle version, made from the new side's tables as `outer` gives them."""
        for pair in self._second.pairs_of(Side.OLD, name):
            target = next(table for table in pair.faces[Side.OLD].tables if table.name == name)
            return rows_for(pair, Way.BACKWARD, target, outer).subquery()
        raise WrongUse(_("the table {table} of the version between cannot be looked up from the new side").format(
            table=name), hint=_("carry the data over hop by hop"))


def _meeting_pairs(first: Lens, second: Lens) -> Iterator[tuple[Pair, Pair]]:
    for two in second.pairs:
        for one in first.pairs_of(Side.NEW, two.faces[Side.OLD].main.name):
            _require_simple(one, one.faces[Side.NEW])
            _require_simple(two, two.faces[Side.OLD])
            yield one, two


def _require_simple(pair: Pair, inner: Face) -> None:
    ends = [group.ends[inner.side] for group in pair.groups]
    if len(inner.tables) > 1 or inner.rows or any(end.read for end in ends) or any(g.always for g in pair.groups):
        raise WrongUse(_("{pair} cannot be chained with another hop: in the version between, its rows are spread over "
                         "several tables, filtered, or get numbers of their own").format(pair=pair.name),
                       where=str(pair.where or pair.name),
                       hint=_("carry the data over hop by hop"))


def _chain(one: Pair, two: Pair, middle: Middle) -> Pair:
    groups, nowhere = chained(one, two, middle.tables)
    faces = {Side.OLD: one.faces[Side.OLD], Side.NEW: two.faces[Side.NEW]}
    own = (private for pair, side in ((one, Side.OLD), (two, Side.NEW)) for private in pair.private
           if private.side is side)
    return Pair(faces, groups, (*own, *nowhere), one.where or two.where, two.conflict or one.conflict,
                {**one.of_columns, **two.of_columns})


def _said(pairs: tuple[Pair, ...], side: Side) -> set[str]:
    return {table.name for pair in pairs for table in pair.faces[side].tables} | {
        satellite.table for pair in pairs for group in pair.groups for satellite in group.satellites
        if satellite.side is side}
