"""How a decision gets into the journal: signed here, or signed elsewhere and brought in, and by nobody who may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from migrator import clock
from migrator.engine.gate.approving import Approving
from migrator.errors import WrongUse
from migrator.model.decision import Decision, taken_apart
from migrator.model.plan import Plan
from migrator.model.states import Direction
from migrator.signature import Signers
from tests.keys import Keys
from tests.unit.engine.office import Office, step


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made(tmp_path_factory.mktemp("keys"), "zhao", "wang")


@pytest.fixture
def plan(office: Office) -> Plan:
    plan = office.plan(step("stop"), step("report"), gate={"approvals": ["it"], "waive": {"backup": "no data"}},
                       people={"approvers": {"it": {"people": ["zhao", "wang"], "at_least": 2}}})
    office.journal.runs.keep_plan(plan)
    return plan


def approving(office: Office, keys: Keys) -> Approving:
    return Approving(office.journal, Signers(keys.signers))


def bring(office: Office, keys: Keys, plan: Plan, text: str, *, by: str = "zhao", who: str | None = None) -> Decision:
    """Bring in a text that a person has signed elsewhere."""
    signature = Signers(keys.signers).sign(text, keys.of(by))
    return approving(office, keys).bring(plan, group="it", who=who, text=text, signature=signature)


def test_what_is_kept_can_be_verified_by_anybody(office: Office, keys: Keys, plan: Plan) -> None:
    rehearsal = office.run(replace(plan, stage="trial"))
    office.passed(rehearsal, "stop")
    approving(office, keys).decide(plan, group="it", who="zhao", approve=True, reason="seen it", key=keys.of("zhao"))
    row, = office.journal.approvals.list(plan.id)
    text, signature = taken_apart(row["signature"])
    assert Signers(keys.signers).fault(text, signature, "zhao") == ""
    assert "reason: seen it\n" in text
    assert "not rehearsed: report\n" in text
    assert "waived: backup (no data)\n" in text
    standing, = approving(office, keys).standings(plan)
    assert (standing.group, standing.missing, standing.voices[0].signed) == ("it", 1, True)


def test_a_refusal_needs_no_key_and_is_signed_with_one(office: Office, keys: Keys, plan: Plan) -> None:
    for key in (None, keys.of("zhao")):
        approving(office, keys).decide(plan, group="it", who="zhao", approve=False, reason="too early", key=key)
    assert [bool(row["signature"]) for row in office.journal.approvals.list(plan.id)] == [False, True]


def test_a_decision_for_somebody_else_is_not_kept(office: Office, keys: Keys, plan: Plan) -> None:
    with pytest.raises(WrongUse, match="does not count as the signature of wang: the signature is that of zhao"):
        approving(office, keys).decide(plan, group="it", who="wang", approve=True, reason="", key=keys.of("zhao"))
    assert office.journal.approvals.list(plan.id) == []


def test_where_nobody_is_named_to_verify_a_key_is_refused_and_a_word_is_enough(office: Office, keys: Keys,
                                                                              plan: Plan) -> None:
    plain = Approving(office.journal, None)
    with pytest.raises(WrongUse, match="names no allowed_signers"):
        plain.decide(plan, group="it", who="zhao", approve=True, reason="", key=keys.of("zhao"))
    plain.decide(plan, group="it", who="zhao", approve=True, reason="", key=None)
    assert [voice.signed for voice in office.journal.approvals.standing(plan, "it").voices] == [False]


def test_a_text_signed_elsewhere_is_brought_in(office: Office, keys: Keys, plan: Plan) -> None:
    texts = approving(office, keys).texts(plan, "it")
    assert list(texts) == ["zhao", "wang"]
    decision = bring(office, keys, plan, texts["zhao"])
    assert (decision.who, decision.decision) == ("zhao", "approve")
    assert office.journal.approvals.standing(plan, "it").missing == 1


def test_a_text_is_for_its_plan_group_and_person_only(office: Office, keys: Keys, plan: Plan) -> None:
    text = approving(office, keys).texts(plan, "it")["zhao"]
    for other, who, differs in ((replace(plan, bindings="c" * 64), None, "plan"), (plan, "wang", "who"),
                                (replace(plan, rules={**plan.rules, "approval_valid_for": "6d"}), None, "content")):
        with pytest.raises(WrongUse, match=f"not about this decision; it differs in: {differs}"):
            bring(office, keys, other, text, who=who)
    with pytest.raises(WrongUse, match="the signature is that of wang"):
        bring(office, keys, plan, text, by="wang")
    signature = Signers(keys.signers).sign(text, keys.of("zhao"))
    changed = text.replace("reason: -", "reason: fine")
    with pytest.raises(WrongUse, match="not the one that was signed"):
        approving(office, keys).bring(plan, group="it", who=None, text=changed, signature=signature)
    assert office.journal.approvals.list(plan.id) == []


def test_a_person_elsewhere_may_refuse_and_nothing_else_but_agree(office: Office, keys: Keys, plan: Plan) -> None:
    text = approving(office, keys).texts(plan, "it")["zhao"]
    assert bring(office, keys, plan, text.replace("decision: approve", "decision: reject")).decision == "reject"
    assert office.journal.approvals.standing(plan, "it").reason == "rejected"
    with pytest.raises(WrongUse, match="a decision is approve or reject, not perhaps"):
        bring(office, keys, plan, text.replace("decision: approve", "decision: perhaps"))


@pytest.mark.parametrize(("at", "expires"), [(1, 2), (0, 8), (-8, -1)])
def test_a_text_from_the_future_or_for_too_long_or_out_of_date_is_refused(office: Office, keys: Keys, plan: Plan,
                                                                          at: int, expires: int) -> None:
    def moment(days: int) -> str:
        return clock.stamp(clock.now() + timedelta(days=days))
    text = Decision.on(plan, group="it", who="zhao", decision="approve", reason="", at=moment(at),
                       expires=moment(expires)).text()
    with pytest.raises(WrongUse, match="the text is out of date"):
        bring(office, keys, plan, text)


def test_who_has_refused_since_signs_a_new_text(office: Office, keys: Keys, plan: Plan) -> None:
    text = approving(office, keys).texts(plan, "it")["zhao"]
    office.sign(plan, "zhao", approve=False)
    with pytest.raises(WrongUse, match="the text is out of date"):
        bring(office, keys, plan, text)


def test_who_runs_the_plan_is_not_counted(office: Office, keys: Keys, plan: Plan) -> None:
    office.run(plan, started_by="wang")
    with pytest.raises(WrongUse, match=r"wang started run .* and cannot approve it"):
        approving(office, keys).decide(plan, group="it", who="wang", approve=True, reason="", key=keys.of("wang"))
    office.sign(plan, "wang")
    standing, = approving(office, keys).standings(plan)
    assert [voice.void for voice in standing.voices] == ["given by the operator"]


def test_a_step_that_only_a_live_run_has_done_is_not_rehearsed(office: Office, keys: Keys, plan: Plan) -> None:
    office.passed(office.run(plan), "report")
    office.passed(office.run(replace(plan, stage="trial")), "stop", direction=Direction.UNDO)
    assert "not rehearsed: stop, report\n" in approving(office, keys).texts(plan, "it")["zhao"]
