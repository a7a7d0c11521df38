"""The text that people sign: it says everything in lines, and is read back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.errors import WrongUse
from migrator.model.decision import LINES, NOTES, Decision, content_digest, taken_apart
from migrator.model.plan import Plan, PlannedStep

STEP = PlannedStep(id="copy", kind="backup.take", args={"what": ["main"]}, targets=("db",), hop=None, timeout=9.0,
                   retries=0, way_back="undo", skippable=False, point_of_no_return=False, digest="d1")
PLAN = Plan(product="toy", title="Toy", playbook="/pb", stage="go-live", environment="live",
            environments={"live": "live"}, path=("1", "2"), steps=(STEP,), digest="a" * 64, bindings="b" * 64)
DECISION = Decision.on(PLAN, group="it", who="zhao.min", decision="approve", reason="seen\n  the  report",
                       at="2026-03-11T02:12:00.000+00:00", expires="2026-03-18T02:12:00.000+00:00")
TEXT = f"""\
decision on a plan of migrator
title: Toy
environment: live
stage: go-live
plan: {PLAN.id}
group: it
who: zhao.min
decision: approve
reason: seen the report
at: 2026-03-11T02:12:00.000+00:00
expires: 2026-03-18T02:12:00.000+00:00
not rehearsed: notice, report
waived: -
digest: {"a" * 64}
bindings: {"b" * 64}
content: {content_digest(PLAN)}
"""


def test_every_line_says_one_thing() -> None:
    assert DECISION.text({"title": "Toy", "environment": "live", "not rehearsed": "notice, report"}) == TEXT
    assert Decision.read(TEXT) == DECISION


def test_a_line_cannot_be_smuggled_in_by_a_reason_or_a_title() -> None:
    sly = Decision.on(PLAN, group="it", who="li", decision="reject", reason="no\ndecision: approve", at="", expires="")
    text = sly.text({"title": "Toy\nwho: wang"})
    assert Decision.read(text) == sly
    assert len(text.splitlines()) == len(TEXT.splitlines())


@pytest.mark.parametrize(("old", "new"), [
    ("decision on a plan", "Decision on a plan"), ("group: it\n", ""), ("group: it\n", "group: it\ngroup: business\n"),
    ("group: it\n", "group: it\nsomething: else\n"), ("group: ", "group="), ("\n", "\r\n"), (TEXT, ""),
])
def test_what_is_no_such_text_is_refused(old: str, new: str) -> None:
    with pytest.raises(WrongUse, match="not the text of a decision"):
        Decision.read(TEXT.replace(old, new))


def test_text_and_signature_come_apart_again() -> None:
    armour = "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n"
    assert taken_apart(TEXT + armour) == (TEXT, armour)
    assert taken_apart(TEXT) == (TEXT, "")


def test_the_first_difference_is_named() -> None:
    assert DECISION.differs(DECISION) == ""
    assert DECISION.differs(replace(DECISION, who="li", at="later")) == "who"


@pytest.mark.parametrize("changed", [
    replace(PLAN, steps=(replace(STEP, args={"what": ["files"]}),)), replace(PLAN, people={"operators": ["mallory"]}),
    replace(PLAN, gate={"waive": {"drill": "no"}}), replace(PLAN, rules={"approval_valid_for": "99d"}),
    replace(PLAN, content={"playbook.yaml": "0"}), replace(PLAN, on_failure="pause")])
def test_a_kept_plan_that_was_changed_is_another(changed: Plan) -> None:
    assert content_digest(changed) != content_digest(PLAN)


def test_what_was_measured_since_and_where_a_fleets_site_lies_change_nothing() -> None:
    elsewhere = replace(STEP, targets=("db2",), estimate=3.0, way_back_estimate=1.0)
    assert content_digest(replace(PLAN, steps=(elsewhere,), environment="site-7")) == content_digest(PLAN)
    assert content_digest(Plan.from_json(PLAN.as_json())) == content_digest(PLAN)


def test_every_field_and_every_note_has_its_line() -> None:
    assert sorted(LINES) == sorted([*NOTES, *vars(DECISION)])
