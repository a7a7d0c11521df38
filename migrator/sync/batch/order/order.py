"""Order: what of a batch can be written now, and in which order, so that no key breaks on the way.

Most batches have nothing that waits or stands in the way: one question for each pair tells so. Else rows are held until
those that are left fit together: rows that name missing rows, rows that others go on to name, unique values that nobody
gives up. A row that is held may hold others, never the other way round, so this comes to an end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ClauseElement, Select, select

from migrator.lens.scope import Cell
from migrator.sync.batch.order.check import Check
from migrator.sync.batch.order.claims import ceded
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.order.looks import Looks
from migrator.sync.batch.order.rules import foreign_rules
from migrator.sync.batch.order.ties import tied
from migrator.sync.batch.part import Part
from migrator.sync.batch.renamed.moving import Moving
from migrator.sync.batch.renamed.renaming import Renaming
from migrator.sync.batch.road import Road
from migrator.sync.batch.script import Script


class Order:
    """The order of one way. The steps are called in the order in which they stand here.

    parts: all of them, those first whose rows others name.
    """

    def __init__(self, road: Road, parts: Sequence[Part]) -> None:
        self._road = road
        self._parts = parts
        self._script = Script()
        self._looks: dict[Part, Looks] = {}
        self._deferred = False
        self._smooth = True
        """Whether the batch has nothing that waits or stands in the way."""

    def create(self) -> None:
        """Learn what the target's server checks by itself and when."""
        target, side = self._road.target, self._road.way.target
        if target.make == "sqlite":
            target.driver.execute("PRAGMA foreign_keys = ON")  # has no effect within a transaction
        with target.connection.begin():
            rules = foreign_rules(target, side)
        company = Company([part.shape for part in self._parts], rules)
        written = [writing for part in self._parts for writing in part.writings]
        for place, writing in enumerate(written):
            writing.ties = tied(place, [one.table for one in written], writing.columns, target.make, rules)
        self._looks = {part: Looks(company, part, Moving(part, Renaming(company, part.shape, self._road), target))
                       for part in self._parts}
        self._deferred = target.make == "postgresql" and any(rule.deferrable for rule in rules.values())

    def around(self, part: Part) -> set[Part]:
        """The pair itself, and those that share a table with it or whose rows name its rows, or are named by them."""
        return {other for other in self._parts if other.tables & part.tables or other.tables & part.named
                or part.tables & other.named}

    def admit(self, part: Part) -> None:
        """Make the temporary tables that the order of a pair's rows needs."""
        self._looks[part].moving.create()
        for park in self._looks[part].parks:
            park.parked.create(self._road.target)

    def move(self, parts: Sequence[Part]) -> None:
        """Give rows the keys by which they are called now."""
        self._check_later()
        for part in parts:
            self._looks[part].moving.run()
        for part in parts if any(part.moved for part in parts) else ():
            part.recall()

    def settle(self, parts: Sequence[Part]) -> None:
        """Have those rows wait that cannot be written now, with the reason in the plan."""
        for part in self._parts:
            if part not in parts:
                part.rest()
        for part in parts:
            if self._looks[part].shares:
                self._run(f"cede {part.shape.number}", partial(ceded, self._looks[part].company, part.shape))
        self._smooth = not any(self._is_any(part, "first", self._looks[part].first) for part in parts)
        while not self._smooth and self._hold(parts):
            pass
        for part in parts:
            part.tally.count()

    def write(self, parts: Sequence[Part]) -> tuple[int, int, int]:
        """Bring all that is planned into the target's tables; rows inserted, updated and deleted.

        Deletions come first, children before parents, as unique values may be wanted by others; but last where rows
        that name what is deleted have yet to name something else.
        """
        late = not self._smooth and any(self._is_any(part, "late", self._looks[part].late) for part in parts)
        deleted = sum(part.writer.unlink() for part in reversed(parts))
        deleted += 0 if late else self._remove(parts)
        for part in parts if not self._smooth else ():
            if self._is_any(part, "contested", self._looks[part].contested):
                for park in self._looks[part].parks:
                    park.fill(self._script, self._road.target)
        written = [part.writer.write() for part in parts]
        for part in parts:
            part.writer.complete()
        linked = sum(part.writer.link() for part in parts)
        deleted += self._remove(parts) if late else 0
        for part in parts:
            self._looks[part].moving.end()
        if self._deferred:
            self._road.target.run("SET CONSTRAINTS ALL IMMEDIATE")
        return sum(new for new, _ in written) + linked, sum(changed for _, changed in written), deleted

    def _remove(self, parts: Sequence[Part]) -> int:
        for part in parts:
            part.writer.untie()
        return sum(part.writer.remove() for part in reversed(parts))

    def _hold(self, parts: Sequence[Part]) -> int:
        return sum(self._run(f"hold {part.shape.number} {number}", partial(check.hold, part.shape))
                   for part in parts for number, check in enumerate(self._looks[part].held))

    def _run(self, name: str, statement: Callable[[], ClauseElement]) -> int:
        return self._script.run(name, self._road.target, statement)

    def _is_any(self, part: Part, name: str, checks: Sequence[Check]) -> bool:
        if not checks:
            return False

        def question() -> Select[Any]:
            answers: list[Cell] = [check.any.label(f"c_{n}") for n, check in enumerate(checks)]
            return select(*answers)

        return any(self._script.ask(f"{name} {part.shape.number}", self._road.target, question))

    def _check_later(self) -> None:
        """Have foreign keys be checked when all is written, where the server can."""
        target = self._road.target
        if target.make == "sqlite":
            target.run("PRAGMA defer_foreign_keys = ON")
        elif self._deferred:
            target.run("SET CONSTRAINTS ALL DEFERRED")
