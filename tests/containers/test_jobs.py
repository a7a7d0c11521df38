"""Detached jobs on real machines: exactly one run, whatever is cut, killed, filled up or too slow."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from rig import HostFactory
from rig_host import OPS_PASSWORD, TestHost
from ssh_places import entry, reach

from migrator.commands.shell import Command, script, words
from migrator.errors import CommandFailed, LoginRefused, NoSpace, OutcomeUnknown, TimedOut, Unreachable
from migrator.transport.jobs import Jobs

# Counts its runs in a file, so that a second one would show.
COUNTED = 'echo run >> "$HOME/runs-$1"; echo begun; sleep "$2"; echo finished'


def counted(name: str, seconds: float) -> Command:
    return script(COUNTED, name, str(seconds))


def runs(machine: TestHost, name: str) -> int:
    return machine.must(["cat", f"/home/{machine.user}/runs-{name}"]).count("run")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"
        time.sleep(0.02)


@pytest.fixture(params=["host", "posix", "busybox"])
def machine(request: pytest.FixtureRequest, module_machines: dict[str, TestHost]) -> TestHost:
    """An ordinary machine, one with the programs of POSIX alone, and the same one with the shell of busybox."""
    return module_machines[request.param]


@pytest.fixture(scope="module")
def module_machines(module_host_factory: HostFactory) -> dict[str, TestHost]:
    machines = {image: module_host_factory(image, name=f"jobs-{image}") for image in ("host", "posix")}
    return machines | {"busybox": replace(machines["posix"], user="deploy")}


@pytest.fixture
def jobs(machine: TestHost) -> Jobs:
    return Jobs(reach(machine), "~/.migrator/jobs")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that does not answer is given up after a second instead of ten."""
    monkeypatch.setattr("migrator.transport.ssh_watch.ASKED_EVERY", 1.0)
    monkeypatch.setattr("migrator.transport.ssh_watch.ANSWERS_WITHIN", 1.0)
    monkeypatch.setattr("migrator.transport.ssh_link._BANNER", 2)


def test_a_job_gets_its_input_and_gives_code_and_lines(jobs: Jobs, machine: TestHost) -> None:
    told: list[str] = []
    secret = "back\\slash %s ü\0\n"
    result = jobs.run("plain", script('cat; echo to-stderr >&2; exit 0'), stdin=secret.encode(), on_line=told.append)
    assert (result.exit_code, result.attached) == (0, False)
    assert result.output == secret + "to-stderr\n"
    assert told[-1] == "to-stderr"
    assert jobs.state("plain") == "ended"
    assert jobs.state("other") == "never"
    assert machine.must(["stat", "-c", "%a", f"/home/{machine.user}/.migrator/jobs/plain"]).strip() == "700"


def test_a_failed_job_fails_again_when_asked_again(jobs: Jobs, machine: TestHost) -> None:
    command = script('echo run >> "$HOME/runs-bad"; echo why; exit 9')
    for _again in range(2):
        with pytest.raises(CommandFailed, match=r"exit code 9: why") as failure:
            jobs.run("bad", command)
        assert failure.value.exit_code == 9
    assert jobs.run("bad", command, check=False).attached
    assert runs(machine, "bad") == 1


def test_ten_at_once_start_it_once(machine: TestHost) -> None:
    transports = [reach(machine) for _one in range(10)]
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda t: Jobs(t, "~/.migrator/jobs").run("race", counted("race", 0.5)), transports))
    assert runs(machine, "race") == 1
    assert sum(not r.attached for r in results) == 1
    assert {r.output for r in results} == {"begun\nfinished\n"}


def test_a_cut_connection_is_made_anew_and_the_job_runs_once(machine: TestHost) -> None:
    transport = reach(machine)
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(Jobs(transport, "~/.migrator/jobs").run, "cut", counted("cut", 2), on_line=told.append)
        wait_for(lambda: "begun" in told)
        for _cut in range(3):
            machine.cut()
        result = waiting.result(60)
    assert result.output == "begun\nfinished\n"
    assert told == ["begun", "finished"]
    assert runs(machine, "cut") == 1


ORCHESTRATOR = """
import sys
from migrator.commands.shell import script
from migrator.playbook.inventory import Host
from migrator.transport.jobs import Jobs
from migrator.transport.open import open_transport
transport = open_transport("machine", {"machine": Host.model_validate_json(sys.argv[1])})
Jobs(transport, "~/.migrator/jobs").run("orphan", script(sys.argv[2], "orphan", "3"), on_line=print)
"""


def test_a_killed_orchestrator_leaves_a_job_that_the_next_one_finds(jobs: Jobs, machine: TestHost) -> None:
    first = subprocess.Popen([sys.executable, "-u", "-c", ORCHESTRATOR, entry(machine).model_dump_json(), COUNTED],
                             stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert first.stdout and first.stdout.readline() == "begun\n"
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    assert jobs.state("orphan") == "running"
    told: list[str] = []
    result = jobs.run("orphan", counted("orphan", 3), on_line=told.append)
    assert (result.attached, told) == (True, ["begun", "finished"])
    assert runs(machine, "orphan") == 1


@pytest.mark.parametrize("machine", ["host"], indirect=True)
def test_a_gigabyte_of_output_stays_on_the_host(jobs: Jobs, machine: TestHost) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = jobs.run("flood", script("head -c 1000000000 /dev/zero | tr '\\0' 'x'; printf the-end"), timeout=300)
    assert result.output.endswith("xthe-end")
    assert len(result.output) == 64 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB
    assert int(machine.must(["stat", "-c", "%s", f"/home/{machine.user}/.migrator/jobs/flood/output"])) == 64 * 1024


def test_a_job_that_takes_too_long_is_stopped_with_all_its_processes(jobs: Jobs, machine: TestHost) -> None:
    command = script("sleep 4713 & (sleep 4714 & wait) & trap '' TERM; sleep 4715; sleep 4716; sleep 4717")
    for _again in range(2):
        with pytest.raises(TimedOut, match="time was over"):
            jobs.run("slow", command, timeout=1)
    assert "sleep\x00471" not in machine.must(["sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null || true"])
    assert jobs.state("slow") == "ended"


def test_a_power_cut_leaves_an_unknown_outcome(host_factory: HostFactory) -> None:
    machine = host_factory("host")
    transport = reach(machine)
    jobs = Jobs(transport, "~/.migrator/jobs")
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(jobs.run, "torn", counted("torn", 60), timeout=100, on_line=told.append)
        wait_for(lambda: "begun" in told)
        machine.kill()
        machine.start()
        with pytest.raises(OutcomeUnknown, match="was lost before it ended"):
            waiting.result(90)
    assert jobs.state("torn") == "unknown"
    with pytest.raises(OutcomeUnknown):
        jobs.run("torn", counted("torn", 60))
    assert runs(machine, "torn") == 1


def test_a_frozen_host_is_waited_for_and_then_given_up(host_factory: HostFactory, impatient: None) -> None:
    machine = host_factory("host")
    jobs = Jobs(reach(machine), "~/.migrator/jobs")
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(jobs.run, "frozen", counted("frozen", 3), on_line=told.append)
        wait_for(lambda: "begun" in told)
        machine.pause()
        with pytest.raises((Unreachable, TimedOut)):
            Jobs(reach(machine), "~/.migrator/jobs").run("frozen", counted("frozen", 3), timeout=4)
        machine.unpause()
        assert waiting.result(60).output == "begun\nfinished\n"
    assert runs(machine, "frozen") == 1


def test_packets_that_are_lost_are_waited_for(host_factory: HostFactory, impatient: None) -> None:
    machine = host_factory("host")
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(Jobs(reach(machine), "~/.migrator/jobs").run, "deaf", counted("deaf", 2),
                              on_line=told.append)
        wait_for(lambda: "begun" in told)
        machine.unplug()
        wait_for(lambda: runs(machine, "deaf") == 1 and "finished" in machine.must(
            ["cat", "/home/ops/.migrator/jobs/deaf/output"]))
        assert told == ["begun"]
        machine.plug_in()
        assert waiting.result(60).output == "begun\nfinished\n"
    assert told == ["begun", "finished"]
    assert runs(machine, "deaf") == 1


def test_a_job_that_had_ended_before_a_power_cut_is_found(host_factory: HostFactory) -> None:
    machine = host_factory("posix")
    Jobs(reach(machine), "~/.migrator/jobs").run("early", counted("early", 0))
    machine.kill()
    machine.start()
    told: list[str] = []
    found = Jobs(reach(machine), "~/.migrator/jobs").run("early", counted("early", 0), on_line=told.append)
    assert (found.attached, found.exit_code, told) == (True, 0, ["begun", "finished"])
    assert runs(machine, "early") == 1


def test_a_host_that_loses_its_disk_leaves_an_unknown_outcome(jobs: Jobs, machine: TestHost) -> None:
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(jobs.run, "gone", counted("gone", 2), on_line=told.append)
        wait_for(lambda: "begun" in told)
        machine.must(["mv", f"/home/{machine.user}/.migrator/jobs/gone", "/tmp/gone"])
        with pytest.raises(OutcomeUnknown, match="was lost before it ended"):
            waiting.result(30)
    machine.must(["rm", "-r", "/tmp/gone"])
    assert runs(machine, "gone") == 1


def test_a_question_that_is_stopped_leaves_a_job_alone(machine: TestHost) -> None:
    transport = reach(machine)
    jobs = Jobs(transport, "~/.migrator/jobs")
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(jobs.run, "beside", counted("beside", 1.5), on_line=told.append)
        wait_for(lambda: "begun" in told)
        assert transport.ask([words("sleep", "60")], timeout=0.3) == {}
        assert waiting.result(30).output == "begun\nfinished\n"
    assert runs(machine, "beside") == 1


def test_a_full_disk_starts_nothing_and_loses_no_exit_code(host_factory: HostFactory) -> None:
    machine = host_factory("host", tmpfs={"/small": "size=1m,mode=1777"})
    jobs = Jobs(reach(machine), "/small/jobs")
    result = jobs.run("filler", script("head -c 9000000 /dev/zero > /small/ballast; echo more; exit 5"), check=False)
    assert result.exit_code == 5
    machine.must(["sh", "-c", "head -c 9000000 /dev/zero > /small/rest || true"])
    with pytest.raises(NoSpace, match="nothing was started"):
        jobs.run("none", counted("none", 0))
    assert jobs.state("none") == "never"
    machine.must(["rm", "/small/rest", "/small/ballast"])
    assert jobs.run("none", counted("none", 0)).output == "begun\nfinished\n"


def test_a_job_of_another_user_gets_the_password_only_if_sudo_asks(
    module_machines: dict[str, TestHost], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = module_machines["host"]
    monkeypatch.setenv("SUDO", OPS_PASSWORD)
    monkeypatch.setenv("WRONG", "wrong-password")
    whoami = script("id -un; cat").as_user("root")
    jobs = Jobs(reach(machine, sudo_password="env:SUDO"), "~/.migrator/jobs")
    assert jobs.run("as-root", whoami, stdin=b"mine").output == "root\nmine"
    assert OPS_PASSWORD not in machine.must(["grep", "-rc", "", "/home/ops/.migrator/jobs/as-root"])
    assert machine.exec(["grep", "-r", OPS_PASSWORD, "/home/ops/.migrator/jobs"]).code == 1
    never_asked = Jobs(reach(machine, user="deploy", sudo_password="env:SUDO"), "~/.migrator/jobs")
    assert never_asked.run("as-root", whoami, stdin=b"mine").output == "root\nmine"
    with pytest.raises(LoginRefused, match=r"refused the password|none is known"):
        Jobs(reach(machine, sudo_password="env:WRONG"), "~/.migrator/jobs").run("wrong", whoami)
    with pytest.raises(LoginRefused, match="none is known"):
        Jobs(reach(machine), "~/.migrator/jobs").run("no-password", whoami)
    with pytest.raises(LoginRefused, match="sudo is missing"):
        Jobs(reach(module_machines["posix"]), "~/.migrator/jobs").run("no-sudo", whoami)


def test_another_users_job_is_stopped_too(
    module_machines: dict[str, TestHost], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO", OPS_PASSWORD)
    machine = module_machines["host"]
    jobs = Jobs(reach(machine, sudo_password="env:SUDO"), "~/.migrator/jobs")
    with pytest.raises(TimedOut):
        jobs.run("slow-root", words("sleep", "4718").as_user("root"), timeout=1)
    assert machine.exec(["pgrep", "-f", "sleep 4718"]).code == 1


def test_secrets_are_in_no_argument_and_no_file(jobs: Jobs, machine: TestHost) -> None:
    secret = "tell-nobody-4719"
    seen = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ $HOME/.migrator/jobs/*/* 2>/dev/null | tr '\\0' ' '"
    result = jobs.run("quiet", script(f"sleep 0.2; {seen} | grep -c \"$(cat)\"; true"), stdin=secret.encode(),
                      timeout=60)
    # The one hit is grep's own argument, which holds the secret because this test's command put it there.
    assert int(result.output.strip()) <= 1
