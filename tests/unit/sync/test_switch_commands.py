"""inv sync.switch, back, forward and conflicts as they are typed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from migrator.errors import DatabaseError
from migrator.sync.starting.start import start
from tests.unit.sync.typing_sync import Keyboard

KILLED = """
import os, signal, sys
from migrator.program import main
from migrator.sync.moves.standstill import Standstill
Standstill._drain = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["migrator", *sys.argv[1:]]
main()
"""
"""A switch that dies as soon as the side that is left refuses writes."""


def test_users_go_over_and_back_with_everything_they_write(keyboard: Keyboard) -> None:
    assert keyboard.type("sync.start").code == 0
    over = keyboard.type("sync.switch", "--json")
    assert over.code == 0, over.err
    assert (over.data["truth"], over.data["already"]) == ("new", False)
    status = keyboard.type("sync.status", "--json").data
    assert [(side["truth"], side["frozen"]) for side in status["sides"]] == [(False, True), (True, False)]
    assert keyboard.type("sync.status").last.startswith("next: inv sync.finish --mapping ")
    with pytest.raises(DatabaseError, match="read-only"):
        keyboard.on_old("update task set title = 'refused' where id = 1")
    keyboard.on_new("update item set subject = 'on the new side' where id = 1")
    assert keyboard.type("sync.wait").last.startswith("next: inv sync.finish --mapping ")

    home = keyboard.type("sync.back")
    assert home.code == 0, home.err
    assert "✓ the old side is the truth again" in home.out
    assert "no process of this machine" not in home.out, "the applier lets go for a switch, and goes on"
    with keyboard.world.old.connect() as connection:
        assert connection.exec_driver_sql("select title from task where id = 1").scalar() == "on the new side"
    keyboard.on_old("update task set title = 'home again' where id = 2")

    assert keyboard.type("sync.forward").code == 0
    assert keyboard.world.there("select subject from item where id in (1, 2) order by id") == [
        ("on the new side",), ("home again",)]
    again = keyboard.type("sync.forward")
    assert "✓ the new side is the truth already; nothing was done" in again.out

    unasked = keyboard.type("sync.finish")
    assert unasked.code == 2
    assert "add --yes" in unasked.err
    done = keyboard.type("sync.finish", "--yes")
    assert done.code == 0, done.err
    assert "✓ the new side goes on alone; the way back is closed" in done.out
    assert keyboard.station.pid is None, "the applier has left"
    keyboard.on_new("update item set subject = 'alone' where id = 1")
    with pytest.raises(DatabaseError, match="read-only"):
        keyboard.on_old("update task set title = 'refused' where id = 1")
    kept = [path for path in keyboard.station.folder.glob("kept/*.jsonl") if path.stat().st_size]
    assert kept
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert keyboard.type("sync.status", "--json").data["phase"] == "finished"
    for task in ("sync.wait", "sync.back"):
        assert "this sync is finished" in keyboard.type(task).err
    assert keyboard.type("sync.finish", "--yes", "--open-retired", "--json").data["already"] is True
    keyboard.on_old("update task set title = 'on its own' where id = 1")


def test_a_start_is_undone_when_users_are_home_again(keyboard: Keyboard) -> None:
    before = keyboard.tables()
    assert keyboard.type("sync.start").code == 0
    assert keyboard.type("sync.switch").code == 0
    keyboard.on_new("update item set subject = 'on the new side' where id = 1")
    refused = keyboard.type("sync.undo", "--yes")
    assert "the new side is the truth" in refused.err
    assert "inv sync.back first" in refused.err

    assert "the new one can be written too" in keyboard.type("sync.back", "--open-left").out
    keyboard.on_new("update item set subject = 'both are open' where id = 2")
    assert keyboard.type("sync.undo").code == 2
    assert "old.TABLE" in keyboard.type("sync.undo", "--yes", "--keep", "kept").err
    assert keyboard.tables() != before
    undone = keyboard.type("sync.undo", "--yes")
    assert "✓ each side is on its own again" in undone.out
    assert keyboard.tables() == before
    assert keyboard.station.pid is None
    with keyboard.world.old.connect() as connection:
        assert connection.exec_driver_sql("select title from task where id = 1").scalar() == "on the new side"
    assert "nothing of ours was there" in keyboard.type("sync.undo", "--yes").out


def test_a_switch_needs_no_applier_and_says_that_there_is_none(keyboard: Keyboard) -> None:
    start(keyboard.world.lens(), keyboard.world.meeting)
    keyboard.on_old("update task set title = 'not carried yet' where id = 3")
    over = keyboard.type("sync.switch")
    assert over.code == 0, over.err
    assert "! no process of this machine carries changes over: inv sync.start " in over.out
    assert keyboard.world.there("select subject from item where id = 3") == [("not carried yet",)]


def test_who_is_asked_decides_and_nobody_goes_over_before(keyboard: Keyboard) -> None:
    entry = "  - old: task\n    new: item\n"
    keyboard.mapping.write_text(keyboard.mapping.read_text().replace(entry, f"{entry}    conflict: ask\n"))
    start(keyboard.lens(), keyboard.world.meeting)
    keyboard.on_old("update task set title = 'said by old' where id = 7")
    keyboard.on_new("update item set subject = 'said by new' where id = 7")
    for task in ("sync.wait", "sync.switch"):
        refused = keyboard.type(task)
        assert refused.code == 10, refused
        assert "task -> item: 1 conflicts wait for a decision" in refused.err
    assert keyboard.type("sync.status", "--json").data["pairs"] == [
        {"pair": "task -> item", "quarantined": 0, "asked": 1, "decided": 0}]

    listed = keyboard.type("sync.conflicts")
    assert "task -> item, id 7: both sides have changed it; it waits for a decision" in listed.out
    assert '    old: title "said by old"' in listed.out
    assert '    new: subject "said by new"' in listed.out
    number = keyboard.type("sync.conflicts", "--json").data["conflicts"][0]["number"]

    assert keyboard.type("sync.conflicts", "--decide", number).code == 2
    assert "there is no conflict new-99" in keyboard.type("sync.conflicts", "--decide", "new-99", "--take", "old").err
    assert keyboard.type("sync.conflicts", "--decide", number, "--take", "old").code == 0
    assert keyboard.type("sync.wait").code == 0
    assert keyboard.world.there("select subject from item where id = 7") == [("said by old",)]
    assert keyboard.type("sync.conflicts").out.startswith("✓ nothing waits for a decision")
    assert "said by new" in keyboard.type("sync.conflicts", "--all").out, "the row that lost is kept whole"


def test_a_switch_that_is_killed_keeps_nobody_from_writing(keyboard: Keyboard) -> None:
    assert keyboard.type("sync.start").code == 0
    with subprocess.Popen([sys.executable, "-c", KILLED, *keyboard.words("sync.switch")]) as switch:
        assert switch.wait(timeout=120) == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while keyboard.type("sync.status", "--json").data["phase"] != "live":
        assert time.monotonic() < deadline, keyboard.station.log.read_text()
        time.sleep(0.2)
    assert "a switch was cut off; the old side is the truth, and can be written" in keyboard.station.log.read_text()
    keyboard.on_old("update task set title = 'still here' where id = 1")
    assert keyboard.type("sync.switch").code == 0
    assert keyboard.world.there("select subject from item where id = 1") == [("still here",)]


def test_a_row_that_a_server_refuses_keeps_everybody_where_they_are(keyboard: Keyboard) -> None:
    start(keyboard.world.lens(), keyboard.world.meeting)
    keyboard.on_old("insert into note values (1, 9, 'note 0.1')")  # the new side wants each body once
    waited = keyboard.type("sync.wait", "--timeout", "60s")
    assert waited.code == 10, waited
    assert "note -> remark: 1 rows are in quarantine" in waited.err
    assert keyboard.type("sync.switch").code == 10
    listed = keyboard.type("sync.conflicts")
    assert "note -> remark, task 1, number 9: " in listed.out
    assert listed.last.startswith("next: mend what the server says, then inv sync.conflicts ")

    keyboard.on_old("update note set body = 'its own' where task = 1 and number = 9")
    assert keyboard.type("sync.conflicts", "--again", "all").code == 0
    done = keyboard.type("sync.wait")
    assert done.code == 0, done
    assert keyboard.world.there("select body from remark where item = 1 and number = 9") == [("its own",)]


def test_nobody_goes_over_where_nothing_is_kept_in_step(keyboard: Keyboard) -> None:
    for task in ("sync.switch", "sync.back", "sync.forward", "sync.conflicts"):
        refused = keyboard.type(task)
        assert refused.code == 2, refused
        assert "these databases are not kept in step" in refused.err
