"""The way back of several hosts of which one is gone, and Ctrl-C on it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.company import LONG, WAITS, Company, Ended, ended

HOSTS = ("one", "two", "three")
DONE = "${env.values.folder}/done"
FAILS: dict[str, Any] = {"id": "fails", "at": "one", "command": {"run": ["false"], "undo": ["true"]}}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company with three hosts, which stand for machines by their own folders for work."""
    company = Company.made(tmp_path / "home")
    hosts = {name: {"connect": "local", "work": str(company.folder / "hosts" / name)} for name in HOSTS}
    company.inventory(live={**company.system(), "hosts": {**company.system()["hosts"], **hosts}})
    (company.folder / "done").mkdir()
    return company


def touched(name: str, waits: str = "", **keys: Any) -> dict[str, Any]:
    """A step that makes the file `done/NAME`; its way back `waits`, and tells of itself in the file `back`."""
    file = f"{DONE}/{name}"
    undo = ["sh", "-c", f"{waits}rm -f {file} && echo {name} >> ${{env.values.folder}}/back"]
    return {"id": name, "command": {"run": ["touch", file], "verify": {"file": file}, "undo": undo}, **keys}


def done(company: Company) -> list[str]:
    return sorted(path.name for path in (company.folder / "done").iterdir())


def lines(told: Ended) -> list[str]:
    """The numbered commands of the list for hands, as the failure shows them."""
    return re.findall(r"^ +(?:by hand +)?\d  [\w-]+ @ two: on two: (.*)$", told.err, re.MULTILINE)


def gone(company: Company, host: str) -> dict[str, Any]:
    """A step that fails after the host's folder was replaced by something in which no job can begin."""
    folder = f"${{env.values.folder}}/hosts/{host}"
    return {**FAILS, "command": {**FAILS["command"],
                                 "run": ["sh", "-c", f"mv {folder} {folder}.gone && : > {folder}; exit 7"]}}


def test_a_host_that_is_gone_does_not_stop_the_others_and_is_brought_back_when_it_returns(company: Company) -> None:
    company.playbook(*(touched(f"{act}-{host}", at=host) for act in ("copy", "switch") for host in HOSTS),
                     gone(company, "two"))
    told = company.upgrade()
    assert told.code == 22, told.err
    assert done(company) == ["copy-two", "switch-two"], "the others are as they were"
    folder = company.folder
    expected = [f"sh -c 'rm -f {folder}/done/{name} && echo {name} >> {folder}/back'"
                for name in ("switch-two", "copy-two")]
    assert lines(told) == expected, "the exact commands, the newest first"
    assert "bring the host back, or type" in told.err and "inv rollback --run" in told.err
    status = company.types("status")
    assert all(f"  {n}  " in status.out for n in (1, 2)) and expected[0] in status.out

    (folder / "hosts" / "two").unlink()
    (folder / "hosts" / "two.gone").rename(folder / "hosts" / "two")
    again = company.types("rollback", "--yes")
    assert again.code == 0, again.err
    assert (done(company), state(company)) == ([], ("brought back", 21))
    assert sorted((folder / "back").read_text().split()) == sorted(
        f"{act}-{host}" for act in ("copy", "switch") for host in HOSTS), "each was undone once"
    company.types("rollback", "--yes").refused(2, "was brought back on .*new run", "inv plan --playbook")


def test_the_list_typed_by_hand_brings_it_back_too(company: Company) -> None:
    company.playbook(*(touched(f"{act}-two", at="two") for act in ("copy", "switch")), gone(company, "two"))
    told = company.upgrade()
    assert told.code == 22
    for line in lines(told):
        subprocess.run(["sh", "-c", line], check=True)
    assert done(company) == []


def state(company: Company) -> tuple[str, int | None]:
    run = json.loads(company.types("run.list", "--json").out)[0]
    return run["state"], run["exit_code"]


# Ctrl-C

@pytest.fixture
def interrupted(company: Company) -> Iterator[subprocess.Popen[str]]:
    """A run on its way back, which has been asked once to leave; undoing `two` waits for the file `go`."""
    company.playbook(touched("zero", at="one"), touched("one", at="one"),
                     touched("two", f": > {DONE}/undoing; {WAITS}; rm {DONE}/undoing; ", at="one"), FAILS)
    with company.starts("upgrade", "--playbook", "playbook", "--yes") as process:
        try:
            until(lambda: "undoing" in done(company), process)
            process.send_signal(signal.SIGINT)
            until(lambda: "? leave now? two is being undone, 3 are still to go" in log(company), process)
            yield process
        finally:
            company.write("go", "")


def until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONG
    while not true():
        assert process.poll() is None, "it ended before"
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def log(company: Company) -> str:
    return company.types("run.log").out


def back(company: Company) -> list[str]:
    return (company.folder / "back").read_text().split()


def test_ctrl_c_asks_first_and_no_answer_leaves_nothing_undone(
    company: Company, interrupted: subprocess.Popen[str]
) -> None:
    company.write("go", "")
    ended(interrupted).refused(21, "brought back")
    assert (done(company), back(company)) == ([], ["two", "one", "zero"])


def test_a_second_ctrl_c_leaves_when_the_step_is_undone_and_resume_goes_on_with_the_way_back(
    company: Company, interrupted: subprocess.Popen[str]
) -> None:
    interrupted.send_signal(signal.SIGINT)
    company.write("go", "")
    ended(interrupted).refused(20, "stopped on the way back, as asked", "inv resume")
    assert (done(company), back(company), state(company)[0]) == (["one", "zero"], ["two"], "stopped")
    assert company.types("resume").code == 21
    assert (done(company), back(company), state(company)) == ([], ["two", "one", "zero"], ("brought back", 21))


def test_a_third_ctrl_c_leaves_at_once_and_what_was_being_undone_is_not_begun_again(
    company: Company, interrupted: subprocess.Popen[str]
) -> None:
    while interrupted.poll() is None:  # two that come at the same moment are one
        interrupted.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert interrupted.returncode == 130
    assert state(company)[0] == "going back"
    company.write("go", "")
    assert company.types("resume").code == 21
    assert (done(company), back(company)) == ([], ["two", "one", "zero"])
