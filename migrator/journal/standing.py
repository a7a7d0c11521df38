"""Whether a group agrees to a plan: whose decision counts, whose does not and why, and how many are still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from migrator import clock
from migrator.errors import WrongUse
from migrator.model.approvers import approvers
from migrator.model.decision import Decision, content_digest, taken_apart
from migrator.model.plan import Plan
from migrator.model.standing import Standing, Voice
from migrator.text import _
from migrator.units import seconds

Row = Mapping[str, Any]


class Verifier(Protocol):
    """Who can tell whether a signature is somebody's."""

    def fault(self, text: str, signature: str, who: str) -> str:
        """Why it is none of this person, in words; nothing when it is."""
        ...


def standing(plan: Plan, group: str, rows: Sequence[Row], *, not_by: str | None, verifier: Verifier | None) -> Standing:
    """The standing of a group, judged now from its rows; `not_by` has started the run and may not approve it.

    Each person's newest decision counts. A refusal closes the gate until the same person agrees; it needs no signature
    and does not expire. With a verifier an agreement counts only when it is signed by the very person.
    """
    voices = tuple(_voice(plan, row, not_by=not_by, verifier=verifier) for row in _newest(rows, group))
    at_least = approvers(plan, group).at_least
    agreeing = [voice.who for voice in voices if voice.agrees]
    missing = max(0, at_least - len(agreeing))
    if refusing := [voice.who for voice in voices if voice.decision != "approve"]:
        return Standing(group, False, ", ".join(refusing), "rejected", at_least, missing, voices)
    if not missing:
        return Standing(group, True, ", ".join(agreeing), "", at_least, 0, voices)
    if void := next((voice for voice in reversed(voices) if voice.void), None):
        return Standing(group, False, void.who, void.void, at_least, missing, voices)
    return Standing(group, False, ", ".join(agreeing), "missing", at_least, missing, voices)


def _newest(rows: Sequence[Row], group: str) -> list[Row]:
    """Every person's newest decision for the group, by the time that it bears, in that order."""
    mine = sorted((row for row in rows if row["group"] == group), key=lambda row: (clock.parse(row["at"]), row["id"]))
    newest: dict[str, Row] = {}
    for row in mine:
        newest.pop(row["who"], None)
        newest[row["who"]] = row
    return list(newest.values())


def _voice(plan: Plan, row: Row, *, not_by: str | None, verifier: Verifier | None) -> Voice:
    return Voice(who=row["who"], decision=row["decision"], reason=row["reason"] or "", at=row["at"],
                 until=row["expires"] or "", signed=bool(row["signature"]),
                 void=_void(plan, row, not_by, verifier) if row["decision"] == "approve" else "")


def _void(plan: Plan, row: Row, not_by: str | None, verifier: Verifier | None) -> str:
    if (row["digest"], row["bindings"]) != (plan.digest, plan.bindings):
        return "for another plan"
    if row["who"] not in approvers(plan, row["group"]).people:
        return "no approver"
    if _expired(plan, row):
        return "expired"
    if not_by is not None and row["who"] == not_by:
        return "given by the operator"
    return _unsigned(plan, row, verifier) if verifier else ""


def _expired(plan: Plan, row: Row) -> bool:
    """Whether it is older than the playbook allows, whatever the row itself says."""
    age = (clock.now() - clock.parse(row["at"])).total_seconds()
    allowed = plan.rules.get("approval_valid_for")
    said = row["expires"]
    return bool(said and clock.parse(said) < clock.now()) or bool(allowed and age > seconds(allowed))


def _unsigned(plan: Plan, row: Row, verifier: Verifier) -> str:
    """Why the row is not borne out by a signature of its person; nothing when it is."""
    if not row["signature"]:
        return "not signed"
    text, signature = taken_apart(row["signature"])
    try:
        decision = Decision.read(text)
    except WrongUse as error:
        return error.message
    if different := decision.differs(_said(plan, row)):
        return _("the journal and what was signed differ in: {field}").format(field=different)
    return verifier.fault(text, signature, row["who"])


def _said(plan: Plan, row: Row) -> Decision:
    return Decision(plan=row["plan"], stage=plan.stage, digest=row["digest"], bindings=row["bindings"],
                    content=content_digest(plan), group=row["group"], who=row["who"], decision=row["decision"],
                    reason=row["reason"] or "", at=row["at"], expires=row["expires"] or "")
