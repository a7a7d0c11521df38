"""Who may approve for a group, and how many of them must, as a plan has it."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.model.plan import Plan


@dataclass(frozen=True)
class Approvers:
    """The people of a group; `at_least` of them must agree."""

    people: tuple[str, ...] = ()
    at_least: int = 1


def approvers(plan: Plan, group: str) -> Approvers:
    """The approvers of a group; nobody when the plan does not know it. A plain list of people needs one of them."""
    said = plan.people.get("approvers", {}).get(group, ())
    if isinstance(said, dict):
        return Approvers(tuple(said["people"]), int(said["at_least"]))
    return Approvers(tuple(said))


def groups_of(plan: Plan) -> tuple[str, ...]:
    """The groups that this plan's gate or one of its steps asks, each once."""
    asked = [args["by"] for args in (step.args for step in plan.steps) if "by" in args]
    named = [group for by in asked for group in ([by] if isinstance(by, str) else by)]
    known = plan.people.get("approvers", {})
    return tuple(dict.fromkeys(group for group in [*plan.gate.get("approvals", []), *named] if group in known))
