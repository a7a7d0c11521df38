"""Level 4: the application runs on a restored set, and the scratch is as before, whatever happens."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from pyrage import x25519

from migrator.backup.errors import SetSealed
from migrator.backup.sets import proof
from migrator.backup.taking.take import take_set
from migrator.checks.suite_file import SuiteFile
from migrator.drill import rebuild
from migrator.drill.application import Application
from migrator.drill.by_hand import giving_scratch_back
from migrator.drill.errors import ChecksFailed
from migrator.drill.scratch import folder_of, given_back
from migrator.drill.started import prove_started
from migrator.errors import FindingsBlock, Locked
from migrator.playbook.inventory import Backups
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors
from tests.unit.drill.conftest import World, change


def test_the_application_runs_on_a_restored_set_and_the_scratch_is_given_back(world: World) -> None:
    change(world, "delete from issue")  # what is live now is not what the set holds
    before = world.state()
    facts = prove_started(world.scratch, world.live, world.kept, [world.suite()], adapt=["app/app.ini"])
    assert (facts["level"], facts["proven"]) == (proof.STARTED, True)
    assert [check["passed"] for check in facts["checks"]] == [True, True]
    assert list(facts["phases"]) == ["provision", "database", "files", "start", "verify"]
    assert world.kept.proof.level == proof.STARTED and "scratch" in world.kept.proof.history[-1].detail
    assert world.state() == before
    assert Application(world.scratch).running() == []
    assert not list(folder_of(world.vault, "scratch").iterdir())


def test_what_ran_in_the_scratch_runs_again(world: World) -> None:
    (world.folder / "scratch/serve.py").write_text("import time; time.sleep(60)")
    Application(world.scratch).start(["web"])
    prove_started(world.scratch, world.live, world.kept, [world.suite()], adapt=["app/app.ini"])
    assert Application(world.scratch).running() == ["web"]


def test_checks_that_never_pass_take_level_four_away(world: World, failing: Callable[[], SuiteFile]) -> None:
    prove_started(world.scratch, world.live, world.kept, [world.suite()], adapt=["app/app.ini"])
    before = world.state()
    with pytest.raises(ChecksFailed, match="three issues"):
        prove_started(world.scratch, world.live, world.kept, [failing()], adapt=["app/app.ini"])
    assert world.kept.proof.level == proof.RESTORED and not world.kept.proof.history[-1].held
    assert world.state() == before


def test_a_damaged_set_loses_level_three_too(world: World) -> None:
    part = world.kept.folder / world.kept.manifest.databases["main"].part.path
    part.write_bytes(part.read_bytes()[:-20])
    before = world.state()
    with pytest.raises(Exception, match="main"):
        prove_started(world.scratch, world.live, world.kept, [world.suite()])
    assert world.kept.proof.level == proof.DECODED
    assert world.state() == before


@pytest.mark.parametrize(("more", "said"), [
    ({"disposable": False}, "not marked as a copy"),
    ({"services": {}}, "no service"),
])
def test_a_scratch_that_is_none_is_refused_before_anything_is_touched(
        world: World, more: dict[str, Any], said: str) -> None:
    _refused(world.with_scratch(**more), said)


def test_the_live_system_itself_is_refused(world: World) -> None:
    _refused(world.with_scratch(trees=world.live.environment.trees), "same place")


def test_checks_that_would_ask_the_live_system_are_refused(world: World) -> None:
    live = world.live.environment.values["url"]
    suite = world.suite(f"checks: [{{name: front page, http: {{url: '{live}/'}}}}]")
    _refused(world, "speaks of the live system", suites=[suite])


def test_nothing_starts_on_a_configuration_that_names_the_live_system(world: World) -> None:
    before, history = world.state(), world.kept.proof.history
    with pytest.raises(FindingsBlock, match=r"app/app\.ini still names the live system: .*/live/main\.sqlite"):
        prove_started(world.scratch, world.live, world.kept, [world.suite()])
    assert world.state() == before and world.kept.proof.history == history


def test_without_checks_nothing_is_proven(world: World) -> None:
    _refused(world, "no checks", suites=[])


def test_one_drill_at_a_time(world: World) -> None:
    def again(_line: str) -> None:
        with pytest.raises(Locked, match="another drill"):
            prove_started(world.scratch, world.live, world.kept, [world.suite()])
        tried.append(True)

    tried: list[bool] = []
    prove_started(world.scratch, world.live, world.kept, [world.suite()], adapt=["app/app.ini"], say=again)
    assert tried


@pytest.fixture
def killed(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A drill was killed when its application had just started; what both systems held before it."""
    before = world.state()
    with monkeypatch.context() as patched:
        patched.setattr(rebuild, "run_suite", lambda *_args: os.kill(os.getpid(), signal.SIGKILL))
        child = multiprocessing.get_context("fork").Process(target=prove_started, args=(
            world.scratch, world.live, world.kept, [world.suite()]), kwargs={"adapt": ["app/app.ini"]})
        child.start()
        child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert world.state() != before and Application(world.scratch).running() == ["web"]
    return before


def test_killed_in_the_middle_the_next_one_cleans_up(world: World, killed: dict[str, bytes]) -> None:
    prove_started(world.scratch, world.live, world.kept, [world.suite()], adapt=["app/app.ini"])
    assert world.state() == killed and Application(world.scratch).running() == []


def test_killed_in_the_middle_a_person_can_give_it_back(world: World, killed: dict[str, bytes]) -> None:
    for line in giving_scratch_back(world.scratch, world.vault):
        subprocess.run(["sh", "-c", line.removeprefix("on here: ")], check=True)
    assert world.state() == killed and Application(world.scratch).running() == []
    assert given_back(world.scratch, world.vault) and not given_back(world.scratch, world.vault)
    assert world.state() == killed and not giving_scratch_back(world.scratch, world.vault)


def _refused(world: World, said: str, suites: list[SuiteFile] | None = None) -> None:
    before, history = world.state(), world.kept.proof.history
    with pytest.raises(FindingsBlock, match=said):
        prove_started(world.scratch, world.live, world.kept, [world.suite()] if suites is None else suites)
    assert world.state() == before and world.kept.proof.history == history
    assert not (world.vault / "drills").exists()


def test_a_sealed_set_is_opened_by_the_live_system_s_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = x25519.Identity.generate()
    backups = Backups(sealed_for=[str(identity.to_public())], key="env:DRILL_KEY")
    described = world.live.environment.model_copy(update={"backups": backups})
    live = Site("live", described, LocalDoors({"live": described}))
    kept = take_set(live, world.vault, "live.sealed")
    before = world.state()
    with pytest.raises(SetSealed):
        prove_started(world.scratch, live, kept, [world.suite()], adapt=["app/app.ini"])
    assert world.state() == before and not (world.vault / "drills").exists()
    monkeypatch.setenv("DRILL_KEY", str(identity))
    assert prove_started(world.scratch, live, kept, [world.suite()], adapt=["app/app.ini"])["level"] == proof.STARTED
    assert world.state() == before


def test_a_scratch_whose_content_could_not_be_unsealed_is_refused(world: World) -> None:
    backups = Backups(sealed_for=[str(x25519.Identity.generate().to_public())])
    _refused(world.with_scratch(backups=backups), "no key is named")
