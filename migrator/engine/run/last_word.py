"""What a run's own process told last, for those who could not hear it: how it ended, or what it waits for."""

from __future__ import annotations

from migrator import clock
from migrator.events import RunEnded, RunParked
from migrator.journal.journal import Journal
from migrator.journal.next_command import next_command
from migrator.model import labels
from migrator.model.states import RunState


def last_word(journal: Journal, run: str) -> RunEnded | RunParked | None:
    """The end of the run or its wait, as the journal has it; None while it is on its way, and when it has stopped."""
    row = dict(journal.runs.get(run))
    state = RunState(row["state"])
    if state.ended:
        return end_of(journal, run)
    if state is not RunState.WAITING:
        return None
    return RunParked(run=run, waiting_for=labels.waiting(row["waiting_for"], row["wake"]),
                     next=next_command(row, journal.runs.plan_of(run)))


def end_of(journal: Journal, run: str) -> RunEnded:
    """The end of a run that has ended."""
    row = dict(journal.runs.get(run))
    took = clock.parse(row["ended"]) - clock.parse(row["started"] or row["created"])
    return RunEnded(run=run, state=row["state"], exit_code=int(row["exit_code"] or 0), message=row["message"] or "",
                    by_hand=row["by_hand"] or [], seconds=max(0.0, took.total_seconds()),
                    next=next_command(row, journal.runs.plan_of(run)))
