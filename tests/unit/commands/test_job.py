"""The commands around a job, as text and as executed by sh."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.commands import job
from migrator.commands.shell import script, words


def sh(text: str, stdin: bytes = b"") -> str:
    return subprocess.run(["sh", "-c", text], input=stdin, capture_output=True, check=True, timeout=20).stdout.decode()


@pytest.mark.parametrize("data", [b"", b"\\", b"a\nb\n", b"100% \\0 \\c", bytes(range(256)), "工地".encode()])
def test_the_message_survives_a_shell(data: bytes) -> None:
    line = job.message(data).split(b"\n")[1]
    assert all(32 <= byte < 127 for byte in line)
    read = subprocess.run(["sh", "-c", 'IFS= read -r x; printf %b "$x"'], input=line + b"\n", capture_output=True)
    assert read.stdout == data


def test_the_message_is_two_lines_password_first() -> None:
    assert job.message(b"in\n", "pass word") == b"pass word\nin\\0012\n"


def test_half_a_message_starts_nothing(tmp_path: Path) -> None:
    for cut in (b"", b"password", b"password\n", b"password\nhalf of the inp"):
        assert sh(job.start(f"{tmp_path}/jobs/one", words("touch", f"{tmp_path}/ran"), 100).text, cut) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_exists_is_never_used_again(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    answer = sh(job.start(f"{tmp_path}/one", words("touch", f"{tmp_path}/ran"), 100).text, job.message(b""))
    assert answer == "there\nstarting - 0 0 0\n"
    assert not (tmp_path / "ran").exists()


def test_a_place_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert sh(job.start(f"{tmp_path}/file/one", words("true"), 100).text, job.message(b"")).startswith("refused ")


def test_looking_says_never_unknown_and_ended(tmp_path: Path) -> None:
    directory = tmp_path / "it's one"
    assert sh(job.look(str(directory), 0, 100).text) == "never - 0 0 0\n"
    directory.mkdir()
    assert sh(job.look(str(directory), 0, 100).text).startswith("starting ")
    (directory / "who").write_text("another boot\n1\n5\n100\n")
    (directory / "output").write_text("0123456789")
    assert sh(job.look(str(directory), 0, 100).text) == "unknown - 0 0 10\n0123456789"
    assert sh(job.look(str(directory), 4, 3).text) == "unknown - 0 7 10\n789"
    (directory / "code").write_text("7 105 ended\n")
    assert sh(job.look(str(directory), 10, 100).text) == "ended 7 5 10 10\n"


def test_a_short_jobs_end_is_told_at_its_start(tmp_path: Path) -> None:
    speaks = job.start(f"{tmp_path}/jobs/one", script("cat; exit 3"), 4).text
    assert sh(speaks, job.message(b"0123456789")) == "began\nended 3 0 6 10\n6789"
    assert sh(speaks, job.message(b"")) == "there\nended 3 0 6 10\n6789"
    assert (tmp_path / "jobs").stat().st_mode & 0o077 == 0


def test_half_an_exit_code_is_none(tmp_path: Path) -> None:
    (tmp_path / "code").write_text("1")  # of 137, caught in the middle of writing
    assert sh(job.look(str(tmp_path), 0, 100).text).startswith("starting ")


LOCK = "state=held\nenvironment=live\nrun={run}\nfencing={number}\n"


@pytest.mark.parametrize(("newest", "verdict"), [
    (LOCK.format(run="r1", number=3), "began"),
    (LOCK.format(run="r1", number=4), "fenced"),
    (LOCK.format(run="r1", number=2), "behind"),
    (LOCK.format(run="r2", number=3), "fenced"),
    (LOCK.format(run="r1", number=3).replace("held", "free"), "fenced"),
    ("", "fenced"),
    (None, "fenced"),
])
def test_a_job_begins_only_while_the_lock_names_its_run_and_number(
    tmp_path: Path, newest: str | None, verdict: str
) -> None:
    lock = tmp_path / "lock/live"
    lock.mkdir(parents=True)
    (lock / "9").write_text(LOCK.format(run="r1", number=3))  # was the newest once
    if newest is None:
        (lock / "9").unlink()
    else:
        (lock / "10").write_text(newest)
    command = words("touch", f"{tmp_path}/ran")
    answer = sh(job.start(f"{tmp_path}/jobs/one", command, 100, (str(lock), "r1", "3", "")).text, job.message(b""))
    assert answer.split("\n")[0] == verdict
    assert verdict == "began" or (newest or "") in answer
    assert (tmp_path / "ran").exists() == (tmp_path / "jobs/one").exists() == (verdict == "began")


def test_a_process_number_that_was_given_away_is_not_the_job(tmp_path: Path) -> None:
    boot = sh("cat /proc/sys/kernel/random/boot_id")
    (tmp_path / "who").write_text(f"{boot}1\nnot its start\n100\n")
    assert sh(job.look(str(tmp_path), 0, 100).text).startswith("unknown ")
    sh(job.stop(str(tmp_path)).text)  # and so process 1 is not stopped


def test_a_recorded_stop_does_not_hide_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "code").write_text("0 105 ended\n")
    sh(job.record_stop(str(tmp_path)).text)
    assert (tmp_path / "code").read_text() == "0 105 ended\n"


def test_the_command_is_an_argument_and_never_pasted() -> None:
    text = job.start("/jobs/one", script("echo \"$1\"; rm -rf '$x'", "a'b"), 100).text
    assert "'\"'\"'" in text
    assert sh("set -- " + text + "; printf '%s' \"${8}\"") == script("echo \"$1\"; rm -rf '$x'", "a'b").text
