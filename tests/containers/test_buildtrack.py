"""The sample product on PostgreSQL and MariaDB: from this machine, and as an installed package on a server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import create_engine, inspect, text

from fixtures.buildtrack.pack import VERSIONS, pack
from tests.buildtrack.installation import Installation, database_section
from tests.buildtrack.questions import answers

ENGINES = ("postgresql", "mariadb")
TABLES = ("department", "project", "contract", "payment", "approval", "attachment", "x_inspection")
RENAMED = {"app_user": "account", "task": "work_item", "task_comment": "work_item_comment"}
OWN_COLUMN = "x_site_code"
Shape = dict[str, tuple[dict[str, tuple[str, bool]], set[tuple[str, ...]], set[tuple[str, ...]]]]
NewDatabase = Callable[[], Database]


@pytest.fixture(params=ENGINES)
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Makes empty databases that this machine reaches, on one engine after the other."""
    short = {"postgresql": "postgres", "mariadb": "mariadb"}[request.param]
    host, make = request.getfixturevalue(f"open_{short}_host"), request.getfixturevalue(f"{short}_database")
    return lambda: make(host)


def ask(database: Database, sql: str) -> list[tuple[Any, ...]]:
    engine = create_engine(database.direct_url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(sql))]
    engine.dispose()
    return rows


def shape(database: Database) -> Shape:
    """Per table of the vendor's: columns with type and nullability, foreign keys, indexes."""
    engine = create_engine(database.direct_url)
    look = inspect(engine)
    shapes = {
        table: (
            {
                c["name"]: (str(c["type"]), bool(c["nullable"]))
                for c in look.get_columns(table)
                if c["name"] != OWN_COLUMN
            },
            {
                (*key["constrained_columns"], key["referred_table"], str(key["options"]))
                for key in look.get_foreign_keys(table)
            },
            {(str(index["unique"]), *map(str, index["column_names"])) for index in look.get_indexes(table)},
        )
        for table in look.get_table_names()
        if not table.startswith("x_")
    }
    engine.dispose()
    return shapes


def counts(database: Database, names: dict[str, str]) -> list[int]:
    return [ask(database, f"SELECT COUNT(*) FROM {names.get(t, t)}")[0][0] for t in (*TABLES, *RENAMED)]


def must(system: Installation, version: str, *words: str) -> str:
    result = system.run(version, *words)
    assert result.code == 0, result.out + result.err
    return result.out


def test_the_whole_way_keeps_every_count_and_answer(new_database: NewDatabase, tmp_path: Path) -> None:
    database, fresh = new_database(), new_database()
    asking = partial(ask, database)
    system = Installation.at(tmp_path / "system", database.direct_url)
    must(system, "5.1", "init")
    assert system.seed(3000, "--customize").code == 0
    before = counts(database, {}), answers(asking, "5.1")
    times = [row[0] for row in ask(database, "SELECT created_at FROM task ORDER BY id")]

    assert system.run("7.0", "upgrade").code == 3
    must(system, "6.1", "upgrade")
    assert system.run("7.0", "upgrade").code == 4
    must(system, "6.1", "jobs", "--wait")
    assert must(system, "6.1", "check").endswith("0 problems\n")
    assert answers(asking, "6.1") == before[1]
    must(system, "7.0", "upgrade")

    assert (counts(database, RENAMED), answers(asking, "7.0")) == before
    moved = [row[0] for row in ask(database, "SELECT created_at FROM work_item ORDER BY id")]
    assert {(old - new).total_seconds() for old, new in zip(times, moved, strict=True)} == {8 * 3600}
    must(Installation.at(tmp_path / "fresh", fresh.direct_url), "7.0", "init")
    upgraded, new = shape(database), shape(fresh)
    assert upgraded.keys() == new.keys()
    for table in new:
        assert upgraded[table] == new[table], table


def test_users_of_every_version_work(new_database: NewDatabase, tmp_path: Path) -> None:
    database = new_database()
    system = Installation.at(tmp_path, database.direct_url)
    must(system, "5.1", "init")
    assert system.seed(300).code == 0
    with system.served("5.1") as client:
        user = client.signed_in()
        made = user.send("POST", "/api/tasks", {"project_id": 1, "title": "放线 𠮷", "status": "未开始"}).json
        assert user.send("POST", "/api/tasks", {"project_id": 987654, "title": "x", "status": "x"}).status == 409
        assert user.send("POST", "/api/contracts/1/approval", {}).status == 201
    must(system, "6.1", "upgrade")
    with system.served("6.1") as client:
        shown = client.signed_in().get(f"/api/tasks/{made['id']}").json
        assert (shown["title"], shown["status"]) == ("放线 𠮷", "TODO")
        assert client.signed_in_by_page().get("/projects/1").status == 200
    must(system, "6.1", "jobs", "--wait")
    must(system, "7.0", "upgrade")
    with system.served("7.0") as client:
        user = client.signed_in_v2()
        change = {"data": {"attributes": {"status": "DOING", "due_date": "2026-03-01"}}}
        shown = user.send("PATCH", f"/api/v2/work-items/{made['id']}", change).json["data"]["attributes"]
        assert (shown["subject"], shown["due_date"]) == ("放线 𠮷", "2026-03-01")
        assert client.signed_in_by_page().get("/projects/1").status == 200


@pytest.mark.parametrize("engine", ENGINES)
def test_installed_packages_upgrade_on_a_server_with_the_distribution_s_python(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    short = {"postgresql": "postgres", "mariadb": "mariadb"}[engine]
    host: TestHost = request.getfixturevalue(f"{short}_host")
    database: Database = request.getfixturevalue(f"{short}_database")(host)
    home = f"/opt/{database.name}"
    settings = {"server": {"port": "8061", "base_url": "http://bt.example"}, "database": database_section(database.url)}
    settings["storage"] = {"root": f"{home}/data"}
    lines = [f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items()) for name, keys in settings.items()]
    (tmp_path / "old.ini").write_text("".join(lines))
    host.copy_in(tmp_path / "old.ini", f"{home}/old.ini")
    for version in VERSIONS:
        host.copy_in(pack(version, tmp_path), f"{home}/package.tar.gz")
        host.must(["tar", "-xzf", f"{home}/package.tar.gz", "-C", home])

    def run(version: str, *words: str) -> str:
        config = f"{home}/new.yaml" if version == "7.0" and words[0] != "convert-config" else f"{home}/old.ini"
        program = f"{home}/buildtrack-{version}/buildtrack.py"
        return host.must(["python3", program, words[0], "--config", config, *words[1:]])

    try:
        assert "is ready" in run("5.1", "init")
        assert run("6.1", "upgrade").endswith("upgraded to 6.1\n")
        assert run("6.1", "jobs", "--wait") == "number-tasks done 0 pieces left\n"
        run("7.0", "convert-config", "--output", f"{home}/new.yaml")
        assert run("7.0", "upgrade").endswith("upgraded to 7.0\n")
        assert run("7.0", "check") == "0 problems\n"
    finally:
        host.must(["rm", "-r", home])
