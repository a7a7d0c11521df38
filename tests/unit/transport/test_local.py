"""This machine as a host: bounded memory, whole process groups, both directions at once."""

from __future__ import annotations

import io
import resource
import subprocess
import time
from pathlib import Path

import pytest

from migrator.commands.shell import script, words
from migrator.errors import CommandFailed, HostError, ReadOnly, TimedOut
from migrator.secret import Secret
from migrator.transport.local import LocalTransport
from migrator.transport.read_only import ReadOnlyTransport

HERE = LocalTransport("here")


def test_input_outputs_and_exit_code() -> None:
    result = HERE.run(script("cat; echo problem >&2; exit 3"), input=b"\0bytes", check=False)
    assert (result.exit_code, result.stdout, result.stderr) == (3, b"\0bytes", b"problem\n")


def test_a_failure_names_host_and_command_and_hides_secrets() -> None:
    Secret("hush-hush-42")
    with pytest.raises(CommandFailed) as failure:
        HERE.read(script("echo hush-hush-42 is wrong >&2; exit 5"))
    assert failure.value.exit_code == 5
    assert "here" in str(failure.value)
    assert "*** is wrong" in str(failure.value)
    assert "hush-hush-42" not in str(failure.value) + failure.value.output


def test_a_lot_of_output_takes_little_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = HERE.run(script("head -c 300000000 /dev/zero; printf last"))
    assert result.stdout.endswith(b"\0last")
    assert len(result.stdout) == 1024 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024  # KiB


def test_neither_side_waits_for_the_other() -> None:
    sent = b"0123456789abcdef" * 500_000
    back = io.BytesIO()
    result = HERE._execute(words("tee", "/dev/stderr"), io.BytesIO(sent), back, 30, None, again=False)
    assert back.getvalue() == sent
    assert result.stderr == sent[-1024 * 1024:]


def test_a_command_may_refuse_its_input() -> None:
    assert HERE.run(words("true"), input=b"x" * 10_000_000).exit_code == 0


def test_a_deadline_kills_the_whole_group() -> None:
    with pytest.raises(TimedOut, match=r"stopped after 0\.5s"):
        HERE.run(script("sleep 4721 & (sleep 4722; true); true"), timeout=0.5)
    deadline = time.monotonic() + 20
    while b"sleep\x00472" in _all_commands():  # a signal is sent at once and takes effect when its process is scheduled
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_deadline_holds_for_a_command_that_has_closed_its_outputs() -> None:
    with pytest.raises(TimedOut):
        HERE.run(script("exec > /dev/null 2>&1; sleep 4723"), timeout=0.3)


def _all_commands() -> bytes:
    return subprocess.run(["sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null"], capture_output=True).stdout


def test_a_program_left_behind_does_not_hold_the_command() -> None:
    started = time.monotonic()
    assert HERE.run(script("sleep 8 & echo started")).text == "started\n"
    assert time.monotonic() - started < 7


def test_lines_are_told_as_they_come() -> None:
    told: list[str] = []
    HERE.run(script("printf 'one\\ntwo\\r\\nrest'"), on_line=told.append)
    assert told == ["one", "two", "rest"]


def test_real_files_are_handed_to_the_command_itself(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as sink:
        HERE.stream_out(words("printf", "content"), sink)
    with (tmp_path / "out").open("rb") as source:
        assert HERE.stream_in(words("cat"), source).stdout == b"content"


def test_files(tmp_path: Path) -> None:
    path = str(tmp_path / "it's here")
    HERE.write_file(path, b"\0\1", mode=0o600)
    found = HERE.stat(path)
    assert found and (found.kind, found.size, found.mode) == ("file", 2, 0o600)
    assert HERE.read_file(path) == b"\0\1"
    assert HERE.stat(path + "/below a file") is None
    with pytest.raises(HostError, match="cannot be read"):
        HERE.read_file(str(tmp_path / "missing"))


def test_nothing_is_written_through_a_link_that_somebody_laid_for_us(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("as it was")
    (tmp_path / "config.migrator-new").symlink_to("victim")
    HERE.write_file(str(tmp_path / "config"), b"ours")
    assert (tmp_path / "config").read_text() == "ours" and (tmp_path / "victim").read_text() == "as it was"


def test_the_dry_run_cannot_change_anything(tmp_path: Path) -> None:
    looking = ReadOnlyTransport(HERE)
    assert looking.read(words("echo", "hello")).text == "hello\n"
    assert looking.local is True
    for act in (lambda: looking.run(words("touch", str(tmp_path / "x"))),
                lambda: looking.write_file(str(tmp_path / "x"), b""),
                lambda: looking.stream_in(words("tee", str(tmp_path / "x")), io.BytesIO(b""))):
        with pytest.raises(ReadOnly, match="only looking"):
            act()
    assert list(tmp_path.iterdir()) == []
