"""The lock of an environment on its host: one run holds it, and an older process of that run does not."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.commands.shell import Command
from migrator.errors import Fenced, HostError, Locked, Unreachable
from migrator.transport.base import Result
from migrator.transport.fence import Holder
from migrator.transport.host_lock import HostLock
from migrator.transport.local import LocalTransport

LI = Holder("live", "r1", "desk:7:aa", "desk", 7, "2026-01-05T20:00:00Z", 3)
WANG = Holder("live", "r2", "laptop:9:bb", "laptop", 9, "2026-01-05T20:10:00Z", 1)


@pytest.fixture
def lock(tmp_path: Path) -> HostLock:
    return HostLock(LocalTransport("here"), f"{tmp_path}/lock")


def test_a_second_run_hears_who_holds_it_and_how_to_free_it(lock: HostLock) -> None:
    lock.take(LI)
    with pytest.raises(Locked, match=r"here: live is held by run r1 \(process 7 on desk, since 2026-01-05T20:00:00Z\)"
                       ) as refusal:
        lock.take(WANG)
    assert "inv run.unlock --env live --reason TEXT" in (refusal.value.hint or "")
    assert not isinstance(refusal.value, Fenced)
    assert lock.holder("live") == LI
    assert lock.holder("trial") is None


def test_its_file_is_plain_lines_for_nobody_else(lock: HostLock, tmp_path: Path) -> None:
    lock.take(LI)
    (file,) = (tmp_path / "lock/live").iterdir()
    assert file.read_text() == ("state=held\nenvironment=live\nrun=r1\nowner=desk:7:aa\nhost=desk\npid=7\n"
                                "since=2026-01-05T20:00:00Z\nfencing=3\nmemory=whole\n")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "lock", file.parent, file)} == {0}


def test_the_same_run_takes_it_again_with_a_higher_number_only(lock: HostLock) -> None:
    lock.take(LI)
    lock.take(LI)
    again = replace(LI, owner="desk:8:cc", pid=8, fencing=4)
    lock.take(again)
    for _freed in range(2):
        with pytest.raises(Fenced, match=r"run r1 was taken over by process 8 on desk"):
            lock.take(LI)
        lock.free("live", "r1")
    assert lock.holder("live") is None


def test_only_its_run_frees_it(lock: HostLock) -> None:
    lock.free("live", "r1")
    lock.take(LI)
    lock.free("live", "r2")
    assert lock.holder("live") == LI
    lock.free("live", "r1")
    lock.take(WANG)
    assert lock.holder("live") == WANG


def test_a_run_that_has_ended_does_not_hold_it(lock: HostLock) -> None:
    lock.take(LI)
    with pytest.raises(Locked):
        lock.take(WANG, ended=lambda run: False)
    lock.take(WANG, ended=lambda run: run == "r1")
    assert lock.holder("live") == WANG


def test_a_broken_lock_says_whose_it_was(lock: HostLock) -> None:
    assert lock.break_("live") is None
    lock.take(LI)
    assert lock.break_("live") == LI
    assert lock.break_("live") is None
    assert lock.holder("live") is None


def test_one_of_many_gets_it_each_time(lock: HostLock, tmp_path: Path) -> None:
    def taken(number: int) -> bool:
        try:
            lock.take(replace(LI, run=f"r{number}", fencing=number))
        except Locked:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for _round in range(3):
            assert sum(pool.map(taken, range(8))) == 1
            held = lock.break_("live")
            assert held and held.run == f"r{held.fencing}"
    assert [path.name for path in (tmp_path / "lock/live").iterdir()] == ["6"]  # taken and freed three times


def test_what_a_dead_shell_left_stands_in_nobodys_way(lock: HostLock, tmp_path: Path) -> None:
    lock.take(LI)
    lock.free("live", "r1")
    (tmp_path / "lock/live/.new.4711").write_text("state=he")  # killed while it wrote
    (tmp_path / "lock/live/1").write_text("state=held\nrun=r9\n")  # killed before it removed what it replaced
    lock.take(WANG)
    assert lock.holder("live") == WANG


def test_a_number_that_came_and_went_while_a_shell_slept_does_not_count(
    lock: HostLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked and found nothing, then others made 1 and 2 and removed 1: now 1 is free, and means nothing."""
    slept = tmp_path / "programs/ln"
    slept.parent.mkdir()
    slept.write_text('#!/bin/sh\nprintf "state=held\\nrun=r1\\n" > "${2%/*}/2"\nPATH=${PATH#*:} exec ln "$@"\n')
    slept.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slept.parent}:{os.environ['PATH']}")
    with pytest.raises(Locked, match="held by run r1"):
        lock.take(WANG)
    assert [path.name for path in (tmp_path / "lock/live").iterdir()] == ["2"]


@pytest.mark.parametrize("hidden", ["r1\nstate=free", "r1\rx"])
def test_no_value_says_two_things(lock: HostLock, hidden: str) -> None:
    with pytest.raises(ValueError, match="without line breaks"):
        lock.take(replace(LI, owner=hidden))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("a file")
    with pytest.raises(HostError, match=r"the lock could not be written: .*lock"):
        HostLock(LocalTransport("here"), f"{tmp_path}/lock").take(LI)


class Broken(LocalTransport):
    """Does what it is told, and loses the first answer."""

    told = False

    def run(self, command: Command, **options: object) -> Result:
        result = super().run(command)
        if not self.told:
            self.told = True
            raise Unreachable("the connection was lost", where=self.name)
        return result


def test_a_lost_answer_is_asked_for_again(tmp_path: Path) -> None:
    lock = HostLock(Broken("here"), f"{tmp_path}/lock")
    lock.take(LI)
    assert lock.holder("live") == LI
