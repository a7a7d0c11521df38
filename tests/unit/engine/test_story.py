"""The story of a run, on scripted work: its turns, and that a replay after a crash takes the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.engine.story import Telling

UNITS = [["a", "-"], ["b", "h1"], ["b", "h2"], ["c", "-"]]


class Dead(BaseException):
    """The process was killed."""


class Tape:
    """Records steps as the durable engine does; dies before or after the k-th act and can be told again."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, Any]] = []
        self.left: float = float("inf")
        self.waits = 0

    def teller(self) -> Tape:
        self.place = 0
        return self

    def step(self, name: str, act: Callable[..., Any], *arguments: Any) -> Any:
        self.place += 1
        if self.place <= len(self.recorded):
            told, result = self.recorded[self.place - 1]
            assert told == name, f"a replay took another turn: {name} instead of {told}"
            return result
        self.left -= 1
        if self.left == 0:
            raise Dead
        result = act(*arguments)
        self.left -= 1
        if self.left == 0:
            raise Dead
        self.recorded.append((name, result))
        return result

    def wait(self, seconds: float) -> None:
        self.waits += 1


class Scripted:
    """Work whose results are set by name; keeps what is done on the target, each act once per number."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.done: list[tuple[str, str]] = []
        self.acts: dict[tuple[str, str, int], dict[str, Any]] = {}
        self.undone: dict[tuple[str, str, int], dict[str, Any]] = {}
        self.ended = self.why = ""

    def begin(self, run: str) -> dict[str, Any]:
        return {"ok": True, "units": UNITS}

    def act(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        key = (step, target, n)
        if self.answers.get("rollback_before") == len(self.done):
            return {"ok": False, "message": "asked", "retry": False, "on_failure": "rollback", "request": None}
        if key not in self.acts:
            ok = self.answers.get("fails") != (step, target) or n > self.answers.get("fails_times", 99)
            if ok:
                self.done.append((step, target))
            request = self.answers.get("request", {}).get(step) if n == 1 else None
            self.acts[key] = {"ok": ok, "message": "broken", "retry": not ok and n <= self.answers.get("retries", 0),
                              "on_failure": self.answers.get("on_failure", "rollback"), "request": request}
        return self.acts[key]

    def ask(self, run: str, step: str, target: str, what: str) -> str:
        replies = self.answers.setdefault("replies", ["granted"])
        return str(replies.pop(0) if len(replies) > 1 else replies[0])

    def again(self, run: str, step: str, to: str) -> list[list[str]]:
        return [unit for unit in UNITS if unit[0] < step]

    def way_back(self, run: str, why: str, to: str | None) -> list[list[Any]]:
        return [[step, target, 1 + sum(k[:2] == (step, target) for k in self.undone)]
                for step, target in reversed(dict.fromkeys(self.done)) if not (why == "drill" and step == "c")]

    def undo(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        key = (step, target, n)
        if key not in self.undone:
            ok = self.answers.get("stuck") != (step, target)
            if ok:
                self.done = [unit for unit in self.done if unit != (step, target)]
            self.undone[key] = {"ok": ok}
        return self.undone[key]

    def leave(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        return {"ok": False}

    def drilled(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        return {}

    def refuse(self, run: str, refusal: dict[str, Any]) -> int:
        self.ended = "refused"
        return 10

    def finish(self, run: str) -> int:
        self.ended = "passed"
        return 0

    def finish_back(self, run: str, why: str) -> int:
        self.ended, self.why = "back", why
        return 22 if self.done else 21


def tell(work: Scripted, tape: Tape | None = None) -> int:
    return Telling((tape or Tape()).teller(), work, "r").forward()


def test_forward_does_every_unit_in_order() -> None:
    work = Scripted()
    assert tell(work) == 0
    assert work.done == [tuple(unit) for unit in UNITS]


def test_a_failure_undoes_newest_first() -> None:
    work = Scripted(fails=("c", "-"))
    assert tell(work) == 21
    assert list(work.undone) == [("b", "h2", 1), ("b", "h1", 1), ("a", "-", 1)]


def test_an_undo_that_fails_leaves_its_target_and_what_depends_on_it_but_not_other_hosts() -> None:
    work = Scripted(fails=("c", "-"), stuck=("b", "h2"))
    assert tell(work) == 22
    assert ("b", "h1", 1) in work.undone
    assert ("a", "-", 1) not in work.undone, "what the whole environment stands on stays under a host that is stuck"


def test_a_step_with_tries_left_is_tried_again() -> None:
    work = Scripted(fails=("b", "h1"), fails_times=2, retries=2)
    assert tell(work) == 0
    assert ("b", "h1", 3) in work.acts


def test_a_pause_waits_for_a_decision_and_tries_again() -> None:
    work = Scripted(fails=("b", "h1"), fails_times=1, on_failure="pause", replies=["waiting", "waiting", "retry"])
    tape = Tape()
    assert tell(work, tape) == 0
    assert tape.waits == 2


def test_a_pause_can_be_answered_by_going_back() -> None:
    work = Scripted(fails=("b", "h1"), on_failure="pause", replies=["rollback"])
    assert tell(work) == 21
    assert work.done == []


@pytest.mark.parametrize(("reply", "why"), [("refused", "the approval was refused"),
                                            ("rollback", "somebody asked to go back")])
def test_an_approval_that_is_refused_or_overtaken_goes_back_and_says_why(reply: str, why: str) -> None:
    work = Scripted(request={"b": {"act": "park", "data": {}}}, replies=[reply])
    assert tell(work) == 21
    assert work.why == why


def test_a_drill_goes_back_and_comes_forward_again() -> None:
    work = Scripted(request={"c": {"act": "undo_to", "data": {"to": "start"}}})
    assert tell(work) == 0
    assert ("a", "-", 1) in work.undone
    assert ("a", "-", 2) in work.acts
    assert sorted(set(work.done)) == sorted(tuple(unit) for unit in UNITS)


@pytest.mark.parametrize("before", range(4))
def test_an_order_to_go_back_is_obeyed_at_the_next_step(before: int) -> None:
    work = Scripted(rollback_before=before)
    assert tell(work) == 21
    assert work.done == []


SCRIPTS = st.sampled_from([
    {}, {"fails": ("c", "-")}, {"fails": ("b", "h1"), "fails_times": 1, "retries": 1},
    {"request": {"c": {"act": "undo_to", "data": {"to": "start"}}}},
    {"fails": ("b", "h2"), "stuck": ("b", "h1")}, {"rollback_before": 2},
])


@given(script=SCRIPTS, kills=st.lists(st.integers(1, 12), max_size=6))
def test_killed_anywhere_and_told_again_it_ends_the_same(script: dict[str, Any], kills: list[int]) -> None:
    expected = Scripted(**script)
    code = tell(expected)
    work, tape = Scripted(**script), Tape()
    for kill in kills:
        tape.left = kill
        try:
            tell(work, tape)
        except Dead:
            continue
        break
    tape.left = float("inf")
    assert tell(work, tape) == code
    assert (work.ended, work.done, list(work.acts), list(work.undone)) == (
        expected.ended, expected.done, list(expected.acts), list(expected.undone))
