"""Plans and runs in the journal."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, bindparam, func, insert, not_, select, update

from migrator import __version__, clock
from migrator.errors import Exit, WrongUse
from migrator.journal import audit
from migrator.journal.tables import fleet_site
from migrator.journal.tables import plan as plan_table
from migrator.journal.tables import run as run_table
from migrator.journal.turn import take_turn
from migrator.journal.writer import Writer, written
from migrator.model.plan import Plan
from migrator.model.states import RunState
from migrator.text import _

ROW = select(run_table).where(run_table.c.id == bindparam("of"))
KEPT = 256
"""Plans that a process remembers; a worker has thousands of runs, and plans are large."""


class Runs:
    """Keeps plans and runs; every change of a run's state is one transaction with its audit event."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._plans = lru_cache(KEPT)(self._read_plan)
        self._plans_of_sites = lru_cache(KEPT)(self._bind_plan)
        self._at_hand: dict[str, Plan] = {}

    @written
    def keep_plan(self, connection: Connection, plan: Plan) -> None:
        """Store a plan under its id, once; a plan with this id is the same plan."""
        self._keep(connection, plan)

    def plan(self, plan_id: str) -> Plan:
        """The plan with this id, read once, since a plan never changes; raises WrongUse when nobody has made it."""
        return self._plans(plan_id)

    def plan_of(self, run_id: str) -> Plan:
        """The frozen plan of a run."""
        return self._at_hand.get(run_id) or self.plan_for(self.get(run_id))

    def plan_for(self, row: RowMapping) -> Plan:
        """The frozen plan of the run in this row; of a fleet's run, as it is bound to the run's site."""
        if row["fleet"] is None:
            return self.plan(row["plan"])
        return self._plans_of_sites(row["plan"], row["fleet"], row["environment"])

    @contextmanager
    def at_hand(self, row: RowMapping) -> Iterator[Plan]:
        """The plan of a run that is told here: for as long as this lasts nobody gives it another, and none is read."""
        self._at_hand[row["id"]] = plan = self.plan_for(row)
        try:
            yield plan
        finally:
            self._at_hand.pop(row["id"], None)

    def _read_plan(self, plan_id: str) -> Plan:
        with self._engine.begin() as connection:
            content = connection.execute(select(plan_table.c.content).where(plan_table.c.id == plan_id)).scalar()
        if content is None:
            raise WrongUse(_("no plan {plan} is known here").format(plan=plan_id),
                           hint="inv plan --playbook NAME")
        return Plan.from_json(content)

    def _bind_plan(self, plan_id: str, fleet: str, environment: str) -> Plan:
        with self._engine.begin() as connection:
            site = connection.execute(select(fleet_site.c.bindings, fleet_site.c.targets).where(
                fleet_site.c.fleet == fleet, fleet_site.c.environment == environment)).one()
        return self.plan(plan_id).at(environment, site.bindings, site.targets)

    @written
    def new(self, connection: Connection, plan: Plan, *, started_by: str, folder: str,
            window: Mapping[str, Any] | None = None, fleet: str | None = None) -> str:
        """Enter a new run of a plan and give its id, `MMDD-` and four characters.

        `window` holds `start` and `end` as the clock stamps them; `fleet` is the fleet that the run belongs to.
        """
        run_id = _free_id(connection)
        self._keep(connection, plan)
        connection.execute(insert(run_table).values(
            id=run_id, plan=plan.id, digest=plan.digest, environment=plan.environment, stage=plan.stage,
            product=plan.product, title=plan.title, folder=folder.format(run=run_id), state=RunState.QUEUED,
            started_by=started_by, tool_version=__version__, window=window, fleet=fleet, created=clock.stamp()))
        for write in (audit.append, audit.anchor):
            write(connection, actor=started_by, event="run.created", run=run_id, plan=plan.id, digest=plan.digest,
                  bindings=plan.bindings)
        return run_id

    @written
    def amend(self, connection: Connection, run_id: str, plan: Plan, *, actor: str) -> None:
        """Have a run go on with another plan; the old one stays in the journal, and the audit trail names both."""
        self._keep(connection, plan)
        old = connection.execute(select(run_table.c.plan).where(run_table.c.id == run_id)).scalar_one()
        connection.execute(update(run_table).where(run_table.c.id == run_id).values(plan=plan.id, digest=plan.digest))
        audit.append(connection, actor=actor, event="run.amended", run=run_id, old=old, plan=plan.id,
                     digest=plan.digest, bindings=plan.bindings)

    def get(self, run_id: str) -> RowMapping:
        """The run's row; raises WrongUse when there is none."""
        with self._engine.begin() as connection:
            row = connection.execute(ROW, {"of": run_id}).mappings().first()
        if row is None:
            raise WrongUse(_("no run {run} in this journal").format(run=run_id), hint="inv run.list")
        return row

    def standing(self, *states: RunState) -> list[RowMapping]:
        """Every run that is in one of these states, oldest first."""
        query = select(run_table).where(run_table.c.state.in_(states)).order_by(run_table.c.created)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    def list(self, *, environment: str | None = None, limit: int = 50) -> list[RowMapping]:
        """The newest runs first, without their plans."""
        query = select(run_table).order_by(run_table.c.created.desc()).limit(limit)
        if environment:
            query = query.where(run_table.c.environment == environment)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    def count(self) -> int:
        """How many runs the journal holds."""
        with self._engine.begin() as connection:
            return int(connection.execute(select(func.count()).select_from(run_table)).scalar_one())

    def newest(self, *, environment: str | None = None) -> RowMapping | None:
        """The run that was made last; one that never began, since another held its environment, is passed over."""
        refused = and_(run_table.c.state == RunState.FAILED, func.coalesce(run_table.c.exit_code, 0) == Exit.LOCKED)
        query = select(run_table).where(not_(refused)).order_by(run_table.c.created.desc()).limit(1)
        if environment:
            query = query.where(run_table.c.environment == environment)
        with self._engine.begin() as connection:
            return connection.execute(query).mappings().first()

    @written
    def move(self, connection: Connection, /, run_id: str, state: RunState, *, actor: str, **columns: Any) -> None:
        """Put a run into a state, with what belongs to it (message, exit_code, waiting_for, wake, by_hand)."""
        moment = clock.stamp()
        values: dict[str, Any] = {"state": state, "waiting_for": None, "wake": None, **columns}
        if state is RunState.RUNNING:
            values["started"] = func.coalesce(run_table.c.started, moment)
        if state.ended:
            values["ended"] = moment
        connection.execute(update(run_table).where(run_table.c.id == run_id).values(**values))
        audit.append(connection, actor=actor, event=audit.event_of(state), run=run_id, **columns)
        if state.ended:
            audit.anchor(connection, actor=actor, event="run.ended", run=run_id, state=state)

    @written
    def limit(self, connection: Connection, /, run_id: str, window: Mapping[str, str], *, actor: str) -> None:
        """Keep the window in which a run has to be over: `start` and `end` as the clock stamps them."""
        connection.execute(update(run_table).where(run_table.c.id == run_id).values(window=dict(window)))
        audit.append(connection, actor=actor, event="run.window", run=run_id, **window)

    @written
    def finalize(self, connection: Connection, plan: Plan, *, actor: str) -> tuple[str, ...]:
        """Close the way back of every run of this playbook on this environment; the ids of all, also when repeated."""
        mine = (run_table.c.digest == plan.digest) & (run_table.c.environment == plan.environment)
        runs = tuple(connection.execute(select(run_table.c.id).where(mine).order_by(run_table.c.created)).scalars())
        connection.execute(update(run_table).where(mine, run_table.c.finalized.is_(None)).values(
            finalized=clock.stamp()))
        audit.append(connection, actor=actor, event="runs.finalized", runs=runs, environment=plan.environment)
        return runs

    @written
    def order(self, connection: Connection, run_id: str, order: Mapping[str, Any] | None, *, actor: str) -> None:
        """Leave an order for whoever drives the run: `{"act": "rollback"}`; None when it was carried out."""
        connection.execute(update(run_table).where(run_table.c.id == run_id).values(order=order))
        audit.append(connection, actor=actor, event="run.order", run=run_id, order=order)

    @written
    def resumed(self, connection: Connection, run_id: str, *, actor: str) -> None:
        """Write into the trail who has a run go on."""
        audit.append(connection, actor=actor, event="run.resumed", run=run_id)

    def _keep(self, connection: Connection, plan: Plan) -> None:
        known = select(plan_table.c.id).where(plan_table.c.id == plan.id)
        if connection.execute(known).first():
            return
        take_turn(connection, f"plan {plan.id}")
        if connection.execute(known).first():
            return
        connection.execute(insert(plan_table).values(
            id=plan.id, digest=plan.digest, bindings=plan.bindings, stage=plan.stage, environment=plan.environment,
            content=plan.as_json(), created=clock.stamp()))


def _free_id(connection: Connection) -> str:
    """An id that no run bears: short enough to be typed, and there are days with thousands of runs."""
    while True:
        run_id = f"{clock.now():%m%d}-{secrets.token_hex(2)}"
        if not connection.execute(select(run_table.c.id).where(run_table.c.id == run_id)).first():
            return run_id
