"""The gate of PostgreSQL is the body of one function, which the triggers of all tables run.

Replacing it locks no table, so that it opens at once; to close it, all tables are locked against writers while that is
done. Row triggers, because they also see writes that name a partition and rows that a subscription applies. ENABLE
ALWAYS fires also in sessions that load as a replica does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.freeze.gate import FREEZE, refusal
from migrator.sync.guard import SETTING

_ROWS, _TRUNCATE = FREEZE, f"{FREEZE}_truncate"
_WHEN = f"WHEN (pg_catalog.current_setting('{SETTING}', true) IS DISTINCT FROM 'on')"
_OPEN = "IF TG_LEVEL = 'STATEMENT' THEN RETURN NULL; ELSIF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;"


class PostgresqlGate:
    """The gate in a schema."""

    def __init__(self, session: Session, side: Side) -> None:
        self._session = session
        self._side = side
        self._function = session.table(side, FREEZE)

    def writing_through(self, tables: Collection[str]) -> set[str]:
        """None: cascades fire triggers here."""
        return set()

    def needed(self, table: str) -> set[str]:
        """For rows, and for TRUNCATE, on every table under the same names."""
        return {f"{name} {table}" for name in (_ROWS, _TRUNCATE)}

    def found(self) -> Mapping[str, str]:
        """Those that always fire."""
        rows = self._session.connection.execute(_FOUND, {"space": self._session.endpoint.namespace, "like": FREEZE})
        return {f"{name} {table}": table for name, table in rows}

    def arm(self, table: str) -> None:
        """Two triggers."""
        if self._body() is None:
            self._say(_OPEN)
        on = self._session.table(self._side, table)
        events = {_ROWS: ("INSERT OR UPDATE OR DELETE", "ROW"), _TRUNCATE: ("TRUNCATE", "STATEMENT")}
        there = set(self._session.connection.scalars(_NAMES, {"table": on}))
        for name, (event, each) in events.items():
            if name not in there:
                self._session.run_as_told(f"CREATE TRIGGER {name} BEFORE {event} ON {on} FOR EACH {each} {_WHEN} "
                                          f"EXECUTE FUNCTION {self._function}()")
            self._session.run_as_told(f"ALTER TABLE {on} ENABLE ALWAYS TRIGGER {name}")

    def is_closed(self, tables: Collection[str]) -> bool:
        """Whether the function refuses."""
        return "RAISE" in (self._body() or "")

    def close(self, tables: Collection[str], seconds: float) -> None:
        """All tables are locked by one statement, whose time is bounded as a whole."""
        self._session.run(f"SELECT set_config('statement_timeout', '{round(seconds * 1000)}ms', true)")
        names = ", ".join(self._session.table(self._side, name) for name in tables)
        self._session.run_as_told(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
        self._say(f"RAISE EXCEPTION USING MESSAGE = {refusal()}, ERRCODE = 'read_only_sql_transaction';")

    def open(self) -> None:
        """The function lets everything pass."""
        if self._body() is not None:
            self._say(_OPEN)

    def drop(self, trigger: str, table: str) -> None:
        """The trigger, not the function."""
        self._session.run_as_told(
            f"DROP TRIGGER IF EXISTS {trigger.split()[0]} ON {self._session.table(self._side, table)}")

    def _say(self, body: str) -> None:
        literal = f"BEGIN {body} END".replace("'", "''")
        self._session.run_as_told(f"CREATE OR REPLACE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql "
                                  f"SET search_path = pg_catalog, pg_temp AS '{literal}'")

    def _body(self) -> str | None:
        found: str | None = self._session.connection.scalar(
            _BODY, {"space": self._session.endpoint.namespace, "name": FREEZE})
        return found


_FOUND = text("""
    select t.tgname, c.relname from pg_trigger t
    join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace and n.nspname = :space
    where starts_with(t.tgname, :like) and t.tgenabled = 'A' and t.tgparentid = 0""")
_NAMES = text("select tgname from pg_trigger where tgrelid = cast(:table as regclass)")
_BODY = text("""
    select p.prosrc from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname = :space where p.proname = :name""")
