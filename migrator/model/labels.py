"""States, severities and ways back in the reader's words, and a sign for each; a sign never stands without its word."""

from __future__ import annotations

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


def standing(reason: str) -> str:
    """Why an approval does not count, in words."""
    return {"missing": _("missing"), "rejected": _("rejected"), "for another plan": _("for another plan"),
            "expired": _("expired"), "given by the operator": _("given by the operator")}.get(reason, reason)


def touches(name: str) -> str:
    """What a step kind does to its target, in words."""
    return {"nothing": _("nothing"), "adds": _("adds"), "changes": _("changes")}.get(name, name)


def way_back(name: str) -> str:
    """What kind of way back a step has, in words."""
    return {"undo": _("undo"), "restore": _("restore"), "none": "-"}.get(name, name)


def decision(name: str) -> str:
    """An approver's decision, in words."""
    return {"approve": _("approved"), "reject": _("rejected")}.get(name, name)
