"""All that is asked of an SQLite file, answered beside the file.

This file needs nothing but Python 3.7: it works inside this process for a file of this machine, and is sent as
text to `python3 -` of a host for a file there. So both give the same answers and the same digests.

The digest of a table is the sum of the SHA-256 of each row's values written as ASCII; reading, writing out, hashing
and adding all happen in C, one row at a time, so memory is bounded by the largest row.
"""

# ruff: noqa: S608 - names of tables and columns come from the catalogue and are quoted
from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sqlite3
import sys
import zlib
from contextlib import closing
from functools import partial
from operator import itemgetter, methodcaller
from typing import Any
from urllib.parse import quote

OURS = "migrator_"


def answer(request: dict[str, Any]) -> Any:
    """The answer to `{ask, path, ...}`; raises sqlite3.Error."""
    ask = request["ask"]
    with closing(connect(request["path"], writing=ask == "execute")) as connection:
        if ask == "execute":
            return execute(connection, request["statements"], request["parameters"])
        connection.execute("begin")
        if ask == "query":
            return connection.execute(request["sql"], request["parameters"]).fetchall()
        asked: dict[str, Any] = {"server": server, "schema": schema, "integrity": integrity,
                                 "tables": partial(tables, names=request.get("names"),
                                                   without=request.get("without", {}))}
        return asked[ask](connection)


def connect(path: str, writing: bool) -> sqlite3.Connection:
    """A connection that begins no transaction by itself; a reader neither writes nor makes a missing file."""
    connection = opened(path, "rwc" if writing else "ro")
    if not writing:
        try:
            connection.execute("pragma schema_version")
        except sqlite3.OperationalError as error:
            connection.close()
            if "readonly" not in str(error):
                raise
            take_back(path)
            connection = opened(path, "ro")
        connection.execute("pragma query_only = 1")
    return connection


def opened(path: str, mode: str) -> sqlite3.Connection:
    """The file as it is, in one of SQLite's modes of opening."""
    full = os.path.abspath(os.path.expanduser(path))
    connection = sqlite3.connect(f"file:{quote(full)}?mode={mode}", uri=True, timeout=30, isolation_level=None)
    connection.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")
    return connection


def take_back(path: str) -> None:
    """Let SQLite take back the half transaction of a writer that died: until then nobody can read without writing."""
    with closing(opened(path, "rw")) as connection:
        connection.execute("pragma schema_version")


def execute(connection: sqlite3.Connection, statements: list[str], parameters: dict[str, Any]) -> list[int]:
    """Rows touched by each statement, all in one transaction; the failed one's number is put before its message."""
    connection.execute("begin immediate")
    touched = []
    for number, statement in enumerate(statements, 1):
        try:
            touched.append(max(0, connection.execute(statement, parameters).rowcount))
        except sqlite3.Error as error:
            connection.rollback()
            raise type(error)(f"statement {number}: {error}") from None
    connection.execute("commit")
    return touched


def server(connection: sqlite3.Connection) -> dict[str, str]:
    """Version of the library, encoding and journal mode of the file."""
    pragmas = {name: str(connection.execute("pragma " + name).fetchone()[0])
               for name in ("encoding", "journal_mode", "page_size", "user_version")}
    return dict(pragmas, version=sqlite3.sqlite_version, collation="binary", time_zone="")


def tables(connection: sqlite3.Connection, names: list[str] | None, without: dict[str, list[str]]) -> dict[str, Any]:
    """Per table its rows, bytes and sum of row hashes; of virtual tables the shadow tables, which hold the data."""
    return {table: [count(connection, table), size(connection, table),
                    str(row_hashes(connection, table, without.get(table, [])))]
            for table in table_names(connection) if names is None or table in names}


def table_names(connection: sqlite3.Connection, stored: bool = True) -> list[str]:
    """The application's tables; `stored` leaves virtual ones out."""
    found = connection.execute("select name, rootpage from sqlite_master where type = 'table' order by name")
    return [name for name, page in found
            if not name.startswith(("sqlite_", OURS)) and (page or not stored)]


def count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {quoted(table)}").fetchone()[0])


def size(connection: sqlite3.Connection, table: str) -> int:
    """Bytes of the table's pages; where the library cannot tell, the bytes of its cells."""
    try:
        sql = "select sum(pgsize) from dbstat where aggregate = 1 and name = ?"
        return int(connection.execute(sql, [table]).fetchone()[0] or 0)
    except sqlite3.OperationalError:
        cells = " + ".join(f"coalesce(length(cast({quoted(c[0])} as blob)), 0)" for c in columns(connection, table))
        return int(connection.execute(f"select coalesce(sum({cells}), 0) from {quoted(table)}").fetchone()[0])


def row_hashes(connection: sqlite3.Connection, table: str, without: list[str]) -> int:
    """The sum over all rows, modulo 2^256, of the hash of the row's values in order of column names."""
    try:
        connection.text_factory = str  # a quarter faster than what also reads text that is no UTF-8
        return summed(connection, table, without)
    except sqlite3.OperationalError:
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        return summed(connection, table, without)


def summed(connection: sqlite3.Connection, table: str, without: list[str]) -> int:
    names = ", ".join(quoted(c[0]) for c in columns(connection, table) if c[0] not in without)
    rows = connection.execute(f"select {names or 'null'} from {quoted(table)}")
    texts = map(methodcaller("encode"), map(ascii, rows))
    hashes = map(methodcaller("digest"), map(hashlib.sha256, texts))
    return sum(map(partial(int.from_bytes, byteorder="big"), hashes)) % 2**256


def columns(connection: sqlite3.Connection, table: str) -> list[list[Any]]:
    """Name, type, nullable, default, key of each column, sorted by name; generated ones included."""
    found = connection.execute(f"pragma table_xinfo({quoted(table)})").fetchall()
    return [[name, type_.upper(), not must, " ".join(default.split()) if default else default, bool(key)]
            for _number, name, type_, must, default, key, hidden in sorted(found, key=itemgetter(1)) if hidden != 1]


def schema(connection: sqlite3.Connection) -> dict[str, Any]:
    """Columns by table, and one line for everything else."""
    found = {table: columns(connection, table) for table in table_names(connection)}
    lines = [line for table in found for line in table_lines(connection, table)]
    texts = connection.execute("select type, name, sql from sqlite_master "
                               "where sql is not null and (type <> 'table' or rootpage = 0)")
    lines += [f"{kind} {name}: {one_line(sql)}" for kind, name, sql in texts if not name.startswith(OURS)]
    return {"tables": found, "others": sorted(lines)}


def table_lines(connection: sqlite3.Connection, table: str) -> list[str]:
    """Foreign keys, unique constraints, options and checks of a table."""
    keys: dict[int, list[Any]] = {}
    for number, _seq, *rest in connection.execute(f"pragma foreign_key_list({quoted(table)})"):
        keys.setdefault(number, []).append(rest)
    lines = []
    for key in keys.values():
        own, other = ", ".join(k[1] for k in key), ", ".join(k[2] or "" for k in key)
        lines.append(f"foreign key {table} ({own}) -> {key[0][0]} ({other}) update {key[0][3]} delete {key[0][4]}")
    indexes = connection.execute(f"pragma index_list({quoted(table)})").fetchall()
    for _seq, index, _unique, origin, *_rest in indexes:
        if origin == "u":
            names = [str(row[2]) for row in connection.execute(f"pragma index_info({quoted(index)})")]
            lines.append(f"unique {table} ({', '.join(names)})")
    text = connection.execute("select sql from sqlite_master where type = 'table' and name = ?", [table]).fetchone()[0]
    sql = one_line(text)
    lines += [f"check {table} {condition}" for condition in checks(sql)]
    after = sql.rsplit(")", 1)[-1].lower()
    options = [word for word in ("without rowid", "strict") if word in after]
    options += ["autoincrement"] * (" autoincrement" in sql.lower())
    return lines + [f"option {table} {word}" for word in options]


def checks(sql: str) -> list[str]:
    """The conditions of all `check (...)` in a table's text."""
    return [inside(sql[match.end() - 1:]) for match in re.finditer(r"\bcheck *\(", sql, re.IGNORECASE)]


def inside(text: str) -> str:
    """The text of the parentheses that it begins with."""
    depth, quote_mark = 0, ""
    for place, sign in enumerate(text):
        if quote_mark:
            quote_mark = "" if sign == quote_mark else quote_mark
        elif sign in "'\"`":
            quote_mark = sign
        else:
            depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return text[:place + 1]
    return text


def one_line(sql: str) -> str:
    """The text with white space folded and needless quotes of names taken away, outside of quoted values."""
    parts = sql.split("'")
    parts[::2] = [" ".join(re.sub(r'["`\[]([A-Za-z_]\w*)["`\]]', r"\1", part).split()) for part in parts[::2]]
    return "'".join(parts)


def integrity(connection: sqlite3.Connection) -> list[str]:
    """Complaints of `integrity_check`, and foreign keys without parent counted per table."""
    found = [str(row[0]) for row in connection.execute("pragma integrity_check") if row[0] != "ok"]
    orphans: dict[Any, int] = {}
    for table, _row, parent, number in connection.execute("pragma foreign_key_check"):
        orphans[table, parent, number] = orphans.get((table, parent, number), 0) + 1
    return found + [f"{table}: {many} rows point to no row of {parent}"
                    for (table, parent, _number), many in sorted(orphans.items())]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def pack(value: Any) -> Any:
    """Bytes as JSON."""
    return {"bytes": base64.b64encode(value).decode()}


def unpack(value: dict[str, Any]) -> Any:
    """The reverse of `pack`."""
    return base64.b64decode(value["bytes"]) if set(value) == {"bytes"} else value


def main(request: str) -> None:
    """Print the answer to a request in JSON, compressed, as one line of base64."""
    try:
        result = {"ok": answer(json.loads(request, object_hook=unpack))}
    except sqlite3.Error as error:
        result = {"error": str(error)}
    text = json.dumps(result, default=pack)
    sys.stdout.write(base64.b64encode(zlib.compress(text.encode())).decode() + "\n")
