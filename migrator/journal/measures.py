"""What was measured before: how long steps have taken, and how much data lay there then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from migrator.journal.tables import attempt, run
from migrator.model.states import AttemptState, Direction

LOOKED_AT = 100
"""Newest attempts of an environment among which the amount of its data is looked for."""


@dataclass(frozen=True)
class Measure:
    """Seconds that a step took, on which environment, and the attempt (by its number) that ended last."""

    seconds: float
    environment: str
    attempt: int


@dataclass(frozen=True)
class Amount:
    """Bytes by database and file tree, as an attempt (by its number) has found them."""

    attempt: int
    data: Mapping[str, int]


class Measures:
    """Reads only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def times(self, digests: Sequence[str]) -> dict[tuple[str, str], Measure]:
        """By (step digest, direction): the longest success of the newest run that has one.

        The longest, because a drill does steps again, and then some find their work done already.
        """
        newest = select(func.max(attempt.c.id).label("id")).where(
            attempt.c.digest.in_(digests), attempt.c.state == AttemptState.OK).group_by(
            attempt.c.digest, attempt.c.direction).subquery()
        last, same = attempt.alias(), attempt.alias()
        longest = select(func.max(same.c.seconds)).where(
            same.c.run == last.c.run, same.c.digest == last.c.digest, same.c.direction == last.c.direction,
            same.c.state == AttemptState.OK).scalar_subquery()
        query = select(last.c.digest, last.c.direction, longest, run.c.environment, last.c.id).join(
            newest, newest.c.id == last.c.id).join(run, run.c.id == last.c.run)
        with self._engine.begin() as connection:
            return {(digest, direction): Measure(*measured)
                    for digest, direction, *measured in connection.execute(query)}

    def amounts(self, environment: str, kinds: Collection[str]) -> list[Amount]:
        """What steps of these kinds have found on an environment, the newest first: the fact `data` of each."""
        query = select(attempt.c.id, attempt.c.outcome).join(run, run.c.id == attempt.c.run).where(
            run.c.environment == environment, attempt.c.kind.in_(kinds), attempt.c.direction == Direction.FORWARD,
            attempt.c.state == AttemptState.OK).order_by(attempt.c.id.desc()).limit(LOOKED_AT)
        with self._engine.begin() as connection:
            found = [(number, (outcome or {}).get("facts", {}).get("data"))
                     for number, outcome in connection.execute(query)]
        return [Amount(number, data) for number, data in found if data]
