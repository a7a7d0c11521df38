"""Planted secrets: a run uses them, its programs print them, it fails and goes back; nothing of ours keeps one."""

from __future__ import annotations

import os
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from rig import HostFactory
from rig_databases import Database
from rig_host import OPS_PASSWORD, TestHost
from sqlalchemy.engine import make_url
from ssh_places import entry

from tests.bad_input.company import Company, Ended

ENOUGH = 5
"""How often one process is looked at: it may become another program after it was made."""
PRINTS = "cat /srv/app/token; cat /srv/app/token >&2"


@pytest.fixture(scope="module")
def machine(module_host_factory: HostFactory) -> TestHost:
    return module_host_factory("postgres", name="live-host")


@pytest.fixture
def database(machine: TestHost, postgres_database: Callable[[TestHost], Database]) -> Database:
    return postgres_database(machine)


@pytest.fixture
def planted(machine: TestHost, database: Database) -> dict[str, str]:
    """Secrets by the variable that holds each; the vendor's programs read the token from a file of the machine."""
    token = f"token-{secrets.token_hex(8)}"
    machine.must(["sh", "-c", f"mkdir -p /srv/app && echo {token} > /srv/app/token && chown -R ops /srv/app"])
    return {"DB": database.password, "SUDO": OPS_PASSWORD, "TOKEN": token}


@pytest.fixture
def company(machine: TestHost, database: Database, tmp_path: Path) -> Company:
    """A playbook that takes a backup, changes the database, and has programs that print what they should not."""
    company = Company(tmp_path)
    company.inventory(live={
        "hosts": {"live-host": {**entry(machine).model_dump(exclude_none=True), "sudo_password": "env:SUDO"}},
        "databases": {"main": {"at": "live-host", "password": "env:DB",
                               "url": make_url(database.url).set(password=None).render_as_string()}},
        "trees": {"app": {"path": "/srv/app", "at": "live-host"}}, "secrets": {"token": "env:TOKEN"}})
    company.write("playbook/one.sql", "create table one (id integer primary key);")
    company.write("playbook/two.sql", "drop table one;")
    company.playbook(
        {"id": "take", "backup.take": {"what": ["main"]}},
        {"id": "sql", "data.sql": {"file": "one.sql", "undo": "two.sql"}},
        {"id": "prints", "at": "live-host", "command": {
            "run": ["sh", "-c", f"{PRINTS}; : > /srv/printed"], "user": "root",
            "undo": ["sh", "-c", f"{PRINTS}; rm /srv/printed"], "verify": {"file": "/srv/printed"}}},
        {"id": "fails", "at": "live-host", "command": {
            "run": ["sh", "-c", f"{PRINTS}; exit 3"], "verify": {"file": "/tmp/never"}, "undo": ["true"]}})
    return company


def test_nothing_keeps_a_planted_secret(company: Company, planted: dict[str, str]) -> None:
    with arguments_watched(planted) as seen:
        ended = company.upgrade(**planted)
    assert ended.code == 21, ended.out + ended.err
    assert any("upgrade" in line for line in seen.all), "the watch saw nothing"
    looked = [ended, *(company.types(*words) for words in (
        ["status"], ["status", "--json"], ["run.log"], ["report"], ["audit.verify"]))]
    assert "***" in looked[3].out, "the programs have printed nothing, so nothing is proven"
    assert not seen.leaks
    assert not [command.out + command.err for command in looked if leaks(command, planted)]
    assert not kept_in_files(company.folder, planted)


def leaks(command: Ended, planted: dict[str, str]) -> bool:
    return any(secret in command.out + command.err for secret in planted.values())


def kept_in_files(folder: Path, planted: dict[str, str]) -> list[str]:
    """Files, databases and their logs included, whose bytes hold a secret."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"migrator.db", "engine.db", "log.jsonl"} <= {path.name for path in files}
    return [f"{path.relative_to(folder)}: {name}" for path in files for name, secret in planted.items()
            if secret.encode() in path.read_bytes()]


class Seen:
    """Command lines of processes; `leaks` are those with a secret in them."""

    def __init__(self, planted: dict[str, str]) -> None:
        self.all: set[str] = set()
        self.planted = planted

    @property
    def leaks(self) -> list[str]:
        return [line for line in self.all if any(secret in line for secret in self.planted.values())]


@contextmanager
def arguments_watched(planted: dict[str, str]) -> Iterator[Seen]:
    """Read the arguments of every process of this machine, containers included, over and over."""
    seen, over = Seen(planted), threading.Event()
    looked: Counter[str] = Counter()

    def watch() -> None:
        while not over.wait(0.005):
            for number in filter(str.isdecimal, os.listdir("/proc")):
                if looked[number] == ENOUGH:
                    continue
                looked[number] += 1
                with suppress(OSError):
                    arguments = Path("/proc", number, "cmdline").read_bytes()
                    seen.all.add(arguments.replace(b"\0", b" ").decode("utf-8", "replace"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
