"""inv sync.start, wait, status, touch, stop as they are typed, with real processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.lens.side import Side
from migrator.sync.agreed import Agreed
from migrator.sync.starting.start import start
from migrator.sync.watch.dirty import dirty_name
from tests.unit.sync.typing_sync import Keyboard


def test_a_killed_applier_is_seen_and_started_again_and_nothing_is_lost(keyboard: Keyboard) -> None:
    begun = keyboard.type("sync.start", "--json")
    assert begun.code == 0, begun.err
    pid = begun.data["pid"]
    assert (begun.data["rows"], begun.data["alive"]) == (33, False)
    assert b"sqlite:" not in Path(f"/proc/{pid}/cmdline").read_bytes(), "URLs stand on no command line"
    assert os.getsid(pid) == pid, "it has a session of its own"

    again = keyboard.type("sync.start")
    assert f"process {pid} carries changes over already" in again.out

    keyboard.on_old("update task set title = 'by hand' where id = 1")
    waited = keyboard.type("sync.wait")
    assert waited.code == 0
    assert waited.last.startswith("next: inv sync.switch --mapping ")
    assert keyboard.world.there("select subject from item where id = 1") == [("by hand",)]

    os.kill(pid, signal.SIGKILL)
    _gone(pid)
    keyboard.on_new("update item set subject = 'while nobody applied' where id = 2")
    fell = keyboard.type("sync.status", "--json").data
    assert fell["applier"]["phase"] == "fell"
    assert [side["waiting"] for side in fell["sides"]] == [0, 1]

    assert keyboard.type("sync.start", "--json").data["pid"] != pid
    assert keyboard.type("sync.wait").code == 0
    with keyboard.world.old.connect() as connection:
        assert connection.exec_driver_sql("select title from task where id = 2").scalar() == "while nobody applied"
    assert keyboard.type("sync.status", "--json").data["applier"]["phase"] == "works"

    assert "has left" in keyboard.type("sync.stop").out
    assert keyboard.type("sync.status", "--json").data["applier"]["phase"] == "none"
    assert "no process of this machine" in keyboard.type("sync.stop").out


def test_where_no_applier_lives_waiting_does_the_work(keyboard: Keyboard) -> None:
    _started_and_stopped(keyboard)
    keyboard.on_old("update task set title = title || '!'")
    late = keyboard.type("sync.wait", "--timeout", "0s")
    assert late.code == 20
    assert "10 dirty keys still wait, most of them in task of the old side" in late.err
    near = keyboard.type("sync.wait", "--below", "10", "--json")
    assert (near.code, near.data["waiting"]) == (0, 10)
    assert keyboard.type("sync.wait").code == 0
    assert keyboard.world.there("select count(*) from item where subject like '%!'") == [(10,)]


def test_touching_changes_nothing_and_says_so_when_it_does(keyboard: Keyboard) -> None:
    _started_and_stopped(keyboard)
    before = keyboard.world.there("select * from item order by id")
    proof = keyboard.type("sync.touch", "--json")
    assert (proof.code, proof.data["changes"], proof.data["changed"]) == (0, 0, [])
    assert proof.data["marked"] == {"old": 33, "new": 43}
    assert keyboard.world.there("select * from item order by id") == before
    assert keyboard.type("sync.touch", "--sample", "2", "--json").data["marked"] == {"old": 6, "new": 8}

    _at_odds(keyboard)
    found = keyboard.type("sync.touch")
    assert found.code == 10
    assert "✗ task -> item: 1 rows of the new side were changed, keys: 5\n" in found.out
    assert "✗ 1 rows changed although nobody had changed them" in found.out


def test_two_starts_at_once_leave_one_applier(keyboard: Keyboard) -> None:
    words = [sys.executable, "-m", "migrator", *keyboard.words("sync.start")]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _n in range(2)]
    said = [one.communicate(timeout=100) for one in both]
    assert {one.returncode for one in both} <= {0, 11}, said
    assert 0 in {one.returncode for one in both}, said
    assert keyboard.station.pid is not None
    assert keyboard.world.there("select count(*) from item") == [(10,)]


def test_what_was_not_begun_is_no_status(keyboard: Keyboard) -> None:
    for task in ("sync.status", "sync.wait", "sync.touch"):
        said = keyboard.type(task)
        assert said.code == 2, said
        assert "these databases are not kept in step" in said.err
        assert "inv sync.start" in said.err


def test_another_mapping_may_not_go_on(keyboard: Keyboard) -> None:
    _started_and_stopped(keyboard)
    keyboard.mapping.write_text(keyboard.mapping.read_text().replace("done: DONE", "done: OVER"))
    said = keyboard.type("sync.wait", "--timeout", "5s")
    assert said.code == 10
    assert "another mapping" in said.err


@pytest.mark.parametrize(("task", "flags", "said"), [
    ("sync.wait", ("--below", "little"), '"little" is no duration'),
    ("sync.wait", ("--timeout", "soon"), '"soon" is no duration'),
    ("sync.start", ("--aim", "0s"), "a batch takes some time"),
    ("sync.start", ("--pause-above", "-1"), '--pause-above is a number from 0 on, not "-1"'),
    ("sync.touch", ("--sample", "0"), '--sample is a number from 1 on, not "0"'),
])
def test_wrong_flags_are_told(keyboard: Keyboard, task: str, flags: tuple[str, ...], said: str) -> None:
    typed = keyboard.type(task, *flags)
    assert typed.code == 2
    assert said in typed.err


def test_a_mapping_that_is_not_there(keyboard: Keyboard) -> None:
    keyboard.mapping.unlink()
    typed = keyboard.type("sync.start")
    assert typed.code == 2
    assert "there is no such mapping file" in typed.err


def test_a_url_without_its_password_is_told_before_anything_begins(
        keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    typed = keyboard.type("sync.start", old="postgresql://ann:env:NOT_SET@127.0.0.1:1/app")
    assert typed.code == 2
    assert "the secret env:NOT_SET is not set" in typed.err
    assert keyboard.station.standing() is None


def _started_and_stopped(keyboard: Keyboard) -> None:
    """In step, and nobody who applies."""
    start(keyboard.world.lens(), keyboard.world.meeting)


def _at_odds(keyboard: Keyboard) -> None:
    """Have both sides say something else of one task, and remember of it that they agreed on just that."""
    old, lens = keyboard.world.old, keyboard.world.lens()
    half = next(Agreed(pair, Side.OLD).name for pair in lens.pairs if pair.faces[Side.OLD].main.name == "task")
    with old.connect() as connection, connection.begin():
        said = connection.exec_driver_sql(f"select said from {half} where old_key_1 = '5'").scalar()
    keyboard.on_new("update item set subject = 'planted' where id = 5")
    assert keyboard.type("sync.wait").code == 0
    with old.connect() as connection, connection.begin():
        connection.exec_driver_sql("update task set title = 'task 5' where id = 5")
        connection.exec_driver_sql(f"update {half} set said = ? where old_key_1 = '5'", (said,))
        connection.exec_driver_sql(f"delete from {dirty_name('task')}")


def _gone(pid: int) -> None:
    """Until the kernel has ended it; nobody but this test's process is its parent."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
        except ChildProcessError:
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} does not end")
