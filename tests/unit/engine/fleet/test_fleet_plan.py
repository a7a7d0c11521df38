"""A fleet's plan: written out once, bound to every site, approved once, and void when anything of any site changes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.doors import InventoryDoors
from migrator.engine.fleet.plan import fleet_plan
from migrator.engine.fleet.record import fleet_record
from migrator.engine.fleet.start import FleetStart
from migrator.engine.plans.bindings import bindings_digest
from migrator.errors import ApprovalMissing, PlaybookError, WrongUse
from migrator.journal.journal import Journal
from migrator.journal.place import sqlite_url
from migrator.model.plan import Plan
from migrator.model.states import RunState
from migrator.playbook.inventory import Environment, Inventory
from migrator.playbook.read import LoadedPlaybook, load_playbook
from migrator.screen.fleet import show_fleet
from migrator.site import Site
from migrator.step import kinds

SITES = ["shop-1", "shop-2", "shop-3"]


class Company:
    """Three shops, of which the last has two hosts, and a trial environment."""

    def __init__(self, folder: Path) -> None:
        hosts: dict[str, Any] = {"app": {"connect": "local"}}
        shops = {name: {"hosts": dict(hosts), "values": {"code": name}, "roles": {"app": ["app"]}} for name in SITES}
        shops["shop-3"]["hosts"]["second"] = {"connect": "local"}
        shops["shop-3"]["roles"] = {"app": ["app", "second"]}
        self.environments = {name: Environment.model_validate(entry) for name, entry in {
            **shops, "trial": {"hosts": hosts, "values": {"code": "t"}, "disposable": True}}.items()}
        self.journal = Journal(sqlite_url(folder / "migrator.db"), lambda executor: False)

    def site(self, name: str) -> Site:
        return Site(name, self.environments[name], InventoryDoors(Inventory.model_validate({"format": 1})))

    def change(self, name: str) -> None:
        environment = self.environments[name]
        self.environments[name] = environment.model_copy(update={"values": {"code": "another"}})


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedPlaybook:
    look = {"id": "look", "at": ["app"], "command": {"run": ["echo", "${env.values.code}"], "undo": ["true"]}}
    (tmp_path / "playbook").mkdir()
    (tmp_path / "playbook" / "playbook.yaml").write_text(json.dumps({
        "format": 1, "product": "shop", "title": "Shops", "path": {"from": "1", "to": "2"},
        "environments": {"live": "shops", "trial": "trial"}, "people": {"approvers": {"it": ["zhao", "li"]}},
        "stages": {"trial": {"environment": "trial", "steps": [look]},
                   "go-live": {"environment": "live", "gate": {"approvals": ["it"]}, "steps": [look]}}}))
    return load_playbook(tmp_path / "playbook", kinds())


def plan_of(company: Company, loaded: LoadedPlaybook, names: list[str] = SITES) -> Plan:
    return fleet_plan(loaded, "go-live", names, chosen_by="shop-*", site=company.site, journal=company.journal)[0]


def test_every_site_takes_the_place_of_the_stages_environment(company: Company, loaded: LoadedPlaybook) -> None:
    plan, sites = fleet_plan(loaded, "go-live", SITES, chosen_by="shop-*", site=company.site, journal=company.journal)
    assert (plan.environment, plan.environments["trial"]) == ("shop-* (3 sites)", "trial")
    assert [site.environment for site in sites] == SITES
    last = plan.at("shop-3", sites[2].bindings, sites[2].targets)
    assert last.environments == {"live": "shop-3", "trial": "trial"}
    assert [p.step("look").targets for p in (plan.at("shop-2", "", sites[1].targets), last)] == [
        ("app",), ("app", "second")]
    assert bindings_digest(company.site, last) == last.bound_to == sites[2].bindings


def test_a_change_of_any_site_makes_it_another_plan(company: Company, loaded: LoadedPlaybook) -> None:
    before = plan_of(company, loaded)
    assert plan_of(company, loaded) == before
    company.change("shop-2")
    after = plan_of(company, loaded)
    assert (after.digest, after.bindings == before.bindings, after.id == before.id) == (before.digest, False, False)
    assert plan_of(company, loaded, SITES[:2]).id != after.id


def test_a_site_that_the_steps_do_not_fit_is_named(company: Company, loaded: LoadedPlaybook) -> None:
    bare = company.environments["shop-2"]
    company.environments["shop-2"] = bare.model_copy(update={"values": {}})
    with pytest.raises(PlaybookError, match=r"site shop-2: .*env\.values\.code"):
        plan_of(company, loaded)


def test_one_approval_opens_it_for_all_sites(company: Company, loaded: LoadedPlaybook) -> None:
    beginning = FleetStart(company.journal, company.site)
    draft = beginning.draft(loaded, "go-live", SITES, chosen_by="shop-*", batches="1,100%", stop_limit=1)
    draft = replace(draft, plan=approvals_only(draft.plan))
    with pytest.raises(ApprovalMissing):
        beginning.require_open(draft, operator="wang")
    company.journal.approvals.give(draft.plan, group="it", who="zhao", approve=True, reason="", valid_seconds=3600)
    beginning.require_open(draft, operator="wang")
    fleet = beginning.start(draft, operator="wang")
    site, = company.journal.fleet_sites.enter(fleet, draft.plan, [2], folder="/{run}")
    standing = company.journal.approvals.standing(approvals_only(company.journal.runs.plan_of(site)), "it")
    assert standing.granted


def approvals_only(plan: Plan) -> Plan:
    """The same plan, asked for its approvals alone: what must be rehearsed and backed up is the gate's own matter."""
    return replace(plan, gate={"approvals": ["it"]})


def test_a_stop_limit_below_one_is_refused(company: Company, loaded: LoadedPlaybook) -> None:
    with pytest.raises(WrongUse):
        FleetStart(company.journal, company.site).draft(
            loaded, "go-live", SITES, chosen_by="shop-*", batches="100%", stop_limit=0)


def test_the_status_counts_names_and_leads_on(company: Company, loaded: LoadedPlaybook) -> None:
    journal, plan = company.journal, plan_of(company, loaded)
    journal.runs.keep_plan(plan)
    sites = fleet_plan(loaded, "go-live", SITES, chosen_by="shop-*", site=company.site, journal=journal)[1]
    fleet = journal.fleets.start(plan, sites, sizes=(1, 2), stop_limit=1, started_by="wang")
    done, failed = journal.fleet_sites.enter(fleet, plan, [0, 1], folder="/{run}")
    for run, state, message in ((done, RunState.PASSED, ""), (failed, RunState.BROUGHT_BACK, "the disk is full")):
        journal.runs.move(run, RunState.RUNNING, actor="w", executor="w")
        journal.runs.move(run, state, actor="w", exit_code=0, message=message)
    running = fleet_record(journal, fleet, worker_lives=True)
    assert running["states"] == {"pending": 1, "done": 1, "failed": 1}
    assert [batch["states"] for batch in running["batches"]] == [{"done": 1}, {"pending": 1, "failed": 1}]
    assert (running["failed"][0]["environment"], running["failed"][0]["run"]) == ("shop-2", failed)
    assert running["per_minute"] > 0 and running["seconds_left"] >= 0
    alone = show_fleet(fleet_record(journal, fleet, worker_lives=False), room=100)
    assert alone.endswith("no worker is alive, so no site begins or goes on\nnext: inv worker")
    assert "sites a minute" not in alone
    journal.fleets.stop(fleet, actor="w", reason="sites failed: 1")
    told = show_fleet(fleet_record(journal, fleet, worker_lives=False), room=100)
    assert "shop-2  the disk is full" in told
    assert told.endswith(f"inv fleet.go-on --fleet {fleet} --reason TEXT")
    assert "sites a minute" not in told
