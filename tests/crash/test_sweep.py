"""A short crash sweep, and proof that the sweep would see what it looks for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.proofs.crash import system
from fixtures.proofs.crash.ground import Ground, InFolder
from fixtures.proofs.crash.journey import JOURNEYS, PASSED, UPGRADE
from fixtures.proofs.crash.state import differences, state_of
from fixtures.proofs.crash.sweep import prove_crash
from fixtures.proofs.crash.terminal import Kill
from fixtures.proofs.crash.trial import attempt

KILLS = 5
FORWARD = next(journey for journey in JOURNEYS if journey.ends == PASSED)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground(tmp_path, InFolder())
    ground.new(fails=False)
    yield ground
    ground.leave()


def test_killed_on_each_journey_it_ends_where_it_must(capsys: pytest.CaptureFixture[str]) -> None:
    code = prove_crash(KILLS, database="sqlite", url=None, seed=7)
    told = capsys.readouterr().out
    counts = json.loads(told.splitlines()[-1])
    assert code == 0, told
    assert counts["kills"] == counts["recovered"] >= KILLS, told
    assert (counts["doubled"], counts["lost"]) == (0, 0)
    assert all(journey.name in told for journey in JOURNEYS)


def test_what_was_done_past_the_product_is_seen(ground: Ground) -> None:
    before = state_of(ground.scene)
    assert differences(before, state_of(ground.scene)) == []
    (ground.scene / "system/files/0.txt").chmod(0o600)
    (ground.scene / "system/files/1.txt").write_text("other\n")
    (ground.scene / "system/files/2.txt").unlink()
    with sqlite3.connect(ground.scene / "system/main.db") as database:
        database.execute("update project set title = 'Tunnel' where id = 3")
    system.service(ground.scene, "start")
    assert [told.partition(" is ")[0] for told in differences(before, state_of(ground.scene))] == [
        "file files/0.txt", "file files/1.txt", "file files/2.txt", "service", "table project"]


def test_a_run_that_ends_elsewhere_or_runs_a_command_twice_is_told(ground: Ground) -> None:
    before = state_of(ground.scene)
    (ground.scene / "ever").write_text("vendor\n")
    trial = attempt(ground, FORWARD, iter(()), before)
    assert trial.doubled == 1
    assert any(wrong.startswith("file etc/app.ini is ") for wrong in trial.wrong), trial.wrong


@pytest.mark.parametrize("at", ["commit 3 after", "write 150 half"])
def test_a_process_dies_at_the_very_moment(ground: Ground, at: str) -> None:
    died = ground.terminal.run(*UPGRADE, kill=Kill(at))
    assert died.code is None
    assert any(moment.startswith(at.rpartition(" ")[0]) for moment in died.moments)
    assert len(ground.terminal.runs()) <= 1
