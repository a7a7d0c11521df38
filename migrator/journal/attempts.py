"""Attempts: STARTED is written before an act begins, how it ended after; the first `before` is kept for ever."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, bindparam, func, insert, or_, select, update

from migrator import clock
from migrator.errors import Fenced
from migrator.journal import audit
from migrator.journal.tables import attempt, before, run
from migrator.journal.writer import Writer, written
from migrator.model.finding import Finding
from migrator.model.outcome import Change, Outcome
from migrator.model.plan import PlannedStep
from migrator.model.states import AttemptState, Direction, RunState
from migrator.text import _


@dataclass(frozen=True)
class Key:
    """Names one attempt: the n-th try of one step of a run on one target, forward or undo."""

    run: str
    step: str
    target: str
    direction: Direction
    n: int

    @property
    def job(self) -> str:
        """The name of its jobs' folder on the host, without the label."""
        return f"{self.run}.{self.step}.{self.target}.{self.direction}.{self.n}"


class Attempts:
    """The ledger that is asked after a crash."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    def find(self, key: Key) -> RowMapping | None:
        """The attempt's row, None when it never began."""
        with self._engine.begin() as connection:
            return connection.execute(select(attempt).where(_is(key))).mappings().first()

    @written
    def start(self, connection: Connection, key: Key, step: PlannedStep, record: dict[str, Any],
              changes: Sequence[Change], *, executor: str) -> None:
        """Write that the attempt begins, with what undo will need; both or neither.

        Raises Fenced when another process drives the run meanwhile.
        """
        driver, kept = connection.execute(_DRIVER, asdict(key)).one()
        if driver not in (None, executor):
            raise _fenced(key)
        if key.direction is Direction.FORWARD and not kept:
            connection.execute(insert(before), {"run": key.run, "step": key.step, "target": key.target,
                                                "record": record, "at": clock.stamp()})
        connection.execute(insert(attempt), {
            **_begun(key, step, executor), "state": AttemptState.STARTED, "changes": [c.as_json() for c in changes],
            "undone": False})
        audit.append(connection, actor=executor, event="attempt.started", run=key.run, step=key.step,
                     target=key.target, direction=key.direction, n=key.n)

    @written
    def end(self, connection: Connection, key: Key, state: AttemptState, *, executor: str, seconds: float,
            outcome: Outcome | None = None, findings: Sequence[Finding] = (), message: str = "") -> None:
        """Write how it ended; an undo that succeeded marks the forward attempts of its unit as undone.

        Raises Fenced when another process drives the run meanwhile: how it ends is for that one to say.
        """
        written = connection.execute(_END, {
            **{f"its_{name}": value for name, value in asdict(key).items()}, "its_executor": executor,
            "state": state, "ended": clock.stamp(), "seconds": round(seconds, 3), "message": message,
            "outcome": outcome.as_json() if outcome else None, "findings": [f.as_json() for f in findings]})
        if not written.rowcount:
            raise _fenced(key)
        if key.direction is Direction.UNDO and state is AttemptState.OK:
            connection.execute(update(attempt).where(
                _same_unit(attempt, key), attempt.c.direction == Direction.FORWARD).values(undone=True))
        audit.append(connection, actor=executor, event="attempt.ended", run=key.run, step=key.step,
                     target=key.target, direction=key.direction, n=key.n, state=state, message=message)

    @written
    def refuse(self, connection: Connection, key: Key, step: PlannedStep, *, executor: str,
               findings: Sequence[Finding], message: str) -> None:
        """Write an attempt that its own check forbade: it failed and never began to act, so nothing is to undo."""
        connection.execute(insert(attempt), {
            **_begun(key, step, executor), "state": AttemptState.FAILED, "ended": clock.stamp(), "seconds": 0,
            "message": message, "findings": [f.as_json() for f in findings], "undone": True})
        audit.append(connection, actor=executor, event="attempt.refused", run=key.run, step=key.step,
                     target=key.target, message=message)

    def record(self, key: Key) -> dict[str, Any]:
        """What the first `before` of this unit wrote; empty when none was kept."""
        with self._engine.begin() as connection:
            found = connection.execute(select(before.c.record).where(_same_unit(before, key))).scalar()
        return dict(found or {})

    def to_undo(self, run_id: str) -> list[RowMapping]:
        """Units with a forward attempt that began and was not undone, newest first, one row each."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(attempt).where(
                attempt.c.run == run_id, attempt.c.direction == Direction.FORWARD, attempt.c.undone.is_(False),
            ).order_by(attempt.c.id.desc())).mappings()
            units: dict[tuple[str, str], RowMapping] = {}
            for row in rows:
                units.setdefault((row["step"], row["target"]), row)
        return list(units.values())

    def of_unit(self, run_id: str, step: str, target: str, direction: Direction) -> list[RowMapping]:
        """Every attempt of one step on one target in one direction, oldest first."""
        unit = {"run": run_id, "step": step, "target": target, "direction": direction}
        with self._engine.begin() as connection:
            return list(connection.execute(_OF_UNIT, unit).mappings())

    def newest_id(self, run_id: str) -> int:
        """A mark in time: the number of the attempt that began last, 0 before the first."""
        with self._engine.begin() as connection:
            return int(connection.execute(select(func.coalesce(func.max(attempt.c.id), 0)).where(
                attempt.c.run == run_id)).scalar_one())

    def of_run(self, run_id: str) -> list[RowMapping]:
        """Every attempt of a run in the order of their beginning."""
        with self._engine.begin() as connection:
            return list(connection.execute(
                select(attempt).where(attempt.c.run == run_id).order_by(attempt.c.id)).mappings())

    def passed(self, digest: str) -> list[RowMapping]:
        """Successful forward attempts of every run with this playbook digest, oldest first, with the run's stage and
        environment.
        """
        columns = (attempt, run.c.stage, run.c.environment, run.c.state.label("run_state"))
        query = select(*columns).join(run, run.c.id == attempt.c.run).where(
            run.c.digest == digest, *_STANDS).order_by(attempt.c.id)
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())

    def newest(self, digest: str, stage: str, step: str, *, on: Collection[str]) -> RowMapping | None:
        """The newest success of a step with this playbook digest that still stands or whose run passed as a whole, in
        one of these environments.
        """
        query = select(attempt).join(run, run.c.id == attempt.c.run).where(
            run.c.digest == digest, run.c.stage == stage, run.c.environment.in_(on), attempt.c.step == step,
            *_STANDS).order_by(
            run.c.created.desc(), attempt.c.id.desc()).limit(1)
        with self._engine.begin() as connection:
            return connection.execute(query).mappings().first()


_STANDS = (attempt.c.direction == Direction.FORWARD, attempt.c.state == AttemptState.OK,
           or_(attempt.c.undone.is_(False), run.c.state == RunState.PASSED))
"""The condition for an attempt, joined with its run, to count as a success."""


# Asked for every step of every run, so they are put together once.
_OF_UNIT = select(attempt).where(*(attempt.c[name] == bindparam(name) for name in (
    "run", "step", "target", "direction"))).order_by(attempt.c.n)
_DRIVER = select(run.c.executor, before.c.run).select_from(run.outerjoin(before, and_(
    *(before.c[name] == bindparam(name) for name in ("run", "step", "target"))))).where(run.c.id == bindparam("run"))
_END = update(attempt).where(
    *(attempt.c[name] == bindparam(f"its_{name}") for name in ("run", "step", "target", "direction", "n")),
    select(run.c.id).where(run.c.id == bindparam("its_run"), or_(
        run.c.executor.is_(None), run.c.executor == bindparam("its_executor"))).exists(),
).values({attempt.c[name]: bindparam(name) for name in (
    "state", "ended", "seconds", "message", "outcome", "findings")})


def _begun(key: Key, step: PlannedStep, executor: str) -> dict[str, Any]:
    return {**asdict(key), "kind": step.kind, "digest": step.digest, "executor": executor, "started": clock.stamp()}


def _fenced(key: Key) -> Fenced:
    return Fenced(_("run {run} is driven by another process; nothing more is done here").format(run=key.run),
                  where=key.target, hint=f"inv status --run {key.run}")


def _is(key: Key) -> Any:
    return and_(_same_unit(attempt, key), attempt.c.direction == key.direction, attempt.c.n == key.n)


def _same_unit(table: Any, key: Key) -> Any:
    return and_(table.c.run == key.run, table.c.step == key.step, table.c.target == key.target)
