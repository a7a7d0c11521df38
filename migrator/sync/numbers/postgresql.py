"""A sequence: explicit numbers do not move it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from migrator.lens.copy.counters import SEQUENCES
from migrator.lens.copy.session import Session
from migrator.lens.side import Side


class PostgresqlCounter:
    """The sequence behind a column: of an identity, of a serial, or in any other default."""

    def __init__(self, session: Session, side: Side, table: str, column: str) -> None:
        self._session = session
        found = session.connection.execute(SEQUENCES, {"space": session.schema(side), "table": table})
        self._sequence = next(str(sequence) for name, sequence in found if name == column)

    def next(self) -> int:
        """The last number and a step; what sessions have cached is between the two."""
        return self._read().next

    def raise_to(self, number: int) -> bool:
        """Within its limits; a sequence that counts down gives no such promise."""
        now = self._read()
        if now.step < 1 or number > now.most:
            return False
        if now.next < number:
            self._set(number)
        return True

    def every_other(self, remainder: int, *, again: bool) -> bool:
        """In steps of two: only where it has gone by one, for an application may have numbers of a longer step itself.
        """
        now = self._read()
        if now.step != 1 and not (again and now.step == 2):
            return False
        wanted = now.next + (now.next % 2 != remainder)
        if now.step == 1:
            self._step(2)
        if self._read().next != wanted:  # the longer step goes on from the number that was given last
            self._set(wanted)
        return True

    def every(self) -> None:
        """In steps of one, where they were made two."""
        if self._read().step == 2:
            self._step(1)

    def _read(self) -> _Said:
        # pg_sequence_last_value does not know a sequence that was set and not asked since: it has to be read itself
        ask = f"SELECT last_value, is_called FROM {self._sequence}"  # noqa: S608
        last = self._session.run(ask, no_parameters=True).one()
        limits = self._session.connection.execute(_LIMITS, {"sequence": self._sequence}).one()
        return _Said(last.last_value + (limits.seqincrement if last.is_called else 0), *limits)

    def _set(self, number: int) -> None:
        self._session.connection.execute(_SET, {"sequence": self._sequence, "number": number})

    def _step(self, step: int) -> None:
        self._session.run_as_told(f"ALTER SEQUENCE {self._sequence} INCREMENT BY {step}")


@dataclass(frozen=True)
class _Said:
    next: int
    step: int
    most: int


_LIMITS = text("select seqincrement, seqmax from pg_sequence where seqrelid = cast(:sequence as regclass)")
_SET = text("select setval(cast(:sequence as regclass), :number, false)")
