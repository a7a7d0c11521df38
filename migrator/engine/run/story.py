"""How a run goes, told over recorded steps: forward, through waits and drills, and back when it must.

Nothing here asks the clock, the journal or a host itself: every fact that decides a branch is the result of a
recorded step, so that a replay after a crash takes the same turns. The order and the names of the steps are a
contract with runs in flight; another order is another story.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, TypeVar

from migrator.text import _

R = TypeVar("R")
DRILL = "drill"
"""Why a run goes back when it only practises."""


class Drained(BaseException):
    """The story is left here and goes on elsewhere, or later. Not an Exception, since nothing may catch it."""


class Teller(Protocol):
    """Records each step of a story once; a later telling gets the recorded result instead."""

    def step(self, name: str, act: Callable[..., R], *arguments: Any) -> R: ...

    def park(self) -> None:
        """Leave the story here; whoever takes it up tells the next step."""


@dataclass(frozen=True)
class At:
    """Where a story stands; plain data, since it travels through recorded steps."""

    place: int = 0
    """Number of the plan's step that is next, from 0."""
    mark: int = 0
    """The newest attempt when people or the story last decided: what failed after it was tried in this go."""
    answered: int = -1
    """Requests of steering steps up to this place were answered and are not made again."""
    line: str = ""
    """The turn-back line: empty, `accepted` by people although it is crossed, or `crossed` and the run goes back."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def but(self, **changes: Any) -> At:
        return replace(self, **changes)


class Work(Protocol):
    """The acts that a story is made of; each can be repeated after a crash and returns JSON."""

    def begin(self, run: str) -> dict[str, Any]:
        """`ok`, else `message`, `hint` and `code` of the refusal."""

    def go(self, run: str, at: dict[str, Any]) -> dict[str, Any]:
        """Act until something stops it: `what` is end, leave, back (`why`, `to`), ask (`about`) or drill (`to`)."""

    def ask(self, run: str, at: dict[str, Any], about: str) -> dict[str, Any]:
        """What people, or the clock, have answered: `what` is waiting, on, or back (`why`, `to`)."""

    def undo(self, run: str, at: dict[str, Any], why: str, to: str | None) -> dict[str, Any]:
        """Go back, `done` unless the process leaves meanwhile, `clean` when nothing is left for hands."""

    def turned(self, run: str, at: dict[str, Any]) -> dict[str, Any]:
        """The order to bring back a run that has ended: `why` and `to`."""

    def refuse(self, run: str, refusal: dict[str, Any]) -> int: ...
    def finish(self, run: str) -> int: ...
    def finish_back(self, run: str, at: dict[str, Any], why: str) -> int: ...


class Telling:
    """One run being told."""

    def __init__(self, teller: Teller, work: Work, run: str) -> None:
        self._teller = teller
        self._work = work
        self._run = run
        self._at = At()

    def forward(self) -> int:
        """From the first check to the end; gives the exit code."""
        opening = self._teller.step("begin", self._work.begin, self._run)
        if not opening["ok"]:
            return self._teller.step("refuse", self._work.refuse, self._run, opening)
        return self._onward()

    def homeward(self) -> int:
        """A run that has ended goes back after all: wholly, or to a step from which it may come forward again."""
        order = self._told("turned", self._work.turned)
        ended = self._back(order["why"], order["to"])
        return self._onward() if ended is None else ended

    def _onward(self) -> int:
        ended = None
        while ended is None:
            stop = self._told("go", self._work.go)
            match stop["what"]:
                case "end":
                    ended = self._teller.step("finish", self._work.finish, self._run)
                case "back":
                    ended = self._back(stop["why"], stop["to"])
                case "ask":
                    ended = self._ask(stop["about"])
                case "drill":
                    ended = self._drill(stop["to"])
        return ended

    def _ask(self, about: str) -> int | None:
        """Wait until people, or the clock, have answered; the exit code when the answer has ended the run."""
        while (answer := self._told("ask", self._work.ask, about))["what"] == "waiting":
            self._teller.park()
        return self._back(answer["why"], answer["to"]) if answer["what"] == "back" else None

    def _drill(self, to: str) -> int | None:
        """Go back to a step and measure it; the way forward again follows. The exit code when the way back failed."""
        return None if self._undo(DRILL, to) else self._back(_("the way back failed in the drill"), None)

    def _back(self, why: str, to: str | None) -> int | None:
        """Undo what was done; the exit code, or None when people have said how it goes on from the step `to`."""
        if self._undo(why, to) and to is not None:
            return self._ask("decision")
        return self._teller.step("finish-back", self._work.finish_back, self._run, self._at.as_json(), why)

    def _undo(self, why: str, to: str | None) -> bool:
        while not (gone := self._told("undo", self._work.undo, why, to))["done"]:
            pass  # the process leaves, and the next recorded step is told elsewhere
        return bool(gone["clean"])

    def _told(self, name: str, act: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        """A recorded step that moves the story: its result says where it stands now."""
        result = self._teller.step(name, act, self._run, self._at.as_json(), *arguments)
        self._at = At(**result["at"])
        return result
