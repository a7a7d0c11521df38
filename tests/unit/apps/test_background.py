"""The script that starts and stops servers believes a pid file only when the process is the one that it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures import background

QUIET = [sys.executable, "-c", "import signal; signal.pause()", "quiet"]


@pytest.fixture
def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "server.pid"


def test_no_pid_file_means_stopped(pid_file: Path) -> None:
    assert background.running(pid_file) is None
    assert background.status(pid_file) == background.NOT_RUNNING
    assert background.stop(pid_file, wait=0) == 0


def test_a_number_that_another_process_has_by_now_is_not_believed(pid_file: Path) -> None:
    pid_file.write_text(f"{os.getpid()}\n{json.dumps(['python3', 'serve.py', '--port', '8917'])}\n")
    assert background.running(pid_file) is None


def test_a_damaged_pid_file_means_stopped(pid_file: Path) -> None:
    pid_file.write_text("")
    assert background.running(pid_file) is None


def test_stop_ends_the_process_it_means(pid_file: Path) -> None:
    with subprocess.Popen(QUIET) as child:
        try:
            pid_file.write_text(f"{child.pid}\n{json.dumps(QUIET)}\n")
            while background.running(pid_file) is None:
                assert child.poll() is None
            assert background.stop(pid_file, wait=30) == 0
            assert child.wait() == -signal.SIGTERM
        finally:
            child.kill()
    assert not pid_file.exists()


def test_a_command_that_ends_at_once_is_reported_and_leaves_no_pid_file(
        pid_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = "http://127.0.0.1:1/"
    assert background.start(pid_file, nobody, [sys.executable, "-c", "print('no such home')"], wait=30) == 1
    assert "server.log" in capsys.readouterr().err
    assert pid_file.with_suffix(".log").read_text() == "no such home\n"
    assert not pid_file.exists()
