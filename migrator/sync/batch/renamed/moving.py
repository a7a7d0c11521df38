"""Moving: rows of the target that are called otherwise now get their new key, with all that the target alone knows.

If they were deleted and made anew, private columns would be lost, and rows that hang on them. A key may have to be
free first: rows that pass keys on are moved from the last to the first, and where keys go round one row stands aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sqlalchemy import ColumnElement, Select, Update, and_, insert, or_, select, update

from migrator.lens.copy.keys import Key
from migrator.lens.copy.session import Session
from migrator.sync.batch.order.check import Check
from migrator.sync.batch.part import Part
from migrator.sync.batch.renamed.renaming import Renaming
from migrator.sync.batch.script import Script
from migrator.sync.batch.temporary import Kind, Temporary


class Moving:
    """The rows of one pair. `run` comes when the stage is filled, `end` when everything is written."""

    def __init__(self, part: Part, renaming: Renaming, session: Session) -> None:
        self._part = part
        self._shape = part.shape
        self._renaming = renaming
        self._session = session
        self._script = Script()
        self._gone: set[Key] = set()
        self._held = False

    @cached_property
    def stuck(self) -> Temporary:
        """Rows that cannot be moved, by their number in the stage."""
        return Temporary(f"migrator_stuck_{self._shape.number}", self._shape.way.target, {"stage": Kind.NUMBER})

    @property
    def check(self) -> Check:
        """Rows whose new key another row has at the target."""
        return Check("key", self._shape.target.main.name, select(self.stuck.clause.c.stage))

    def create(self) -> None:
        """Make the temporary tables."""
        self.stuck.create(self._session)
        self._renaming.shelf.create(self._session)

    def run(self) -> None:
        """Move what can be moved."""
        self._gone = set(self._part.dropped)
        waiting = {now: (number, was) for number, was, now in self._called_otherwise()}
        moved = set(self._moved({now: was for now, (_number, was) in waiting.items()}))
        self._hold([number for now, (number, _was) in waiting.items() if now not in moved])
        self._part.moved = bool(moved)
        if moved:
            self._session.run(self._session.rendered(self._called_so()))

    def end(self) -> None:
        """Delete rows whose key has gone to others; those that somebody still names later."""
        self._part.dropped = {key for key in self._gone if self._renaming.named(key)}
        for key in sorted(self._gone - self._part.dropped):
            self._renaming.remove(key)

    def _moved(self, moves: dict[Key, Key]) -> Iterator[Key]:
        """The new key of each row, once it has it; `moves` says for it the key before."""
        while moves:
            now = next((now for now in moves if now not in moves.values()), None)
            if now is None:  # they go round
                now = next(iter(moves))
                passed = next(other for other, was in moves.items() if was == now)
                moves[passed] = self._renaming.aside(now)
            was = moves.pop(now)
            if self._renaming.there(now) and now in self._gone:
                self._gone = self._gone - {now} | {self._renaming.aside(now)}
            if self._renaming.there(was) and not self._renaming.there(now):
                self._renaming.rename(was, now)
                yield now
            elif not self._renaming.there(was):  # nothing to move: it has been deleted, or moved before
                yield now

    def _called_otherwise(self) -> list[tuple[int, Key, Key]]:
        """Rows of the stage that the agreement calls otherwise: number, key before, key now."""
        found = self._script.ask_all("called otherwise", self._session, self._asked)
        width = len(self._shape.target.key)
        rows = [[value.decode() if isinstance(value, bytes) else value for value in row] for row in found]
        return [(int(row[0]), tuple(row[1:width + 1]), tuple(row[width + 1:])) for row in rows]

    def _asked(self) -> Select[tuple[object, ...]]:
        shape, stage = self._shape, self._shape.stage.clause
        half, target = shape.half(shape.way.target), shape.way.target
        before = [half.clause.c[name] for name in half.keys(target)]
        now = [stage.c[name] for name in shape.key_texts(target)]
        differs = or_(*(one.is_distinct_from(other) for one, other in zip(before, now, strict=True)))
        return select(stage.c.id, *(cell.label(f"k_{n}") for n, cell in enumerate([*before, *now]))).select_from(
            stage.join(half.clause, self._same_row)).where(stage.c.here == 1, differs)

    def _hold(self, numbers: list[int]) -> None:
        if self._held:
            self.stuck.empty(self._session)
        self._held = bool(numbers)
        if numbers:
            with self._session.refusals():
                self._session.connection.execute(insert(self.stuck.clause), [{"stage": number} for number in numbers])

    def _called_so(self) -> Update:
        """The statement by which the agreement calls the rows that were moved as they are called now."""
        shape, stage = self._shape, self._shape.stage.clause
        half, target = shape.half(shape.way.target), shape.way.target
        now = dict(zip(half.keys(target), shape.key_texts(target), strict=True))
        return update(half.clause).values({name: stage.c[text] for name, text in now.items()}).where(
            self._same_row, stage.c.here == 1, stage.c.id.not_in(select(self.stuck.clause.c.stage)),
            or_(*(half.clause.c[name].is_distinct_from(stage.c[text]) for name, text in now.items())))

    @property
    def _same_row(self) -> ColumnElement[bool]:
        shape, source = self._shape, self._shape.way.source
        half = shape.half(shape.way.target)
        return and_(*(half.clause.c[theirs] == shape.stage.clause.c[ours] for theirs, ours
                      in zip(half.keys(source), shape.key_texts(source), strict=True)))
