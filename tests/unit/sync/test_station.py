"""Where an applier says on its machine that it lives, and what it is told without showing a password."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.app import App
from migrator.errors import Locked, WrongUse
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.sync.service.errand import Errand, without_asking
from migrator.sync.service.standing import Phase, Standing
from migrator.sync.service.station import Station

HOLD = """
import sys, time
from pathlib import Path
from migrator.sync.service.station import Station
with Station(Path(sys.argv[1])).held():
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "station")


def test_one_process_at_a_time_and_the_kernel_knows_when_it_is_gone(station: Station) -> None:
    assert station.pid is None
    with subprocess.Popen([sys.executable, "-c", HOLD, str(station.folder)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert station.pid == other.pid
        with pytest.raises(Locked, match=f"process {other.pid} "), station.held():
            pass
        other.send_signal(signal.SIGKILL)
    assert station.pid is None
    with station.held():
        assert station.pid == os.getpid()
    assert station.pid is None


def test_what_was_said_last_is_read_whole(station: Station) -> None:
    assert station.standing() is None
    assert not station.fell
    said = Standing(Phase.WAITS, 1, why="数据库不在", figures={"keys_per_second": 1.5})
    station.say(Standing(Phase.BEGINS, 1))
    station.say(said)
    assert station.standing() == said
    assert station.fell, "nobody holds the lock, and it has not said that it ends"
    station.say(Standing(Phase.STOPPED, 1))
    assert not station.fell
    assert sorted(path.name for path in station.folder.iterdir()) == ["state.json"]


def test_a_pair_of_databases_has_one_station_whoever_logs_in(tmp_path: Path) -> None:
    ends = [open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")]
    again = open_endpoint("other", f"sqlite:///{tmp_path}/../{tmp_path.name}/old.db")
    assert Station.of(tmp_path, Meeting(*ends)) == Station.of(tmp_path, Meeting(again, ends[1]))
    assert Station.of(tmp_path, Meeting(*ends)) != Station.of(tmp_path, Meeting(ends[1], ends[0]))


def test_no_url_stands_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://ann:planted-word@db/app"
    errand = Errand(["a.yaml", "b.yaml"], url, "trial", tmp_path, ["a.json", url], "pm", tmp_path / "inventory.yaml")
    assert "planted-word" not in " ".join(errand.words)
    assert errand.words[3:] == [
        "sync.apply", "--mapping", "a.yaml,b.yaml", "--old", "env:MIGRATOR_URL_OLD", "--new", "trial", "--between",
        "a.json,env:MIGRATOR_URL_BETWEEN_2", "--database", "pm", "--home", str(tmp_path), "--inventory",
        str(tmp_path / "inventory.yaml")]
    assert {name: value for name, value in errand.environment.items() if name.startswith("MIGRATOR_URL")} == {
        "MIGRATOR_URL_OLD": url, "MIGRATOR_URL_BETWEEN_2": url}
    monkeypatch.setenv("MIGRATOR_URL_OLD", url)
    assert App(str(tmp_path)).endpoint("env:MIGRATOR_URL_OLD").url.password == "planted-word"


def test_what_a_person_was_asked_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _question: "typed word")
    asked = "postgresql://ann:prompt:password@db/app"
    told = without_asking(asked, open_endpoint("db", asked))
    assert open_endpoint("db", told).url.password == "typed word"
    monkeypatch.setenv("WORD", "s3cret-of-ann")
    kept = "postgresql://ann:env:WORD@db/app"
    assert without_asking(kept, open_endpoint("db", kept)) == kept


def test_a_variable_without_a_url_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOT_ONE", "no-url-at-all")
    with pytest.raises(WrongUse, match="the variable NOT_ONE holds no URL"):
        App(str(tmp_path)).endpoint("env:NOT_ONE")
