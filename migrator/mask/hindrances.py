"""What stands in the way of masking a table: triggers that would act on it, foreign keys that are judged too soon."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, bindparam, text

from migrator.mask.marks import TRIGGER, Marks
from migrator.mask.plan import Plan
from migrator.mask.structure import ForeignKey

_PG_TRIGGERS = text("""
select c.relname, t.tgname, t.tgenabled from pg_trigger t join pg_class c on c.oid = t.tgrelid
where not t.tgisinternal and t.tgenabled in ('O', 'A') and c.relname in :tables
  and c.relnamespace = current_schema()::regnamespace order by 1, 2
""").bindparams(bindparam("tables", expanding=True))
_PG_KEYS = text("""
select c.relname, k.conname, k.condeferrable, k.condeferred from pg_constraint k join pg_class c on c.oid = k.conrelid
where k.contype = 'f' and k.connamespace = current_schema()::regnamespace
""")
_LITE_TRIGGERS = text("""
select tbl_name, name, sql from sqlite_master where type = 'trigger' and tbl_name in :tables order by name
""").bindparams(bindparam("tables", expanding=True))
_MY_TRIGGERS = text("""
select event_object_table, trigger_name from information_schema.triggers
where trigger_schema = database() and event_manipulation = 'UPDATE' and event_object_table in :tables order by 1, 2
""").bindparams(bindparam("tables", expanding=True))


class Hindrances:
    """Nothing of its own: what the makes below override."""

    def __init__(self, connection: Connection, marks: Marks, plan: Plan) -> None:
        self._connection, self._marks, self._plan = connection, marks, plan

    def put_aside(self, tables: Collection[str]) -> None:
        """Before all transactions, where a make cannot do it within them."""

    def put_back(self) -> None:
        """After all transactions, also those of a process that was killed."""

    def lifted(self, tables: Collection[str]) -> AbstractContextManager[None]:
        """Within a transaction: on leaving, everything is as before."""
        return self._lifted(tables)

    @contextmanager
    def _lifted(self, tables: Collection[str]) -> Iterator[None]:
        yield

    def _run(self, words: str, *names: str) -> None:
        """Run a statement with the names quoted by the dialect."""
        quote = self._connection.dialect.identifier_preparer.quote_identifier
        self._connection.exec_driver_sql(words.format(*map(quote, names)))


class PostgresqlHindrances(Hindrances):
    """Triggers are disabled and foreign keys deferred, which an owner of the tables may, and it ends with the
    transaction if that fails.
    """

    @contextmanager
    def _lifted(self, tables: Collection[str]) -> Iterator[None]:
        triggers = self._connection.execute(_PG_TRIGGERS, {"tables": list(tables)}).all()
        keys = [key for key in self._connection.execute(_PG_KEYS).all() if self._in_the_way(key.conname, key.relname)]
        for trigger in triggers:
            self._run("ALTER TABLE {} DISABLE TRIGGER {}", trigger.relname, trigger.tgname)
        for key in keys:
            self._run("ALTER TABLE {} ALTER CONSTRAINT {} DEFERRABLE INITIALLY DEFERRED", key.relname, key.conname)
        yield
        self._connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        for key in keys:
            initially = "DEFERRED" if key.condeferred else "IMMEDIATE"
            before = f"DEFERRABLE INITIALLY {initially}" if key.condeferrable else "NOT DEFERRABLE"
            self._run(f"ALTER TABLE {{}} ALTER CONSTRAINT {{}} {before}", key.relname, key.conname)
        for trigger in triggers:
            always = "ENABLE ALWAYS" if trigger.tgenabled == "A" else "ENABLE"
            self._run(f"ALTER TABLE {{}} {always} TRIGGER {{}}", trigger.relname, trigger.tgname)

    def _in_the_way(self, name: str, table: str) -> bool:
        masked = {(work.table, work.column.name) for work in self._plan.works}
        return any(isinstance(r, ForeignKey) and (r.name, r.table) == (name, table) and r.on_update == "NO ACTION"
                   and any((r.table, column) in masked for column in r.columns) for r in self._plan.references)


class MariadbHindrances(Hindrances):
    """Triggers are dropped and made again; their texts are kept among the marks, as this ends transactions here.
    Foreign keys are off in our session.
    """

    def put_aside(self, tables: Collection[str]) -> None:
        with self._connection.begin():
            found = self._connection.execute(_MY_TRIGGERS, {"tables": list(tables)}).all()
        for table, name in found:
            with self._connection.begin():
                quote = self._connection.dialect.identifier_preparer.quote_identifier
                said = self._connection.exec_driver_sql(f"SHOW CREATE TRIGGER {quote(name)}").one()
                mode = str(said[1]).replace("'", "")
                self._marks.add(table, name, TRIGGER, text=f"{mode}\n{said[2]}")
            with self._connection.begin():
                self._run("DROP TRIGGER {}", name)

    def put_back(self) -> None:
        kept = self._marks.triggers()
        if not kept:
            return
        with self._connection.begin():
            there = {row[1] for row in self._connection.execute(
                _MY_TRIGGERS, {"tables": sorted({table for table, _name in kept})})}
        for (table, name), said in kept.items():
            mode, _line, statement = said.partition("\n")
            with self._connection.begin():
                if name not in there:
                    self._connection.execute(text("SET sql_mode = :mode"), {"mode": mode})
                    self._connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
                self._marks.forget_trigger(table, name)


class SqliteHindrances(Hindrances):
    """Triggers are dropped and made again within the transaction; foreign keys are off in our session."""

    @contextmanager
    def _lifted(self, tables: Collection[str]) -> Iterator[None]:
        triggers = self._connection.execute(_LITE_TRIGGERS, {"tables": list(tables)}).all()
        for trigger in triggers:
            self._run("DROP TRIGGER {}", trigger.name)
        yield
        for trigger in triggers:
            self._connection.exec_driver_sql(trigger.sql, execution_options={"no_parameters": True})


HINDRANCES: dict[str, type[Hindrances]] = {
    "postgresql": PostgresqlHindrances, "mariadb": MariadbHindrances, "sqlite": SqliteHindrances}
