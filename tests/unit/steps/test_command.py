"""The way back of a command of one's own where there is nothing to take back, or something is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.bench import Bench
from tests.conformance.case import Case

MADE = "${tmp}/made"


def bench(folder: Path, **args: Any) -> Bench:
    """A step of kind command with these arguments, on a local host."""
    return Bench(Case("command", "toy", "a command of one's own", args), folder)


def test_what_failed_without_any_effect_is_taken_back_although_its_undo_finds_nothing(tmp_path: Path) -> None:
    toy = bench(tmp_path, run=["false"], verify={"file": MADE}, undo=["rm", MADE])
    assert not toy.forward()["ok"]
    assert toy.undo()["ok"]


def test_an_undo_that_fails_where_the_effect_shows_has_failed(tmp_path: Path) -> None:
    toy = bench(tmp_path, run=["touch", MADE], verify={"file": MADE}, undo=["false"])
    assert toy.forward()["ok"]
    assert not toy.undo()["ok"]


@pytest.mark.parametrize("ended", ["true", "false"])
def test_what_nothing_shows_is_taken_back_only_by_an_undo_that_succeeds(tmp_path: Path, ended: str) -> None:
    toy = bench(tmp_path, run=["true"], undo=[ended])
    toy.forward()
    assert toy.undo()["ok"] is (ended == "true")
