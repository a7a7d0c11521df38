"""Tryton from 6.0 to 7.6 over ssh, as an operator types it: a trap, its cure, a rehearsal, an upgrade, a way back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rig import HostFactory
from rig_apps import CODE, old_tryton_on
from rig_databases import postgres_database_on
from rig_erp import Erp

from fixtures import package_files
from fixtures.tryton.release import OLD, PATH, checksums
from tests.buildtrack.operator import BUSINESS, IT, Desk

pytestmark = [pytest.mark.network, pytest.mark.long]

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "tryton"
FAULT = "DELETE FROM timesheet_line; DROP TABLE ir_attachment CASCADE"
LOGINS = ("admin", *(f"user0{number}" for number in range(1, 9)))


@dataclass(frozen=True)
class Company:
    """The live ERP, the place of its copy, and somebody's desk on another machine."""

    desk: Desk
    live: Erp
    trial: Erp

    def run(self, *words: str, code: int = 0) -> str:
        return self.desk.must(*words, "--playbook", "tryton", code=code)

    def sign(self, stage: str) -> None:
        self.desk.sign(self.run("approve.request", "--stage", stage), "it", IT)

    def everybody_signs_in(self) -> None:
        url = f"http://127.0.0.1:{self.live.port}/{self.live.database.name}/"
        self.live.old.must("python3", f"{CODE}/fixtures/tryton/sign_in.py", url, *LOGINS)


@pytest.fixture(scope="module")
def company(module_host_factory: HostFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Tryton 6.0 with data and traps, served; nothing of the product has looked at it yet."""
    host = module_host_factory("postgres", name="erp")
    folder = tmp_path_factory.mktemp("company")
    (folder / "secrets").mkdir()
    with postgres_database_on(host) as database, postgres_database_on(host) as copy:
        old = old_tryton_on(host, database)
        live = Erp(old, database, old.root, 8069, folder / "secrets")
        trial = Erp(old, copy, f"{old.root}-trial", 8079, folder / "secrets")
        host.must(["install", "-d", "-o", "ops", "-g", "ops", trial.root])
        old.must("ln", "-s", f"{old.root}/releases/{OLD}", f"{live.root}/current")
        old.must(*live.service("start"))
        yield Company(desk(folder, {"erp": live.environment(), "erp-trial": trial.environment(disposable=True)}),
                      live, trial)
        for erp in live, trial:
            old.must(*erp.service("stop"))


def desk(folder: Path, environments: dict[str, object]) -> Desk:
    """A folder with the shipped playbook, its packages and the inventory."""
    playbook = folder / "playbooks" / "tryton"
    shutil.copytree(PLAYBOOK, playbook, ignore=shutil.ignore_patterns("*.whl"))
    for name in {name for series in PATH for name in checksums(series)}:
        (playbook / "packages" / name).symlink_to(package_files.cache_folder() / name)
    (folder / "inventory.yaml").write_text(json.dumps({"format": 1, "environments": environments}))
    return Desk(folder)


def test_passwords_that_the_new_series_cannot_read_stop_the_assessment_until_they_are_renewed(company: Company) -> None:
    said = company.run("assess", code=10)
    assert "nobody is locked out by 7.6: gives 9: admin user01" in said
    assert "run the stage passwords" in said
    company.run("run.stage", "--stage", "passwords", "--yes", code=12)
    company.sign("passwords")
    company.run("run.stage", "--stage", "passwords", "--yes")
    company.everybody_signs_in()
    company.run("assess")


def test_the_rehearsal_passes_and_leaves_the_live_system_alone(company: Company) -> None:
    before = company.live.state()
    waits = company.run("rehearse", code=24)
    assert (company.trial.content(), company.trial.series()) == (company.live.content(), "7.6")
    settings = company.trial.old.must("cat", f"{company.trial.root}/etc/trytond.conf")
    assert "smtp://127.0.0.1:9\n" in settings
    assert not [of_live for of_live in (f"{company.live.root}/", ":8069", company.live.database.name)
                if of_live in settings]
    told = company.desk.must("map.verify", "--mapping", "playbooks/tryton/mapping/6.0-7.6.yaml", "--old", "erp",
                             "--new", "erp-trial")
    assert "✓ equal" in told
    company.desk.sign(waits, "business", BUSINESS)
    company.desk.must("resume")
    assert (company.live.state(), company.live.series()) == (before, OLD)


def test_a_failure_in_the_second_hop_gives_back_the_very_system(company: Company) -> None:
    company.sign("go-live")
    before = company.live.state()
    company.live.plant(FAULT, "7.4")
    told = company.run("upgrade", "--yes", code=21)
    company.live.unplant("7.4")
    assert "upgrade-7.4" in told
    assert "lost contact" in told
    assert (company.live.state(), company.live.series()) == (before, OLD)


def test_the_upgrade_keeps_everything_and_can_be_taken_back_after_it_has_passed(company: Company) -> None:
    before, content = company.live.state(), company.live.content()
    company.run("upgrade", "--yes")
    assert (company.live.content(), company.live.series()) == (content, "7.6")
    company.everybody_signs_in()
    company.desk.must("rollback", "--yes")
    assert (company.live.state(), company.live.series()) == (before, OLD)
    company.everybody_signs_in()
