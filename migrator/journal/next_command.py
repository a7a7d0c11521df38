"""What a person types next, from where a run stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.here import from_here
from migrator.model.plan import Plan
from migrator.model.states import RunState

_AFTER = {"prepare": "inv rehearse --playbook {playbook}", "trial": "inv plan --playbook {playbook} --stage go-live"}


def next_command(run: Mapping[str, Any], plan: Plan) -> str:
    """The one command that leads on; a run that passed leads to the next stage or to its report."""
    words = {"run": run["id"], "playbook": from_here(plan.playbook)}
    match RunState(run["state"]):
        case RunState.PASSED:
            return _AFTER.get(plan.stage, "inv report --run {run}").format(**words)
        case RunState.BROUGHT_BACK:
            return "inv report --run {run}".format(**words)
        case RunState.FAILED:
            return "inv run.log --run {run}".format(**words)
        case RunState.HANDS_NEEDED:
            return "inv rollback --run {run}".format(**words)
        case RunState.WAITING:
            return waiting_command(run, plan)
    return "inv resume --run {run}".format(**words)


def waiting_command(run: Mapping[str, Any], plan: Plan) -> str:
    """What opens a parked run: a signature where one is asked for, a decision with all choices, else time."""
    what, _colon, which = (run["waiting_for"] or "").partition(":")
    if what in ("decision", "line"):
        return f"inv run.decide --run {run['id']} {' | '.join(_choices(plan, what, which))}"
    groups = [g for g in plan.people.get("approvers", {}) if g in which.split(",")]
    sign = [f"inv approve.sign --plan {plan.id} --as {group} --who NAME" for group in groups]
    return " && ".join([*sign, f"inv resume --run {run['id']}"])


def _choices(plan: Plan, what: str, step: str) -> list[str]:
    """What a person may choose between, the nearest first: of a failed step, or at the turn-back line."""
    if what == "line":
        return ["--go-on --reason TEXT", "--go-back"]
    skip = ["--skip --reason TEXT"] if plan.step(step).skippable else []
    return ["--retry", "--done --reason TEXT", *skip, "--go-back"]
