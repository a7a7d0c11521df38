"""Fleets in the journal: one plan over many sites, running, stopped or done."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from migrator import clock
from migrator.errors import WrongUse
from migrator.journal import audit
from migrator.journal.fleet_sites import leave_failed, try_failed_again
from migrator.journal.tables import fleet, fleet_site
from migrator.journal.turn import take_turn
from migrator.journal.writer import Writer, written
from migrator.model.fleet import BoundSite, FleetState
from migrator.model.plan import Plan
from migrator.text import _


class Fleets:
    """Keeps fleets; who changes one takes its turn, so that workers and people never act on an old state."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    @written
    def start(self, connection: Connection, plan: Plan, sites: Sequence[BoundSite], *, sizes: Sequence[int],
              stop_limit: int, started_by: str) -> str:
        """Enter a fleet of a plan that is kept already, its batches of these sizes; gives its id."""
        name = f"{clock.now():%m%d}-{secrets.token_hex(2)}"
        connection.execute(insert(fleet).values(
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
            row = connection.execute(select(fleet).where(fleet.c.id == name)).mappings().first()
        if row is None:
            raise WrongUse(_("no fleet {fleet} in this journal").format(fleet=name), hint="inv fleet.status")
        return row

    def newest(self) -> str | None:
        """The fleet that was started last."""
        with self._engine.begin() as connection:
            return connection.execute(select(fleet.c.id).order_by(fleet.c.created.desc()).limit(1)).scalar()

    def running(self) -> list[RowMapping]:
        """Fleets that are neither stopped nor done, oldest first."""
        query = select(fleet).where(fleet.c.state == FleetState.RUNNING).order_by(fleet.c.created)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    def stop(self, name: str, *, actor: str, reason: str) -> bool:
        """Let no site begin any more; False when the fleet was not running."""
        return self._move(name, FleetState.STOPPED, actor=actor, reason=reason)

    def end(self, name: str, *, actor: str) -> bool:
        """Every site is settled; False when the fleet was not running."""
        return self._move(name, FleetState.DONE, actor=actor, reason="")

    @written
    def go_on(self, connection: Connection, name: str, *, actor: str, reason: str, again: bool) -> int | None:
        """Go on with a stopped fleet: its failed sites are tried `again`, or left out; gives their number.

        None when the fleet is not stopped.
        """
        take_turn(connection, f"fleet {name}")
        if _state(connection, name) != FleetState.STOPPED:
            return None
        failed = (try_failed_again(connection, name) if again
                  else leave_failed(connection, name, reason))
        _write(connection, name, FleetState.RUNNING, actor, reason, again=again, sites=failed)
        return failed

    @written
    def _move(self, connection: Connection, name: str, state: FleetState, *, actor: str, reason: str) -> bool:
        take_turn(connection, f"fleet {name}")
        if _state(connection, name) != FleetState.RUNNING:
            return False
        _write(connection, name, state, actor, reason)
        return True


def _state(connection: Connection, name: str) -> str:
    return str(connection.execute(select(fleet.c.state).where(fleet.c.id == name)).scalar_one())


def _write(connection: Connection, name: str, state: FleetState, actor: str, reason: str, **more: Any) -> None:
    ended = clock.stamp() if state is FleetState.DONE else None
    connection.execute(update(fleet).where(fleet.c.id == name).values(state=state, message=reason, ended=ended))
    audit.append(connection, actor=actor, event=f"fleet.{state}", fleet=name, reason=reason, **more)
