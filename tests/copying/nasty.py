"""Values that a bulk loader bends when one is not careful: one table of them, on any make of database."""

from __future__ import annotations

from sqlalchemy import Connection, text

from migrator.lens.places.endpoint import Endpoint

TEXTS = ("", None, "NULL", "null", "\\N", "a\tb\nc\\d\\n\r\x0b\x0c\x08\x1a", '"', '""', 'a"b,"c",', "\\.", "\n\\.\n",
         " pad ", "%s %% %(x)s", "'; drop table item; --", ",", "'", ":x", "🚧 中文 é", "e\u0301", "x" * 70_000)
"""One row each; the number of the row is its key, so that one of them has the key 0."""
COLUMNS = {
    "postgresql": "id bigint generated always as identity primary key, parent bigint, {} text, n numeric(30, 10), "
                  "b bytea, m timestamp, d date, f double precision, w bigint",
    "mariadb": "id bigint auto_increment primary key, parent bigint, {} longtext, n decimal(30, 10), b longblob, "
               "m datetime(6), d date, f double, w bigint",
    "sqlite": "id integer primary key autoincrement, parent bigint, {} text, n decimal(30, 10), b blob, m timestamp, "
              "d date, f double, w bigint",
}
SAID = """
from: "1"
to: "2"
tables:
  - old: thing
    new: item
    columns:
      - rename: {old: "t %(x)s \\":y", new: txt}
"""
NAME = 't %(x)s ":y'
"""A column whose name is a trap itself."""


def build_old(end: Endpoint, *, exact: bool) -> None:
    """The table with its rows; without `exact`, decimals have no more digits than SQLite keeps."""
    with end.connect() as connection, connection.begin():
        prepare = connection.dialect.identifier_preparer
        _define(connection, f"create table thing ({COLUMNS[end.make].format(prepare.quote_identifier(NAME))})")
        columns = prepare.quote_identifier(NAME).replace("%%", "%").replace(":", "\\:")
        identities = "overriding system value" if end.make == "postgresql" else ""
        fill = text(f"insert into thing (id, parent, {columns}, n, b, m, d, f, w) {identities} "
                    "values (:id, :parent, :t, :n, :b, :m, :d, :f, :w)")
        connection.execute(fill, [
            {"id": n, "parent": 0 if n else None, "t": said,
             "n": (None, "0", "-1.5", "12345678901234567890.0123456789" if exact else "1234.5678")[n % 4],
             "b": bytes(range(256)) if n % 2 else None, "m": "2024-02-29 23:59:59.123456", "d": "1999-12-31",
             "f": (1.5e300, -0.1, None)[n % 3], "w": (2**63 - 1, -2**63)[n % 2]} for n, said in enumerate(TEXTS)])


def build_new(end: Endpoint) -> None:
    """The empty table, with an index, a unique one, and a foreign key to itself where it can be set aside."""
    foreign = "" if end.make == "sqlite" else ", foreign key (parent) references item (id)"
    with end.connect() as connection, connection.begin():
        _define(connection, f"create table item ({COLUMNS[end.make].format('txt')}{foreign})")
        _define(connection, "create index item_day on item (d, w)")
        _define(connection, "create unique index item_moment on item (m, id)")


def _define(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
