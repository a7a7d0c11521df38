"""What changes under a run that is on its way: the playbook, the run's own copy of it, the clock."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.company import WAITS, Company, Ended, command, ended

APPROVED = {"people": {"approvers": {"it": ["wang"]}}, "rules": {"approval_valid_for": "7d"}}
CLOCK = '''
import datetime, os, time
shift = float(os.environ.get("SHIFT", "0"))
real = time.time
time.time = lambda: real() + shift
class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
datetime.datetime = Shifted
'''
"""A module that Python loads before everything else; it sets the clock forth or back by so many seconds."""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company.made(tmp_path / "home")


def written(company: Company, one: str = WAITS, two: str = "true", **stage: Any) -> None:
    """Write the playbook of two steps; the first waits for the file `go`, unless told otherwise."""
    steps = [command("one", one), command("two", two)]
    company.playbook(stages={"go-live": {"environment": "live", "steps": steps, **stage}}, **APPROVED)


def stopped(company: Company, **variables: str) -> Ended:
    """Start the run, and have it stopped after its first step."""
    with company.starts("upgrade", "--playbook", "playbook", "--yes", **variables) as process:
        while not list(company.folder.glob("work/jobs/*/who")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        company.write("go", "")
        told = ended(process)
    assert told.code == 20, told.err
    return told


def test_an_edited_playbook_is_told_of_and_the_run_keeps_its_copy(company: Company) -> None:
    written(company)
    stopped(company)
    written(company, two="echo edited > edited")
    said = "the playbook was edited since: playbook.yaml; the run keeps its own copy"
    assert said in company.types("status").out
    told = company.types("resume")
    assert told.code == 0 and said in told.out and not (company.folder / "edited").exists()
    assert said not in company.types("status").out, "a run that has ended takes over nothing"


def test_changes_are_taken_over_for_steps_that_have_not_begun_and_no_others(company: Company) -> None:
    written(company)
    stopped(company)
    written(company, one="true", two=": > ${env.values.folder}/edited")
    company.types("resume", "--accept-changes").refused(2, "step one of run .* has begun and is another one now",
                                                        "only what comes after one may change")
    written(company, two=": > ${env.values.folder}/edited")
    before = json.loads(company.types("status", "--json").out)["run"]["plan"]
    told = company.types("resume", "--accept-changes")
    assert told.code == 0, told.err
    after = json.loads(company.types("status", "--json").out)["run"]["plan"]
    assert (company.folder / "edited").exists() and after != before and f"goes on with plan {after}" in told.out
    assert company.types("audit.verify").code == 0


def test_taken_over_changes_need_approvals_of_their_own(company: Company) -> None:
    gate = {"approvals": ["it"], "waive": dict.fromkeys(("rehearsal", "drill", "backup"), "a toy")}
    written(company, gate=gate)
    plan = re.search(r"--plan (\S+)", company.types("approve.request", "--playbook", "playbook").out)
    assert plan and company.types("approve.sign", "--plan", plan[1], "--as", "it", "--who", "wang").code == 0
    stopped(company)
    written(company, two=": > ${env.values.folder}/edited", gate=gate)
    refused = company.types("resume", "--accept-changes")
    refused.refused(12, "approval of it is not there.*approve.sign --plan")
    assert not (company.folder / "edited").exists()
    new = re.search(r"--plan (\S+)", refused.err)
    assert new and new[1] != plan[1]
    assert company.types("approve.sign", "--plan", new[1], "--as", "it", "--who", "wang").code == 0
    assert company.types("resume", "--accept-changes").code == 0
    assert (company.folder / "edited").exists()


def test_a_run_s_own_copy_that_was_edited_is_refused_and_nothing_is_done(company: Company) -> None:
    written(company)
    stopped(company)
    copy = next(company.folder.glob(".migrator/runs/*/playbook/playbook.yaml"))
    whole = copy.read_text()
    copy.write_text(whole.replace("two", "tow"))
    company.types("resume").refused(10, "own copy of the playbook is not what was planned: playbook.yaml.*put back")
    assert not (company.folder / "work" / "two").exists()
    copy.write_text(whole)
    assert company.types("resume").code == 0


@pytest.mark.parametrize("shift", [-86400, 86400], ids=["back", "forth"])
def test_the_clock_jumps_by_a_day_between_two_commands(company: Company, shift: int) -> None:
    company.write("clock/sitecustomize.py", CLOCK)
    python = {"PYTHONPATH": f"{company.folder}/clock:{Path(__file__).parents[2]}"}
    written(company)
    stopped(company, **python)
    jumped = {**python, "SHIFT": str(shift)}
    assert company.types("resume", **jumped).code == 0
    assert company.types("rollback", "--yes", **jumped).code == 0
    record = json.loads(company.types("status", "--json", **python).out)
    assert record["run"]["state"] == "brought back"
    assert abs(days(record["run"]["started"], record["run"]["ended"]) - shift / 86400) < 0.01, "the clock did jump"
    assert all(a["seconds"] >= 0 for a in record["attempts"])
    status = company.types("status", **python).out
    assert status.count("taken back") == 2 and not re.search(r"\s-\d", status), "no time is below nothing"
    assert not re.search(r"\s-\d", company.types("run.log", **python).out)
    assert company.types("report", "--format", "md,html", **python).code == 0
    assert company.types("audit.verify", **python).code == 0


def days(begun: str, over: str) -> float:
    from migrator.clock import parse

    return (parse(over) - parse(begun)).total_seconds() / 86400


def test_a_run_of_another_journal_is_unknown_here(company: Company) -> None:
    company.playbook(command("one", "true"))
    assert company.upgrade("--home", "elsewhere").code == 0
    run = json.loads(company.types("run.list", "--json", "--home", "elsewhere").out)[0]["id"]
    for words in ("resume", "rollback --yes", "run.decide --retry", "status"):
        company.types(*words.split(), "--run", run).refused(2, f"no run {run} in this journal.*run.list")


def test_another_user_may_resume_and_the_trail_names_both(company: Company) -> None:
    written(company)
    stopped(company, MIGRATOR_USER="li")
    assert company.types("resume", MIGRATOR_USER="zhao").code == 0
    assert json.loads(company.types("status", "--json").out)["run"]["started_by"] == "li"
    with closing(sqlite3.connect(company.folder / ".migrator" / "migrator.db")) as journal:
        assert journal.execute("select actor from audit where event = 'run.resumed'").fetchall() == [("zhao",)]
