"""The test machines' databases: closed to all but their machine unless published, and gone after the test."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pymysql
import pytest
from rig_databases import ADMIN_USER, Database, postgres_database_on
from rig_host import TestHost
from rig_login import ask, log_in
from sqlalchemy.engine import make_url


def test_postgres_listens_inside_alone_and_is_reached_through_ssh(
    postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]
) -> None:
    database = postgres_database(postgres_host)
    with log_in(postgres_host) as client:
        code, out = ask(client, f"psql -AtX '{as_psql_url(database.url)}' -c 'SELECT current_user, 1 + 1'")
        assert (code, out) == (0, f"{database.user}|2")
        assert ask(client, f"psql -AtX '{as_psql_url(database.url)}' -c 'SHOW server_encoding'") == (0, "UTF8")
    assert listeners(postgres_host, 5432) == {"0100007F"}
    with pytest.raises(KeyError):
        _ = database.direct_url


def test_mariadb_listens_inside_alone_and_is_reached_through_ssh(
    mariadb_host: TestHost, mariadb_database: Callable[[TestHost], Database]
) -> None:
    database = mariadb_database(mariadb_host)
    log_in_there = f"MYSQL_PWD={database.password} mariadb -h 127.0.0.1 -u {database.user} -N {database.name}"
    with log_in(mariadb_host) as client:
        assert ask(client, f"{log_in_there} -e 'SELECT 1 + 1'") == (0, "2")
    assert listeners(mariadb_host, 3306) == {"0100007F"}


def test_a_published_postgres_answers_the_test_process(
    open_postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]
) -> None:
    database = postgres_database(open_postgres_host)
    with psycopg.connect(as_psql_url(database.direct_url)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (database.name,)
    with psycopg.connect(as_psql_url(database.direct_admin_url)) as connection:
        is_superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert is_superuser == (True,)


def test_a_published_mariadb_answers_the_test_process(
    open_mariadb_host: TestHost, mariadb_database: Callable[[TestHost], Database]
) -> None:
    database = mariadb_database(open_mariadb_host)
    for text, expected in ((database.direct_url, database.user), (database.direct_admin_url, ADMIN_USER)):
        url = make_url(text)
        connection = pymysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, database=url.database
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT user()")
            assert cursor.fetchone()[0].startswith(f"{expected}@")


def test_databases_of_a_test_are_gone_after_it(open_postgres_host: TestHost) -> None:
    with postgres_database_on(open_postgres_host) as database, psycopg.connect(as_psql_url(database.direct_url)):
        pass
    with psycopg.connect(as_psql_url(database.direct_admin_url)) as connection:
        left = "SELECT count(*) FROM pg_database, pg_roles WHERE %s IN (datname, rolname)"
        assert connection.execute(left, [database.name]).fetchone() == (0,)


def as_psql_url(url: str) -> str:
    """The same address in the words of libpq, which knows no drivers."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def listeners(host: TestHost, port: int) -> set[str]:
    """Hexadecimal addresses inside the machine that listen on the port, as the kernel writes them."""
    rows = host.must(["cat", "/proc/net/tcp", "/proc/net/tcp6"]).splitlines()
    listening = [row.split()[1] for row in rows if row.split()[3] == "0A"]
    return {address for address, _, in_hex in (where.partition(":") for where in listening) if int(in_hex, 16) == port}
