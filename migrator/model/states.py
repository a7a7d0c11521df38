"""The states that runs and attempts pass through."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """Parked for people; no process alive."""
    STOPPED = "stopped"
    """Stopped at a safe boundary or by a crash; resume goes on."""
    PASSED = "passed"
    FAILED = "failed"
    """Ended before anything was changed, so there is nothing to bring back."""
    GOING_BACK = "going back"
    BROUGHT_BACK = "brought back"
    HANDS_NEEDED = "hands needed"

    @property
    def ended(self) -> bool:
        """No process will act in this run any more, unless a rollback is asked."""
        return self in (RunState.PASSED, RunState.FAILED, RunState.BROUGHT_BACK, RunState.HANDS_NEEDED)


class AttemptState(StrEnum):
    STARTED = "STARTED"
    OK = "OK"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    SKIPPED = "SKIPPED"


class Direction(StrEnum):
    FORWARD = "forward"
    UNDO = "undo"


class Touches(StrEnum):
    """What a step kind does to the target: nothing, adds without changing what is there, or changes."""

    NOTHING = "nothing"
    ADDS = "adds"
    CHANGES = "changes"


class AfterCrash(StrEnum):
    """What resume does with an attempt whose fate is unknown and that verify does not find done."""

    AGAIN = "again"
    RESTORE = "restore"
    ASK = "ask"


class WayBack(StrEnum):
    UNDO = "undo"
    RESTORE = "restore"
    NONE = "none"
