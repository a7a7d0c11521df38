"""How a run goes, told over recorded steps: forward, through waits and drills, and back when it must.

Nothing here asks the clock, the journal or a host itself: every fact that decides a branch is the result of a
recorded step, so that a replay after a crash takes the same turns. The order and the names of the steps are a
contract with runs in flight; another order is another story.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from migrator.text import _

R = TypeVar("R")
Unit = tuple[str, str]
"""A step's id and a target's name."""
HOUR = 3600.0


class Drained(BaseException):
    """The process is leaving; the story goes on elsewhere. Not an Exception, since nothing may catch it."""


class Teller(Protocol):
    """Records each step of a story once; a later telling gets the recorded result instead."""

    def step(self, name: str, act: Callable[..., R], *arguments: Any) -> R: ...

    def wait(self, seconds: float) -> None: ...


class Work(Protocol):
    """The acts that a story is made of; each can be repeated after a crash and returns JSON."""

    def begin(self, run: str) -> dict[str, Any]: ...
    def act(self, run: str, step: str, target: str, n: int) -> dict[str, Any]: ...
    def ask(self, run: str, step: str, target: str, what: str) -> str: ...
    def way_back(self, run: str, why: str, to: str | None) -> list[list[Any]]: ...
    def undo(self, run: str, step: str, target: str, n: int) -> dict[str, Any]: ...
    def leave(self, run: str, step: str, target: str, n: int) -> dict[str, Any]: ...
    def again(self, run: str, step: str, to: str) -> list[list[str]]: ...
    def drilled(self, run: str, step: str, target: str, n: int) -> dict[str, Any]: ...
    def refuse(self, run: str, refusal: dict[str, Any]) -> int: ...
    def finish(self, run: str) -> int: ...
    def finish_back(self, run: str, why: str) -> int: ...


class Telling:
    """One run being told."""

    def __init__(self, teller: Teller, work: Work, run: str) -> None:
        self._tell = teller.step
        self._wait = teller.wait
        self._work = work
        self._run = run
        self._tries: Counter[Unit] = Counter()

    def forward(self) -> int:
        """From the first check to the end; gives the exit code."""
        opening = self._tell("begin", self._work.begin, self._run)
        if not opening["ok"]:
            return self._tell("refuse", self._work.refuse, self._run, opening)
        units: list[Unit] = [(step, target) for step, target in opening["units"]]
        for unit in units:
            why = self._pass(unit)
            if why is not None:
                return self.back(why)
        return self._tell("finish", self._work.finish, self._run)

    def back(self, why: str) -> int:
        """Undo what was done, newest first; gives the exit code."""
        self._undo_all(why, None)
        return self._tell("finish-back", self._work.finish_back, self._run, why)

    def _pass(self, unit: Unit) -> str | None:
        """Do one unit until it is done; the reason when the run must go back instead."""
        while True:
            result = self._act(unit)
            if result["ok"]:
                return self._answer(result["request"], unit)
            if result["retry"]:
                continue
            if result["on_failure"] == "rollback":
                return str(result["message"])
            if self._park(unit, "decision") == "rollback":
                return str(result["message"])

    def _act(self, unit: Unit) -> dict[str, Any]:
        self._tries[unit] += 1
        return self._tell(f"do:{unit[0]}@{unit[1]}", self._work.act, self._run, *unit, self._tries[unit])

    def _answer(self, request: dict[str, Any] | None, unit: Unit) -> str | None:
        """Give a steering step what it asked for; the reason when the answer is to go back."""
        if request is None:
            return None
        if request["act"] == "park":
            return self._approval(unit)
        return self._drill(unit, request["data"]["to"])

    def _approval(self, unit: Unit) -> str | None:
        """Wait for the approvals; the reason when the answer is to go back."""
        match self._park(unit, "approval"):
            case "granted":
                return None
            case "rollback":
                return _("somebody asked to go back")
        return _("the approval was refused")

    def _park(self, unit: Unit, what: str) -> str:
        while (answer := self._tell(f"ask:{unit[0]}", self._work.ask, self._run, *unit, what)) == "waiting":
            self._wait(HOUR)
        return answer

    def _drill(self, unit: Unit, to: str) -> str | None:
        """Go back to a step, measure it, and come forward again; the reason when either way failed."""
        if not self._undo_all("drill", to):
            return _("the way back failed in the drill")
        self._tell(f"drilled:{unit[0]}", self._work.drilled, self._run, *unit, self._tries[unit])
        for step, target in self._tell("again", self._work.again, self._run, unit[0], to):
            result = self._act((step, target))
            if not result["ok"]:
                return str(result["message"])
        return None

    def _undo_all(self, why: str, to: str | None) -> bool:
        """Undo every unit that began, newest first. A target whose undo failed is left as it is, others go on."""
        failed: set[str] = set()
        for step, target, n in self._tell("way-back", self._work.way_back, self._run, why, to):
            stuck = bool(failed) and ("-" in failed or target == "-" or target in failed)
            act = self._work.leave if stuck else self._work.undo
            if not self._tell(f"undo:{step}@{target}", act, self._run, step, target, n)["ok"]:
                failed.add(target)
        return not failed
