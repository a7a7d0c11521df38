"""What the old Tryton brings with it: people with roles, and two traps that only a rehearsal finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from rig import HostFactory
from rig_apps import PACKAGES, OldSystem, old_tryton_on
from rig_databases import Database, postgres_database_on
from rig_erp import call as call_by
from rig_host import Answer

from fixtures.tryton import release
from tests.exported import exported

pytestmark = [pytest.mark.network, pytest.mark.long]

SQL = Path(__file__).parents[2] / "playbooks" / "tryton" / "sql"
EMPTY_REFERENCES = """
    SELECT 'view', id, model, module FROM ir_ui_view WHERE model = '' OR module = ''
    UNION ALL SELECT 'report', id, model, module FROM ir_action_report WHERE model = '' OR module = '' ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def database(module_host_factory: HostFactory) -> Iterator[Database]:
    with postgres_database_on(module_host_factory("postgres", name="erp", publish=[5432])) as made:
        yield made


@pytest.fixture(scope="module")
def old(database: Database) -> OldSystem:
    return old_tryton_on(database.host, database)


@pytest.fixture
def call(old: OldSystem, database: Database) -> Iterator[Callable[..., dict[str, object]]]:
    pid_file, url = f"{old.root}/server.pid", f"http://127.0.0.1:{old.made['port']}/"
    server = release.serve_command(Path(old.made["release"]), Path(old.made["config"]), database.name)
    old.must("python3", old.made["background"], "start", "--pid-file", pid_file, "--answers", url, "--", *server)
    yield partial(call_by, old, f"{url}{database.name}/")
    old.must("python3", old.made["background"], "stop", "--pid-file", pid_file)


def psql(database: Database, *words: str) -> str:
    return database.host.must(["psql", "--quiet", "--no-psqlrc", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-At",
                               f"postgresql://{database.user}:{database.password}@127.0.0.1/{database.name}", *words])


def upgrade(old: OldSystem, database: Database, series: str) -> Answer:
    place = Path(old.root) / "releases" / series
    for command in release.install_commands(Path(PACKAGES), place, series):
        old.must(*command)
    return old.host.exec(release.admin_command(place, Path(old.made["config"]), database.name, "--all"), user=old.owner)


def test_records_can_be_read_without_the_program(old: OldSystem, database: Database, tmp_path: Path) -> None:
    rows = exported("tryton", database.direct_url, tmp_path / "records")
    assert rows["projects"] == old.made["facts"]["project.work"]
    assert min(rows.values()) > 0


def test_roles_are_lived(old: OldSystem, call: Callable[..., dict[str, object]]) -> None:
    assert old.made["facts"]["project.work"] == 48
    assert call("user02", "model.project.work.search_count", [])["result"] == 48
    assert call("user01", "model.party.contact_mechanism.search_count", [])["result"] == 9
    assert "not allowed" in str(call("user02", "model.party.contact_mechanism.search_count", [])["error"])


def test_every_attachment_row_has_its_file(old: OldSystem, database: Database) -> None:
    rows = psql(database, "-c", "SELECT file_id FROM ir_attachment ORDER BY 1").split()
    found = old.must("find", f"{old.made['files']}/{database.name}", "-type", "f", "-printf", "%f\\n").split()
    assert len(rows) == 40
    assert sorted(rows) == sorted(found)


def test_the_documented_sql_is_not_enough_and_ours_can_be_taken_back(old: OldSystem, database: Database) -> None:
    for name in "before-7.4.sql", "before-7.4.undo.sql":
        old.host.copy_in(SQL / name, f"/opt/sql/{name}")
    code, output = upgrade(old, database, "7.0")
    assert code == 0, output
    as_it_was = psql(database, "-c", EMPTY_REFERENCES)
    assert as_it_was.count("\n") == 2

    code, output = upgrade(old, database, "7.4")
    assert code != 0
    assert "ir_ui_view_module_name_fkey" in output
    assert psql(database, "-c", EMPTY_REFERENCES) == as_it_was, "the failed upgrade must not have left anything"

    psql(database, "-f", "/opt/sql/before-7.4.sql")
    assert psql(database, "-c", EMPTY_REFERENCES) == ""
    psql(database, "-f", "/opt/sql/before-7.4.undo.sql")
    assert psql(database, "-c", EMPTY_REFERENCES) == as_it_was
    psql(database, "-f", "/opt/sql/before-7.4.sql")
    code, output = upgrade(old, database, "7.4")
    assert code == 0, output
