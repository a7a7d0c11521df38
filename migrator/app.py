"""The wiring: the one place that builds journal, transports and observers, and the acts that tasks call."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.errors import WrongUse
from migrator.events import Event, Observer, Observers
from migrator.text import _

if TYPE_CHECKING:
    from migrator.doors import InventoryDoors
    from migrator.engine.fleet.start import FleetStart
    from migrator.engine.gate.approving import Approving
    from migrator.engine.processes.alive import Alive
    from migrator.engine.processes.works import Works
    from migrator.engine.run.context import Desk
    from migrator.engine.run.preflight import Preflight
    from migrator.journal.journal import Journal
    from migrator.lens.places.endpoint import Endpoint
    from migrator.model.plan import Plan
    from migrator.playbook.inventory import Inventory
    from migrator.playbook.read import LoadedPlaybook
    from migrator.signature import Signers
    from migrator.site import Site

PLAYBOOKS = Path("playbooks")


class App:
    """Everything that a task may ask for; each part is built on first use, so that quick commands stay quick.

    `home` keeps journal, engine and runs (default `.migrator` in the current folder, or MIGRATOR_HOME); `inventory`
    is the inventory file (default `inventory.yaml`, or MIGRATOR_INVENTORY).
    """

    def __init__(self, home: str | None = None, inventory: str | None = None) -> None:
        self.home = Path(home or os.environ.get("MIGRATOR_HOME") or ".migrator").absolute()
        self.inventory_file = Path(inventory or os.environ.get("MIGRATOR_INVENTORY") or "inventory.yaml").absolute()
        self.observers = Observers([self._log])

    @property
    def user(self) -> str:
        """Who types: MIGRATOR_USER, else the login name."""
        from migrator.transport.this_user import this_user

        return os.environ.get("MIGRATOR_USER") or this_user()

    @cached_property
    def inventory(self) -> Inventory:
        from migrator.clone.container.known import with_copies
        from migrator.playbook.inventory_read import load_inventory

        return with_copies(load_inventory(self.inventory_file), self.home / "clones")

    @cached_property
    def doors(self) -> InventoryDoors:
        from migrator.doors import InventoryDoors

        return InventoryDoors(self.inventory, self.inventory_file)

    @cached_property
    def liveness(self) -> Alive:
        from migrator.journal.place import engine_url

        url = engine_url(self.home)
        if url.get_backend_name() == "postgresql":
            from migrator.engine.processes.liveness_postgresql import ServerLiveness

            return ServerLiveness(url)
        from migrator.engine.processes.liveness import Liveness

        return Liveness(self.home / "executors")

    @cached_property
    def journal(self) -> Journal:
        from migrator.journal.journal import Journal
        from migrator.journal.place import database_url

        return Journal(database_url(self.home), self.liveness.alive, self.signers)

    @cached_property
    def desk(self) -> Desk:
        from migrator.engine.run.context import Desk

        return Desk(self.journal, self.observers, self.site, self.run_folder, self.vault,
                    lambda environment: self.doors.close(environment))

    @cached_property
    def works(self) -> Works:
        from migrator.engine.processes.works import Works
        from migrator.journal.place import engine_url

        return Works(self.desk, self.liveness, engine_url(self.home), self.home / "playbooks")

    def watch(self, observer: Observer) -> None:
        """Tell this observer too of everything that happens."""
        self.observers.add(observer)

    def site(self, name: str) -> Site:
        """An environment of the inventory, opened; raises WrongUse when the inventory lacks it."""
        if name not in self.inventory.environments:
            raise WrongUse(_("the inventory has no environment {name}").format(name=name),
                           where=str(self.inventory_file),
                           hint=_("it knows: {names}").format(names=", ".join(self.inventory.environments)))
        return self.doors.site(name)

    def endpoint(self, place: str, database: str = "main") -> Endpoint:
        """A database as one side of a mapping: `place` is an environment of the inventory, a URL, or `env:NAME` for a
        URL that is kept in a variable.
        """
        from migrator.lens.places.endpoint import endpoint_of, open_endpoint

        variable = place.removeprefix("env:")
        if variable != place:
            place = _url_in(variable)
        if "://" not in place:
            site = self.site(place)
            return endpoint_of(site.database(database), site.database_entry(database).at)
        found = open_endpoint(re.sub("://.*@", "://", place.partition("?")[0]), place)  # nobody's name, no password
        if found.make == "sqlite" and not Path(str(found.url.database)).is_file():
            raise WrongUse(_("there is no such SQLite file"), where=str(found.url.database))
        return found

    def product_file(self, environment: str, name: str) -> Path:
        """A file of the product that an environment is of; raises WrongUse where there is none."""
        from migrator.playbook.product import product_file

        return product_file(self.inventory.environments[environment].product, name, environment, self.inventory_file)

    def run_folder(self, run: str) -> Path:
        """The folder of a run on this machine."""
        return self.home / "runs" / run

    def vault(self, environment: str) -> Path:
        """The folder for the backup sets of an environment."""
        return self.inventory_file.parent / self.inventory.environments[environment].vault

    def playbook(self, name: str | None) -> LoadedPlaybook:
        """A playbook by folder or by its name under `playbooks/`, checked; raises WrongUse without a name."""
        from migrator.playbook.read import load_playbook
        from migrator.step import kinds

        if not name:
            raise WrongUse(_("which playbook?"), hint="--playbook FOLDER")
        folder = Path(name) if Path(name).is_dir() else PLAYBOOKS / name
        return load_playbook(folder.absolute(), kinds())

    def plan(self, loaded: LoadedPlaybook, stage: str) -> Plan:
        """The frozen plan of a stage, kept in the journal so that people can approve it by its id."""
        from migrator.engine.plans.planner import make_plan

        plan = make_plan(loaded, stage, self.site, self.journal)
        self.journal.runs.keep_plan(plan)
        return plan

    def preflight(self, plan: Plan) -> Preflight:
        """Every step's findings and changes, asked now; reads only."""
        from migrator.engine.plans.freeze import freeze
        from migrator.engine.run.context import PREVIEW
        from migrator.engine.run.preflight import preflight

        preview = f"{PREVIEW}{plan.id}"
        freeze(plan, Path(plan.playbook), self.run_folder(preview) / "playbook")
        return preflight(self.desk, preview, plan)

    def require_open(self, plan: Plan) -> None:
        """Raise with every reason why this user may not start the plan now."""
        from migrator.engine.gate.gates import require_open

        require_open(self.journal, plan, operator=self.user, environment=self.site(plan.environment).environment)

    def begin(self, plan: Plan) -> str:
        """Open the gate or raise; enter the run with its own copy of the playbook, and give its id."""
        from migrator.engine.plans.freeze import freeze

        self.require_open(plan)
        run = self.journal.runs.new(plan, started_by=self.user, folder=str(self.home / "runs" / "{run}"))
        freeze(plan, Path(plan.playbook), self.run_folder(run) / "playbook")
        return run

    @property
    def fleet_start(self) -> FleetStart:
        """Drafts fleets and starts them."""
        from migrator.engine.fleet.start import FleetStart

        return FleetStart(self.journal, self.site)

    def drive(self, run: str) -> int:
        """Drive a new run until it ends or parks; gives the exit code."""
        return self.works.driver.start(run)

    def resume(self, run: str) -> int:
        """Go on with a run; gives the exit code. Raises PackageWrong when its own copy of the playbook was changed."""
        from migrator.engine.plans.amend import require_whole

        require_whole(run, self.journal.runs.plan_of(run), self.run_folder(run))
        self.works.driver.require_idle(run)
        self.journal.runs.resumed(run, actor=self.user)
        return self.works.driver.resume(run)

    def edited(self, run: str) -> list[str]:
        """Files of a run's playbook that hold something else now than in the run's own copy; none once it has ended."""
        from migrator.engine.plans.amend import differences
        from migrator.model.states import RunState

        plan = self.journal.runs.plan_of(run)
        return [] if RunState(self.journal.runs.get(run)["state"]).ended else differences(plan, Path(plan.playbook))

    def amend(self, run: str) -> Plan:
        """Have a run take over the playbook as it is now, for the steps that have not begun; gives the new plan.

        Raises WrongUse when a step that has begun would be another one, and what the gate of the new plan misses.
        """
        from migrator.engine.plans.amend import amend, require_fit

        self.works.driver.require_idle(run)
        plan = self.journal.runs.plan_of(run)
        new = self.plan(self.playbook(plan.playbook), plan.stage)
        require_fit(self.journal, run, new)
        self.require_open(new)
        amend(self.journal, run, new, self.run_folder(run), who=self.user)
        return new

    def to_undo(self, run: str, to: str | None = None) -> list[dict[str, str]]:
        """The steps that a way back (to the step `to`) would undo, newest first, each with its target.

        Raises WrongUse when the run has no way back.
        """
        from migrator.engine.run.homeward import begun

        self.works.driver.require_way_back(run, to)
        units = begun(self.journal, run, self.journal.runs.plan_of(run), to)
        return [{"step": step, "target": target} for step, target in units]

    def roll_back(self, run: str, to: str | None = None) -> int:
        """Bring a run's target back, wholly or so that the step `to` is the next one again; gives the exit code."""
        return self.works.driver.roll_back(run, to=to, actor=self.user)

    def unlock(self, environment: str, reason: str) -> list[str]:
        """Free an environment from runs whose processes are gone; gives these runs. Raises Locked while one lives."""
        return self.desk.hold.seize(environment, actor=self.user, reason=reason)

    def run_id(self, run: str | None, environment: str | None = None) -> str:
        """The run that was named, else the newest one; raises WrongUse when there is none."""
        if run:
            return str(self.journal.runs.get(run)["id"])
        newest = self.journal.runs.newest(environment=environment)
        if newest is None:
            raise WrongUse(_("no run was made yet"), hint="inv assess --playbook NAME")
        return str(newest["id"])

    @property
    def approving(self) -> Approving:
        """Takes the decisions of people on plans."""
        from migrator.engine.gate.approving import Approving

        return Approving(self.journal, self.signers())

    def signers(self) -> Signers | None:
        """Who may sign approvals, as the inventory's allowed_signers says; None where a named decision is enough."""
        from migrator.signature import Signers

        named = self.inventory.allowed_signers
        return Signers(self.inventory_file.parent / named) if named else None

    def record(self, run: str) -> dict[str, Any]:
        """Everything known of a run, as reports show it."""
        return self.journal.record(run)

    def log_lines(self, run: str) -> list[Mapping[str, Any]]:
        """The events of a run in their order, as they were told."""
        path = self.run_folder(run) / "log.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def _log(self, event: Event) -> None:
        folder = self.run_folder(event.run)
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps(event.as_json(), ensure_ascii=False) + "\n"
        file = os.open(folder / "log.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(file, line.encode())  # in one go: lines of targets that act at the same time do not mix
        finally:
            os.close(file)


def _url_in(variable: str) -> str:
    if "://" not in os.environ.get(variable, ""):
        raise WrongUse(_("the variable {variable} holds no URL of a database").format(variable=variable),
                       hint=f"export {variable}=postgresql://...")
    return os.environ[variable]
