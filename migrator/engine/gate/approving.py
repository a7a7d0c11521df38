"""Takes people's decisions on plans: signed here and now, or signed elsewhere and brought in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from migrator import clock
from migrator.engine.run.people import own_run
from migrator.errors import WrongUse
from migrator.journal.journal import Journal
from migrator.model.approvers import approvers, groups_of
from migrator.model.decision import Decision
from migrator.model.plan import Plan
from migrator.model.proof import PREPARE, TRIAL
from migrator.model.standing import Standing
from migrator.signature import Signers
from migrator.text import _
from migrator.units import seconds

APPROVE, REJECT = "approve", "reject"


class Approving:
    """Writes decisions into the journal; with `signers` an approval must be signed by the very person."""

    def __init__(self, journal: Journal, signers: Signers | None) -> None:
        self._journal = journal
        self._signers = signers

    def decide(self, plan: Plan, *, group: str, who: str, approve: bool, reason: str, key: Path | None) -> Decision:
        """Write a decision of whoever types; it is signed with this key where the inventory names signers.

        A refusal needs no signature: nobody is kept from stopping by a key that lies elsewhere.
        Raises WrongUse when this person may not approve the plan, or the signature is none of theirs.
        """
        decision = self._fresh(plan, group, who, APPROVE if approve else REJECT, reason)
        self._may(plan, decision)
        document = None
        if self._signers and (approve or key):
            text = decision.text(self._notes(plan))
            document = text + self._verified(text, self._signers.sign(text, key), who)
        elif key:
            raise _nobody_verifies()
        self._journal.approvals.keep(decision, document)
        return decision

    def bring(self, plan: Plan, *, group: str, who: str | None, text: str, signature: str) -> Decision:
        """Write a decision that was signed on another machine: its text and the signature that ssh-keygen made of it.

        Raises WrongUse when the text is about something else, is out of date, or is not signed by that person.
        """
        decision = Decision.read(text)
        about = Decision.on(plan, group=group, who=who or decision.who, decision=decision.decision,
                            reason=decision.reason, at=decision.at, expires=decision.expires)
        if decision.decision not in (APPROVE, REJECT):
            raise WrongUse(_("a decision is {approve} or {reject}, not {decision}").format(
                approve=APPROVE, reject=REJECT, decision=decision.decision))
        if different := decision.differs(about):
            raise WrongUse(_("the text is not about this decision; it differs in: {field}").format(field=different),
                           hint=_("inv approve.request writes the texts of a plan"))
        self._may(plan, decision)
        self._timely(plan, decision)
        self._journal.approvals.keep(decision, text + self._verified(text, signature, decision.who))
        return decision

    def texts(self, plan: Plan, group: str) -> dict[str, str]:
        """By person of the group: the text that this person signs to approve the plan."""
        return {who: self._fresh(plan, group, who, APPROVE, "").text(self._notes(plan))
                for who in approvers(plan, group).people}

    def standings(self, plan: Plan) -> list[Standing]:
        """Where every group stands that is asked about the plan or has decided on it; who runs it is not counted."""
        approvals = self._journal.approvals
        rows = approvals.list(plan.id)
        running = next((str(row["who"]) for row in rows if own_run(self._journal, plan, row["who"])), None)
        return [approvals.standing(plan, group, not_by=running)
                for group in dict.fromkeys([*groups_of(plan), *(str(row["group"]) for row in rows)])]

    def _fresh(self, plan: Plan, group: str, who: str, decision: str, reason: str) -> Decision:
        moment = clock.now()
        expires = moment + timedelta(seconds=seconds(plan.rules["approval_valid_for"]))
        return Decision.on(plan, group=group, who=who, decision=decision, reason=reason, at=clock.stamp(moment),
                           expires=clock.stamp(expires))

    def _notes(self, plan: Plan) -> dict[str, str]:
        """What else an approver should read: which steps nobody has rehearsed, and which proofs are waived."""
        waived = [f"{proof} ({why})" for proof, why in plan.gate.get("waive", {}).items()]
        return {"title": plan.title, "environment": plan.environment, "waived": "; ".join(waived),
                "not rehearsed": ", ".join(not_rehearsed(self._journal, plan))}

    def _may(self, plan: Plan, decision: Decision) -> None:
        group, who = decision.group, decision.who
        people = approvers(plan, group).people
        if who not in people:
            raise WrongUse(_("{who} is no approver of {group} in this playbook").format(who=who, group=group),
                           hint=_("; ").join(_("approvers of {group}: {people}").format(
                               group=name, people=", ".join(approvers(plan, name).people))
                               for name in plan.people.get("approvers", {})))
        if decision.decision == APPROVE and (run := own_run(self._journal, plan, who)):
            raise WrongUse(_("{who} started run {run} and cannot approve it").format(who=who, run=run),
                           hint=_("approvers of {group}: {people}").format(group=group, people=", ".join(people)))

    def _timely(self, plan: Plan, decision: Decision) -> None:
        """A text from elsewhere is neither from the future, nor good for longer than the playbook allows, nor older
        than what its person has decided since.
        """
        try:
            given, expires = clock.parse(decision.at), clock.parse(decision.expires)
        except ValueError:
            raise WrongUse(_("this is not the text of a decision")) from None
        allowed = timedelta(seconds=seconds(plan.rules["approval_valid_for"]))
        later = [row for row in self._journal.approvals.list(plan.id)
                 if (row["group"], row["who"]) == (decision.group, decision.who) and clock.parse(row["at"]) >= given]
        if given > clock.now() or expires - given > allowed or expires < clock.now() or later:
            raise WrongUse(_("the text is out of date: it bears {at} and is good until {expires}").format(
                at=clock.local(decision.at), expires=clock.local(decision.expires)),
                hint=_("let a new one be signed; inv approve.request writes it"))

    def _verified(self, text: str, signature: str, who: str) -> str:
        """The signature, when it is this person's; raises WrongUse with the reason when it is not."""
        if self._signers is None:
            raise _nobody_verifies()
        if fault := self._signers.fault(text, signature, who):
            raise WrongUse(_("this does not count as the signature of {who}: {fault}").format(who=who, fault=fault),
                           hint=_("the keys of approvers stand in {file}").format(file=self._signers.path))
        return signature


def not_rehearsed(journal: Journal, plan: Plan) -> list[str]:
    """The steps of a live stage that have succeeded in no rehearsal."""
    if plan.stage in (PREPARE, TRIAL):
        return []
    rehearsed = journal.proofs.rehearsed([step.digest for step in plan.steps])
    return [step.id for step in plan.steps if step.digest not in rehearsed]


def _nobody_verifies() -> WrongUse:
    return WrongUse(_("the inventory names no allowed_signers, so nobody could verify a signature"),
                    hint=_("write allowed_signers: FILE into the inventory, or approve without a key"))
