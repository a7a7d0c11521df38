"""States, severities and ways back in the reader's words, and a sign for each; a sign never stands without its word."""

from __future__ import annotations

from migrator import clock
from migrator.model.standing import Standing
from migrator.text import _


def state(name: str) -> str:
    """The state of a step or an attempt."""
    return {"OK": _("done"), "FAILED": _("failed"), "UNKNOWN": _("fate unknown"), "SKIPPED": _("skipped"),
            "STARTED": _("running"), "PENDING": _("not run"), "UNDONE": _("taken back")}.get(name, name)


def sign(name: str) -> str:
    """The sign of a state, severity or comparison: what colours say is said without them too."""
    return {"OK": "✓", "FAILED": "✗", "UNKNOWN": "?", "SKIPPED": "–", "STARTED": "▸", "PENDING": "·", "UNDONE": "↩",
            "blocks": "✗", "warns": "!", "informs": "·", "same": "=", "changed": "≠", "new": "+",
            "gone": "−"}.get(name, "·")


def severity(name: str) -> str:
    """How serious a finding is, in words."""
    return {"blocks": _("blocks"), "warns": _("warns"), "informs": _("informs")}.get(name, name)


def compared(name: str) -> str:
    """How a table or tree compares, in words."""
    return {"same": _("same"), "changed": _("changed"), "new": _("new"), "gone": _("gone")}.get(name, name)


def run_state(name: str) -> str:
    """The state of a run in words."""
    return {"queued": _("queued"), "running": _("running"), "waiting": _("waiting"), "stopped": _("stopped"),
            "passed": _("passed"), "failed": _("failed"), "going back": _("going back"),
            "brought back": _("brought back"), "hands needed": _("hands needed")}.get(name, name)


def waiting(waiting_for: str, wake: str | None) -> str:
    """What a parked run waits for, in words, from its row in the journal; `wake` is the moment that ends the wait."""
    what, _colon, which = waiting_for.partition(":")
    moment = clock.local(wake or "")
    return {"approval": _("the approval of {groups}").format(groups=which),
            "time": _("the next look, at {moment}").format(moment=moment),
            "line": _("a decision until {moment}: it is late").format(moment=moment)}.get(what, _("a decision"))


def standing(found: Standing) -> str:
    """Why a group's approval is not granted, in words: how many agree where several must, and what does not count."""
    why = void(found.reason)
    if found.who and found.reason != "missing":
        why = f"{why} ({found.who})"
    if found.at_least == 1:
        return why
    count = _("{given} of {wanted} agree").format(given=found.at_least - found.missing, wanted=found.at_least)
    return count if found.reason == "missing" else f"{why}, {count}"


def void(reason: str) -> str:
    """Why a decision does not count, in words."""
    return {"missing": _("missing"), "rejected": _("rejected"), "for another plan": _("for another plan"),
            "expired": _("expired"), "given by the operator": _("given by the operator"),
            "not signed": _("not signed"), "no approver": _("no approver of this playbook")}.get(reason, reason)


def proof(name: str) -> str:
    """What a live stage must bring, in words."""
    return {"rehearsal": _("rehearsal"), "drill": _("drill of the way back"), "backup": _("proven backup"),
            "assessment": _("assessment without blocking findings")}.get(name, name)


def touches(name: str) -> str:
    """What a step kind does to its target, in words."""
    return {"nothing": _("nothing"), "adds": _("adds"), "changes": _("changes")}.get(name, name)


def way_back(name: str) -> str:
    """What kind of way back a step has, in words."""
    return {"undo": _("undo"), "restore": _("restore"), "none": "-"}.get(name, name)


def decision(name: str) -> str:
    """An approver's decision, in words."""
    return {"approve": _("approved"), "reject": _("rejected")}.get(name, name)


def fleet_state(name: str) -> str:
    """The state of a fleet in words."""
    return {"running": _("running"), "stopped": _("stopped"), "done": _("done")}.get(name, name)


def site_state(name: str) -> str:
    """Where a site of a fleet stands, in words."""
    return {"pending": _("not begun"), "under way": _("under way"), "parked": _("waits"), "done": _("done"),
            "failed": _("failed"), "left out": _("left out")}.get(name, name)
