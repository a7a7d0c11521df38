"""One pair between two sessions: chunk after chunk, each in one transaction with its row in the ledger."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from migrator.errors import DatabaseError
from migrator.lens.copy.keys import Key, Keys
from migrator.lens.copy.ledger import Ledger, Reached
from migrator.lens.copy.load import Load
from migrator.lens.copy.pace import Pace
from migrator.lens.copy.paths.path import Path
from migrator.lens.copy.session import Session
from migrator.text import _


class Crossing:
    """What a unit of the ledger brings from one session to another, which may be one and the same."""

    def __init__(self, unit: str, source: Session, target: Session, path: Path, ledger: Ledger) -> None:
        self._unit = unit
        self._source = source
        self._target = target
        self._path = path
        self._ledger = ledger

    def chunks(self, work: Sequence[Load], keys: Keys, aim: float) -> Iterator[Reached]:
        """Bring chunk after chunk of what has not arrived, and say after each how far that is.

        work: what each chunk brings; the rows of the first one are those that count.
        aim: seconds that a chunk should take.
        """
        pace, reached = Pace(aim), self._ledger.reached(self._unit)
        while True:
            began = time.monotonic()
            with self._target.connection.begin():
                high = self._end_of_chunk(keys, reached.high, pace.rows)
                if high is None:
                    return
                if high == reached.high:
                    raise DatabaseError(_("the key {key} is of another type than its column, so nobody can say which "
                                          "comes after it").format(key=", ".join(high)),
                                        where=self._source.endpoint.name, hint=_("correct it in the old data"))
                rows, *_further = [self._path.carry(load, load.rows(keys.between(reached.high, high)))
                                   for load in work]
                reached = self._ledger.add(self._unit, reached, high, rows, time.monotonic() - began)
            if self._source.connection is not self._target.connection:
                self._source.connection.rollback()  # so that the next chunk sees what is new
            pace.took(rows, time.monotonic() - began)
            yield reached

    def _end_of_chunk(self, keys: Keys, low: Key | None, rows: int) -> Key | None:
        """The highest key of the next so many rows, or of all that are left; None when none is."""
        found = self._source.ask(keys.last_of(low, rows)).first() or self._source.ask(keys.highest(low)).first()
        return None if found is None else tuple(_text(text) for text in found)


def _text(text: str | bytes) -> str:
    """Canonical texts of MariaDB are bytes."""
    return text.decode() if isinstance(text, bytes) else text
