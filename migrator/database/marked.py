"""Run SQL exactly once: a marker row that commits together with what it marks."""

from __future__ import annotations

from itertools import groupby

from migrator.commands.quoting import text_value
from migrator.database.base import OURS, Database
from migrator.database.ours import there
from migrator.database.statements import Statement
from migrator.errors import DatabaseError
from migrator.text import _

TABLE = f"{OURS}sql"
_CREATE = (f"create table {TABLE} (run varchar(64) not null, step varchar(150) not null, way varchar(8) not null, "
           "part integer not null, state varchar(8) not null, structure varchar(16) not null, "
           "primary key (run, step, way, part))")
Part = list[Statement]


def parts_of(make: str, statements: list[Statement]) -> list[Part]:
    """What can commit as one: everything, but on MariaDB each statement that commits by itself stands alone."""
    if make != "mariadb":
        return [statements] if statements else []
    groups = groupby(enumerate(statements), key=lambda pair: pair[0] if pair[1].commits else -1)
    return [[statement for _number, statement in group] for _key, group in groups]


def markers(run: str, step: str) -> tuple[str, str]:
    """SQL that counts what has taken effect of a step's statements, and SQL that forgets it."""
    mine = _mine(run, step)
    return (f"select count(*) from {TABLE} where {mine} and way = 'apply' and state = 'done'",  # noqa: S608 - constants
            f"delete from {TABLE} where {mine}")  # noqa: S608 - constants


def _mine(run: str, step: str) -> str:
    return f"run = {text_value(run)} and step = {text_value(step)}"


class MarkedSql:
    """The SQL of one step of one run, in both directions; every call may be repeated after a crash.

    Raises DatabaseError with the number of the statement that failed.
    """

    def __init__(self, database: Database, run: str, step: str) -> None:
        self._database = database
        self._mine = _mine(run, step)
        self._key = f"{text_value(run)}, {text_value(step)}"

    def apply(self, statements: list[Statement]) -> bool:
        """Run what has not run yet; False when nothing was left to do."""
        return self._run("apply", parts_of(self._database.make, statements))

    def applied(self, statements: list[Statement]) -> int:
        """How many of the statements have taken effect."""
        parts = parts_of(self._database.make, statements)
        return sum(len(parts[number - 1]) for number in self._done("apply"))

    def undo(self, statements: list[Statement], way_back: list[Statement]) -> bool:
        """Run the way back of what took effect, then forget everything; False when nothing had.

        Where only a part took effect (MariaDB), the way back must have one statement for each, in reverse order.
        """
        self._settle("apply", parts_of(self._database.make, statements))
        applied = self.applied(statements)
        if applied and applied < len(statements):
            if len(way_back) != len(statements):
                raise DatabaseError(
                    _("only {applied} of {all} statements took effect, and nobody can say how they are undone")
                    .format(applied=applied, all=len(statements)), where=self._database.name,
                    hint=_("write one undo statement for each statement, in reverse order, or restore the backup"))
            way_back = way_back[-applied:]
        changed = bool(applied) and self._run("undo", parts_of(self._database.make, way_back))
        self.forget()
        return changed or bool(applied)

    def forget(self) -> None:
        """Remove the markers of this step, and the table with the last ones."""
        if self._there():
            self._database.execute([f"delete from {TABLE} where {self._mine}"])  # noqa: S608 - constants
            if not self._database.query(f"select 1 from {TABLE}"):  # noqa: S608
                self._database.execute([f"drop table {TABLE}"])

    def _run(self, way: str, parts: list[Part]) -> bool:
        self._settle(way, parts)
        done = self._done(way)
        left = [number for number in range(1, len(parts) + 1) if number not in done]
        if left and not self._there():
            self._database.execute([_CREATE])
        for number in left:
            self._run_part(way, number, parts[number - 1])
        return bool(left)

    def _run_part(self, way: str, number: int, part: Part) -> None:
        texts = [statement.text for statement in part]
        if not self._alone(part):
            self._database.execute([*texts, self._insert(way, number, "done")])
            return
        structure = self._database.schema().fingerprint
        self._database.execute([self._delete(way, number), self._insert(way, number, "begun", structure)])
        self._database.execute(texts)
        self._database.execute([self._set_done(way, number)])

    def _settle(self, way: str, parts: list[Part]) -> None:
        """Where a statement that commits by itself was begun and no more is known, the structure tells if it ran."""
        for number, structure in self._rows(way, "begun"):
            if number <= len(parts) and self._database.schema().fingerprint != structure:
                self._database.execute([self._set_done(way, number)])

    def _alone(self, part: Part) -> bool:
        return self._database.make == "mariadb" and part[0].commits

    def _done(self, way: str) -> set[int]:
        return {number for number, _structure in self._rows(way, "done")}

    def _rows(self, way: str, state: str) -> list[tuple[int, str]]:
        if not self._there():
            return []
        sql = f"select part, structure from {TABLE} where {self._mine} and way = '{way}' and state = '{state}'"  # noqa: S608
        return [(int(part), structure) for part, structure in self._database.query(sql)]

    def _there(self) -> bool:
        return there(self._database, TABLE)

    def _insert(self, way: str, part: int, state: str, structure: str = "") -> str:
        return f"insert into {TABLE} values ({self._key}, '{way}', {part}, '{state}', '{structure}')"  # noqa: S608

    def _delete(self, way: str, part: int) -> str:
        return f"delete from {TABLE} where {self._mine} and way = '{way}' and part = {part}"  # noqa: S608

    def _set_done(self, way: str, part: int) -> str:
        return f"update {TABLE} set state = 'done' where {self._mine} and way = '{way}' and part = {part}"  # noqa: S608
