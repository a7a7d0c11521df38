"""inv drill.*: what people type, what they read, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from invoke.context import Context
from invoke.exceptions import Exit as Ending

from migrator import clock
from migrator.drill.scratch import Scratch, folder_of
from migrator.tasks import drills, drills_held
from tests.unit.drill.conftest import WORKS, World

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs a command in the world; gives its exit code and all that it printed."""
    described = {site.name: {**site.environment.model_dump(exclude_defaults=True), "vault": str(world.vault)}
                 for site in (world.live, world.scratch)}
    inventory, checks = world.folder / "inventory.yaml", world.folder / "works.yaml"
    inventory.write_text(yaml.safe_dump({"format": 1, "environments": described}))
    checks.write_text(WORKS)
    monkeypatch.setenv("MIGRATOR_USER", "zhao.min")

    def run(command: Callable[..., Any], **flags: Any) -> tuple[int, str]:
        common = {"home": str(world.folder / "home"), "inventory": str(inventory), "lang": "en", "json": False}
        try:
            command(Context(), **{**common, **flags})
        except Ending as ending:
            return ending.code, "".join(capfd.readouterr())
        return 0, "".join(capfd.readouterr())

    return run


def _restore(world: World) -> dict[str, Any]:
    return {"env": "live", "into": "scratch", "checks": str(world.folder / "works.yaml"), "adapt": "app/app.ini"}


def test_beaten_drilled_listed_and_reported(world: World, typed: Typed) -> None:
    code, said = typed(drills.beat, env="live")
    assert code == 0 and said.startswith("heartbeat 20") and said.endswith("in main\n")
    code, said = typed(drills.restore, **_restore(world))
    assert code == 0, said
    assert "✓ live came back in" in said and "recovery time:" in said and "neutralise.yaml" in said
    code, said = typed(drills_held.list_, check=True)
    assert code == 0 and "passed" in said and "not signed" in said and "a drill of live has passed on" in said
    code, said = typed(drills_held.report, env="live")
    assert code == 0 and all((world.vault / "drills" / line.rpartition("/")[2]).exists() for line in said.split())
    code, said = typed(drills_held.list_, json=True)
    row = json.loads(said)["drills"][0]
    assert row["met"] and row["rto"] == pytest.approx(sum(row["phases"].values()), abs=0.01)


def test_a_missed_target_ends_with_ten(world: World, typed: Typed) -> None:
    code, said = typed(drills.restore, **_restore(world), rto="1ms")
    assert code == 10 and "MISSED, target" in said and "under one hour" in said


@pytest.mark.parametrize(("flags", "code", "said"), [
    ({"into": None}, 2, "--into is missing"), ({"into": "live"}, 10, "the very environment"),
    ({"set": "other"}, 10, "other"), ({"failed_at": "yesterday"}, 2, "no moment"), ({"rto": "soon"}, 2, "no duration"),
    ({"checks": "nowhere.yaml"}, 2, "no file nowhere.yaml"), ({"switch": "lamp"}, 2, "lamp"),
    ({"release": "5.1"}, 2, "product"),
])
def test_wrong_use_is_told_before_anything_begins(
        world: World, typed: Typed, flags: dict[str, Any], code: int, said: str) -> None:
    before = world.state()
    ended, told = typed(drills.restore, **{**_restore(world), **flags})
    assert (ended, said in told) == (code, True), told
    assert world.state() == before and not (world.vault / "drills").exists()


def test_what_a_killed_drill_has_left_is_told_and_given_back(world: World, typed: Typed) -> None:
    scratch = Scratch(world.scratch, folder_of(world.vault, "scratch"))
    before = world.state()
    scratch.folder.mkdir(parents=True)
    scratch.clear()
    assert world.state() != before
    assert "inv drill.give-back --env live --into scratch" in typed(drills_held.list_)[1]
    assert typed(drills.give_back, env="live", into="scratch") == (0, "✓ scratch is what it was before\n")
    assert world.state() == before and "give-back" not in typed(drills_held.list_)[1]
    assert typed(drills.give_back, env="live", into="scratch")[1] == "no drill has left anything in scratch\n"


def test_overdue_ends_with_ten_and_says_what_to_type(
        world: World, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2030, 1, 15, tzinfo=UTC))
    code, said = typed(drills_held.list_, check=True)
    assert code == 10 and "was due by 2029-12-31 and has not passed" in said and "inv drill.restore --env live" in said
    assert typed(drills_held.list_)[0] == 0
