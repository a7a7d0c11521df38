"""A site on a test machine: a filled database of either make and a tree, as the product's inventory describes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rig_databases import Database
from rig_host import TestHost
from ssh_places import entry

from migrator.database.base import Database as OpenDatabase
from migrator.doors import InventoryDoors
from migrator.playbook.inventory import Inventory
from migrator.site import Site

TREE = "/srv/app"

FILLED = {
    "postgresql": """
create table department (id serial primary key, name text not null unique,
                         seen timestamptz default '2024-01-01 08:00+08');
create table project (id bigserial primary key, department integer not null references department, title varchar(200),
                      cost numeric(12,2), body bytea, data jsonb);
create view costly as select title, cost from project where cost > 100;
create function twice(n numeric) returns numeric language sql immutable as 'select n * 2';
create function stamp() returns trigger language plpgsql as 'begin new.cost := twice(new.cost); return new; end';
insert into department (name) values ('工程部'), ('Finance');
insert into project (department, title, cost, body, data)
    select 1 + n % 2, 'project ' || n || ' 项目', n * 1.5, decode(md5(n::text), 'hex'), json_build_object('n', n)
    from generate_series(1, 500) n;
create trigger double before update on project for each row execute function stamp();
create index on project (title);
""",
    "mariadb": """
create table department (id int auto_increment primary key, name varchar(100) not null unique,
                         seen timestamp default '2024-01-01 08:00:00');
create table project (id bigint auto_increment primary key, department int not null references department (id),
                      title varchar(200), cost decimal(12,2), body blob, index (title));
create view costly as select title, cost from project where cost > 100;
create function twice(n decimal(12,2)) returns decimal(12,2) deterministic return n * 2;
insert into department (name) values ('工程部'), ('Finance');
insert into project (department, title, cost, body)
    select 1 + seq % 2, concat('project ', seq, ' 项目'), seq * 1.5, unhex(md5(seq)) from seq_1_to_500;
create trigger `double` before update on project for each row set new.cost = twice(new.cost);
""",
}
OBJECTS = {
    "postgresql": """select string_agg(kind || ' ' || name, ',' order by kind || ' ' || name) from (
        select 'view' as kind, viewname::text as name from pg_views where schemaname = 'public'
        union all select 'trigger', tgname::text from pg_trigger where not tgisinternal
        union all select 'function', proname::text from pg_proc where pronamespace = 'public'::regnamespace
        union all select 'owner', tableowner::text || ' ' || tablename::text from pg_tables
            where schemaname = 'public') o""",
    "mariadb": """select group_concat(kind, ' ', name order by kind, name) from (
        select 'view' as kind, table_name as name from information_schema.views where table_schema = database()
        union all select 'trigger', trigger_name from information_schema.triggers where trigger_schema = database()
        union all select 'function', routine_name from information_schema.routines
            where routine_schema = database()) o""",
}


@dataclass(frozen=True)
class Place:
    """A database and a tree on one machine, opened as an environment of the product."""

    host: TestHost
    database: Database
    site: Site

    @property
    def make(self) -> str:
        return self.site.database("main").make

    def open(self) -> OpenDatabase:
        return self.site.database("main")

    def state(self) -> tuple[Any, ...]:
        """Every table by count and digest, the structure, and views, triggers, functions and owners by name."""
        opened = self.open()
        return self.content(), opened.schema().fingerprint, opened.query(OBJECTS[self.make])

    def content(self) -> dict[str, tuple[int, str]]:
        """Rows and digest of every table; the server's estimates of bytes differ from load to load."""
        return {table: (facts.rows, facts.digest) for table, facts in self.open().tables().items()}

    def sql(self, *statements: str) -> None:
        self.open().execute(statements)

    def databases(self) -> list[str]:
        """Names of all databases on the server."""
        admin = (["psql", "-AtX", "-d", "postgres", "-c", "select datname from pg_database"]
                 if self.make == "postgresql" else ["mariadb", "-N", "-e", "show databases"])
        user = "postgres" if self.make == "postgresql" else "root"
        return self.host.must(admin, user=user).split()


def sites(monkeypatch: pytest.MonkeyPatch, **described: tuple[TestHost, Database, str]) -> list[Place]:
    """Environments by name, of machine, database and the tree's path each; passwords are environment variables."""
    environments = {}
    for name, (host, database, tree) in described.items():
        monkeypatch.setenv(f"{name.upper()}_PASSWORD", database.password)
        monkeypatch.setenv("ADMIN_PASSWORD", "admin-password")
        scheme, port = database.driver, database.port
        environments[name] = {
            "hosts": {"db": entry(host).model_dump()}, "disposable": name != "live",
            "databases": {"main": {
                "url": f"{scheme}://{database.user}@127.0.0.1:{port}/{database.name}", "at": "db",
                "password": f"env:{name.upper()}_PASSWORD",
                "admin_url": f"{scheme}://admin@127.0.0.1:{port}/{database.maintenance}",
                "admin_password": "env:ADMIN_PASSWORD"}},
            "trees": {"app": {"path": tree, "at": "db"}}}
    doors = InventoryDoors(Inventory.model_validate({"format": 1, "environments": environments}))
    return [Place(host, database, doors.site(name)) for name, (host, database, _tree) in described.items()]


def sqlite_site(host: TestHost, owner: str | None, *, user: str = "ops") -> Site:
    """An SQLite file inside a tree that may belong to another user than the one who logs in."""
    environment = {"hosts": {"app": entry(host, user=user).model_dump()}, "disposable": False,
                   "databases": {"main": {"url": f"sqlite:///{TREE}/db/main.sqlite", "at": "app"}},
                   "trees": {"app": {"path": TREE, "at": "app"} | ({"owner": owner} if owner else {})}}
    return InventoryDoors(Inventory.model_validate({"format": 1, "environments": {"live": environment}})).site("live")


def fill(place: Place, sql_folder: Path) -> None:
    """Give the database its content and the tree its files, as an administrator would."""
    script = sql_folder / "fill.sql"
    script.write_text(FILLED[place.make])
    place.host.copy_in(script, "/tmp/fill.sql", owner="postgres" if place.make == "postgresql" else "root")
    name = place.database.name
    if place.make == "postgresql":
        place.host.must(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", f"set role {name}",
                         "-f", "/tmp/fill.sql"], user="postgres")
    else:
        place.host.must(["sh", "-c", f"mariadb --default-character-set=utf8mb4 {name} < /tmp/fill.sql"])
    make_tree(place.host, TREE)


def make_tree(host: TestHost, path: str, owner: str = "ops") -> None:
    """A tree with a nasty name, a hard link, a link, modes and an empty folder."""
    host.must(["sh", "-ec", """
rm -rf -- "$1"; mkdir -p "$1/files" "$1/empty"; cd "$1"
head -c 300000 /dev/urandom > files/large; echo one > files/one; ln files/one files/again; ln -s one files/link
printf x > "files/$(printf 'line\\nbreak \\377')"; chmod 640 files/one; chmod 700 empty; chown -R "$2:$2" "$1"
""", "sh", path, owner])


def left_behind(host: TestHost, folders: Sequence[str] = ("/home/ops", "/var/tmp", "/srv", "/tmp")) -> str:
    """Names of scratch that is still on the machine."""
    return host.must(["find", *folders, "(", "-name", "migrator_*", "-o", "-name", "migrator-copy*", ")"])
