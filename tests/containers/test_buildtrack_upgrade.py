"""The sample product from 5.1 to 7.0 over SSH: an application host and a database host, PostgreSQL and MariaDB."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from rig import HostFactory
from rig_databases import Database, mariadb_database_on, postgres_database_on
from rig_host import TestHost
from sqlalchemy.engine import make_url
from ssh_places import entry

from fixtures.buildtrack.pack import pack
from tests.buildtrack.machine import Container
from tests.buildtrack.operator import Desk
from tests.buildtrack.site import Site

pytestmark = pytest.mark.long
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
ROWS = 3000
PORTS = {"live": 8051, "trial": 8052}


@dataclass(frozen=True)
class Make:
    """What tests have to know of a make of database."""

    image: str
    engine: str
    new: Callable[[TestHost], AbstractContextManager[Database]]
    dump: tuple[str, ...]


MAKES = (
    Make("postgres", "postgresql", postgres_database_on,
         ("runuser", "-u", "postgres", "--", "pg_dump", "--no-owner", "--inserts")),
    Make("mariadb", "mariadb", mariadb_database_on, ("mariadb-dump", "--skip-extended-insert", "--skip-comments")),
)


@dataclass(frozen=True)
class Company:
    desk: Desk
    live: Site
    trial: Site
    state: Callable[[], str]


@pytest.fixture(scope="module", params=MAKES, ids=lambda make: make.image)
def company(request: pytest.FixtureRequest, module_host_factory: HostFactory,
            tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Live system and copy on the same two machines, in other places; assessed, rehearsed and approved."""
    make: Make = request.param
    folder = tmp_path_factory.mktemp("company")
    network = module_host_factory.network()
    app = module_host_factory(make.image, name="app", network=network)
    data = module_host_factory(make.image, name="data", network=network, environment={"RIG_LISTEN": "0.0.0.0"})
    machine = Container(app)
    machine.bring_sources(FIXTURES, [f"/srv/{name}" for name in PORTS])
    app.copy_in(pack("5.1", folder / "packages"), "/opt/buildtrack-5.1.tar.gz")
    with ExitStack() as until:
        databases = {name: until.enter_context(make.new(data)) for name in PORTS}
        live, trial = (site(name, make, app, data, databases[name], folder) for name in PORTS)
        live.build(Path("/opt/buildtrack-5.1.tar.gz"), ROWS)
        trial.prepare()
        desk = Desk.made(folder / "desk", {"buildtrack": live.environment(),
                                           "buildtrack-trial": trial.environment(disposable=True)})
        desk.rehearsed()
        yield Company(desk, live, trial,
                      lambda: live.state(data.must([*make.dump, databases["live"].name])))
        for place in live, trial:
            machine.must(*place.service("stop"))


def site(name: str, make: Make, app: TestHost, data: TestHost, database: Database, folder: Path) -> Site:
    secret = folder / f"{name}.password"
    secret.touch(mode=0o600)
    secret.write_text(database.password)
    host = {"app": entry(app), "data": entry(data)}
    return Site(
        root=f"/srv/{name}", port=PORTS[name], machine=Container(app),
        database={"engine": make.engine, "name": database.name, "host": "data", "port": str(database.port),
                  "user": database.user, "password": database.password},
        database_entry={"url": without_password(database.url), "at": "data", "password": f"file:{secret}",
                        "admin_url": database.admin_url},
        hosts={each: shown.model_dump(exclude_defaults=True) for each, shown in host.items()},
        values={"database": database.name}, password=f"file:{secret}")


def without_password(url: str) -> str:
    parts = make_url(url)
    return parts.set(password=None).render_as_string()


def test_every_cell_of_the_live_system_is_in_the_rehearsed_copy(company: Company) -> None:
    hops = ",".join(f"playbooks/buildtrack/mapping/{hop}.yaml" for hop in ("5.1-6.1", "6.1-7.0"))
    told = company.desk.must("map.verify", "--mapping", hops, "--between", between(company), "--old", "buildtrack",
                             "--new", "buildtrack-trial")
    assert "✓ equal" in told


def between(company: Company) -> str:
    """The structure of 6.1 as shipped, with what this site has added to its 5.1."""
    company.desk.must("map.schema", "--env", "buildtrack", "--write", "5.1.json")
    folder = company.desk.folder
    shipped = json.loads((folder / "playbooks/buildtrack/mapping/6.1.json").read_text("utf-8"))
    live = json.loads((folder / "5.1.json").read_text("utf-8"))
    for name, table in live["tables"].items():
        if name not in shipped["tables"]:
            shipped["tables"][name] = table
        own = {column: said for column, said in table["columns"].items() if column.startswith("x_")}
        shipped["tables"][name]["columns"] |= own
    (folder / "6.1.json").write_text(json.dumps(shipped), "utf-8")
    return "6.1.json"


def test_a_failing_upgrade_gives_back_the_very_system_and_the_next_one_passes(company: Company) -> None:
    before = company.state()
    company.live.fault("7.0", "fail-half")
    told = company.desk.upgrade(code=21).out
    assert "lost contact with the licence service" in told
    assert company.state() == before
    assert company.live.label() == "5.1"

    company.live.fault("7.0", "")
    company.desk.upgrade()
    assert company.live.label() == "7.0"
    company.desk.must("run.stage", "--playbook", "buildtrack", "--stage", "close-out", "--yes")
