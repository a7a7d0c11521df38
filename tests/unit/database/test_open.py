"""Opening: the URL decides the make, the way there is taken only when needed, and no password comes out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from migrator.commands.quoting import listed, quoted, text_value
from migrator.database import sqlite_agent
from migrator.database.door import Door
from migrator.database.open import make_of, open_database
from migrator.database.postgresql_schema import one_line
from migrator.database.refusals import in_our_words
from migrator.errors import DatabaseError, LoginRefused, MigratorError, Unreachable, WrongUse
from migrator.playbook.inventory import Database as Entry
from migrator.secret import Secret


@pytest.mark.parametrize(("url", "make"), [
    ("postgresql+psycopg2://u@h/d", "postgresql"), ("postgres://u@h/d", "postgresql"),
    ("mysql+mysqldb://u@h/d", "mariadb"),
    ("mariadb://u@h/d", "mariadb"), ("sqlite:////x.db", "sqlite")])
def test_make_of_a_url(url: str, make: str) -> None:
    assert make_of(url) == make
    assert open_database("main", Entry(url=url, at="h")).make == make


@pytest.mark.parametrize("url", ["oracle://u@h/d", "", "postgresql://u@h:port/d", "sqlite://", "sqlite:///:memory:"])
def test_wrong_urls_are_refused(url: str) -> None:
    with pytest.raises(WrongUse):
        open_database("main", Entry(url=url, at="h"))


@pytest.mark.parametrize(("host", "through"), [
    ("127.0.0.1", True), ("localhost", True), ("[::1]", True), ("127.8.0.1", True), ("10.0.0.5", False),
    ("db.local", False)])
def test_only_loopback_addresses_take_the_tunnel(host: str, through: bool) -> None:
    taken, closed = [], []

    @contextmanager
    def reach(address: str, port: int) -> Iterator[tuple[str, int]]:
        taken.append((address, port))
        yield "127.0.0.1", 40000
        closed.append(address)

    door = Door("main", make_url(f"postgresql+psycopg://u@{host}/d"), reach)
    url = door.reachable()
    assert taken == ([(host.strip("[]"), 5432)] if through else [])
    assert (url.host, url.port) == (("127.0.0.1", 40000) if through else (host, None))
    door.close()
    door.close()
    assert len(closed) == len(taken)


@pytest.mark.parametrize("url", ["postgresql+psycopg:///d", "mysql+pymysql://u@localhost/d?unix_socket=/run/s"])
def test_socket_of_another_host_is_refused(url: str) -> None:
    with pytest.raises(WrongUse, match="socket"):
        Door("main", make_url(url), lambda address, port: pytest.fail("no tunnel leads to a socket")).reachable()


@pytest.mark.parametrize(("words", "expected"), [
    ((1045, "Access denied for user 'u'@'h' (using password: YES)"), LoginRefused),
    ((2003, "Can't connect to MySQL server on 'h'"), Unreachable), ((1146, "Table 'x' doesn't exist"), DatabaseError),
    (("connection failed: FATAL: password authentication failed for user \"u\"",), LoginRefused),
    (("connection to server failed: Connection refused",), Unreachable),
    (('relation "x" does not exist',), DatabaseError)])
def test_refusals_are_told_apart(words: tuple[object, ...], expected: type[MigratorError]) -> None:
    error = OperationalError("select 'statement'", {}, Exception(*words))
    told = in_our_words(error, "main", make_url("postgresql://u:pw@h:1/d"))
    assert type(told) is expected
    assert "statement" not in str(told)


def test_passwords_are_masked_in_messages() -> None:
    Secret("long-password")
    error = OperationalError("", {}, Exception("cannot use pw1 and long-password"))
    told = str(in_our_words(error, "main", make_url("postgresql://u:pw1@h/d")))
    assert "pw1" not in told
    assert "long-password" not in told


def test_agent_is_read_by_old_pythons() -> None:
    with open(sqlite_agent.__file__, encoding="utf-8") as file:
        text = file.read()
    ast.parse(text, feature_version=(3, 7))
    tree = ast.parse(text)
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert not any("migrator" in line for line in imports)


@pytest.mark.parametrize(("before", "after"), [
    ("((code)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
     "((code)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))"),
    ("f(x::text)", "f((x)::text)")])
def test_forms_that_a_dump_changes_are_one(before: str, after: str) -> None:
    assert one_line(before) == one_line(after)


def test_values_keep_their_casts_and_blanks() -> None:
    assert one_line("'a  ::text'::text || (b)") == "'a  ::text' || b"
    assert one_line("lower(x) = (a or b)") == "lower(x) = (a or b)"


def test_names_and_values_are_quoted() -> None:
    assert quoted('a"b') == '"a""b"'
    assert listed(["a", "b`c"], "`") == "`a`, `b``c`"
    assert text_value("it's") == "'it''s'"
    with pytest.raises(ValueError, match="constant"):
        text_value("a\\")
