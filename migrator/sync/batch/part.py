"""One pair's part of a batch, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial

from sqlalchemy import Delete, Insert, Select, and_, delete, insert, literal, not_, or_, select

from migrator.lens.copy.keys import Key
from migrator.lens.lens import Lens
from migrator.lens.memory import PLACE
from migrator.lens.pair import Pair
from migrator.lens.schema import Table
from migrator.lens.side import Side
from migrator.sync.batch.decide import Act, planned
from migrator.sync.batch.flags import any_flag
from migrator.sync.batch.held import held_rows, in_vain
from migrator.sync.batch.learn import (
    agree_here,
    agree_there,
    called_so,
    forget_here,
    forget_there,
    remember,
    settled_rows,
)
from migrator.sync.batch.look import lockable, seen_rows, there
from migrator.sync.batch.make import absent_rows, asked_keys, made_rows
from migrator.sync.batch.prepare import Preparing
from migrator.sync.batch.road import Road
from migrator.sync.batch.script import Script
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.take import Entries, keys_above, keys_taken, waited
from migrator.sync.batch.tally import Tally
from migrator.sync.batch.writing.links import links
from migrator.sync.batch.writing.write import writings
from migrator.sync.batch.writing.writer import Writer
from migrator.sync.conflicts.tell import Telling
from migrator.sync.conflicts.terms import Terms
from migrator.sync.quarantine.ward import Ward
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import Watched


class Part:
    """What is done about one pair. The steps are called in the order in which they stand here."""

    def __init__(self, lens: Lens, pair: Pair, road: Road, terms: Terms) -> None:
        self.pair = pair
        self.shape = Shape(lens, pair, road.way, lens.pairs.index(pair))
        self._road = road
        self._terms = terms
        self._script = Script()
        self.telling = Telling(self.shape, road, self._script, terms)
        self.ward = Ward(self.shape, road, self._script)
        self._planned = False
        self.moved = False
        """Whether rows of the target are called otherwise than when both sides last agreed."""
        self.dropped: set[Key] = set()
        """Keys of rows of the target that are gone, while other rows have their keys at the source."""
        self.count = 0
        self.tally = Tally(self.shape, self._script, road.target)
        self.links = list(links(self.shape))
        self.preparing = Preparing(self.shape, road, self._script)
        self._handing = road.handing(self.shape)
        target, shape = road.way.target, self.shape
        self._making = [road.carriage(partial(made_rows, shape), shape.stage, target),
                        road.carriage(lambda _tables: asked_keys(shape), shape.absent, target),
                        *(road.carriage(one.made, one.wanted, target) for one in self.links)]
        self.writings = list(writings(self.shape))
        self.writer = Writer(road, self._script, self.writings, self.links, self.tally)
        self._remembering = list(remember(self.shape, road.at(PLACE).make))

    @cached_property
    def tables(self) -> set[str]:
        """The target's tables of the pair, links included."""
        return {table.name for table in self._written}

    @cached_property
    def named(self) -> set[str]:
        """The target's tables whose rows these name."""
        return {foreign.table for table in self._written for foreign in table.foreign}

    @property
    def _written(self) -> list[Table]:
        return [*(one.table for one in self.writings), *(one.table for one in self.links)]

    def create(self) -> None:
        """Make the temporary tables."""
        shape, road = self.shape, self._road
        for table in (shape.keys, shape.aside, shape.settled):
            table.create(road.source)
        wanted = [one.wanted for one in self.links]
        for table in (shape.absent, shape.stage, shape.locked, shape.seen, shape.plan, *wanted):
            table.create(road.target)
        if not road.shared:
            shape.settled.create(road.target)
        self.preparing.create()
        self.telling.create()
        self.ward.create()
        self._handing.create()
        for carriage in self._making:
            carriage.create()

    def is_reached_by(self, entries: Entries) -> bool:
        """Whether entries may speak of rows of the pair."""
        return any(pair is self.pair for pair, _ in entries.watched.reaches)

    def take(self, entries: Iterable[Entries]) -> int:
        """Find the keys that entries speak of; how many."""
        entries, source = list(entries), self._road.source
        self.count = 0
        if any(self.is_reached_by(one) for one in entries):
            self.shape.keys.empty(source)
            name = "take " + ",".join(str(one.number) for one in entries)
            self.count = self._script.run(name, source, lambda: keys_taken(self.shape, entries))
            main = next((one for one in entries if one.watched.table is self.shape.source.main), None)
            if main and self.shape.may_wait:
                self._script.run("waited", source, lambda: waited(self.shape, main))
        return self.count

    def spread(self, watched: Watched) -> None:
        """Make the keys that were taken dirty one by one."""
        cells = [self.shape.keys.clause.c[f"key_{n}"] for n, _ in enumerate(self.shape.source.key, 1)]
        self._script.run("spread", self._road.source,
                         lambda: _entries(watched, len(cells), select(*cells, *cells, literal(0))))

    def range(self, above: Key | None, most: int) -> Key | None:
        """Take the next keys above one as if they were dirty; the last of them, None where there are none."""
        source = self._road.source
        self.shape.keys.empty(source)
        self.count = source.run(source.rendered(keys_above(self.shape, source.make, above, most))).rowcount
        return self._last() if self.count else None

    def _last(self) -> Key:
        keys = self.shape.keys.clause
        asked = asked_keys(self.shape).order_by(keys.c.id.desc()).limit(1)
        return tuple(text.decode() if isinstance(text, bytes) else text
                     for text in self._road.source.ask(asked).one())

    def set_aside(self) -> list[int]:
        """Put the keys aside, to carry them piece by piece; their numbers in order."""
        aside, source = self.shape.aside, self._road.source
        keys = [self.shape.keys.clause.c[name] for name in aside.like]
        self._script.fill(aside, source, lambda: select(*keys))
        return list(source.ask(select(aside.clause.c.id).order_by(aside.clause.c.id)).scalars())

    def pick(self, first: int, last: int) -> None:
        """Take the keys with numbers from first to last that were put aside."""
        aside, keys, source = self.shape.aside.clause, self.shape.keys, self._road.source
        keys.empty(source)
        picked = select(*(aside.c[name] for name in keys.like)).where(aside.c.id.between(first, last))
        self.count = source.run(keys.fill(source, picked)).rowcount

    def make(self) -> None:
        """Bring what the source's rows become."""
        for carriage in self._making:
            carriage.run()
        self._script.run("absent", self._road.target, lambda: _filled(self.shape))

    def recall(self) -> None:
        """Call the rows that the source does not have as the target calls them since some were renamed."""
        stage = self.shape.stage.clause
        self._script.run("recall", self._road.target, lambda: delete(stage).where(stage.c.here == 0))
        self._script.run("absent", self._road.target, lambda: _filled(self.shape))

    def decide(self) -> None:
        """Lock what the target has of these rows, see what it says, and plan what is to be done."""
        shape, target = self.shape, self._road.target
        free = there if target.make == "sqlite" else lockable
        self._script.fill(shape.locked, target, lambda: free(shape))
        self._script.fill(shape.seen, target, lambda: seen_rows(shape, shape.lens.tables))
        self.telling.clocks()
        self._script.fill(shape.plan, target, lambda: planned(shape, self._terms))
        self._planned = True
        self.preparing.require_free()

    def rest(self) -> None:
        """Have nothing planned, where the batch is about other pairs."""
        if self._planned:
            self.shape.plan.empty(self._road.target)
            self._planned = False

    def agree(self) -> None:
        """Enter at the target what both now agree on, and prepare what the source must learn of it."""
        shape, target = self.shape, self._road.target
        if self.tally.settles:
            self._script.run("forget here", target, lambda: forget_here(shape, target.make))
            self._script.run("agree here", target, lambda: agree_here(shape, shape.lens.tables))
        self._script.fill(shape.settled, target, lambda: settled_rows(shape))
        self._handing.run()

    def hear(self) -> None:
        """Have the source be told what it has missed."""
        self._handing.again()

    def learn(self) -> None:
        """Enter at the source what both now agree on."""
        shape, source = self.shape, self._road.source
        self._script.run("forget there", source, lambda: forget_there(shape, source.make))
        self._script.run("agree there", source, lambda: agree_there(shape))
        if self.moved:
            self._script.run("called so", source, lambda: called_so(shape))

    def remember(self, side: Side) -> None:
        """Have memories hold what would be lost, if they lie at this side."""
        for number, statement in enumerate(self._remembering if side is PLACE and self.tally.settles else []):
            self._script.run(f"remember {number}", self._road.at(side), partial(_same, statement))

    def hold(self, watched: Watched, entries: Iterable[Entries], *, give_up: bool) -> tuple[int, int]:
        """Put back into the source's dirty table the rows that have to wait, or, to give up, into quarantine those that
        have waited in vain; how many of each.
        """
        if not self.tally.any(Act.HOLD):
            return 0, 0
        taken = next((one for one in entries if one.watched is watched), None)
        held = self._script.run(f"hold {taken is not None} {give_up}", self._road.source,
                                lambda: self._held(watched, taken, give_up=give_up))
        return held, self.ward.admit_stuck(taken) if give_up else 0

    def mark(self, watched: Watched) -> int:
        """Mark dirty at the target the rows that must go the other way; how many."""
        if not (self.tally.quarrels or self.tally.any(Act.KEPT)):
            return 0
        shape, stage, plan = self.shape, self.shape.stage.clause, self.shape.plan.clause
        cells = [stage.c[cell] for cell in shape.key_made]
        rows = select(*cells, *cells, literal(0)).select_from(stage.join(plan, plan.c.stage == stage.c.id)).where(
            or_(plan.c.act == Act.KEPT, and_(plan.c.act.in_([Act.UPDATE, Act.LEAVE]), any_flag(plan.c.clash),
                                             any_flag(plan.c.leave)),
                and_(plan.c.asked.is_not(None), plan.c.act.not_in([Act.ASK, Act.HOLD]))))
        return self._script.run("mark", self._road.target, lambda: _entries(watched, len(cells), rows))

    def _held(self, watched: Watched, taken: Entries | None, *, give_up: bool) -> Insert:
        held = held_rows(self.shape, taken).subquery("held")
        cells = [held.c[f"key_{n}"] for n, _ in enumerate(self.shape.source.key, 1)]
        rows = select(*cells, *cells, held.c.tries)
        return _entries(watched, len(cells), rows.where(not_(in_vain(held))) if give_up else rows)


def _entries(watched: Watched, keys: int, rows: Select[tuple[object, ...]]) -> Insert:
    columns = [*noted("was", watched)[:keys], *noted("now", watched)[:keys], "tries"]
    return insert(dirty_table(watched)).from_select(columns, rows)


def _filled(shape: Shape) -> Insert:
    rows = absent_rows(shape)
    return insert(shape.stage.clause).from_select([column.name for column in rows.selected_columns], rows)


def _same(statement: Delete | Insert) -> Delete | Insert:
    return statement
