"""What people do on either side: each act is one transaction of the application, and the model hears of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import text

from migrator.lens.side import Side
from tests.syncing.model import STATUS, Model
from tests.syncing.place import World

WORDS = {Side.OLD: {"tasks": "task", "customers": "customer", "customer": "customer_code", "title": "title",
                    "state": "state", "name": "name", "legacy": "legacy"},
         Side.NEW: {"tasks": "job", "customers": "client", "customer": "client_code", "title": "subject",
                    "state": "status", "name": "label", "note": "note"}}
Statement = tuple[str, dict[str, Any]]


class People:
    """Users of both versions. `number` makes what they write different from all that was ever written."""

    def __init__(self, world: World, model: Model) -> None:
        self._world = world
        self._model = model
        self._number = 0

    def fresh(self) -> int:
        """The next number."""
        self._number += 1
        return self._number

    def add_customer(self, side: Side) -> None:
        """A new customer with a new name."""
        n = self.fresh()
        code, name = f"c{n}", f"name {n}"
        self._write(side, (f"insert into {WORDS[side]['customers']} values (:code, :name)",
                           {"code": code, "name": name}))
        self._model.customers[side][code] = {"name": name}

    def swap_names(self, side: Side, one: str, other: str) -> None:
        """Two customers change their names, which are unique, in one transaction."""
        table, column, rows = WORDS[side]["customers"], WORDS[side]["name"], self._model.customers[side]
        first, second = rows[one]["name"], rows[other]["name"]
        self._write(side, *((f"update {table} set {column} = :name where code = :code", {"name": name, "code": code})
                            for code, name in ((one, "?"), (other, first), (one, second))))
        rows[one]["name"], rows[other]["name"] = second, first

    def add_task(self, side: Side, customer: str, parent: int | None) -> None:
        """A new task, below another or not."""
        n = self.fresh()
        row = {"parent": parent, "customer": customer, "title": f"task {n}", "tags": "b,a"}
        values = {"id": n, **row, "state": "N"}
        if side is Side.OLD:
            self._write(side, ("insert into task values (:id, :parent, :customer, :title, :state, :tags, 'own')",
                               values))
            row |= {"state": "N", "legacy": "own"}
        else:
            self._write(side, ("insert into job values (:id, :parent, :customer, :title, 'open', 'own')", values),
                        *(("insert into job_tag values (:id, :tag)", {"id": n, "tag": tag}) for tag in "ba"))
            row |= {"state": "open", "tags": frozenset("ab"), "note": "own"}
        self._model.tasks[side][n] = row

    def edit(self, side: Side, key: int, field: str, value: Any) -> None:
        """A column of a task gets a value in the side's own words."""
        self._write(side, self.edited(side, key, field, value))
        self._model.tasks[side][key][field] = value

    def edited(self, side: Side, key: int, field: str, value: Any) -> Statement:
        """The statement that does it."""
        column = WORDS[side].get(field, f"{field}_id")
        return f"update {WORDS[side]['tasks']} set {column} = :value where id = :id", {"value": value, "id": key}

    def retag(self, side: Side, key: int, tags: list[str]) -> None:
        """A task's list of tags is another."""
        if side is Side.OLD:
            self._write(side, ("update task set tags = :tags where id = :id", {"tags": ",".join(tags), "id": key}))
            self._model.tasks[side][key]["tags"] = ",".join(tags)
            return
        self._write(side, ("delete from job_tag where job_id = :id", {"id": key}),
                    *(("insert into job_tag values (:id, :tag)", {"id": key, "tag": tag}) for tag in tags))
        self._model.tasks[side][key]["tags"] = frozenset(tags)

    def delete_task(self, side: Side, key: int) -> None:
        """A task is gone, with its links."""
        self._write(side, (f"delete from {WORDS[side]['tasks']} where id = :id", {"id": key}))
        del self._model.tasks[side][key]

    def delete_customer(self, side: Side, code: str) -> None:
        """A customer is gone."""
        self._write(side, (f"delete from {WORDS[side]['customers']} where code = :code", {"code": code}))
        del self._model.customers[side][code]

    def touch(self, side: Side) -> None:
        """Every row is written as it is."""
        self._write(side, (f"update {WORDS[side]['tasks']} set id = id", {}),
                    (f"update {WORDS[side]['customers']} set code = code", {}))

    def close_all(self, side: Side) -> None:
        """One statement changes every task."""
        word = "C" if side is Side.OLD else STATUS["C"]
        self._write(side, (f"update {WORDS[side]['tasks']} set {WORDS[side]['state']} = :word", {"word": word}))
        for row in self._model.tasks[side].values():
            row["state"] = word

    def think_better_of_it(self, side: Side) -> None:
        """A transaction that is rolled back."""
        with suppress(_Rolled), self._world.slow(side) as connection:
            connection.execute(text(f"update {WORDS[side]['tasks']} set {WORDS[side]['title']} = 'never'"))
            raise _Rolled

    def _write(self, side: Side, *statements: Statement) -> None:
        self._world.run(side, *statements)


class _Rolled(Exception):
    """They have thought better of it."""
