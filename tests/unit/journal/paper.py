"""A plan of one step, and what a run of it leaves in the journal."""

from __future__ import annotations

from migrator.journal.attempts import Key
from migrator.journal.journal import Journal
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction, RunState
from migrator.model.version import Hop

STEP = PlannedStep(id="copy", kind="backup.take", args={"what": ["main"]}, targets=("-",), hop=Hop("1", "2"),
                   timeout=9.0, retries=0, way_back="undo", skippable=False, point_of_no_return=False, digest="d1")
PLAN = Plan(product="toy", title="Toy", playbook="/pb", stage="go-live", environment="live",
            environments={"live": "live"}, path=("1", "2"), steps=(STEP,), digest="a" * 64, bindings="b" * 64,
            people={"approvers": {"it": ["zhao"]}}, rules={"approval_valid_for": "7d"})


def started(journal: Journal, run: str, n: int = 1, record: dict[str, object] | None = None, *,
            target: str = "-") -> Key:
    """Write that the n-th try of the step began."""
    key = Key(run, "copy", target, Direction.FORWARD, n)
    journal.attempts.start(key, STEP, record or {"was": "old"}, [], executor="x")
    return key


def passed(journal: Journal) -> str:
    """A run that has passed, five events long."""
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    journal.runs.move(run, RunState.RUNNING, actor="x", executor="x")
    journal.attempts.end(started(journal, run), AttemptState.OK, executor="x", seconds=1.0)
    journal.runs.move(run, RunState.PASSED, actor="x", exit_code=0)
    return run
