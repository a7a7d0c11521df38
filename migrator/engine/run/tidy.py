"""Remove from the target what was kept only for the way back: once it was walked, or once it is closed for good."""

from __future__ import annotations

import shlex

from migrator.commands.shell import script
from migrator.engine.run.context import Contexts, Desk
from migrator.errors import MigratorError
from migrator.journal.attempts import Key
from migrator.model.plan import Plan
from migrator.model.states import Direction

REMOVE = 'cd "$1" 2>/dev/null || exit 0; for job in "$2".*; do [ -e "$job" ] && rm -rf -- "$job"; done; exit 0'


def tidy(desk: Desk, run: str, plan: Plan) -> list[str]:
    """Have every step that acted remove its leftovers, and remove the run's jobs from every host.

    A run has reached its end when this is called, so nothing here can fail it; what could not be removed is returned
    as lines for a person.
    """
    left = []
    contexts = Contexts(desk, run, plan)
    acted = {(row["step"], row["target"]) for row in desk.journal.attempts.of_run(run)}
    for step, target in sorted(acted):
        planned = plan.step(step)
        try:
            contexts.kind(planned).tidy(contexts.acting(planned, Key(run, step, target, Direction.UNDO, 0)))
        except MigratorError as error:
            left.append(f"{step} @ {target}: {error}")
    site = desk.site(plan.environment)
    for name, host in site.environment.hosts.items():
        folder = f"{host.work}/jobs"
        try:
            transport = site.host(name)
            transport.run(script(REMOVE, transport.expand(folder), run))
        except MigratorError as error:
            left.append(f"{name}: rm -rf {shlex.quote(folder)}/{run}.* ({error})")
    return left
