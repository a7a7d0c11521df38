"""Where the two versions live, and how their applications write there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from migrator.lens.declared.hops import compile_hops
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.lens.sql.construct import MAKES
from tests.syncing.application import BYTES, DOCUMENT, TABLES, mapping
from tests.syncing.model import Model


class Apart(Meeting):
    """Two databases that no connection is allowed to see together."""

    shared = False


@dataclass(frozen=True)
class Place:
    """Two databases of the application. `clean` empties them before each history."""

    urls: Mapping[Side, str]
    apart: bool
    clean: Callable[[], None]

    def made(self) -> World:
        """Both versions, empty."""
        self.clean()
        engines = {side: _engine(url) for side, url in self.urls.items()}
        for side, engine in engines.items():
            with engine.begin() as connection:
                for statement in (*TABLES[side], DOCUMENT.format(bytes=BYTES[MAKES[connection.dialect.name]])):
                    connection.execute(text(statement))
        ends = [open_endpoint(side.value, self.urls[side]) for side in Side]
        meeting = (Apart if self.apart else Meeting)(*ends)
        return World(meeting, compile_hops([mapping()], read_schema(ends[0]), [], read_schema(ends[1])), engines)


@dataclass(frozen=True)
class World:
    """Both versions, as an application and as the sync reach them."""

    meeting: Meeting
    lens: Lens
    engines: Mapping[Side, Engine]

    def run(self, side: Side, *statements: tuple[str, dict[str, Any]]) -> None:
        """One transaction of an application."""
        with self.engines[side].begin() as connection:
            for statement, values in statements:
                connection.execute(text(statement), values)

    @contextmanager
    def slow(self, side: Side) -> Iterator[Connection]:
        """A transaction that stays open."""
        with self.engines[side].connect() as connection, connection.begin():
            yield connection

    def said(self) -> Model:
        """What both versions say now, in the words of the model."""
        found = Model()
        with self.engines[Side.OLD].connect() as old:
            found.customers[Side.OLD] = {row.code: {"name": row.name} for row in old.execute(text(
                "select * from customer"))}
            found.tasks[Side.OLD] = {row.id: {
                "parent": row.parent_id, "customer": row.customer_code, "title": row.title, "state": row.state,
                "tags": row.tags, "legacy": row.legacy} for row in old.execute(text("select * from task"))}
        with self.engines[Side.NEW].connect() as new:
            links: dict[int, set[str]] = {}
            for row in new.execute(text("select * from job_tag")):
                links.setdefault(row.job_id, set()).add(row.tag)
            found.customers[Side.NEW] = {row.code: {"name": row.label} for row in new.execute(text(
                "select * from client"))}
            found.tasks[Side.NEW] = {row.id: {
                "parent": row.parent_id, "customer": row.client_code, "title": row.subject, "state": row.status,
                "tags": frozenset(links.get(row.id, ())), "note": row.note}
                for row in new.execute(text("select * from job"))}
        return found


def _engine(url: str) -> Engine:
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _record: raw.execute("pragma foreign_keys = on"))
    return engine
