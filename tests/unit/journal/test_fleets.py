"""Fleets in the journal: each site gets its run once, stops and goes on as people say, and every change is audited."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from migrator.errors import WrongUse
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.model.fleet import BoundSite, FleetState, SiteState
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import RunState

STEP = PlannedStep(id="look", kind="host.facts", args={}, targets=("main",), hop=None, timeout=None, retries=0,
                   way_back="undo", skippable=False, point_of_no_return=False, digest="d")
PLAN = Plan(product="toy", title="Toy", playbook="pb", stage="go-live", environment="shop-* (4 sites)",
            environments={"live": "shop-* (4 sites)", "trial": "trial"}, path=("1", "2"), steps=(STEP,),
            digest="a" * 64, bindings="b" * 64)
SITES = [BoundSite(f"shop-{n}", str(n) * 64, {"look": ["other"]} if n == 3 else {}) for n in range(4)]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(sqlite_url(tmp_path / "migrator.db"), lambda executor: False)


@pytest.fixture
def fleet(journal: Journal) -> str:
    journal.runs.keep_plan(PLAN)
    return journal.fleets.start(PLAN, SITES, sizes=(1, 3), stop_limit=1, started_by="li")


def enter(journal: Journal, fleet: str, *places: int) -> list[str]:
    return journal.fleet_sites.enter(fleet, PLAN, places, folder="/runs/{run}")


def end(journal: Journal, state: RunState, run: str) -> None:
    journal.runs.move(run, RunState.RUNNING, actor="w", executor="w")
    journal.runs.move(run, state, actor="w", exit_code=0)


def test_a_site_gets_one_run_whoever_asks_and_however_often(journal: Journal, fleet: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        entered = list(pool.map(lambda _worker: enter(journal, fleet, 0, 2), range(8)))
    assert sorted(run for runs in entered for run in runs) == [f"{fleet}-0001", f"{fleet}-0003"]
    assert journal.fleet_sites.states(fleet) == [
        SiteState.UNDER_WAY, SiteState.PENDING, SiteState.UNDER_WAY, SiteState.PENDING]
    assert [row["id"] for row in journal.fleet_sites.queued(fleet)] == [f"{fleet}-0001", f"{fleet}-0003"]
    assert journal.audit_trail().sound


def test_a_run_has_the_fleets_plan_bound_to_its_site(journal: Journal, fleet: str) -> None:
    usual, other = (journal.runs.plan_of(run) for run in enter(journal, fleet, 1, 3))
    assert usual == PLAN.at("shop-1", "1" * 64, {})
    assert (usual.id, usual.bindings, usual.bound_to) == (PLAN.id, PLAN.bindings, "1" * 64)
    assert usual.environments == {"live": "shop-1", "trial": "trial"}
    assert (usual.step("look").targets, other.step("look").targets) == (("main",), ("other",))


@pytest.mark.parametrize(("state", "means"), [
    (RunState.PASSED, SiteState.DONE), (RunState.BROUGHT_BACK, SiteState.FAILED), (RunState.WAITING, SiteState.PARKED),
    (RunState.STOPPED, SiteState.FAILED), (RunState.HANDS_NEEDED, SiteState.FAILED)])
def test_a_site_stands_where_its_run_does(journal: Journal, fleet: str, state: RunState, means: SiteState) -> None:
    end(journal, state, *enter(journal, fleet, 0))
    assert journal.fleet_sites.states(fleet)[0] is means
    assert journal.fleet_sites.all(fleet)[0]["site_state"] == means


def test_a_stopped_fleet_begins_nothing_and_what_was_queued_is_pending_again(journal: Journal, fleet: str) -> None:
    begun, queued = enter(journal, fleet, 0, 1)
    journal.runs.move(begun, RunState.RUNNING, actor="w", executor="w")
    assert journal.fleets.stop(fleet, actor="li", reason="too slow")
    assert not journal.fleets.stop(fleet, actor="li", reason="again")
    assert enter(journal, fleet, 2) == []
    assert journal.fleet_sites.admit(begun)
    assert not journal.fleet_sites.admit(queued)
    assert not journal.fleet_sites.admit(queued), "asked again after a crash"
    assert journal.fleet_sites.states(fleet)[:2] == [SiteState.UNDER_WAY, SiteState.PENDING]
    assert journal.fleets.go_on(fleet, actor="li", reason="", again=True) == 0
    assert enter(journal, fleet, 1) == [f"{fleet}-0002-2"]
    assert journal.audit_trail().sound


def test_failed_sites_are_left_out_or_tried_again(journal: Journal, fleet: str) -> None:
    end(journal, RunState.BROUGHT_BACK, *enter(journal, fleet, 0))
    assert journal.fleets.go_on(fleet, actor="li", reason="", again=True) is None, "it is running"
    journal.fleets.stop(fleet, actor="w", reason="1 failed")
    assert journal.fleets.go_on(fleet, actor="li", reason="repaired", again=True) == 1
    again, = enter(journal, fleet, 0)
    assert again == f"{fleet}-0001-2"
    end(journal, RunState.FAILED, again)
    journal.fleets.stop(fleet, actor="w", reason="1 failed")
    assert journal.fleets.go_on(fleet, actor="li", reason="closed for good", again=False) == 1
    assert journal.fleet_sites.states(fleet)[0] is SiteState.LEFT
    assert enter(journal, fleet, 0) == [], "it is left out"
    assert journal.fleets.end(fleet, actor="w")
    assert journal.fleets.get(fleet)["state"] == FleetState.DONE
    assert journal.fleets.running() == []
    assert journal.audit_trail().sound


def test_an_unknown_fleet_is_said_to_be_so(journal: Journal, fleet: str) -> None:
    assert journal.fleets.newest() == fleet
    with pytest.raises(WrongUse, match="no fleet 0000-none"):
        journal.fleets.get("0000-none")
