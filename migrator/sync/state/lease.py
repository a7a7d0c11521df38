"""The lease: one applier at a time, told apart by a fencing number that every batch confirms where it commits.

Whoever takes it counts the number up, first at the old side, which so decides between two who take it at once, then at
the new one. From then on nothing that its predecessor has not committed is kept, whatever it believes: the way to fence
a lock that M. Kleppmann describes ("How to do distributed locking", 2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, text, update

from migrator.errors import Fenced, MigratorError
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.sql.construct import MAKES
from migrator.sync.state.pulse import Pulse
from migrator.sync.state.row import Moment, control, held
from migrator.sync.state.state import Phase, State, decided
from migrator.sync.state.taking import FREE, taken
from migrator.text import _

FROZEN = 20
"""Seconds that a transaction of ours may wait for us before the server ends it, and frees what it has locked."""
_IDLE = {"postgresql": text("select set_config('idle_in_transaction_session_timeout', :text, false)"),
         "mariadb": text("set session idle_write_transaction_timeout = :seconds")}


class LostLease(Fenced):
    """Another process has taken the sync over meanwhile: nothing of the open batch is kept."""


class Lease:
    """The right to act in the sync of two databases, until it is released, or lost to a successor.

    As a context manager it is released at the end.
    """

    def __init__(self, meeting: Meeting, state: State) -> None:
        self._meeting = meeting
        self._state = state
        self._pulse = Pulse(lambda side: held(meeting, side), self._beat)
        self._pulse.start()

    @classmethod
    def take(cls, meeting: Meeting, lens: Lens, holder: str, *, patience: float = 0.0, renew: bool = False) -> Lease:
        """Become the one that acts.

        holder: who that is, for people.
        patience: seconds to wait for a living holder, who is told that somebody wants it (see `wanted`).
        renew: go on also with what another mapping began, or this one before a table changed.
        Raises Locked while another one lives; FindingsBlock when both databases contradict each other or another
        mapping rules.
        """
        return cls(meeting, taken(meeting, lens, holder, patience, renew))

    @property
    def state(self) -> State:
        """What is decided."""
        return self._state

    @property
    def wanted(self) -> str | None:
        """Who waits for this lease; None while nobody does. A holder that can do so lets go between two batches."""
        return self._pulse.told

    def bind(self, connection: Connection) -> None:
        """Have the server end what this fresh connection has open once we are frozen in the middle of it."""
        make = MAKES[connection.dialect.name]
        if make in _IDLE:
            with connection.begin():
                connection.execute(_IDLE[make], {"seconds": FROZEN, "text": f"{FROZEN}s"})

    def confirm(self, connection: Connection, side: Side) -> None:
        """Say in a batch's transaction, last before its commit, that it is still ours.

        Raises LostLease when it is not; the transaction must not be committed then.
        """
        self._require(self._beat(connection, side), side)

    def tell(self, *, truth: Side | None = None, phase: Phase | None = None, settings: Mapping[str, Any] | None = None
             ) -> None:
        """Decide something, at the old side first; after a crash in between the next lease completes it.

        Raises LostLease.
        """
        before = self._state
        after = replace(before, truth=truth or before.truth, phase=phase or before.phase, revision=before.revision + 1,
                        settings=before.settings if settings is None else settings)
        for side in Side:
            with held(self._meeting, side) as connection:
                self._require(self._write(connection, side, decided(after)), side)
        self._state = after

    def release(self) -> None:
        """Let go; nothing happens when it is lost."""
        self._pulse.stop()
        for side in Side:
            with held(self._meeting, side) as connection:
                self._write(connection, side, {**FREE, "beat": 0.0})

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, _type: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
                 ) -> None:
        try:
            self.release()
        except MigratorError:
            if error is None:  # else that error tells more, and a lease that nobody keeps ends by itself
                raise

    def _beat(self, connection: Connection, side: Side) -> bool:
        return self._write(connection, side, {"beat": Moment()})

    def _write(self, connection: Connection, side: Side, values: Mapping[str, Any]) -> bool:
        table = control(side)
        mine = (table.c.side == side.value, table.c.fence == self._state.fence)
        return connection.execute(update(table).where(*mine).values(**values)).rowcount == 1

    def _require(self, mine: bool, side: Side) -> None:
        if not mine:
            raise LostLease(_("another process has taken over keeping both sides in step"),
                            where=self._meeting.end(side).name, hint=_("inv sync.status names it"))
