"""Fleets in the journal: one plan, its sites in their batches, and the run that each site has."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, case, func, insert, select, update

from migrator import clock
from migrator.errors import WrongUse
from migrator.journal import audit
from migrator.journal.entered import enter
from migrator.journal.tables import fleet as fleet_table
from migrator.journal.tables import fleet_site
from migrator.journal.tables import run as run_table
from migrator.journal.turn import take_turn
from migrator.journal.writer import Writer, written
from migrator.model.fleet import OF_RUN, BoundSite, FleetState, SiteState
from migrator.model.plan import Plan
from migrator.model.states import RunState
from migrator.text import _


class Fleets:
    """Keeps fleets; a site's state is never stored, it is what its run's state means."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    @written
    def start(self, connection: Connection, plan: Plan, sites: Sequence[BoundSite], *, sizes: Sequence[int],
              stop_limit: int, started_by: str) -> str:
        """Enter a fleet of a plan that is kept already, its batches of these sizes; gives its id."""
        name = f"{clock.now():%m%d}-{secrets.token_hex(2)}"
        connection.execute(insert(fleet_table).values(
            id=name, plan=plan.id, digest=plan.digest, bindings=plan.bindings, stage=plan.stage,
            playbook=plan.playbook, batches=list(sizes), stop_limit=stop_limit, state=FleetState.RUNNING,
            started_by=started_by, created=clock.stamp()))
        batches = (number for number, size in enumerate(sizes, 1) for _site in range(size))
        connection.execute(insert(fleet_site), [
            {"fleet": name, "environment": site.environment, "batch": batch, "place": place,
             "bindings": site.bindings, "targets": dict(site.targets)}
            for place, (site, batch) in enumerate(zip(sites, batches, strict=True))])
        audit.append(connection, actor=started_by, event="fleet.started", fleet=name, plan=plan.id,
                     bindings=plan.bindings, sites=len(sites), batches=list(sizes), stop_limit=stop_limit)
        return name

    def get(self, name: str) -> RowMapping:
        """The fleet's row; raises WrongUse when there is none."""
        with self._engine.begin() as connection:
            row = connection.execute(select(fleet_table).where(fleet_table.c.id == name)).mappings().first()
        if row is None:
            raise WrongUse(_("no fleet {fleet} in this journal").format(fleet=name), hint="inv fleet.status")
        return row

    def newest(self) -> str | None:
        """The fleet that was started last."""
        with self._engine.begin() as connection:
            return connection.execute(select(fleet_table.c.id).order_by(fleet_table.c.created.desc()).limit(1)).scalar()

    def running(self) -> list[str]:
        """Fleets that are neither stopped nor done, oldest first."""
        query = select(fleet_table.c.id).where(fleet_table.c.state == FleetState.RUNNING).order_by(
            fleet_table.c.created)
        with self._engine.begin() as connection:
            return list(connection.execute(query).scalars())

    def sites(self, name: str) -> list[RowMapping]:
        """Every site in its place, with what the journal knows of its run, and its `site_state`."""
        query = select(
            fleet_site.c.environment, fleet_site.c.batch, fleet_site.c.place, fleet_site.c.run, fleet_site.c.left_out,
            run_table.c.state, run_table.c.message, run_table.c.exit_code, run_table.c.waiting_for,
            run_table.c.started, run_table.c.ended, _SITE_STATE.label("site_state")).select_from(_SITES).where(
            fleet_site.c.fleet == name).order_by(fleet_site.c.place)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    def states(self, name: str) -> list[SiteState]:
        """Where each site stands, in order."""
        query = select(_SITE_STATE).select_from(_SITES).where(fleet_site.c.fleet == name).order_by(fleet_site.c.place)
        with self._engine.begin() as connection:
            return [SiteState(state) for state in connection.execute(query).scalars()]

    def queued(self, name: str) -> list[RowMapping]:
        """Runs (`id`, `environment`) that were entered and have not begun."""
        query = select(run_table.c.id, run_table.c.environment, run_table.c.created).where(
            run_table.c.fleet == name, run_table.c.state == RunState.QUEUED).order_by(run_table.c.id)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    @written
    def enter(self, connection: Connection, name: str, plan: Plan, places: Sequence[int], *, folder: str,
              actor: str) -> int:
        """Enter a run for each of these sites that has none, while the fleet is running; gives how many were entered.

        Several workers may ask for the same at once: they do it in turn, and each run is entered once.
        """
        take_turn(connection, f"fleet {name}")
        fleet = connection.execute(select(fleet_table).where(fleet_table.c.id == name)).mappings().one()
        if fleet["state"] != FleetState.RUNNING:
            return 0
        sites = connection.execute(select(fleet_site).where(
            fleet_site.c.fleet == name, fleet_site.c.place.in_(places), fleet_site.c.run.is_(None),
            fleet_site.c.left_out.is_(None)).order_by(fleet_site.c.place)).mappings().all()
        tried = dict(connection.execute(select(run_table.c.environment, func.count()).where(
            run_table.c.fleet == name, run_table.c.environment.in_([site["environment"] for site in sites])).group_by(
            run_table.c.environment)).tuples().all())
        runs = {site["environment"]: _run_id(site, tried.get(site["environment"], 0)) for site in sites}
        enter(connection, plan, runs, started_by=fleet["started_by"], folder=folder, fleet=name)
        for environment, run in runs.items():
            connection.execute(update(fleet_site).where(
                fleet_site.c.fleet == name, fleet_site.c.environment == environment).values(run=run))
        return len(runs)
