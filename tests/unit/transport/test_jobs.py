"""Jobs on this machine: they outlive whoever started them, and run once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.commands.shell import script
from migrator.errors import CommandFailed, Fenced, HostAway, OutcomeUnknown, TimedOut, Unreachable
from migrator.transport.base import Result
from migrator.transport.fence import Holder
from migrator.transport.host_lock import HostLock
from migrator.transport.jobs import Jobs
from migrator.transport.local import LocalTransport

HERE = LocalTransport("here")
ROOT = Path(__file__).parents[3]

ORCHESTRATOR = """
import sys
from migrator.commands.shell import script
from migrator.transport.jobs import Jobs
from migrator.transport.local import LocalTransport
Jobs(LocalTransport("here"), sys.argv[1]).run("job", script(sys.argv[2], sys.argv[3]), on_line=print)
"""
COUNTED = 'echo run >> "$1/runs"; echo begun; while [ ! -e "$1/go" ]; do sleep 0.05; done; echo finished'


def test_a_killed_orchestrator_and_its_group_leave_the_job_alone(tmp_path: Path) -> None:
    first = subprocess.Popen([sys.executable, "-u", "-c", ORCHESTRATOR, f"{tmp_path}/jobs", COUNTED, str(tmp_path)],
                             stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)
    assert first.stdout and first.stdout.readline() == "begun\n"
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    jobs = Jobs(HERE, f"{tmp_path}/jobs")
    assert jobs.state("job") == "running"
    (tmp_path / "go").touch()
    told: list[str] = []
    result = jobs.run("job", script(COUNTED, str(tmp_path)), on_line=told.append)
    assert (result.attached, result.output, told) == (True, "begun\nfinished\n", ["begun", "finished"])
    assert (tmp_path / "runs").read_text() == "run\n"


def test_a_killed_job_is_unknown_and_never_started_again(tmp_path: Path) -> None:
    jobs = Jobs(HERE, f"{tmp_path}/jobs")
    command = script('echo run >> "$1/runs"; kill -9 $(sed -n 2p "$1/jobs/job/who"); sleep 5', str(tmp_path))
    for _again in range(2):
        with pytest.raises(OutcomeUnknown, match="was lost before it ended"):
            jobs.run("job", command)
    assert jobs.state("job") == "unknown"
    assert (tmp_path / "runs").read_text() == "run\n"


def test_time_over_stops_it_and_stays_so(tmp_path: Path) -> None:
    jobs = Jobs(HERE, f"{tmp_path}/jobs")
    for _again in range(2):
        with pytest.raises(TimedOut, match="time was over"):
            jobs.run("job", script("sleep 4731 & setsid sleep 4732 & wait"), timeout=0.3)
    listed = subprocess.run(["sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null"], capture_output=True).stdout
    assert b"sleep\x00473" not in listed


def test_a_command_of_its_own_may_end_with_the_code_of_a_stop(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as failure:
        Jobs(HERE, f"{tmp_path}/jobs").run("job", script("exit 124"))
    assert failure.value.exit_code == 124


def test_a_daemon_that_a_job_starts_does_not_keep_it_open(tmp_path: Path) -> None:
    started = time.monotonic()
    result = Jobs(HERE, f"{tmp_path}/jobs").run("job", script("sleep 20 & echo $!; exit 0"))
    assert time.monotonic() - started < 15
    os.kill(int(result.output), signal.SIGKILL)


class Flaky(LocalTransport):
    """Loses the connection again and again, before or after the command has reached the host."""

    def __init__(self) -> None:
        super().__init__("flaky")
        self.calls = 0

    local = False  # type: ignore[assignment]

    def _execute(self, *arguments: object, **options: object) -> Result:
        self.calls += 1
        if self.calls % 3 == 1:
            raise Unreachable("cut before", where=self.name)
        result = super()._execute(*arguments, **options)  # type: ignore[arg-type]
        if self.calls % 3 == 2:
            raise Unreachable("cut after", where=self.name)
        return result


def test_whatever_call_is_cut_it_runs_once(tmp_path: Path) -> None:
    command = script('echo run >> "$1/runs"; echo one; sleep 0.3; echo two', str(tmp_path))
    told: list[str] = []
    result = Jobs(Flaky(), f"{tmp_path}/jobs").run("job", command, timeout=60, on_line=told.append)
    assert result.output == "one\ntwo\n"
    assert told == ["one", "two"]
    assert (tmp_path / "runs").read_text() == "run\n"


class Leaving(LocalTransport):
    """A host that goes away when it has been called once."""

    local = False
    calls = 0

    def _execute(self, *arguments: object, **options: object) -> Result:
        self.calls += 1
        if self.calls > 1:
            raise Unreachable("away", where=self.name)
        return super()._execute(*arguments, **options)  # type: ignore[arg-type]


def test_a_job_on_a_host_that_stays_away_is_neither_failed_nor_over(tmp_path: Path) -> None:
    command = script(COUNTED, str(tmp_path))
    for leaving in (Leaving("here"), Leaving("here")):
        with pytest.raises(HostAway, match="the host does not answer, and the job job may work there"):
            Jobs(leaving, f"{tmp_path}/jobs").run("job", command, timeout=1)
    assert Jobs(HERE, f"{tmp_path}/jobs").state("job") == "running"
    (tmp_path / "go").touch()
    assert Jobs(HERE, f"{tmp_path}/jobs").run("job", command).attached
    assert (tmp_path / "runs").read_text() == "run\n"


LI = Holder("live", "r1", "desk:7:aa", "desk", 7, "2026-01-05T20:00:00Z", 3)


def test_who_was_replaced_starts_nothing_and_hears_by_whom(tmp_path: Path) -> None:
    lock = HostLock(HERE, f"{tmp_path}/lock")
    jobs = Jobs(HERE, f"{tmp_path}/jobs", lock.fence(LI))
    touch = script('echo run >> "$1"', f"{tmp_path}/runs")
    with pytest.raises(Fenced, match="the lock of run r1 is gone from this host; nothing was started"):
        jobs.run("gone", touch)
    lock.take(LI)
    jobs.run("mine", touch)
    lock.take(replace(LI, pid=8, fencing=4))
    with pytest.raises(Fenced, match=r"run r1 acts here, by process 8 on desk since .*; nothing was started"):
        jobs.run("late", touch)
    lock.free("live", "r1")
    with pytest.raises(Fenced, match="run r1 was let go by process 8 on desk"):
        jobs.run("later", touch)
    with pytest.raises(Fenced):
        jobs.run("mine", touch)  # what it began itself is for the other one to see to its end
    assert (tmp_path / "runs").read_text() == "run\n"
    assert jobs.state("late") == jobs.state("later") == "never"


def test_a_host_that_was_away_at_the_take_over_gets_the_new_number(tmp_path: Path) -> None:
    lock = HostLock(HERE, f"{tmp_path}/lock")
    lock.take(LI)
    newer = replace(LI, pid=8, fencing=4)
    Jobs(HERE, f"{tmp_path}/jobs", lock.fence(newer)).run("job", script("true"))
    assert lock.holder("live") == newer


def test_what_a_host_has_forgotten_is_not_begun_by_a_later_process(tmp_path: Path) -> None:
    lock = HostLock(HERE, f"{tmp_path}/work/lock")
    touch = script('echo run >> "$1"', f"{tmp_path}/runs")
    lock.take(LI)
    Jobs(HERE, f"{tmp_path}/work/jobs", lock.fence(LI)).run("one", touch)
    shutil.rmtree(tmp_path / "work")
    for number in (4, 5):
        later = replace(LI, fencing=number)
        lock.take(later, begun=True)
        resumed = Jobs(HERE, f"{tmp_path}/work/jobs", replace(lock.fence(later), resumed=True))
        with pytest.raises(OutcomeUnknown, match="lost what it knew of run r1: nobody can say whether the job one"):
            resumed.run("one", touch)
        assert resumed.state("one") == "never"
    assert (tmp_path / "runs").read_text() == "run\n"
    assert not Jobs(HERE, f"{tmp_path}/work/jobs", lock.fence(later)).run("two", touch).attached  # a try of its own


def test_what_a_host_remembers_is_begun_by_a_later_process(tmp_path: Path) -> None:
    lock = HostLock(HERE, f"{tmp_path}/work/lock")
    lock.take(LI)
    later = replace(LI, fencing=4)
    lock.take(later, begun=True)
    jobs = Jobs(HERE, f"{tmp_path}/work/jobs", replace(lock.fence(later), resumed=True))
    assert not jobs.run("one", script("true")).attached


def test_many_first_jobs_at_once_all_begin(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda n: Jobs(HERE, f"{tmp_path}/not/yet/there").run(f"job{n}", script("true")), range(8))
        assert not any(result.attached for result in results)


def test_a_short_job_costs_one_call(tmp_path: Path) -> None:
    counting = Counting("here")
    result = Jobs(counting, f"{tmp_path}/jobs").run("job", script("echo hello; exit 0"))
    assert (result.output, result.attached, counting.calls) == ("hello\n", False, 1)


class Counting(LocalTransport):
    """Counts what it is asked to do."""

    calls = 0

    def _execute(self, *arguments: object, **options: object) -> Result:
        self.calls += 1
        return super()._execute(*arguments, **options)  # type: ignore[arg-type]
