"""A census of real servers: what does not fit the new side's columns, letters and keys is named with its rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig_databases import Database
from rig_host import TestHost

from migrator.lens.census.census import Census
from migrator.lens.census.take import take
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema

OLD = {
    "postgresql": "create table person (id int primary key, name text, code text, bio text, latin text, han text, "
                  "size bigint, price numeric(12, 2), boss int)",
    "mariadb": "create table person (id int primary key, name varchar(100), code varchar(100) collate utf8mb4_bin, "
               "bio text, latin varchar(100), han varchar(100), size bigint, price decimal(12, 2), boss int)",
}
NEW = {
    "postgresql": "create extension citext; "
                  "create table person (id int primary key, name varchar(5) not null, code citext unique, bio text, "
                  "latin text, han text, size smallint, price numeric(6, 2), boss int references person (id))",
    "mariadb": "create table person (id int primary key, name varchar(5) not null, "
               "code varchar(100) collate utf8mb4_general_ci unique, bio tinytext, latin varchar(100) "
               "character set latin1, han varchar(100) character set gbk, size smallint, price decimal(6, 2), "
               "boss int, foreign key (boss) references person (id))",
}
SOUND = ("insert into person values (1, 'Anna', 'A1', 'x', 'é', '汉', 1, 1.25, null), "
         "(2, '王小明', 'B1', null, null, null, -32768, -9999.99, 1)")
PLANTED = (
    "insert into person values (11, null, 'c11', null, null, null, null, null, null)",
    "insert into person values (12, '六个字的名字', 'c12', null, null, null, null, null, null)",
    "insert into person values (13, 'a', 'a1', null, null, null, null, null, null)",
    f"insert into person values (14, 'a', 'c14', '{'汉' * 100}', null, null, null, null, null)",
    "insert into person values (15, 'a', 'c15', null, 'Жук', null, null, null, null)",
    "insert into person values (16, 'a', 'c16', null, null, '汉😀', null, null, null)",
    "insert into person values (17, 'a', 'c17', null, null, null, 32768, null, null)",
    "insert into person values (18, 'a', 'c18', null, null, null, null, 10000, null)",
    "insert into person values (19, 'a', 'c19', null, null, null, null, null, 99)",
)
FOUND = {("empty", "11"), ("too-long", "12"), ("not-unique", "1"), ("not-unique", "13"), ("out-of-range", "17"),
         ("out-of-range", "18"), ("orphan", "19")}
ONLY_IN_MARIADB = {("too-many-bytes", "14"), ("not-in-charset", "15"), ("not-in-charset", "16")}
BY_NAME = "tables: []"
MOMENT = {"postgresql": "timestamp", "mariadb": "datetime"}
Made = Callable[[str], Endpoint]


@pytest.fixture
def made(open_postgres_host: TestHost, open_mariadb_host: TestHost,
         postgres_database: Callable[[TestHost], Database], mariadb_database: Callable[[TestHost], Database]) -> Made:
    """An empty database of a make, as an endpoint."""
    makers = {"postgresql": (postgres_database, open_postgres_host), "mariadb": (mariadb_database, open_mariadb_host)}

    def make(name: str) -> Endpoint:
        database, host = makers[name]
        return open_endpoint(name, database(host).direct_url)

    return make


def run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("new_make", ["postgresql", "mariadb"])
@pytest.mark.parametrize("old_make", ["postgresql", "mariadb"])
def test_what_does_not_fit_is_named_between_all_makes(old_make: str, new_make: str, made: Made) -> None:
    old, new = made(old_make), made(new_make)
    run(old, OLD[old_make], SOUND)
    run(new, NEW[new_make])
    assert census_of(old, new).findings == ()
    run(old, *PLANTED)
    census = census_of(old, new)
    assert pairs(census) == FOUND | (ONLY_IN_MARIADB if new_make == "mariadb" else set())
    assert census.refused == census.findings
    tally, = census.tallies
    assert (tally.rows, tally.refused) == (11, 8 if new_make == "mariadb" else 5)


@pytest.mark.parametrize(("new_make", "found"), [("postgresql", {("orphan", "1")}), ("mariadb", set())])
def test_a_parent_counts_as_the_new_server_compares(new_make: str, found: set[tuple[str, str]], made: Made) -> None:
    """The old server takes 'a1' for 'A1': one that compares bytes would not find the parent."""
    key = "varchar(20) collate utf8mb4_general_ci" if new_make == "mariadb" else "varchar(20)"
    old, new = made("mariadb"), made(new_make)
    for end, code in ((old, "varchar(20) collate utf8mb4_general_ci"), (new, key)):
        run(end, f"create table team (code {code} primary key)",
            f"create table person (id int primary key, team {code}, foreign key (team) references team (code))")
    run(old, "insert into team values ('A1'), ('B1')", "insert into person values (1, 'a1'), (2, 'B1'), (3, null)")
    assert pairs(census_of(old, new, BY_NAME)) == found


@pytest.mark.parametrize(("old_make", "new_make", "planted", "found"), [
    ("postgresql", "mariadb", "(2, 'infinity', null), (3, '0044-03-15 BC', null), (4, null, '12000-01-01')",
     {("out-of-range", "2"), ("out-of-range", "3"), ("out-of-range", "4")}),
    ("mariadb", "postgresql", "(2, '0000-00-00', null), (3, '2020-00-10', null), (4, null, '0000-01-01 00:00:00')",
     {("zero-date", "2"), ("zero-date", "3"), ("zero-date", "4")})])
def test_dates_that_the_new_server_does_not_know(old_make: str, new_make: str, planted: str,
                                                 found: set[tuple[str, str]], made: Made) -> None:
    old, new = made(old_make), made(new_make)
    for end, moment in ((old, old_make), (new, new_make)):
        run(end, f"create table person (id int primary key, born date, seen {MOMENT[moment]})")
    run(old, "insert into person values (1, '2020-02-29', '1000-01-01 00:00:00')")
    assert pairs(census_of(old, new)) == set()
    run(old, f"insert into person values {planted}")
    assert pairs(census_of(old, new)) == found


def test_a_login_that_may_not_create_tables_is_told_beforehand(
        open_postgres_host: TestHost, open_mariadb_host: TestHost, postgres_database: Callable[[TestHost], Database],
        mariadb_database: Callable[[TestHost], Database]) -> None:
    postgres, mariadb = postgres_database(open_postgres_host), mariadb_database(open_mariadb_host)
    ends = [open_endpoint(name, url.direct_url) for name, url in (("postgres", postgres), ("mariadb", mariadb))]
    for end in ends:
        run(end, "create table person (id int primary key)")
    assert codes(census_of(*ends, BY_NAME)) == codes(census_of(*reversed(ends), BY_NAME)) == []
    open_postgres_host.must(["psql", "-qX", "-d", postgres.name, "-c",
                             f"alter schema public owner to postgres; revoke create on schema public from public; "
                             f"revoke create on schema public from {postgres.user}"], user="postgres")
    open_mariadb_host.must(["mariadb", "-e", f"revoke all privileges on {mariadb.name}.* from {mariadb.user}@'%'; "
                                             f"grant select, insert on {mariadb.name}.* to {mariadb.user}@'%'"])
    assert codes(census_of(*ends, BY_NAME)) == codes(census_of(*reversed(ends), BY_NAME)) == ["may-not-create"]


def test_names_that_postgresql_would_cut_to_the_same(made: Made) -> None:
    long = "一二三四五六七八九十一二三四五六七八九十一"
    old, new = made("mariadb"), made("postgresql")
    run(old, f"create table person (id int primary key, `{long}甲` int, `{long}乙` int)")
    run(new, "create table person (id int primary key, a int, b int)")
    said = (f"tables: [{{old: person, new: person, columns: [rename: {{old: {long}甲, new: a}}, "
            f"rename: {{old: {long}乙, new: b}}]}}]")
    finding, = census_of(old, new, said).refused
    assert (finding.code, finding.columns) == ("name-too-long", f"{long}甲, {long}乙")


def codes(census: Census) -> list[str]:
    return [finding.code for finding in census.findings]


def pairs(census: Census) -> set[tuple[str, str]]:
    """What was found, with the key of each row."""
    return {(finding.code, key) for finding in census.findings for key, in finding.keys}


def census_of(old: Endpoint, new: Endpoint, said: str = "tables: [{old: person, new: person}]") -> Census:
    mapping = Mapping.parse(f'from: "1"\nto: "2"\n{said}\n'.encode(), "m.yaml")
    return take(compile_lens(mapping, read_schema(old), read_schema(new)), Meeting(old, new))
