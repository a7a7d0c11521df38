"""Odd terminals: closed streams, readers that leave, no home, a user without a name, a full output, Ctrl-C."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.bad_input.company import WAITS, Company, command, ended

UPGRADE = ("upgrade", "--playbook", "playbook")


def shell(line: str) -> tuple[str, ...]:
    """Words that put the program into a shell line, as `"$@"`."""
    return ("bash", "-c", line, "bash")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company.made(tmp_path / "home")
    made.playbook(command("one", "true"))
    return made


def state(company: Company) -> str:
    return company.types("run.list", "--json").out.partition('"state": "')[2].partition('"')[0]


def test_readers_that_leave_stop_nothing_and_see_no_trace(company: Company) -> None:
    run = company.types(before=shell('set -o pipefail; "$@" upgrade --playbook playbook --yes | head -1'))
    assert (run.code, run.err) == (0, "") and "run " in run.out
    assert state(company) == "passed"
    for words in ("--list", "run.log", "report --json"):
        told = company.types(before=shell(f'set -o pipefail; "$@" {words} | true'))
        assert (told.code, told.err) == (0, ""), words


def test_a_full_output_does_not_stop_a_run(company: Company) -> None:
    told = company.types(before=shell('"$@" upgrade --playbook playbook --yes > /dev/full'))
    assert (told.code, told.err) == (0, "")
    assert state(company) == "passed"


def test_closed_streams_get_nothing_into_our_files(company: Company) -> None:
    company.types(before=shell('"$@" upgrade --playbook playbook <&-')).refused(2, "nobody can be asked.*add --yes")
    told = company.types(before=shell('"$@" upgrade --playbook playbook --yes <&- >&- 2>&-'))
    assert (told.code, told.out, told.err) == (0, "", "")
    assert state(company) == "passed"


def test_nobody_answers_the_question(company: Company) -> None:
    """Ctrl-D at a terminal, and another word than the environment's name."""
    before = company.data()
    for typed in (b"\x04", b"yes\n"):
        ours, theirs = os.openpty()
        with company.starts(*UPGRADE, stdin=theirs) as process:
            os.write(ours, typed)
            ended(process).refused(2, "not confirmed; nothing was changed")
        os.close(ours)
        os.close(theirs)
    assert state(company) == "" and company.data() == before


@pytest.mark.parametrize("home", ["", "/nonexistent"], ids=["none", "missing"])
def test_without_a_home_folder_it_works(company: Company, home: str) -> None:
    assert company.upgrade(HOME=home).code == 0


def test_a_user_without_a_name_works_under_the_number(company: Company) -> None:
    told = company.types(*UPGRADE, "--yes", before=("unshare", "-U", "--map-user=4711"), USER="", LOGNAME="")
    assert told.code == 0, told.err
    assert '"started_by": "4711"' in company.types("run.list", "--json").out


def test_ctrl_c_lets_the_step_end_and_resume_goes_on(company: Company) -> None:
    company.playbook(command("one", WAITS), command("two", "true", needs="one"))
    with company.starts(*UPGRADE, "--yes") as process:
        while not list(company.folder.glob("work/jobs/*/who")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        company.write("go", "")
        ended(process).refused(20, "stopped between two steps", "inv resume")
    assert state(company) == "stopped"
    assert company.types("resume").code == 0
    assert state(company) == "passed"
