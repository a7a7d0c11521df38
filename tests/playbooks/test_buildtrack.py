"""The sample product from 5.1 to 7.0 as a person would do it, on SQLite: rehearsed once, upgraded in several ways.

Every faulty upgrade has to give back the very system that was there, which the next test then upgrades again.
"""

from __future__ import annotations

import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.buildtrack.pack import pack
from tests.buildtrack.machine import ThisMachine
from tests.buildtrack.operator import Desk
from tests.buildtrack.site import Site

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
ROWS = 2000
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Company:
    """A live system, the place of its copy, and somebody's desk."""

    desk: Desk
    live: Site
    trial: Site

    def state(self) -> str:
        with closing(sqlite3.connect(f"{self.live.root}/db/buildtrack.db")) as connection:
            return self.live.state("\n".join(connection.iterdump()))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Assessed, rehearsed and approved."""
    folder = tmp_path_factory.mktemp("company")
    with ExitStack() as until:
        live, trial = (site(folder, name, until) for name in ("live", "trial"))
        live.build(pack("5.1", folder / "packages"), ROWS)
        trial.prepare()
        environments = {"buildtrack": live.environment(), "buildtrack-trial": trial.environment(disposable=True)}
        desk = Desk.made(folder / "desk", environments)
        playbook = desk.playbook / "playbook.yaml"
        playbook.write_text(playbook.read_text().replace("timeout: 1h", "timeout: 10s"))
        desk.rehearsed()
        yield Company(desk, live, trial)


def site(folder: Path, name: str, until: ExitStack) -> Site:
    """A place on this machine; its server is stopped in the end."""
    root = folder / name
    database = f"{root}/db/buildtrack.db"
    made = Site(root=str(root), port=free_port(), machine=ThisMachine(sys.executable, str(FIXTURES)),
                database={"engine": "sqlite", "name": database},
                database_entry={"url": f"sqlite:///{database}", "at": "app"},
                hosts={"app": {"connect": "local", "work": str(root / "work")}})
    until.callback(lambda: made.machine.must(*made.service("stop")))
    return made


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def test_the_copy_ends_on_the_new_version_and_the_live_system_is_untouched(company: Company) -> None:
    assert company.trial.label() == "7.0"
    assert company.live.label() == "5.1"
    assert "mail.linjiang.example" not in Path(company.trial.config).read_text()


def test_nothing_begins_when_nobody_can_be_asked(company: Company) -> None:
    runs = company.desk.must("run.list")
    assert "add --yes" in company.desk.must("upgrade", "--playbook", "buildtrack", code=2)
    assert company.desk.must("run.list") == runs


def with_inventory(company: Company, old: str, new: str) -> list[str]:
    """Words that plan the trial with an inventory in which something is written otherwise."""
    text = (company.desk.folder / "inventory.yaml").read_text()
    assert old in text
    (company.desk.folder / "other.yaml").write_text(text.replace(old, new))
    return ["plan", "--playbook", "buildtrack", "--stage", "trial", "--inventory", "other.yaml"]


def test_a_value_that_the_inventory_lacks_is_missed_before_anything_begins(company: Company) -> None:
    told = company.desk.must(*with_inventory(company, '"port": "', '"gate": "'), code=2)
    assert "unknown look-up ${env.values.port}" in told
    assert "playbooks/buildtrack/playbook.yaml:" in told


def test_a_plan_that_is_blocked_says_what_to_do_and_not_to_begin(company: Company) -> None:
    told = company.desk.must(*with_inventory(company, '"disposable": true', '"disposable": false'), code=10)
    assert told.splitlines()[-1] == ("next: if everything in it may be replaced, "
                                     "write disposable: true in the inventory")


@pytest.mark.parametrize(("release", "fault", "said"), [
    ("7.0", "fail-half", "lost contact with the licence service"),
    ("6.1", "hang", "its time was over"),
    ("6.1", "damage-row", "contracts by partner"),
])
def test_an_upgrade_that_fails_gives_back_the_very_system(company: Company, release: str, fault: str,
                                                          said: str) -> None:
    before = company.state()
    company.live.fault(release, fault)
    try:
        told = company.desk.upgrade(code=21).out
    finally:
        company.live.fault(release, "")
    assert said in told
    assert company.state() == before
    report = Path(company.desk.must("report", "--format", "md").strip())
    assert "tables and file trees are the same as before, digest by digest" in report.read_text()
    assert company.live.label() == "5.1"


def test_200_megabytes_of_output_need_little_memory_and_a_passed_upgrade_goes_back_when_asked(company: Company) -> None:
    before = company.state()
    company.live.fault("7.0", "chatty:200")
    typed = company.desk.upgrade()
    company.live.fault("7.0", "")
    assert typed.memory < 200 * MEGABYTE
    assert company.live.label() == "7.0"
    assert Path(company.live.root, "program", "current").readlink() == Path("7.0"), "a copy of it leads to the copy"
    company.desk.must("run.stage", "--playbook", "buildtrack", "--stage", "close-out", "--yes")

    passed = typed.out.split("run ")[1].split(":")[0]
    assert "report" not in company.desk.must("rollback", "--run", passed, "--dry-run"), "a report is not taken back"
    company.desk.must("rollback", "--run", passed, "--yes")
    assert company.state() == before
    assert company.live.label() == "5.1"
