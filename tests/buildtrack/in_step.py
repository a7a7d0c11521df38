"""Both versions served at once while an applier keeps their data in step: what people then see of each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from migrator.lens.verify import compare
from migrator.sync.applier import open_applier
from migrator.sync.moves.finish import finish
from migrator.sync.moves.switch import back, switch
from migrator.sync.starting.start import start
from tests.buildtrack.both import Both
from tests.buildtrack.person import Person, PersonOf51, PersonOf70, Refused
from tests.buildtrack.words import Record

PATIENCE = 300.0
"""Seconds after which what should be seen will not be seen any more."""


@dataclass(frozen=True)
class Town:
    """Both versions with their administrators at work, and how long each record took to be seen on the other side.

    `errors` are the applier's.
    """

    both: Both
    old: PersonOf51
    new: PersonOf70
    lags: list[float] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def start(self) -> None:
        """Begin the sync: nobody's record is changed by that."""
        before = self.old.everything()
        start(self.both.lens, self.both.meeting)
        assert self.old.everything() == before == self.new.everything()

    def switch(self) -> None:
        """Make 7.0 the version that is written to."""
        switch(self.both.lens, self.both.meeting)

    def back(self) -> None:
        """Make 5.1 the version that is written to."""
        back(self.both.lens, self.both.meeting)

    def finish(self) -> None:
        """End the sync."""
        finish(self.both.lens, self.both.meeting)

    def require_alike(self) -> None:
        """Every cell is as the lens says, and both versions show the same."""
        report = compare(self.both.lens, self.both.meeting)
        assert report.equal, report.differences
        assert self.old.everything() == self.new.everything()

    @contextmanager
    def in_step(self) -> Iterator[None]:
        """An applier at work until the end of the block, and until nothing waits; its error is the block's."""
        leave = threading.Event()

        def work() -> None:
            try:
                with open_applier(self.both.lens, self.both.meeting, holder="test") as applier:
                    applier.run(leave.is_set)
                    applier.drain()
            except BaseException as error:
                self.errors.append(error)

        thread = threading.Thread(target=work, name="applier")
        thread.start()
        try:
            yield
        finally:
            leave.set()
            thread.join()
            if self.errors:
                raise self.errors[0]

    def seen(self, who: Person, records: str, key: int, wanted: Record) -> None:
        """Wait until somebody sees a record as it is wanted."""
        self._until(lambda: _looked_up(who, records, key) == wanted,
                    lambda: f"{records} {key}: {_looked_up(who, records, key)} instead of {wanted}")

    def gone(self, who: Person, records: str, key: int) -> None:
        """Wait until somebody does not find a record any more."""
        self._until(lambda: _looked_up(who, records, key) is None, lambda: f"{records} {key} is still there")

    def changed(self, who: Person, other: Person, records: str, key: int, **fields: Any) -> None:
        """Somebody changes a record, and somebody else sees what became of it."""
        who.change(records, key, **fields)
        self.seen(other, records, key, who.see(records, key))

    def _until(self, true: Callable[[], bool], otherwise: Callable[[], str]) -> None:
        began = time.monotonic()
        while not (true() or self.errors):
            assert time.monotonic() - began < PATIENCE, otherwise()
        self.lags.append(time.monotonic() - began)


@contextmanager
def served(both: Both) -> Iterator[Town]:
    """Both web applications, started."""
    with both.old.served("5.1") as old, both.new.served("7.0") as new:
        yield Town(both, PersonOf51.signed_in(old), PersonOf70.signed_in(new))


def _looked_up(who: Person, records: str, key: int) -> Any:
    try:
        return who.see(records, key)
    except Refused as refused:
        if refused.status == 404:
            return None
        raise
