"""A step has failed and the run waits: a person takes charge, and what cannot be is refused."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.company import Company, Ended, command

MENDED = command("two", "test -e ${env.values.folder}/mended")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company.made(tmp_path / "home")


def paused(company: Company, **two: Any) -> None:
    """Have a run wait at its second step, which fails until the file `mended` is there."""
    steps = [command("one", "true"), {**MENDED, **two}, command("three", "true")]
    company.playbook(stages={"go-live": {"environment": "live", "on_failure": "pause", "steps": steps}})
    told = company.upgrade()
    assert told.code == 24, told.err
    assert "inv run.decide --run" in told.out and "--retry | --done --reason TEXT" in told.out


def decide(company: Company, *words: str) -> Ended:
    return company.types("run.decide", *words, MIGRATOR_USER="zhao")


def decided(company: Company, *words: str, code: int) -> None:
    """Decide, and have the run go on to this exit code."""
    told = decide(company, *words)
    assert told.code == 0, told.err
    assert "next: inv resume --run" in told.out
    assert company.types("resume").code == code


def effects(company: Company) -> set[str]:
    return {path.name for path in (company.folder / "work").iterdir()} & {"one", "two", "three"}


def test_retry_after_a_repair_does_the_failed_step_and_no_other_again(company: Company) -> None:
    paused(company)
    decided(company, "--retry", code=24)
    company.write("mended", "")
    decided(company, "--retry", code=0)
    tries = json.loads(company.types("status", "--json").out)["attempts"]
    assert [(a["step"], a["state"]) for a in tries] == [
        ("one", "OK"), ("two", "FAILED"), ("two", "FAILED"), ("two", "OK"), ("three", "OK")]


def test_skipping_names_the_person_and_the_reason_everywhere(company: Company) -> None:
    paused(company, skippable=True)
    decide(company, "--skip").refused(2, "--reason is missing")
    decided(company, "--skip", "--reason", "no index on this site", code=0)
    assert effects(company) == {"one", "three"}
    said = "skipped by zhao: no index on this site"
    assert said in company.types("status").out
    assert company.types("report", "--format", "md").code == 0
    assert said in next(company.folder.glob(".migrator/runs/*/*.md")).read_text()
    with closing(sqlite3.connect(company.folder / ".migrator" / "migrator.db")) as journal:
        orders = journal.execute("select actor, payload from audit where event = 'run.order'").fetchall()
    assert any(who == "zhao" and "no index on this site" in payload for who, payload in orders)
    assert company.types("audit.verify").code == 0


def test_done_by_hand_is_believed_when_the_step_s_own_check_agrees(company: Company) -> None:
    paused(company)
    decided(company, "--done", "--reason", "copied it", code=24)
    company.write("work/two", "")
    decided(company, "--done", "--reason", "copied it", code=0)
    assert "done by hand by zhao: copied it" in company.types("status").out


def test_going_back_to_a_step_from_which_it_comes_forward_again_and_wholly(company: Company) -> None:
    paused(company)
    decided(company, "--go-back", "--to", "one", code=24)
    assert effects(company) == set()
    decided(company, "--retry", code=24)
    assert effects(company) == {"one"}
    decided(company, "--go-back", code=21)
    assert effects(company) == set()


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with a run that waits at its second step, and goes on waiting."""
    company = Company.made(tmp_path_factory.mktemp("waiting") / "home")
    paused(company)
    return company


@pytest.mark.parametrize(("words", "says"), [
    ("", "decide one thing.*--retry, --skip, --done, --go-on, --go-back"), ("--retry --skip", "decide one thing"),
    ("--skip --reason x", r"two may not be skipped.*skippable: true.*inv run.decide --run \S+ --retry"),
    ("--done", "--reason is missing"), ("--go-on --reason x", "does not ask for that at two"),
    ("--go-back --to three", "cannot go back to three.*one, two"), ("--retry --to one", "--to belongs to --go-back"),
    ("--to one", r"--to belongs to --go-back.*inv run.decide --run \S+ --go-back --to one"),
    ("--retry --run 0101-abcd", "no run 0101-abcd"),
])
def test_decisions_that_cannot_be(waiting: Company, words: str, says: str) -> None:
    decide(waiting, *words.split()).refused(2, says)
    assert json.loads(waiting.types("run.list", "--json").out)[0]["order"] is None


def test_a_run_that_has_ended_takes_no_decision_and_names_its_state(company: Company) -> None:
    company.playbook(command("one", "true"))
    assert company.upgrade().code == 0
    decide(company, "--retry").refused(2, "waits for no decision: passed")
    run = re.search(r"run (\S+)", company.types("status").out)
    assert run
    company.types("resume").refused(2, f"run {run[1]} has ended: passed.*inv report --run {run[1]}")
    assert company.types("rollback", "--to", "one", "--yes").code == 0
    assert effects(company) == set() and "next: inv run.decide" in company.types("status").out
    decided(company, "--retry", code=0)
    assert effects(company) == {"one"}


def test_a_look_at_a_way_back_that_is_none_says_what_the_way_back_would_say(company: Company) -> None:
    company.playbook({"id": "one", "host.space": {"need": [{"path": "/", "free": "1B"}]}, "at": "here"})
    assert company.upgrade().code == 0
    for more in ("--yes", "--dry-run"):
        company.types("rollback", more).refused(2, "has nothing to bring back: passed.*inv report --run")
