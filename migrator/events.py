"""What observers are told: one small record per thing that happens in a run.

The engine emits, screens and logs listen; an observer that fails is muted and never stops a run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from migrator import clock
from migrator.secret import scrubbed


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at a moment in a run."""

    name: ClassVar[str]
    run: str
    at: str = field(default_factory=clock.stamp)

    def as_json(self) -> dict[str, Any]:
        """The event as plain data, its name first, secrets scrubbed."""
        return {key: scrubbed(value) for key, value in {"event": self.name, **vars(self)}.items()}


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    name = "run.started"
    title: str
    stage: str
    environment: str
    steps: int


@dataclass(frozen=True, kw_only=True)
class StepStarted(Event):
    """`direction` is forward, undo or check; `target` is a host's name, `-` when the step has none."""

    name = "step.started"
    step: str
    kind: str
    target: str
    direction: str
    number: int
    of: int
    estimate: float | None = None


@dataclass(frozen=True, kw_only=True)
class StepProgress(Event):
    """`done` of `total` in `unit` (bytes, rows, files); total None when nobody knows."""

    name = "step.progress"
    step: str
    target: str
    done: float
    total: float | None
    unit: str


@dataclass(frozen=True, kw_only=True)
class StepSaid(Event):
    """A line that the step or its command printed."""

    name = "step.said"
    step: str
    target: str
    text: str


@dataclass(frozen=True, kw_only=True)
class StepEnded(Event):
    """`state` is OK, FAILED, UNKNOWN or SKIPPED; `message` says why when it is not OK."""

    name = "step.ended"
    step: str
    kind: str
    target: str
    direction: str
    state: str
    seconds: float
    changed: bool = False
    message: str = ""
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class FindingMade(Event):
    name = "finding"
    step: str
    target: str
    severity: str
    message: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class RunParked(Event):
    """The run waits for people; no process needs to stay alive."""

    name = "run.parked"
    waiting_for: str
    next: str


@dataclass(frozen=True, kw_only=True)
class GoingBack(Event):
    name = "run.going_back"
    why: str
    steps: int
    estimate: float | None = None


@dataclass(frozen=True, kw_only=True)
class WayBackAsked(Event):
    """Somebody asked a run to go back that another process drives: `process`, by its name."""

    name = "run.way_back_asked"
    process: str


@dataclass(frozen=True, kw_only=True)
class LeavingAsked(Event):
    """Somebody pressed Ctrl-C on the way back: `undoing` are the steps that are undone now, `left` counts units."""

    name = "run.leaving_asked"
    undoing: list[str]
    left: int


@dataclass(frozen=True, kw_only=True)
class RunEnded(Event):
    """`by_hand` lists what could not be undone, as commands for a person."""

    name = "run.ended"
    state: str
    exit_code: int
    seconds: float
    message: str = ""
    by_hand: list[str] = field(default_factory=list)
    next: str = ""


Observer = Callable[[Event], None]


class Observers:
    """Tells every observer of every event; one that raises is logged once and muted."""

    def __init__(self, observers: list[Observer] | None = None) -> None:
        self._observers = list(observers or [])

    def add(self, observer: Observer) -> None:
        self._observers.append(observer)

    def __call__(self, event: Event) -> None:
        for observer in list(self._observers):
            try:
                observer(event)
            except Exception:
                logging.getLogger(__name__).exception("observer %r failed and is muted", observer)
                self._observers.remove(observer)
