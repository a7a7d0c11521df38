"""One row of a run: a plan's step on all its targets, which act at the same time; the attempts say what is left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from migrator.engine.run.context import Desk
from migrator.engine.run.unit import Unit
from migrator.journal.attempts import Key
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AfterCrash, AttemptState, Direction
from migrator.step import kinds

T = TypeVar("T")
AT_ONCE = 32
"""Targets that act at the same time."""
DONE = (AttemptState.OK, AttemptState.SKIPPED)


@dataclass(frozen=True)
class Stop:
    """How a row stands when nothing more is to be tried: a request of the step, or the failure that it has met."""

    ok: bool
    message: str = ""
    request: Mapping[str, Any] | None = None
    asks: bool = False
    """Nobody can know what the act has done, and its kind wants a person to look."""


class Row:
    """Acts on one step of a run; every method converges when it is called again after a crash.

    `mark` is the newest attempt when the story last decided: attempts up to it are the past, and what failed then may
    be tried anew; what failed since counts against the tries that the step has.
    """

    def __init__(self, desk: Desk, plan: Plan, run: str, step: PlannedStep, executor: str, mark: int) -> None:
        self._desk = desk
        self._plan = plan
        self._run = run
        self._step = step
        self._executor = executor
        self._mark = mark
        self._kind = kinds()[step.kind]

    def forward(self) -> Stop:
        """Act on every target until it is done or has no tries left."""
        stops = self._each(self._step.targets, self._bring_about)
        failed = [stop for stop in stops if not stop.ok]
        if failed:
            messages = dict.fromkeys(stop.message for stop in failed)
            return Stop(False, "; ".join(messages), asks=any(stop.asks for stop in failed))
        return stops[0]

    def undo(self, targets: Sequence[str], stuck: Collection[str] = ()) -> list[str]:
        """Undo on these targets, but not where a later step is `stuck`; gives the targets that could not be undone."""
        clean = self._each(targets, lambda target: self._take_back(target, target in stuck))
        return [target for target, undone in zip(targets, clean, strict=True) if not undone]

    def skip(self, order: Mapping[str, Any]) -> None:
        """Pass over every target that is not done, as a named person has decided."""
        for target in self._left():
            self._another(target).skip(order)

    def accept(self, order: Mapping[str, Any]) -> bool:
        """Take over every target that a person has brought about by hand; False where verify does not agree."""
        accepted = [self._another(target).accept(order) for target in self._left()]  # each is asked, also after a no
        return all(accepted)

    def give_up(self) -> None:
        """What was cut off in the midst will not be taken up again: nobody knows what it did."""
        for target in self._step.targets:
            tried = self._attempts(target, Direction.FORWARD)
            if tried and tried[-1]["state"] == AttemptState.STARTED:
                self._unit(target, Direction.FORWARD, tried[-1]["n"]).give_up()

    def _bring_about(self, target: str) -> Stop:
        while (n := self._next_try(tried := self._attempts(target, Direction.FORWARD))) is not None:
            ended = self._unit(target, Direction.FORWARD, n).act(new=n > len(tried))
            if ended["ok"]:
                return Stop(True, request=ended["request"])
        return self._stop(tried[-1])

    def _next_try(self, tried: Sequence[Mapping[Any, Any]]) -> int | None:
        """The number of the try to make, or to take up; None when the unit is done or has no tries left."""
        if not tried:
            return 1
        newest = tried[-1]
        fresh = [row for row in tried if row["id"] > self._mark]
        if newest["state"] == AttemptState.STARTED:
            return int(newest["n"])
        if newest["state"] in DONE:
            another = bool(newest["undone"]) or (not fresh and _waits(newest))
        else:
            another = not fresh or self._may_try_again(fresh)
        return int(newest["n"]) + 1 if another else None

    def _may_try_again(self, fresh: Sequence[Mapping[Any, Any]]) -> bool:
        """Whether the step has a try left; one that was cut off, and may be repeated, costs none."""
        if self._kind.after_crash is not AfterCrash.AGAIN:
            return False
        failed = [row for row in fresh if row["state"] not in DONE]
        unknown = failed[-1]["state"] == AttemptState.UNKNOWN
        return len(failed) <= self._step.retries + int(unknown)

    def _stop(self, row: Mapping[Any, Any]) -> Stop:
        if row["state"] in DONE:
            return Stop(True, request=(row["outcome"] or {}).get("request"))
        unknown = row["state"] == AttemptState.UNKNOWN
        return Stop(False, row["message"] or "", asks=unknown and self._kind.after_crash is AfterCrash.ASK)

    def _take_back(self, target: str, stuck: bool) -> bool:
        while (n := self._next_undo(tried := self._attempts(target, Direction.UNDO))) is not None:
            unit = self._unit(target, Direction.UNDO, n)
            unit.leave() if stuck else unit.undo()
        return bool(tried[-1]["state"] == AttemptState.OK)

    def _next_undo(self, tried: Sequence[Mapping[Any, Any]]) -> int | None:
        """The number of the undo to make, or to take up; one that was cut off is made once more, since it may be."""
        fresh = [row for row in tried if row["id"] > self._mark]
        if tried and tried[-1]["state"] == AttemptState.STARTED:
            return int(tried[-1]["n"])
        cut_off = len(fresh) == 1 and fresh[0]["state"] == AttemptState.UNKNOWN
        return len(tried) + 1 if not fresh or cut_off else None

    def _left(self) -> list[str]:
        """Targets on which the step is not done."""
        newest = {target: self._attempts(target, Direction.FORWARD) for target in self._step.targets}
        return [target for target, rows in newest.items() if not rows or rows[-1]["state"] not in DONE]

    def _another(self, target: str) -> Unit:
        """The next try on a target, forward."""
        return self._unit(target, Direction.FORWARD, len(self._attempts(target, Direction.FORWARD)) + 1)

    def _attempts(self, target: str, direction: Direction) -> Sequence[Mapping[Any, Any]]:
        return self._desk.journal.attempts.of_unit(self._run, self._step.id, target, direction)

    def _unit(self, target: str, direction: Direction, n: int) -> Unit:
        return Unit(self._desk, self._plan, Key(self._run, self._step.id, target, direction, n), self._executor)

    def _each(self, targets: Sequence[str], act: Callable[[str], T]) -> list[T]:
        """The act on every target at the same time, results in the order of the targets."""
        if len(targets) == 1:
            return [act(targets[0])]
        with ThreadPoolExecutor(min(AT_ONCE, len(targets)), thread_name_prefix=self._step.id) as pool:
            return list(pool.map(act, targets))


def _waits(row: Mapping[Any, Any]) -> bool:
    """Whether the attempt asked to be called again later."""
    request = (row["outcome"] or {}).get("request")
    return request is not None and request["act"] == "wait"
