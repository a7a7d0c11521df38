"""The sites of fleets: their places and batches, and the run that each has; a site's state is what its run's means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, case, func, insert, select, update

from migrator import __version__, clock
from migrator.errors import Exit
from migrator.journal import audit
from migrator.journal.tables import fleet, fleet_site, run
from migrator.journal.turn import take_turn
from migrator.journal.writer import Writer, written
from migrator.model.fleet import OF_RUN, FleetState, SiteState
from migrator.model.plan import Plan
from migrator.model.states import RunState

_SITES = fleet_site.outerjoin(run, run.c.id == fleet_site.c.run)
_STATE: ColumnElement[str] = case(
    (fleet_site.c.left_out.is_not(None), SiteState.LEFT), (fleet_site.c.run.is_(None), SiteState.PENDING),
    *((run.c.state == state, site) for state, site in OF_RUN.items()))


class FleetSites:
    """Tells where the sites of a fleet stand, and gives them their runs."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    def all(self, name: str) -> list[RowMapping]:
        """Every site in its place, with what the journal knows of its run, and its `site_state`."""
        query = select(
            fleet_site.c.environment, fleet_site.c.batch, fleet_site.c.place, fleet_site.c.run, fleet_site.c.left_out,
            run.c.state, run.c.message, run.c.exit_code, run.c.waiting_for, run.c.started, run.c.ended,
            _STATE.label("site_state")).select_from(_SITES).where(
            fleet_site.c.fleet == name).order_by(fleet_site.c.place)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    def states(self, name: str) -> list[SiteState]:
        """Where each site stands, in order."""
        query = select(_STATE).select_from(_SITES).where(fleet_site.c.fleet == name).order_by(fleet_site.c.place)
        with self._engine.begin() as connection:
            return [SiteState(state) for state in connection.execute(query).scalars()]

    def queued(self, name: str) -> list[RowMapping]:
        """Runs (`id`, `environment`, `created`) that were entered and have not begun."""
        query = select(run.c.id, run.c.environment, run.c.created).where(
            run.c.fleet == name, run.c.state == RunState.QUEUED).order_by(run.c.id)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    @written
    def enter(self, connection: Connection, name: str, plan: Plan, places: Sequence[int], *, folder: str) -> list[str]:
        """Enter a run for each of these sites that has none, while the fleet is running; gives the runs' ids.

        Several workers may ask for the same at once: they do it in turn, and each run is entered once.
        """
        take_turn(connection, f"fleet {name}")
        row = connection.execute(select(fleet.c.state, fleet.c.started_by).where(fleet.c.id == name)).one()
        if row.state != FleetState.RUNNING:
            return []
        sites = connection.execute(select(fleet_site.c.environment, fleet_site.c.place).where(
            fleet_site.c.fleet == name, fleet_site.c.place.in_(places), fleet_site.c.run.is_(None))).all()
        tries = select(run.c.environment, func.count()).where(
            run.c.fleet == name, run.c.environment.in_([site.environment for site in sites])).group_by(
            run.c.environment)
        tried: dict[str, int] = dict(map(tuple, connection.execute(tries)))
        runs = {site.environment: _named(name, site.place, tried.get(site.environment, 0)) for site in sites}
        _enter(connection, name, plan, runs, started_by=row.started_by, folder=folder)
        return list(runs.values())

    @written
    def admit(self, connection: Connection, run_id: str) -> bool:
        """Whether a run that was queued may begin now; if its fleet was stopped meanwhile, its site is pending again.

        Such a run has ended before anything was changed; when the fleet goes on, its site gets another.
        """
        row = connection.execute(select(run.c.state, fleet.c.state.label("fleet"), fleet.c.id).join(
            fleet, fleet.c.id == run.c.fleet).where(run.c.id == run_id)).one()
        if row.state != RunState.QUEUED or row.fleet != FleetState.STOPPED:
            return not RunState(row.state).ended
        connection.execute(update(run).where(run.c.id == run_id).values(
            state=RunState.FAILED, exit_code=Exit.CANCELLED, ended=clock.stamp()))
        connection.execute(update(fleet_site).where(fleet_site.c.fleet == row.id, fleet_site.c.run == run_id).values(
            run=None))
        audit.append(connection, actor=row.id, event=audit.event_of(RunState.FAILED), run=run_id, fleet=row.id)
        audit.anchor(connection, actor=row.id, event="run.ended", run=run_id, state=RunState.FAILED)
        return False


def leave_failed(connection: Connection, name: str, reason: str) -> int:
    """Go on without the sites that have failed; gives their number."""
    return connection.execute(update(fleet_site).where(_failed(name)).values(left_out=reason)).rowcount


def try_failed_again(connection: Connection, name: str) -> int:
    """Let the sites that have failed get a new run; gives their number."""
    return connection.execute(update(fleet_site).where(_failed(name)).values(run=None)).rowcount


def _failed(name: str) -> ColumnElement[bool]:
    ended = select(run.c.id).where(run.c.fleet == name, run.c.state.in_(
        [state for state, site in OF_RUN.items() if site is SiteState.FAILED]))
    return (fleet_site.c.fleet == name) & fleet_site.c.left_out.is_(None) & fleet_site.c.run.in_(ended)


def _named(name: str, place: int, tried: int) -> str:
    """The id of a site's run, from which people read the fleet and the site's number: `1121-7c2e-0042`."""
    return f"{name}-{place + 1:04}" + (f"-{tried + 1}" if tried else "")


def _enter(connection: Connection, name: str, plan: Plan, runs: dict[str, str], *, started_by: str,
           folder: str) -> None:
    if not runs:
        return
    entered: list[dict[str, Any]] = [
        {"id": run_id, "plan": plan.id, "digest": plan.digest, "environment": environment, "stage": plan.stage,
         "product": plan.product, "title": plan.title, "folder": folder.format(run=run_id), "state": RunState.QUEUED,
         "started_by": started_by, "tool_version": __version__, "fleet": name, "created": clock.stamp()}
        for environment, run_id in runs.items()]
    connection.execute(insert(run), entered)
    for environment, run_id in runs.items():
        connection.execute(update(fleet_site).where(
            fleet_site.c.fleet == name, fleet_site.c.environment == environment).values(run=run_id))
    audit.open_chains(connection, list(runs.values()), actor=started_by, event="run.created", plan=plan.id,
                      digest=plan.digest, bindings=plan.bindings, fleet=name)
