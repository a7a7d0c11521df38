"""What a person is told to type, when no program can, does what undo would have done."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.journal.attempts import Key
from migrator.model.states import Direction, WayBack
from migrator.step import kinds
from tests.conformance.away import Away
from tests.conformance.bench import RUN, Bench
from tests.conformance.case import Case, cases

GOING_BACK = [case for case in cases() if case.acts and kinds()[case.kind].way_back != WayBack.NONE]


@pytest.mark.parametrize("case", GOING_BACK, ids=str)
def test_typed_line_by_line_it_is_as_before(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host cannot be reached while the lines are written; afterwards undo finds nothing left to do."""
    monkeypatch.setenv("BENCH_SECRET", "planted-Geheimnis-42")
    bench, kind = Bench(case, tmp_path), kinds()[case.kind]()
    bench.prepare()
    before = bench.state()
    bench.forward()
    lines = _told(case, tmp_path)
    assert lines or bench.state() == before, "something was changed, and nobody is told how it comes back"
    assert "planted-Geheimnis-42" not in "".join(lines)
    _type(lines, tmp_path)
    kind.tidy(bench.contexts().acting(bench.step, _undo(bench)))
    assert bench.state() == before
    assert bench.undo()["ok"], "undo of what was brought back by hand is safe"
    assert bench.state() == before


def _told(case: Case, folder: Path) -> list[str]:
    away = Bench(case, folder, wrap=lambda _transport: Away())
    context = away.contexts().acting(away.step, _undo(away))
    return kinds()[case.kind]().by_hand(context, context.record)


def _undo(bench: Bench) -> Key:
    return Key(RUN, bench.step.id, bench.step.targets[0], Direction.UNDO, 1)


def _type(lines: list[str], folder: Path) -> None:
    """Type each line; one that asks first says when the others are to be left out."""
    for line in lines:
        told = re.fullmatch(r"on (?:here|this machine): (.*)", line)
        assert told, f"it is one line, and names its host: {line}"
        typed = subprocess.run(["sh", "-c", told[1]], capture_output=True, text=True, cwd=folder,
                               env=os.environ | {"PATH": f"{_with_inv(folder)}:{os.environ['PATH']}"})
        if "# says 0" in line and (typed.returncode or typed.stdout.strip() == "0"):
            return
        assert typed.returncode == 0, f"{line}: {typed.stderr}"


def _with_inv(folder: Path) -> Path:
    """A folder with `inv` as it is where the project lies: the same commands, from whatever folder it is typed."""
    inv = folder / "bin" / "inv"
    inv.parent.mkdir(exist_ok=True)
    inv.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m migrator "$@"\n')
    inv.chmod(0o755)
    return inv.parent
