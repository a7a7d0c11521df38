"""Gates stay shut: what was approved or rehearsed is not what is about to run."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.company import Company, Ended, command

APPROVED = {"people": {"approvers": {"it": ["wang", "li"]}}}
PLAYBOOK = ("--playbook", "playbook")
WAIVED = {"rehearsal": "a toy", "drill": "a toy", "backup": "a toy"}


def stages(gate: dict[str, Any], script: str = "true") -> dict[str, Any]:
    return {"go-live": {"environment": "live", "gate": gate, "steps": [command("one", script)]}}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A company whose upgrade needs an approval; nothing of it ever runs."""
    made = Company.made(tmp_path / "home")
    made.playbook(stages=stages({"approvals": ["it"], "waive": WAIVED}, "echo changed >> app/version"), **APPROVED)
    before = made.data()
    yield made
    assert made.data() == before, "live data were changed"
    assert not list(made.folder.glob("work/jobs/*")), "a command was run"


def signed(company: Company, who: str = "wang", *more: str) -> Ended:
    """A decision of somebody on the plan as it stands now."""
    return company.types("approve.sign", "--plan", plan_of(company), "--as", "it", "--who", who, *more)


def plan_of(company: Company) -> str:
    """The id of the plan as it stands now."""
    plan = re.search(r"--plan (\S+)", company.types("approve.request", *PLAYBOOK).out)
    assert plan
    return plan[1]


def upgrade(company: Company) -> Ended:
    return company.upgrade(MIGRATOR_USER="li")


def test_nobody_has_signed(company: Company) -> None:
    upgrade(company).refused(12, "approval of it is not there: missing.*approve.sign --plan")


def test_the_operator_has_signed(company: Company) -> None:
    assert signed(company, "li").code == 0
    upgrade(company).refused(12, "approval of it is not there: given by the operator.*approve.sign")


def test_a_stranger_signs(company: Company) -> None:
    signed(company, "mallory").refused(2, "mallory is no approver of it.*wang, li")
    upgrade(company).refused(12, "missing")


def test_it_was_rejected(company: Company) -> None:
    assert signed(company, "wang", "--reject").code == 0
    upgrade(company).refused(12, "rejected")


def test_the_approval_has_expired(company: Company) -> None:
    assert signed(company).code == 0
    with closing(sqlite3.connect(company.folder / ".migrator" / "migrator.db")) as journal, journal:
        journal.execute("update approval set expires = '2020-01-01T00:00:00+00:00'")
    upgrade(company).refused(12, "approval of it is not there: expired.*approve.sign")


def test_the_inventory_was_edited_after_the_approval(company: Company) -> None:
    assert signed(company).code == 0
    inventory = company.folder / "inventory.yaml"
    inventory.write_text(inventory.read_text().replace("values:", "values:\n      port: '8080'"))
    upgrade(company).refused(12, "approval of it is not there.*approve.sign")


def test_the_playbook_was_edited_after_the_approval(company: Company) -> None:
    assert signed(company).code == 0
    company.playbook(stages=stages({"approvals": ["it"], "waive": WAIVED}, "echo CHANGED >> app/version"), **APPROVED)
    upgrade(company).refused(12, "approval of it is not there.*approve.sign")


def test_the_playbook_was_edited_after_the_rehearsal(tmp_path: Path) -> None:
    company = Company.made(tmp_path / "home")
    live = company.system()
    company.inventory(live=live, trial={**company.system("trial"), "disposable": True})

    def write(script: str) -> None:
        trial = {"environment": "trial", "steps": [command("drill", script)]}
        company.playbook(environments={"live": "live", "trial": "trial"}, stages={
            "trial": trial, **stages({"needs": ["trial.drill"], "waive": WAIVED}, "echo >> gone-live")})

    write("true")
    company.upgrade().refused(10, "trial.drill has not passed with this very playbook.*inv rehearse")
    rehearsed = company.types("rehearse", *PLAYBOOK)
    assert rehearsed.code == 0, rehearsed.out + rehearsed.err
    write("true && true")
    company.upgrade().refused(10, "trial.drill has not passed with this very playbook.*inv rehearse")
    write("true")
    assert company.upgrade().code == 0, "the very playbook that was rehearsed goes"


def test_a_live_stage_behind_a_gate_proves_more_than_it_names(company: Company) -> None:
    company.playbook(stages=stages({"approvals": ["it"]}), **APPROVED)
    told = company.types("playbook.check", *PLAYBOOK)
    assert told.code == 0 and "demands the proof drill, which no stage brings" in told.out
    assert signed(company).code == 0
    upgrade(company).refused(10, "no rehearsal has passed.*nobody has walked the way back.*no backup of live is proven")


def test_several_people_must_agree(company: Company) -> None:
    people = {"people": {"approvers": {"it": {"people": ["wang", "zhao", "li"], "at_least": 2}}}}
    company.playbook(stages=stages({"approvals": ["it"], "waive": WAIVED}), **people)
    assert re.search(r"wang for group it approves plan .*\n  it: 1 of 2 agree, 1 missing", signed(company, "wang").out)
    upgrade(company).refused(12, r"approval of it is not there: 1 of 2 agree")
    assert "next: inv plan --playbook playbook --stage go-live" in signed(company, "li").out
    upgrade(company).refused(12, r"not there: given by the operator \(li\), 1 of 2 agree")
    listed = company.types("approve.list", "--plan", plan_of(company))
    assert "it: 2 of 2 agree, 0 missing" in listed.out
    assert signed(company, "zhao", "--reject", "--reason", "quarter end").code == 0
    upgrade(company).refused(12, r"not there: rejected \(zhao\)")
