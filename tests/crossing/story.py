"""What two applications do to the small system while it is kept in step, wherever its sides lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from fixtures.proofs.dying import Step, dies_at
from migrator.lens.lens import Lens
from migrator.lens.side import Side
from migrator.sync.applier import Drained, open_applier
from migrator.sync.starting.start import start
from tests.crossing.world import World

OLD, NEW = Side


@dataclass(frozen=True)
class Story:
    """Both sides in step, two jobs on each."""

    world: World
    lens: Lens

    @classmethod
    def begin(cls, world: World) -> Story:
        """Fill the old side and start."""
        lens = world.build()
        world.run(OLD, "insert into dept (code, name, above) values ('A', 'aa', null), ('B', 'bb', 'A')",
                  "insert into person (id, nick) values (1, 'ann'), (2, 'bob')",
                  "insert into job (id, title, status, hours, dept, supplier, kind, members) values "
                  "(1, 'one', 'doing', 1.5, 'B', 'acme', 'build', 'ann,bob'), "
                  "(2, 'two', 'planned', 2, null, 'acme', 'plan', '')")
        start(lens, world.meeting)
        return cls(world, lens)

    def drain(self) -> Drained:
        """Carry everything, both ways."""
        with open_applier(self.lens, self.world.meeting, holder="story") as applier:
            return applier.drain()

    def conflicts(self) -> int:
        """Carry everything; how many rows have met a conflict."""
        met = 0
        with open_applier(self.lens, self.world.meeting, holder="story") as applier:
            while (done := applier.round()).entries:
                met += sum(way.conflicts for way in done.ways.values())
        return met

    def require_made(self) -> None:
        """The start has found numbers, records, codes and links for everything."""
        assert self.world.rows(NEW, "select u.name, a.name from unit u left join unit a on a.id = u.above_id order by 1"
                               ) == [("aa", None), ("bb", "aa")]
        assert self.world.rows(NEW, _WORK) == [(1, "one", "OPEN", 90, "bb", "acme", "B"),
                                               (2, "two", "OPEN", 120, None, "acme", "P")]
        assert self.world.rows(NEW, _MEMBERS) == [(1, 1), (1, 2)]
        self.world.require_same(self.lens)

    def write_on_both(self) -> None:
        """Things that are new on either side, and rows of both that name them."""
        run = self.world.run
        run(OLD, "insert into dept (code, name, above) values ('C', 'cc', 'B')",
            "update job set dept = 'C', supplier = 'new one', members = 'bob', status = 'planned' where id = 1")
        run(NEW, "insert into unit (name, above_id) select 'theirs', id from unit where name = 'aa'",
            "insert into person (id, nick) values (7, 'gus')", "insert into partner (name) values ('found')",
            "update work set state = 'DONE', kind_code = 'B', unit_id = (select id from unit where name = 'theirs'), "
            "partner_id = (select id from partner where name = 'found') where id = 2",
            "insert into work_member (work_id, person_id) values (2, 7)",
            "insert into work (id, subject, minutes) values (9, 'nine', 30)")
        self.drain()
        number, = self.world.one(NEW, "select id from unit where name = 'theirs'")
        assert self.world.rows(OLD, "select code, above from dept where name = 'theirs'") == [(f"~{number}", "A")]
        assert self.world.rows(OLD, _JOB) == [
            (1, "one", "planned", 1.5, "C", "new one", "build", "bob"),
            (2, "two", "done", 2, f"~{number}", "found", "build", "gus"),
            (9, "nine", None, 0.5, None, None, None, None)]
        assert self.world.rows(NEW, _WORK)[0] == (1, "one", "OPEN", 90, "cc", "new one", "B")
        assert self.world.rows(NEW, _MEMBERS) == [(1, 2), (2, 7)]
        self.world.require_same(self.lens)
        assert self.drain().written == 0

    def quarrel(self) -> None:
        """Both change the same, both change different things of a row, one deletes what the other has changed."""
        run = self.world.run
        run(OLD, "update job set title = 'old says' where id = 1", "update job set title = 'only old' where id = 2",
            "delete from job where id = 9")
        run(NEW, "update work set subject = 'new says' where id = 1", "update work set minutes = 600 where id = 2")
        assert self.conflicts() == 1
        assert self.world.rows(OLD, "select id, title, hours from job order by id") == [
            (1, "new says", 1.5), (2, "only old", 10)]
        run(OLD, "delete from job where id = 2")
        run(NEW, "update work set subject = 'kept' where id = 2", "delete from work_member where work_id = 1",
            "delete from work where id = 1")
        self.drain()
        assert self.world.rows(OLD, "select id, title from job order by id") == [(2, "kept")]
        self.world.require_same(self.lens)

    def die(self) -> int:
        """Have appliers die before one commit of a batch after the other, while users write what the others never
        change; how many have died. What each has said last is what both say in the end, and nobody has met a conflict.
        """
        round_, (before,) = 0, self.world.one(NEW, "select count(*) from unit")
        while True:
            round_ += 1
            self.world.run(OLD, f"update job set title = 'o{round_}', status = 'doing' where id = 1",
                           f"insert into dept (code, name) values ('R{round_}', 'r{round_}')")
            self.world.run(NEW, f"update work set minutes = {60 * round_}, stars = {round_} where id = 1",
                           f"insert into unit (name) values ('n{round_}')")
            if not dies_at(round_, self._peacefully, _commits_of_batches):
                break
        assert self.world.one(NEW, "select subject, state, minutes from work where id = 1") == (
            f"o{round_}", "OPEN", 60 * round_)
        assert self.world.one(OLD, "select title, status, hours from job where id = 1") == (
            f"o{round_}", "doing", round_)
        assert self.world.one(NEW, "select count(*), count(distinct name) from unit") == (2 * round_ + before,) * 2
        self.world.require_same(self.lens)
        return round_ - 1

    def _peacefully(self) -> None:
        assert self.conflicts() == 0


def _commits_of_batches(step: Step) -> None:
    """Every commit of a transaction that has a batch's number, at either side."""
    numbered: set[Connection] = set()

    def before_statement(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("UPDATE") and "migrator_batches" in statement:
            numbered.add(connection)

    def before_commit(connection: Connection) -> None:
        if connection in numbered:
            step()
            numbered.discard(connection)

    event.listen(Engine, "before_cursor_execute", before_statement)
    event.listen(Engine, "commit", before_commit)


_WORK = ("select w.id, w.subject, w.state, w.minutes, u.name, p.name, w.kind_code from work w "
         "left join unit u on u.id = w.unit_id left join partner p on p.id = w.partner_id order by w.id")
_MEMBERS = "select work_id, person_id from work_member order by 1, 2"
_JOB = "select id, title, status, hours, dept, supplier, kind, members from job order by id"
