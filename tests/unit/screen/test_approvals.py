"""Who agrees to a plan: every decision with what it is worth, and what the others type."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.model.decision import Decision
from migrator.model.plan import Plan
from migrator.model.standing import Standing, Voice
from migrator.screen.approvals import show_noted, show_request, show_standings

pytestmark = pytest.mark.usefixtures("shanghai")

PLAN = Plan(product="toy", title="Toy", playbook="pb", stage="go-live", environment="live",
            environments={"live": "live"}, path=("1", "2"), steps=(), digest="d" * 64, bindings="b" * 64,
            people={"approvers": {"it": {"people": ["zhao", "wang", "li"], "at_least": 2}}})
ZHAO = Voice("zhao", "approve", "seen it", "2026-03-11T02:12:00+00:00", "2026-03-18T02:12:00+00:00", True, "")
WANG = replace(ZHAO, who="wang", reason="", signed=False, void="not signed")
LI = replace(ZHAO, who="li", decision="reject", reason="quarter end")
HALF = Standing("it", False, "wang", "not signed", 2, 1, (ZHAO, WANG))


def test_every_decision_is_shown_with_what_it_is_worth() -> None:
    head, zhao, wang, line = show_standings([HALF], room=120).splitlines()
    assert head.split() == ["when", "group", "who", "decision", "signed", "good", "until", "counts", "reason"]
    assert re.split(" {2,}", zhao) == [
        "2026-03-11 10:12", "it", "zhao", "approved", "signed", "2026-03-18 10:12", "yes", "seen it"]
    assert "not signed  2026-03-18 10:12  not signed" in wang
    assert line == "  it: 1 of 2 agree, 1 missing"


def test_a_decision_is_noted_with_its_person_and_group_and_what_is_missing() -> None:
    decision = Decision.on(PLAN, group="it", who="zhao", decision="approve", reason="", at=ZHAO.at, expires=ZHAO.until)
    noted = f"noted: zhao for group it approves plan {PLAN.id} (Toy, stage go-live)"
    assert show_noted(PLAN, decision, [HALF], "inv resume --run 7") == f"{noted}\n  it: 1 of 2 agree, 1 missing"
    whole = Standing("it", True, "zhao, wang", "", 2, 0, (ZHAO, WANG))
    assert show_noted(PLAN, decision, [whole], "inv resume --run 7") == f"{noted}\nnext: inv resume --run 7"


def test_a_refusal_and_nobody_at_all() -> None:
    refused = Standing("it", False, "li", "rejected", 2, 1, (ZHAO, LI))
    assert show_standings([refused], room=120).endswith("it: 1 of 2 agree, 1 missing; rejected (li)")
    nobody = Standing("it", False, reason="missing", at_least=2, missing=2)
    assert show_standings([nobody], room=120) == "nobody has decided yet\n  it: 0 of 2 agree, 2 missing"


def test_who_signs_elsewhere_is_told_both_commands() -> None:
    shown = show_request(PLAN, [HALF], {"it": {"li": Path("my texts/li.txt")}}, signed=True, room=120)
    assert f"    inv approve.sign --plan {PLAN.id} --as it --who NAME" in shown
    assert "    ssh-keygen -Y sign -n approval@migrator -f ~/.ssh/id_ed25519 'my texts/li.txt'" in shown
    assert "--who li --text 'my texts/li.txt' --signature 'my texts/li.txt.sig'" in shown
    assert "--out FOLDER" in show_request(PLAN, [HALF], {}, signed=True, room=120)
    assert "--out FOLDER" not in show_request(PLAN, [HALF], {}, signed=False, room=120)
