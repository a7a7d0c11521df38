"""Questions over SSH: one shell that stays open, answers as if each command ran alone, and nobody waits for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from rig import HostFactory
from rig_host import OPS_PASSWORD, TestHost
from ssh_places import reach

from migrator.commands import files
from migrator.commands.shell import Command, script, words
from migrator.errors import Unreachable
from migrator.transport.base import Result
from migrator.transport.ssh import SshTransport

EVERYTHING = "".join(f"\\{byte:03o}" for byte in range(256))
ASKED = [
    words("true"),
    words("no-such-program-anywhere"),
    script('printf "$1"; printf "$1" >&2; exit 9', EVERYTHING),
    script('printf "no newline at the end"'),
    script('printf "\\n\\n"; cat; echo "$0 $#" >&2', "one", "two words"),
    words("pwd"),
    files.stat("/etc/passwd"),
    Command("umask; id -un; exit 3"),
]


@pytest.fixture
def host(ssh_host: TestHost, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshTransport]:
    monkeypatch.setenv("SUDO", OPS_PASSWORD)
    transport = reach(ssh_host, sudo_password="env:SUDO")
    yield transport
    transport.close()


def sessions(machine: TestHost) -> int:
    """Shells that stand ready on the machine."""
    return len(machine.exec(["pgrep", "-f", "^sh -s "]).out.split())


def test_together_they_answer_as_alone(host_factory: HostFactory) -> None:
    machine = host_factory()
    host = reach(machine)
    assert answered(host.ask(ASKED)) == {command: alone(host, command) for command in ASKED}
    assert answered(host.ask(ASKED[:3])) == {command: alone(host, command) for command in ASKED[:3]}
    assert sessions(machine) == 1
    host.close()
    assert gone(machine)


def test_a_command_that_leaves_a_program_behind_ends_and_gives_up_its_shell(
    host: SshTransport, ssh_host: TestHost
) -> None:
    result = host.run(script("echo said; sleep 4726 & echo problem >&2; exit 3"), check=False)
    assert (result.exit_code, result.stdout, result.stderr) == (3, b"said\n", b"problem\n")
    assert host.run(words("echo", "next")).text == "next\n"
    assert ssh_host.exec(["pkill", "-f", "^sleep 4726"]).code == 0, "what was left behind is left alone"


def test_empty_lines_are_its_input_and_end(host: SshTransport) -> None:
    assert host.run(words("cat"), input=b"\n\n").stdout == b"\n\n"
    assert host.run(words("cat")).stdout == b""
    assert host.run(words("cat"), input=b"\0not only lines").stdout == b"\0not only lines"


def test_each_user_is_asked_as_himself(host: SshTransport) -> None:
    asked = [words("id", "-un").as_user(user) for user in ("ops", "root", "deploy", None, "nobody-at-all")]
    answers = host.ask(asked)
    assert [answers[command].text.strip() for command in asked[:4]] == ["ops", "root", "deploy", "ops"]
    assert asked[4] not in answers


def test_one_that_hangs_is_stopped_and_does_not_eat_the_others(host: SshTransport, ssh_host: TestHost) -> None:
    first, hangs, last = words("echo", "first"), words("sleep", "4725"), words("echo", "last")
    assert host.ask([first])[first].text == "first\n"
    assert set(host.ask([first, hangs, last], timeout=1)) <= {first}
    assert ssh_host.exec(["pgrep", "-f", "^sleep 4725"]).out == ""
    assert host.ask([first, last])[last].text == "last\n"


def test_a_lost_connection_is_made_anew_and_the_question_asked_again(host: SshTransport, ssh_host: TestHost) -> None:
    assert host.ask([words("true")])
    ssh_host.exec(["pkill", "-f", "^sshd: ops"])
    assert host.ask([words("echo", "again")])[words("echo", "again")].text == "again\n"


def test_a_host_that_is_away_says_so(host_factory: HostFactory) -> None:
    machine = host_factory()
    host = reach(machine)
    assert host.ask([words("true")])
    machine.kill()
    with pytest.raises(Unreachable):
        host.ask([words("true")])
    host.close()


def test_a_host_that_allows_one_session_is_asked_too(host_factory: HostFactory) -> None:
    machine = host_factory()
    machine.must(["sh", "-c", "echo MaxSessions 1 > /etc/ssh/sshd_config.d/first.conf"])
    machine.kill()
    machine.start()
    host = reach(machine)
    for _round in range(2):
        assert host.ask([words("echo", "asked")])[words("echo", "asked")].text == "asked\n"
        assert host.run(words("echo", "done")).text == "done\n"
    host.close()


def answered(answers: dict[Command, Result]) -> dict[Command, tuple[int, bytes, bytes]]:
    return {command: (result.exit_code, result.stdout, result.stderr) for command, result in answers.items()}


def alone(host: SshTransport, command: Command) -> tuple[int, bytes, bytes]:
    result = host.read(command, check=False)
    return result.exit_code, result.stdout, result.stderr


def gone(machine: TestHost) -> bool:
    """Whether no shell of ours is left, a moment after its connection was closed."""
    deadline = time.monotonic() + 20
    while sessions(machine) and time.monotonic() < deadline:
        time.sleep(0.05)
    return sessions(machine) == 0
