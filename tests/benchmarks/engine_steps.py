"""What the engine costs per step: a run of trivial steps, against the same journal rows written without an engine.

python tests/benchmarks/engine_steps.py [STEPS]     prints one JSON line
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import make_url

from migrator.engine.plans.bindings import digest_of_sites
from migrator.engine.processes.liveness import Liveness
from migrator.engine.processes.works import Works
from migrator.engine.run.context import Desk
from migrator.events import Observers
from migrator.journal.attempts import Key
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.model.finding import Finding, informs
from migrator.model.outcome import Outcome
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction, Touches, WayBack
from migrator.playbook.inventory import Environment
from migrator.site import Site
from migrator.step import Args, Step, StepContext, kinds, register

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 200


@register
class Nothing(Step[Args]):
    """Does nothing, as quickly as it can.

        - id: rest
          bench.nothing: {}
    """

    kind = "bench.nothing"
    Args = Args
    touches = Touches.NOTHING
    way_back = WayBack.NONE

    def apply(self, ctx: StepContext[Args]) -> Outcome:
        return Outcome(changed=False)

    def verify(self, ctx: StepContext[Args]) -> list[Finding]:
        return [informs("bench.done", "done")]


def main() -> None:
    """Measure both and print the figures."""
    kinds()
    folder = Path(tempfile.mkdtemp(prefix="engine-steps-"))
    with_engine = _run(folder / "engine")
    alone = _rows_alone(folder / "alone")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"steps": STEPS, "ms_per_step": round(with_engine * 1000 / STEPS, 2),
                      "ms_per_step_journal_alone": round(alone * 1000 / STEPS, 2), "peak_mb": round(peak)}))
    sys.stdout.flush()
    os._exit(0)


def _run(folder: Path) -> float:
    journal, liveness = _journal(folder), Liveness(folder / "executors")
    site = _site(folder)
    desk = Desk(journal, Observers(), lambda _name: site, lambda run: folder / run, lambda _name: folder)
    run = journal.runs.new(_plan(site), started_by="bench", folder=str(folder))
    works = Works(desk, liveness, make_url(f"sqlite:///{folder}/engine.db"), folder / "playbooks")
    begun = time.monotonic()
    assert works.driver.start(run) == 0
    return time.monotonic() - begun


def _rows_alone(folder: Path) -> float:
    journal, plan = _journal(folder), _plan(_site(folder))
    run = journal.runs.new(plan, started_by="bench", folder=str(folder))
    begun = time.monotonic()
    for step in plan.steps:
        key = Key(run, step.id, "-", Direction.FORWARD, 1)
        journal.attempts.start(key, step, {}, [], executor="bench")
        journal.attempts.end(key, AttemptState.OK, executor="bench", seconds=0, outcome=Outcome(changed=False))
    return time.monotonic() - begun


def _journal(folder: Path) -> Journal:
    folder.mkdir(parents=True)
    return Journal(sqlite_url(folder / "migrator.db"), lambda _executor: False)


def _site(folder: Path) -> Site:
    environment = Environment.model_validate({"hosts": {"here": {"connect": "local", "work": str(folder / "work")}}})
    return Site("bench", environment, doors=None)  # type: ignore[arg-type]


def _plan(site: Site) -> Plan:
    steps = tuple(PlannedStep(id=f"s{n}", kind="bench.nothing", args={}, targets=("-",), hop=None, timeout=None,
                              retries=0, way_back="none", skippable=False, point_of_no_return=False, digest=f"d{n}")
                  for n in range(STEPS))
    return Plan(product="bench", title="bench", playbook="bench", stage="bench", environment="bench",
                environments={"live": "bench"}, path=("1", "2"), steps=steps, digest="0" * 64,
                bindings=digest_of_sites([site]))


if __name__ == "__main__":
    main()
