"""A desk with a real journal and one environment on this machine, for the tests of the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from migrator.database.base import Database
from migrator.engine.plans.bindings import digest_of_sites
from migrator.engine.run.context import Desk
from migrator.events import Event, Observers
from migrator.journal.attempts import Key
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.model.outcome import Outcome
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction
from migrator.playbook.inventory import Environment
from migrator.site import Site
from migrator.transport.local import LocalTransport

RULES = {"rehearsal_valid_for": "14d", "backup_valid_for": "12h", "approval_valid_for": "7d",
         "approver_may_operate": False}


def step(name: str, kind: str = "command", *, targets: tuple[str, ...] = ("-",), way_back: str = "undo",
         **args: Any) -> PlannedStep:
    """A planned step with these arguments; its digest is made of its name."""
    return PlannedStep(id=name, kind=kind, args=args, targets=targets, hop=None, timeout=None, retries=0,
                       way_back=way_back, skippable=False, point_of_no_return=False, digest=f"digest of {name}")


@dataclass
class Office:
    """One environment `live` with the hosts one and two, both this machine."""

    folder: Path

    def __post_init__(self) -> None:
        hosts = {name: {"connect": "local", "work": str(self.folder / name)} for name in ("one", "two")}
        self.environment = Environment.model_validate({"hosts": hosts, "roles": {"app": ["two"]}})
        self.journal = Journal(sqlite_url(self.folder / "migrator.db"), lambda executor: executor == "me")
        self.events: list[Event] = []
        self.desk = Desk(self.journal, Observers([self.events.append]), self.site, lambda run: self.folder / run,
                         lambda _environment: self.folder / "vault")

    def host(self, _environment: str, name: str) -> LocalTransport:
        return LocalTransport(name)

    def database(self, _environment: str, name: str) -> Database:
        raise AssertionError(f"nobody asks for the database {name} here")

    def site(self, name: str) -> Site:
        return Site(name, self.environment, self)

    def move(self, host: str) -> None:
        """Enter another address for a host in the inventory."""
        hosts = self.environment.hosts
        hosts[host] = hosts[host].model_copy(update={"address": "10.0.0.9"})

    def plan(self, *steps: PlannedStep, **fields: Any) -> Plan:
        """A plan of these steps for `live`, bound to the inventory as it is."""
        plan = Plan(product="toy", title="Toy", playbook="pb", stage="go-live", environment="live",
                    environments={"live": "live"}, path=("1", "2"), steps=steps, digest="a" * 64,
                    bindings=digest_of_sites([self.site("live")]), people={"approvers": {"it": ["zhao", "li"]}},
                    rules=RULES)
        return replace(plan, **fields)

    def run(self, plan: Plan, started_by: str = "li") -> str:
        """A run of the plan, entered in the journal."""
        return self.journal.runs.new(plan, started_by=started_by, folder="/")

    def passed(self, run: str, name: str, facts: dict[str, Any] | None = None, *, target: str = "-",
               direction: Direction = Direction.FORWARD, n: int = 1, kind: str = "command") -> None:
        """Write that a step of the run passed, or was undone."""
        key = Key(run, name, target, direction, n)
        self.journal.attempts.start(key, step(name, kind), {}, [], executor="me")
        self.journal.attempts.end(key, AttemptState.OK, executor="me", seconds=2.0,
                                  outcome=Outcome(changed=True, facts=facts or {}))

    def sign(self, plan: Plan, who: str, *, approve: bool = True, group: str = "it", reason: str = "") -> None:
        """Write a decision of a person."""
        self.journal.approvals.give(plan, group=group, who=who, approve=approve, reason=reason, valid_seconds=3600)
