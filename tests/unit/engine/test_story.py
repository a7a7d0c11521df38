"""The story of a run, on scripted work: its turns, and that a replay after a crash takes the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.engine.run.story import DRILL, At, Drained, Telling

STEPS = ["a", "b", "c", "d"]


class Dead(BaseException):
    """The process was killed."""


class Tape:
    """Records steps as the durable engine does; dies before or after the k-th act and can be told again."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, Any]] = []
        self.left: float = float("inf")
        self.parked = 0

    def teller(self) -> Tape:
        self.place = 0
        return self

    def step(self, name: str, act: Callable[..., Any], *arguments: Any) -> Any:
        self.place += 1
        self.fresh = self.place > len(self.recorded)
        if not self.fresh:
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

    def park(self) -> None:
        if self.fresh:
            self.parked += 1
            raise Drained


class Scripted:
    """Work of four steps whose turns are set by name; keeps what is done on the target."""

    def __init__(self, **script: Any) -> None:
        self.script = script
        self.done: list[str] = []
        self.acts: list[str] = []
        self.replies = list(script.get("replies", []))
        self.ended = self.why = ""
        self.drilled = False

    def begin(self, run: str) -> dict[str, Any]:
        return {"ok": self.script.get("open", True)}

    def go(self, run: str, at: dict[str, Any]) -> dict[str, Any]:
        here = At(**at)
        for place in range(here.place, len(STEPS)):
            here = here.but(place=place)
            if stop := self._stop(here):
                return {"at": here.as_json(), **stop}
            if STEPS[place] not in self.done:
                self.done.append(STEPS[place])
                self.acts.append(STEPS[place])
        return {"what": "end", "at": here.as_json()}

    def _stop(self, here: At) -> dict[str, Any] | None:
        name = STEPS[here.place]
        if self.script.get("fails") == name and here.mark == 0:
            return {"what": "back", "why": "broken", "to": None}
        if self.script.get("asks") == name and here.answered < here.place:
            return {"what": "ask", "about": "approval"}
        if self.script.get("drills") == name and here.answered < here.place:
            return {"what": "drill", "to": "b"}
        return None

    def ask(self, run: str, at: dict[str, Any], about: str) -> dict[str, Any]:
        reply = self.replies.pop(0)
        here = At(**at)
        moved = here.but(mark=here.mark + 1, answered=here.place if about == "approval" else here.answered)
        return {"what": reply, "why": "asked", "to": self.script.get("to"),
                "at": (here if reply == "waiting" else moved).as_json()}

    def turned(self, run: str, at: dict[str, Any]) -> dict[str, Any]:
        return {"why": "asked", "to": self.script.get("to"), "at": At(**at).but(answered=len(STEPS)).as_json()}

    def undo(self, run: str, at: dict[str, Any], why: str, to: str | None) -> dict[str, Any]:
        here, first = At(**at), STEPS.index(to) if to else 0
        stuck = self.script.get("stuck")
        self.done = [name for name in self.done if STEPS.index(name) < first or name == stuck]
        answered = here.place if why == DRILL else here.answered
        return {"done": True, "clean": stuck not in self.done[first:],
                "at": here.but(place=first, answered=answered, mark=here.mark + 1).as_json()}

    def refuse(self, run: str, refusal: dict[str, Any]) -> int:
        self.ended = "refused"
        return 10

    def finish(self, run: str) -> int:
        self.ended = "passed"
        return 0

    def finish_back(self, run: str, at: dict[str, Any], why: str) -> int:
        self.ended, self.why = "back", why
        return 22 if self.done else 21


def tell(work: Scripted, tape: Tape | None = None, *, home: bool = False) -> int:
    """Tell it to its end, taken up again whenever it was parked."""
    tape = tape or Tape()
    while True:
        story = Telling(tape.teller(), work, "r")
        try:
            return story.homeward() if home else story.forward()
        except Drained:
            continue


def test_forward_does_every_step_in_order() -> None:
    work = Scripted()
    assert tell(work) == 0
    assert work.done == STEPS


def test_what_may_not_begin_is_refused() -> None:
    work = Scripted(open=False)
    assert (tell(work), work.ended, work.acts) == (10, "refused", [])


def test_a_failure_goes_back_and_says_why() -> None:
    work = Scripted(fails="c")
    assert tell(work) == 21
    assert (work.done, work.why) == ([], "broken")


def test_what_cannot_be_undone_ends_for_hands() -> None:
    work = Scripted(fails="d", stuck="b")
    assert tell(work) == 22


def test_it_parks_until_people_have_answered() -> None:
    work, tape = Scripted(asks="c", replies=["waiting", "waiting", "on"]), Tape()
    assert tell(work, tape) == 0
    assert (work.done, tape.parked) == (STEPS, 2)


def test_the_answer_may_be_to_go_back() -> None:
    work = Scripted(asks="c", replies=["back"])
    assert tell(work) == 21
    assert (work.done, work.why) == ([], "asked")


def test_a_drill_goes_back_and_comes_forward_again_once() -> None:
    work = Scripted(drills="d")
    assert tell(work) == 0
    assert work.acts == ["a", "b", "c", "b", "c", "d"]


def test_a_drill_whose_way_back_fails_goes_back_wholly() -> None:
    work = Scripted(drills="d", stuck="b")
    assert tell(work) == 22
    assert work.why == "the way back failed in the drill"


def test_back_to_a_step_asks_how_it_goes_on() -> None:
    work, tape = Scripted(asks="d", replies=["back", "waiting", "on", "on"], to="c"), Tape()
    assert tell(work, tape) == 0
    assert work.acts == ["a", "b", "c", "c", "d"]
    assert tape.parked == 1


def test_a_run_that_has_ended_goes_back_to_a_step_and_forward_again() -> None:
    work = Scripted(to="c", replies=["on"])
    work.done = list(STEPS)
    assert tell(work, home=True) == 0
    assert (work.acts, work.done) == (["c", "d"], STEPS)


def test_a_run_that_has_ended_goes_back_wholly() -> None:
    work = Scripted()
    work.done = list(STEPS)
    assert tell(work, home=True) == 21
    assert work.done == []


SCRIPTS = st.sampled_from([
    {}, {"fails": "c"}, {"fails": "d", "stuck": "b"}, {"drills": "d"}, {"asks": "b", "replies": ["on"]},
    {"asks": "c", "replies": ["back", "on", "on"], "to": "b"},
])


@pytest.mark.parametrize("home", [False, True])
@given(script=SCRIPTS, kills=st.lists(st.integers(1, 12), max_size=6))
def test_killed_anywhere_and_told_again_it_ends_the_same(home: bool, script: dict[str, Any], kills: list[int]) -> None:
    if script.get("replies"):
        kills = [kill for kill in kills if kill % 2]  # an answer that was given but not recorded is given once more
    expected = Scripted(**script)
    code = tell(expected, home=home)
    work, tape = Scripted(**script), Tape()
    for kill in kills:
        tape.left = kill
        try:
            tell(work, tape, home=home)
        except Dead:
            continue
        break
    tape.left = float("inf")
    assert tell(work, tape, home=home) == code
    assert (work.ended, work.done) == (expected.ended, expected.done)
