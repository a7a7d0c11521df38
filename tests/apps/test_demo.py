"""`inv demo`, run as a user runs it: one tracker upgraded, another brought back, everything in one folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures import package_files
from fixtures.demo.folder import NOTE
from fixtures.roundup import release

ROOT = Path(__file__).parents[2]
INV = str(Path(sys.executable).with_name("inv"))


def demo(folder: Path, *flags: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([INV, "demo", "--folder", str(folder), "--lang", "en", *flags], cwd=ROOT, text=True,
                          env={**os.environ, **surroundings}, stdin=subprocess.DEVNULL, capture_output=True)


def asked(system: Path, *words: str) -> Any:
    surroundings = {"MIGRATOR_HOME": str(system / ".migrator"), "MIGRATOR_INVENTORY": str(system / "inventory.yaml")}
    return json.loads(subprocess.check_output([INV, *words, "--json"], cwd=ROOT, env={**os.environ, **surroundings}))


def ends(system: Path) -> dict[str, tuple[str, int]]:
    return {run["stage"]: (run["state"], run["exit_code"]) for run in asked(system, "run.list")}


def servers(folder: Path) -> list[str]:
    """Command lines of living processes that speak of the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        found += [words] if f"{folder}/" in words and "serve.py" in words else []
    return found


def a_passed_plan_is_refused_and_the_way_back_closes(system: Path) -> None:
    """What comes days later: nobody upgrades twice, people finalize, and from then on there is no way back."""
    playbook = ["--playbook", str(system / "roundup")]
    twice = typed(system, "upgrade", *playbook, "--yes")
    assert (twice.returncode, "expected was 2.1.0" in twice.stdout) == (10, True), twice.stdout + twice.stderr
    closing = asked(system, "approve.request", *playbook, "--stage", "close-out")["plan"]
    for group, who in ("business", "wang.fang"), ("it", "zhao.min"):
        assert typed(system, "approve.sign", "--plan", closing, "--as", group, "--who", who).returncode == 0
    closed = typed(system, "run.stage", *playbook, "--stage", "close-out", "--yes")
    subprocess.run([sys.executable, system / "server/background.py", "stop", "--pid-file", system / "live/server.pid"],
                   check=True)
    assert closed.returncode == 0, closed.stdout + closed.stderr
    assert "migrate_passwords = yes" in (system / "live/home/config.ini").read_text()
    assert typed(system, "rollback", "--yes").returncode == 2


def typed(system: Path, *words: str) -> subprocess.CompletedProcess[str]:
    surroundings = {"MIGRATOR_HOME": str(system / ".migrator"), "MIGRATOR_INVENTORY": str(system / "inventory.yaml"),
                    "MIGRATOR_USER": "li.wei", "MIGRATOR_LANG": "en"}
    return subprocess.run([INV, *words], cwd=ROOT, env={**os.environ, **surroundings}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)


@pytest.mark.network
def test_one_tracker_is_upgraded_and_another_one_comes_back(tmp_path: Path) -> None:
    release.fetch(package_files.cache_folder())
    folder = tmp_path / "shown"

    done = demo(folder)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    passed = {"prepare": ("passed", 0), "trial": ("passed", 0), "go-live": ("passed", 0)}
    assert ends(folder / "first") == passed
    assert ends(folder / "second") == {**passed, "go-live": ("brought back", 21)}
    proof = json.loads((folder / "second" / "proof.json").read_text())
    assert proof["before"] == proof["after"]
    assert proof["before"]["version"] == "2.1.0"

    failed = asked(folder / "second", "status")
    assert "exit code 70: planted fault" in failed["run"]["message"]
    undone = [a["step"] for a in failed["attempts"] if a["direction"] == "undo" and a["state"] == "OK"]
    assert [step for step in undone if step != "copy"] == ["migrate-2.6.0", "passwords-2.6.0", "install-2.6.0",
                                                           "stop-2.1.0", "stop"]
    drill = [e for run in asked(folder / "first", "run.list") if run["stage"] == "trial"
             for e in asked(folder / "first", "status", "--run", run["id"])["evidence"] if e["step"] == "drill"]
    timed = [e["value"]["seconds"] for e in drill if "way back" in e.values()]
    assert timed and all(seconds > 0 for seconds in timed)

    figures = json.loads((folder / "figures.json").read_text())
    assert figures["memory"] < 200
    assert [each["code"] for each in figures["typed"] if each["code"]] == [24, 24, 21]
    assert len(list(folder.glob("*/.migrator/runs/*/*.html"))) == 2
    assert not servers(folder), "no server is left"

    a_passed_plan_is_refused_and_the_way_back_closes(folder / "first")

    again = demo(folder)
    assert again.returncode == 2
    assert "inv demo --fresh" in again.stdout


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    done = demo(tmp_path, "--fresh")
    assert done.returncode == 2
    assert "was not made by inv demo" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_without_packages_it_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        index = f"http://127.0.0.1:{nobody.getsockname()[1] - 1}/simple"
    done = demo(tmp_path / "shown", MIGRATOR_PACKAGES=str(tmp_path / "packages"), PIP_INDEX_URL=index, PIP_RETRIES="0",
                PIP_TIMEOUT="2", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 2
    assert "MIGRATOR_PACKAGES=packages inv demo" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "shown").exists(), "the next try may begin at once"


@pytest.mark.network
def test_ctrl_c_stops_the_servers_and_leaves_a_folder_to_start_over_in(tmp_path: Path) -> None:
    release.fetch(package_files.cache_folder())
    folder = tmp_path / "shown"
    with subprocess.Popen([INV, "demo", "--folder", str(folder), "--lang", "en"], cwd=ROOT, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if "backup begins" in line:
                os.killpg(child.pid, signal.SIGINT)
                break
        rest = child.stdout.read()
    assert child.returncode == 130, rest
    assert "the trackers are stopped" in rest
    assert not servers(folder)
    assert (folder / NOTE).is_file()
