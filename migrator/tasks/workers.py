"""Runs without a person at the terminal: a worker that stays, and a tick for a timer."""

from __future__ import annotations

from migrator.errors import WrongUse
from migrator.tasks.command import Call, command
from migrator.tasks.teller import teller
from migrator.text import _


@command(runs="how many runs at a time; the worker that was started last says it for all")
def worker(call: Call, runs: str = "8") -> int | None:
    """Take runs from the queue of all machines, and take up what dead ones left, until SIGTERM or Ctrl-C."""
    if not runs.isdecimal() or not int(runs):
        raise WrongUse(_('--runs is a number, not "{text}"').format(text=runs), hint="--runs 8")
    call.show(_("worker {executor} takes {runs} runs at a time").format(executor=call.app.liveness.executor, runs=runs),
              {"worker": call.app.liveness.executor, "runs": int(runs)})
    call.leave(call.app.works.worker(teller(call)).work(at_once=int(runs)))


@command()
def tick(call: Call) -> int | None:
    """Go on with everything that is due and that nobody drives, to its end or its next wait; for timers."""
    taken = call.app.works.tick(teller(call))()
    call.show("" if taken else _("nothing is due"), {"taken_up": [run.run for run in taken]})
    call.leave(0)
