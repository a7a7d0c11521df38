"""Runs that cannot go well: vendors' commands, full disks, broken journals, busy databases, kills in the middle."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.company import MEGABYTE, WAITS, Company, Ended, command, ended

TAKE = {"id": "take", "backup.take": {}}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A company whose live data are the same after the test as before it."""
    made = Company.made(tmp_path / "home")
    before = made.data()
    yield made
    assert made.data() == before, "live data were changed"


def told_once(told: Ended, code: int, *says: str) -> None:
    told.refused(code, "what happened", "inv run.log --run", *says)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of this size at the folder; needs the right to mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"this user may not mount: {mounted.stderr.decode()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free; removing the file that is given back makes room again."""
    path = disk / "fill"
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return path
    return path


# A vendor's command

def test_a_command_that_fails_says_host_code_and_its_last_lines(company: Company) -> None:
    company.playbook(command("one", "echo begun; echo no licence >&2; exit 7"))
    told_once(company.upgrade(), 21, r"here \(.*exit code 7: begun.*no licence", "brought back")


def test_a_command_that_hangs_is_stopped_with_its_children(company: Company) -> None:
    company.playbook(command("one", "sleep 4242 & sleep 4242", timeout="1s"))
    told_once(company.upgrade(), 21, "here .*stopped because its time was over", "brought back")
    assert subprocess.run(["pgrep", "-f", "sleep 424[2]"], capture_output=True).returncode == 1


@pytest.mark.parametrize("flood", ["head -c 1000000000 /dev/zero | tr '\\0' x", "yes | head -c 1000000000"],
                         ids=["one line", "lines"])
def test_a_gigabyte_of_output_costs_no_memory(company: Company, flood: str) -> None:
    company.playbook(command("one", flood))
    told = company.upgrade()
    assert told.code == 0, told.err
    assert 0 < told.peak < 200 * MEGABYTE
    assert sum(path.stat().st_size for path in company.folder.glob("work/jobs/*/output")) < MEGABYTE


# Where it works

@pytest.mark.parametrize(("good", "wrong", "code", "says"), [
    ("main.db", "nope.db", 10, "nope.db.*nothing was changed"),
    ("/app", "/nope", 10, "/nope.*nothing was changed"),
    ("main.db", "app/version", 20, "main: file is not a database.*app/version"),
    ("main.db", "main.db\n        password: env:NOT_SET", 20, "secret env:NOT_SET is not set.*export NOT_SET"),
    ("sqlite:///", "notadb://", 10, "notadb is no make of database.*begins with sqlite:"),
    ("connect: local", "address: 127.0.0.1\n        port: 1", 10, "127.0.0.1:1 cannot be reached.*is sshd running"),
], ids=["database", "tree", "no database", "secret", "url", "host"])
def test_a_system_that_is_not_as_the_inventory_says(
    company: Company, good: str, wrong: str, code: int, says: str
) -> None:
    path = company.folder / "inventory.yaml"
    path.write_text(path.read_text().replace(good, wrong))
    company.playbook(TAKE)
    told_once(company.upgrade(), code, says)
    assert not list((company.folder / "vault").glob("*"))
    assert not (company.folder / "nope.db").exists()


def test_a_full_vault(company: Company) -> None:
    company.playbook(TAKE)
    with small_disk(company.folder / "vault", "1m"):
        told_once(company.upgrade(), 10, "vault has .* free and .* are needed.*free some space")


def test_a_full_disk_of_the_host_begins_nothing(company: Company) -> None:
    company.playbook(command("one", "echo changed >> app/version"))
    with small_disk(company.folder / "work", "64k") as disk:
        fill(disk)
        company.upgrade().refused(20, "no space is left for .*work/lock; nothing was started.*here.*make room there")
        assert '"state": "failed"' in company.types("run.list", "--json").out
        (disk / "fill").unlink()
        fills = f"dd if=/dev/zero of={disk}/fill bs=1k 2>/dev/null; exit 0"
        company.playbook(command("one", fills), command("two", "true"))
        told_once(company.upgrade(), 22, "here: no space is left for .*work/jobs", "by hand +1  one", "inv rollback")
        (disk / "fill").unlink()
        assert company.types("rollback", "--yes").code == 0


# The journal

def test_a_journal_that_cannot_be_used(company: Company) -> None:
    company.playbook(command("one", "true"))
    assert company.upgrade().code == 0
    home, journal = company.folder / ".migrator", company.folder / ".migrator" / "migrator.db"
    with closing(sqlite3.connect(journal)) as database, database:
        (revision,) = database.execute("select version_num from alembic_version").fetchone()
        database.execute("update alembic_version set version_num = '9999'")
    company.upgrade().refused(20, "newer version.*revision 9999.*migrator.db.*update this program")
    with closing(sqlite3.connect(journal)) as database, database:
        database.execute("update alembic_version set version_num = ?", (revision,))
    assert company.types("status").code == 0
    with read_only(home):
        for words in ("status", "upgrade --playbook playbook --yes"):
            company.types(*words.split()).refused(20, "journal cannot be used.*migrator.db.*rights")
    for part in home.glob("migrator.db*"):
        part.write_bytes(b"no journal at all" * 1000)
    company.types("status").refused(20, "journal cannot be used: file is not a database.*migrator.db")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    if subprocess.run(["mount", "--bind", folder, folder], capture_output=True).returncode:
        pytest.skip("this user may not mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_fills_up_under_the_journal_stops_the_run_and_resume_ends_it(company: Company) -> None:
    with small_disk(company.folder / "state", "2m") as disk:
        fills = f"dd if=/dev/zero of={disk}/fill bs=4k 2>/dev/null; echo >> ones"
        company.playbook(command("one", fills), command("two", "echo >> twos"))
        company.upgrade("--home", "state").refused(20, "cannot be used: .*full|cannot be used: disk")
        company.types("status", "--home", "state")
        (disk / "fill").unlink()
        assert company.types("resume", "--home", "state").code == 0
        assert '"state": "passed"' in company.types("run.list", "--json", "--home", "state").out


# Busy and killed

def test_a_database_that_is_written_to_is_taken_whole_and_told_of(tmp_path: Path) -> None:
    company = Company.made(tmp_path / "home")
    company.playbook(TAKE, {"id": "proof", "backup.verify": {"of": "take"}})
    over = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(company.folder / "main.db", timeout=30)) as database:
            while not over.is_set():
                with database:
                    database.execute("insert into project (title) values ('Tunnel')")
                time.sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        told = company.upgrade()
    finally:
        over.set()
        writer.join()
    assert told.code == 0, told.out + told.err
    assert "was written to while it was taken" in told.out


@pytest.mark.parametrize("step", ["take", "clone"])
def test_killed_in_the_middle_resume_ends_it_and_leaves_one_whole_set(company: Company, step: str) -> None:
    """The kill comes while a part of the set is being written."""
    bulk = b"".join(n.to_bytes(4, "little") * 7 + bytes([n % 251]) for n in range(500_000))
    (company.folder / "app" / "bulk").write_bytes(bulk)
    steps: dict[str, dict[str, Any]] = {"take": TAKE, "clone": {"id": "clone", "env.clone": {"of": "live"}}}
    stage = {"environment": "live" if step == "take" else "trial", "steps": [steps[step]]}
    company.inventory(live=company.system(), trial={**company.system("trial"), "disposable": True})
    company.playbook(environments={"live": "live", "trial": "trial"}, stages={"go-live": stage})
    before = company.data()
    with company.starts("upgrade", "--playbook", "playbook", "--yes") as process:
        while not list(company.folder.glob("vault/*.partial/trees/*")):
            assert process.poll() is None, "it ended before the kill"
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        assert ended(process).code == -signal.SIGKILL
    assert company.data() == before
    told = company.types("resume")
    assert told.code == 0, told.out + told.err
    assert not list(company.folder.glob("vault/*.partial"))
    assert len(list(company.folder.glob("vault/*/manifest.json"))) == 1
    if step == "clone":
        assert (company.folder / "trial" / "app" / "bulk").read_bytes() == bulk
    (company.folder / "app" / "bulk").unlink()


def test_a_second_run_is_refused_while_the_first_one_lives_and_after_its_death(company: Company) -> None:
    company.playbook(command("one", WAITS))
    with company.starts("upgrade", "--playbook", "playbook", "--yes") as first:
        while not list(company.folder.glob("work/jobs/*/who")):
            assert first.poll() is None
            time.sleep(0.01)
        company.upgrade().refused(11, r"live is held by run \d{4}-.*process \d+.*inv status --run")
        first.kill()
        ended(first)
    refused = company.upgrade()
    refused.refused(11, "its process is gone: inv resume --run .*inv rollback --run .*inv run.unlock --env live")
    company.write("go", "")
    run = re.search(r"inv resume --run (\S+),", refused.err)
    assert run and company.types("resume", "--run", run[1]).code == 0
