"""The machine: people on both sides, drains, kills and long transactions in any order; both versions must say what the
model says whenever both have come to rest.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import Connection, Engine, event, text

from migrator.lens.side import Side
from migrator.lens.verify import compare
from migrator.sync.applier import Applier, open_applier
from migrator.sync.starting.start import start
from tests.syncing.model import Model
from tests.syncing.people import People
from tests.syncing.place import Place, World

SIDES = st.sampled_from(list(Side))
TAGS = st.lists(st.sampled_from(["a", "b", "c", "甲"]), unique=True, max_size=3)


class Killed(BaseException):
    """The applier was cut off before a statement."""


class TwoVersions(RuleBasedStateMachine):
    """One history. Subclasses say where it happens."""

    place: Place
    patient = True
    """Whether an application may leave a transaction open while others write: a file has one writer at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.world: World = self.place.made()
        self.model = Model()
        self.people = People(self.world, self.model)
        self.renamed: dict[str, Side] = {}
        self.open: tuple[ExitStack, Side, int, str] | None = None

    @initialize(full=st.booleans())
    def begin(self, full: bool) -> None:
        if full:
            self.people.add_customer(Side.OLD)
            self.people.add_task(Side.OLD, self._codes(Side.OLD)[0], None)
        start(self.world.lens, self.world.meeting)
        self.model.drain()
        self.applier = self._applier()

    def teardown(self) -> None:
        if self.open:
            self.open[0].close()
        self.stack.close()

    @rule(side=SIDES)
    def add_customer(self, side: Side) -> None:
        self.people.add_customer(side)

    @rule(side=SIDES, data=st.data(), below=st.booleans())
    def add_task(self, side: Side, data: st.DataObject, below: bool) -> None:
        if not (codes := self._codes(side)):
            return
        above = [key for key in self.model.tasks[side] if key not in self.model.gone("tasks")]
        parent = data.draw(st.sampled_from(above)) if below and above else None
        self.people.add_task(side, data.draw(st.sampled_from(codes)), parent)

    @rule(side=SIDES, data=st.data())
    def retitle(self, side: Side, data: st.DataObject) -> None:
        if tasks := self._free_tasks(side):
            self.people.edit(side, data.draw(st.sampled_from(tasks)), "title", f"title {self.people.fresh()}")

    @rule(side=SIDES, data=st.data(), state=st.integers(0, 2))
    def restate(self, side: Side, data: st.DataObject, state: int) -> None:
        if tasks := self._free_tasks(side):
            word = "ONC"[state] if side is Side.OLD else ("open", "open", "closed")[state]
            self.people.edit(side, data.draw(st.sampled_from(tasks)), "state", word)

    @rule(side=SIDES, data=st.data())
    def move(self, side: Side, data: st.DataObject) -> None:
        if (tasks := self._free_tasks(side)) and (codes := self._codes(side)):
            self.people.edit(side, data.draw(st.sampled_from(tasks)), "customer", data.draw(st.sampled_from(codes)))

    @rule(side=SIDES, data=st.data(), tags=TAGS)
    def retag(self, side: Side, data: st.DataObject, tags: list[str]) -> None:
        if tasks := self._free_tasks(side):
            self.people.retag(side, data.draw(st.sampled_from(tasks)), tags)

    @rule(side=SIDES, data=st.data())
    def note(self, side: Side, data: st.DataObject) -> None:
        if tasks := self._free_tasks(side):
            private = "legacy" if side is Side.OLD else "note"
            self.people.edit(side, data.draw(st.sampled_from(tasks)), private, f"note {self.people.fresh()}")

    @rule(side=SIDES, data=st.data())
    def delete_task(self, side: Side, data: st.DataObject) -> None:
        leaves = [key for key in self._free_tasks(side) if not any(
            row["parent"] == key for rows in self.model.tasks.values() for row in rows.values())]
        if leaves:
            self.people.delete_task(side, data.draw(st.sampled_from(leaves)))

    @rule(side=SIDES, data=st.data())
    def delete_customer(self, side: Side, data: st.DataObject) -> None:
        if free := self._unused(side):
            self.people.delete_customer(side, data.draw(st.sampled_from(free)))

    @rule(side=SIDES, data=st.data())
    def swap_names(self, side: Side, data: st.DataObject) -> None:
        codes = [code for code in self._codes(side) if self.renamed.get(code, side) is side]
        if len(codes) > 1:
            two = data.draw(st.permutations(codes))[:2]
            self.people.swap_names(side, *two)
            self.renamed |= dict.fromkeys(two, side)

    @rule(side=SIDES)
    def touch(self, side: Side) -> None:
        if not self.open:
            self.people.touch(side)

    @rule(side=SIDES)
    def close_all(self, side: Side) -> None:
        if not self.open:
            self.people.close_all(side)

    @rule(side=SIDES)
    def think_better_of_it(self, side: Side) -> None:
        if not self.open:
            self.people.think_better_of_it(side)

    @precondition(lambda self: self.patient and self.open is None)
    @rule(side=SIDES, data=st.data())
    def begin_slowly(self, side: Side, data: st.DataObject) -> None:
        if tasks := self._free_tasks(side):
            key, title = data.draw(st.sampled_from(tasks)), f"slow {self.people.fresh()}"
            stack = ExitStack()
            connection: Connection = stack.enter_context(self.world.slow(side))
            statement, values = self.people.edited(side, key, "title", title)
            connection.execute(text(statement), values)
            self.open = (stack, side, key, title)

    @precondition(lambda self: self.open is not None)
    @rule()
    def end_slowly(self) -> None:
        assert self.open
        stack, side, key, title = self.open
        stack.close()
        self.open = None
        self.model.tasks[side][key]["title"] = title

    @precondition(lambda self: self.open is not None)
    @rule()
    def carry_meanwhile(self) -> None:
        """What can be carried is; nothing waits for the open transaction."""
        for _ in range(2):
            self.applier.round()

    @precondition(lambda self: self.open is None)
    @rule(statement=st.integers(1, 60))
    def kill(self, statement: int) -> None:
        """Cut the applier off before one of its statements; the next one goes on."""
        left = iter(range(statement, -1, -1))

        def count(*_args: Any) -> None:
            if next(left, 1) == 0:
                raise Killed

        event.listen(Engine, "before_cursor_execute", count)
        try:
            self.applier.drain()
        except Killed:
            pass
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        self.stack.close()
        self.applier = self._applier()

    @precondition(lambda self: self.open is None)
    @rule()
    def drain(self) -> None:
        self._come_to_rest()

    @precondition(lambda self: self.open is None)
    @rule()
    def compare(self) -> None:
        self._come_to_rest()
        report = compare(self.world.lens, self.world.meeting)
        assert report.equal, report.as_json()

    def _come_to_rest(self) -> None:
        self.applier.drain()
        self.model.drain()
        self.renamed.clear()
        said = self.world.said()
        assert said.customers == self.model.customers
        assert said.tasks == self.model.tasks

    def _applier(self) -> Applier:
        return self.stack.enter_context(open_applier(self.world.lens, self.world.meeting, holder="machine"))

    def _codes(self, side: Side) -> list[str]:
        """Customers that a task of a side may name: the other side has not deleted them meanwhile."""
        return [code for code in self.model.customers[side] if code not in self.model.gone("customers")]

    def _free_tasks(self, side: Side) -> list[int]:
        """Tasks that nobody holds in an open transaction."""
        return [key for key in self.model.tasks[side] if not self.open or self.open[1:3] != (side, key)]

    def _unused(self, side: Side) -> list[str]:
        used = {row["customer"] for rows in self.model.tasks.values() for row in rows.values()}
        return [code for code in self._codes(side) if code not in used and code not in self.renamed]
