"""Decide: what is to be done about each row of a batch, group by group, by what both sides say and what they agreed on.

Nothing here writes to anybody's tables. No clock says what has changed: a side has changed a group when its fingerprint
is not the one that was agreed on. Only who is right when both have may be told by a clock, where the mapping says so.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)

from migrator.lens.policy import Policy
from migrator.lens.scope import Cell
from migrator.lens.side import Side
from migrator.lens.sql.fingerprint import NOTHING
from migrator.sync.batch.flags import any_flag, flagged, flags, joined, sign
from migrator.sync.batch.look import in_the_way
from migrator.sync.batch.shape import Shape
from migrator.sync.conflicts.newest import joined_moments, source_wrote_last
from migrator.sync.conflicts.standing import standing
from migrator.sync.conflicts.table import Kind, State
from migrator.sync.conflicts.terms import Terms


class Act(StrEnum):
    """What is done about a row."""

    @property
    def said(self) -> Cell:
        """The act in a statement."""
        return literal(self.value, Text())

    INSERT = "insert"
    UPDATE = "update"
    SAME = "same"
    """Both sides say the same: they agree from now on."""
    LEAVE = "leave"
    """The target alone has something new: its own dirty key brings it over."""
    DELETE = "delete"
    CEDE = "cede"
    """It goes on as a row of another pair."""
    GONE = "gone"
    """Neither side has it any more."""
    KEPT = "kept"
    """Gone at the source, changed at the target since: the change is kept, and comes back to the source."""
    ASK = "ask"
    """Both have changed it, and a person must say who is right: nothing is written on either side until then."""
    HOLD = "hold"
    """It cannot be written now; it stays dirty."""
    NONE = "none"
    """The source has nothing to say of it."""


def planned(shape: Shape, terms: Terms) -> Select[tuple[object, ...]]:
    """The plan's rows, labelled with its columns."""
    stage, seen = shape.stage.clause, shape.seen.clause
    half = shape.half(shape.way.target).clause
    keys = zip(shape.half(shape.way.target).keys(shape.way.source), shape.key_texts(shape.way.source), strict=True)
    source = stage.outerjoin(half, and_(*(half.c[theirs] == stage.c[ours] for theirs, ours in keys)))
    source = source.outerjoin(seen, seen.c.stage == stage.c.id)
    asked: Cell = null()
    if not terms.baseline:
        table, mine = standing(shape, stage)
        source, asked = source.outerjoin(table, mine), table.c.state
        if Policy.NEWEST in shape.policies:
            for side in Side:
                source = source.outerjoin(*joined_moments(shape, side, stage))
    verdict = _Verdict(shape, stage, half, seen, terms, asked)
    cells = {"stage": stage.c.id, "act": verdict.act, "take": verdict.take, "leave": verdict.left,
             "clash": verdict.clash, "base": half.c.said, "now": seen.c.now, "kind": verdict.kind,
             "asked": asked}
    return select(*(cell.label(name) for name, cell in cells.items())).select_from(source)


class _Verdict:
    def __init__(self, shape: Shape, stage: FromClause, half: FromClause, seen: FromClause, terms: Terms,
                 asked: Cell) -> None:
        self._shape = shape
        self._terms = terms
        self._base = stage.c.base
        self._decided = func.coalesce(asked, "") == State.DECIDED.value
        """Whether a person has said that the source is right; who says that of the target marks the target's row."""
        self._places = range(len(shape.groups))
        self._here = stage.c.here == 1
        self._waits = func.coalesce(stage.c.waits, 0) == 1
        self._there = seen.c.stage.is_not(None)
        self._known = half.c.said.is_not(None)
        self._mine = seen.c.mine == 1
        self._fixed = seen.c.fixed == 1
        self._strange = and_(stage.c.base.is_(None), half.c.said.is_(None))
        self._differs = seen.c.differs
        said, base = stage.c.said, func.coalesce(stage.c.base, literal("", Text()))
        now, agreed = seen.c.now, func.coalesce(half.c.said, literal("", Text()))
        self._source_new = [sign(said, place) != sign(base, place) for place in self._places]
        self._target_new = [sign(now, place) != sign(agreed, place) for place in self._places]
        self._source_as_agreed = and_(stage.c.base.is_not(None), said == stage.c.base)
        self._target_as_agreed = now == half.c.said

    @property
    def act(self) -> Cell:
        """Rows that both have are decided by group, others as a whole."""
        held = in_the_way(self._shape)
        both = case((not_(self._mine), Act.UPDATE.said), (any_flag(self.take), Act.UPDATE.said),
                    (any_flag(self._differs), Act.LEAVE.said), (self._fixed, Act.SAME.said), else_=Act.UPDATE.said)
        return case(
            (or_(self._waits, and_(not_(self._there), held)), Act.HOLD.said),
            (self._asks, Act.ASK.said),
            (and_(self._here, self._there), both),
            # What the source has not changed since, the target has deleted: that is on its way here.
            (and_(self._here, self._known, self._source_as_agreed), Act.NONE.said),
            (self._here, Act.INSERT.said),
            (and_(self._there, not_(self._known)), Act.NONE.said),
            (and_(self._there, self._mine, self._target_as_agreed), Act.DELETE.said),
            (self._there, Act.KEPT.said),
            else_=Act.GONE.said)

    @property
    def take(self) -> Cell:
        """The groups that the target gets: all of a row that is new, or that another pair had before."""
        return flags([case((and_(self._here, self._there, self._mine),
                            and_(flagged(self._differs, place), not_(self._leaves(place)))), else_=self._here)
                      for place in self._places])

    @property
    def left(self) -> Cell:
        """The groups on which both sides go on to disagree for now."""
        return flags([and_(self._here, self._there, self._mine, flagged(self._differs, place), self._leaves(place))
                      for place in self._places])

    @property
    def clash(self) -> Cell:
        """The groups that both have changed, and differently."""
        return flags([and_(self._both, self._at_odds(place)) for place in self._places])

    @property
    def kind(self) -> Cell:
        """What is to be told of a conflict where it is acted upon; NULL where there is none.

        A stamp is no quarrel: applications write it with every change.
        """
        if self._terms.baseline:
            return null()
        anew = and_(self._here, not_(self._there), self._known, self._base.is_not(None),
                    not_(self._source_as_agreed))
        kept = and_(not_(self._here), self._there, self._known, not_(self._target_as_agreed))
        groups = self._shape.groups
        lost = or_(false(), *(and_(self._at_odds(place), self._wins(place)) for place in self._places
                              if not self._shape.pair.is_stamp(groups[place])))
        met = and_(self._both, or_(self._asks, lost))
        return case((and_(met, self._strange), Kind.SAME_KEY.value), (met, Kind.CHANGED.value),
                    (or_(anew, kept), Kind.DELETED.value), else_=null())

    @property
    def _asks(self) -> ColumnElement[bool]:
        """Whether a person must decide: the policy says so, or both sides have made a row under one key."""
        if self._terms.baseline:
            return false()
        asked = or_(false(), *(self._at_odds(place) for place, policy in enumerate(self._shape.policies)
                               if policy is Policy.ASK))
        strangers = and_(self._strange, or_(false(), *map(self._at_odds, self._places)))
        return and_(self._both, not_(self._decided), or_(strangers, asked))

    @property
    def _both(self) -> ColumnElement[bool]:
        """Whether both sides have the row, and it says different things."""
        return and_(self._here, self._there, self._mine, any_flag(self._differs))

    def _at_odds(self, place: int) -> ColumnElement[bool]:
        """Whether both have changed a group, and differently."""
        return and_(flagged(self._differs, place), self._target_new[place], self._source_new[place])

    def _wins(self, place: int) -> ColumnElement[bool]:
        """Whether the source is right where both have changed a group."""
        policy = Policy.OLD if self._terms.baseline else self._shape.policies[place]
        if policy is Policy.NEWEST:
            return or_(self._decided, source_wrote_last(self._shape, self._terms.skew))
        right = {Policy.PILOT: Side.NEW, Policy.OLD: Side.OLD}.get(policy)
        if right is self._shape.way.source:
            return true()
        return false() if self._terms.baseline else self._decided

    def _leaves(self, place: int) -> ColumnElement[bool]:
        """Whether what the target says stays: it alone has changed it, or both have and it is right."""
        return and_(self._target_new[place], not_(and_(self._source_new[place], self._wins(place))))


def agreed_text(fingerprints: Cell, base: Cell, left: Cell, places: int) -> Cell:
    """What a side has now agreed to: its fingerprints, but of groups that were left those of before."""
    return joined([case((flagged(left, place), func.coalesce(func.nullif(sign(base, place), ""), NOTHING)),
                        else_=sign(fingerprints, place)) for place in range(places)])
