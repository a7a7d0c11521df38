"""Whether an executor lives is told by the kernel, also of one that was killed -9."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from migrator.engine.processes.liveness import Liveness

TURN = """
import sys, time
from pathlib import Path
from migrator.engine.processes.liveness import Liveness
with Liveness(Path(sys.argv[1])).turn("tick") as mine:
    print(mine, flush=True)
    time.sleep(600)
"""
SERVE = """
import sys, time
from pathlib import Path
from migrator.engine.processes.liveness import Liveness
process = Liveness(Path(sys.argv[1]))
process.serve("worker")
print("serves", flush=True)
time.sleep(600)
"""
CLAIM = """
import sys, time
from pathlib import Path
from migrator.engine.processes.liveness import Liveness
mine = Liveness(Path(sys.argv[1]))
print(mine.claim(), flush=True)
time.sleep(600)
"""


def test_a_killed_process_is_dead_and_what_it_left_is_removed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", CLAIM, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        executor = process.stdout.readline().strip()
        ours = Liveness(tmp_path)
        assert ours.alive(executor)
        assert ours.alive(executor), "asking must not free the lock"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert not ours.alive(executor)
    assert not list(tmp_path.iterdir())


def test_nobody_of_that_name_is_not_alive(tmp_path: Path) -> None:
    assert not Liveness(tmp_path / "never made").alive("host:1:ab")


def test_two_executors_of_one_process_have_two_names(tmp_path: Path) -> None:
    one, two = Liveness(tmp_path), Liveness(tmp_path)
    assert one.claim() != two.claim()
    assert one.alive(two.executor)
    assert two.alive(one.executor)


def test_a_turn_is_had_by_one_process_until_it_ends_however_it_ends(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", TURN, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        assert process.stdout.readline() == "True\n"
        with Liveness(tmp_path).turn("tick") as mine, Liveness(tmp_path).turn("another") as other:
            assert (mine, other) == (False, True)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    with Liveness(tmp_path).turn("tick") as mine:
        assert mine


def test_a_role_is_served_while_one_process_in_it_lives_however_the_others_end(tmp_path: Path) -> None:
    asker = Liveness(tmp_path)
    assert not asker.served("worker")
    processes = [subprocess.Popen([sys.executable, "-c", SERVE, tmp_path], stdout=subprocess.PIPE, text=True)
                 for _process in range(2)]
    try:
        assert [process.stdout and process.stdout.readline() for process in processes] == ["serves\n"] * 2
        processes[0].kill()
        processes[0].wait()
        assert asker.served("worker")
        assert asker.served("worker"), "asking must not free the lock"
        assert not asker.served("another")
    finally:
        for process in processes:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
    assert not asker.served("worker")
