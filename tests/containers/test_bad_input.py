"""Bad input on other machines, through the command line: who answers, who may log in, what a full disk refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import paramiko
import pytest
from rig import HostFactory
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy.engine import make_url
from ssh_places import entry

from tests.bad_input.company import MEGABYTE, Company, Ended

UPGRADE = ("upgrade", "--playbook", "playbook", "--yes")


@pytest.fixture(scope="module")
def machine(module_host_factory: HostFactory) -> TestHost:
    """A machine with live data of `ops`, and a disk that is small."""
    host = module_host_factory("host", name="live-host", tmpfs={"/small": "size=64k,mode=1777"})
    host.must(["sh", "-c", "mkdir -p /srv/app && echo 1 > /srv/app/version && chown -R ops /srv/app"])
    return host


@pytest.fixture
def company(machine: TestHost, tmp_path: Path) -> Iterator[Company]:
    """A company with that machine; its live data are the same after the test."""
    before = live(machine)
    yield Company(tmp_path)
    assert live(machine) == before, "live data were changed"


def live(machine: TestHost) -> str:
    return machine.must(["sh", "-c", "cd /srv/app && find . -type f -exec sha256sum {} + | sort"])


def backs_up(company: Company, machine: TestHost, *, work: str = "~/.migrator", step: Mapping[str, Any] | None = None,
             databases: Mapping[str, Any] | None = None, tree: Mapping[str, Any] | None = None, **host: Any) -> Ended:
    """Run one step, a backup unless another is given, on the machine as this inventory enters it."""
    company.inventory(live={
        "hosts": {"live-host": {**entry(machine, **host).model_dump(exclude_none=True), "work": work}},
        "trees": {"app": {"path": "/srv/app", "at": "live-host", **(tree or {})}}, "databases": dict(databases or {})})
    company.playbook(step or {"id": "take", "backup.take": {}})
    return company.types(*UPGRADE, OPS="wrong-password")


def runs(script: str, **keys: Any) -> dict[str, Any]:
    """A step that runs a shell command on the machine and leaves a file in its `/tmp`."""
    return {"id": "one", "command": {"run": ["sh", "-c", f"{script} && : > /tmp/done"], "verify": {"file": "/tmp/done"},
                                     "undo": ["rm", "-f", "/tmp/done"]}, **keys}


@pytest.fixture
def strange_key(tmp_path: Path) -> str:
    """A private key that no machine accepts."""
    path = tmp_path / "strange_key"
    paramiko.ECDSAKey.generate().write_private_key_file(str(path))
    return str(path)


def test_nobody_answers(company: Company, machine: TestHost) -> None:
    backs_up(company, machine, port=1).refused(10, "live-host: 127.0.0.1:1 cannot be reached.*check address, port")


def test_an_unknown_host_key(company: Company, machine: TestHost) -> None:
    told = backs_up(company, machine, known_hosts=str(company.folder / "none"))
    told.refused(13, rf"127.0.0.1.:{machine.port}: nobody has recorded.*SHA256:",
                 "do next.*inventory.trust --env live --host live-host")
    trusted = company.types("inventory.trust", "--env", "live", "--host", "live-host")
    trusted.refused(13, "not confirmed; nothing was recorded.*--yes")
    assert company.types("inventory.trust", "--env", "live", "--host", "live-host", "--yes").code == 0
    assert company.types("inventory.check").code == 0


def test_a_changed_host_key(company: Company, machine: TestHost) -> None:
    other = paramiko.ECDSAKey.generate()
    pins = company.write("pins", f"[127.0.0.1]:{machine.port} {other.get_name()} {other.get_base64()}\n")
    backs_up(company, machine, known_hosts=str(pins)).refused(13, rf"127.0.0.1.:{machine.port}: .*another key")
    company.types("inventory.trust", "--env", "live", "--host", "live-host", "--yes").refused(13, "another key")
    assert pins.read_text().count("\n") == 1


def test_a_wrong_key_and_a_wrong_password(company: Company, machine: TestHost, strange_key: str) -> None:
    told = backs_up(company, machine, key=strange_key, password="env:OPS")
    told.refused(10, "live-host: ops was refused.*strange_key, password")
    assert "wrong-password" not in told.out + told.err


@pytest.mark.parametrize(("sudo", "says"), [
    ({}, "asks for a password and none is known|none is known"),
    ({"sudo_password": "env:OPS"}, "sudo refused the password"),
], ids=["none", "wrong"])
def test_no_right_to_be_another_user(company: Company, machine: TestHost, sudo: dict[str, str], says: str) -> None:
    told = backs_up(company, machine, tree={"owner": "root"}, **sudo)
    told.refused(10, f"live-host.*({says})")
    assert "wrong-password" not in told.out + told.err


def test_a_full_disk_on_the_machine_begins_nothing(company: Company, machine: TestHost) -> None:
    machine.exec(["sh", "-c", "cat /dev/zero > /small/fill"])
    told = backs_up(company, machine, work="/small/work", step=runs("echo 2 > /srv/app/version"))
    machine.must(["rm", "/small/fill"])
    told.refused(20, "no space is left for /small/work/lock; nothing was started", "make room there")
    assert machine.exec(["ls", "/small/work/jobs"]).code != 0, "no job began"


@pytest.mark.parametrize(("step", "says"), [
    (runs("echo no licence >&2; exit 7"), r"live-host \(.*exit code 7: no licence"),
    (runs("sleep 4243", timeout="1s"), r"live-host \(.*stopped because its time was over: .*sleep 4243"),
], ids=["fails", "hangs"])
def test_a_vendors_command_that_does_not_end_well(
    company: Company, machine: TestHost, step: dict[str, Any], says: str
) -> None:
    backs_up(company, machine, step=step).refused(21, says, "brought back", "inv run.log --run .* --step one")
    assert machine.exec(["pgrep", "-f", "sleep 424[3]"]).code == 1


def test_a_gigabyte_of_output_stays_on_the_machine(company: Company, machine: TestHost) -> None:
    told = backs_up(company, machine, step=runs("yes | head -c 1000000000"))
    assert told.code == 0, told.err
    assert 0 < told.peak < 200 * MEGABYTE
    machine.must(["rm", "/tmp/done"])


def test_a_wrong_database_password(
    tmp_path: Path, postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]
) -> None:
    database = postgres_database(postgres_host)
    url = make_url(database.url).set(password=None).render_as_string()
    company = Company(tmp_path)
    company.inventory(live={
        "hosts": {"data": entry(postgres_host).model_dump(exclude_none=True)},
        "databases": {"main": {"url": url, "at": "data", "password": "env:OPS"}}})
    company.playbook({"id": "take", "backup.take": {}})
    told = company.types(*UPGRADE, OPS="wrong-password")
    told.refused(10, f"{database.user}.*password|password.*{database.user}")
    assert "wrong-password" not in told.out + told.err
    assert "✗ live main" in company.types("inventory.check", OPS="wrong-password").out
