"""The way from 5.1 over 6.1 to 7.0: nothing is lost, and what must be refused is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.buildtrack.installation import Installation
from tests.buildtrack.questions import answers

SAME_NAMES = ("department", "project", "contract", "payment", "approval", "attachment", "x_inspection")
NEW_NAMES = {"app_user": "account", "task": "work_item", "task_comment": "work_item_comment"}


def count(system: Installation, table: str) -> int:
    return int(system.rows(f"SELECT COUNT(*) FROM {table}")[0][0])


def test_every_row_arrives(seeded_51: Installation, upgraded_61: Installation, upgraded_70: Installation) -> None:
    for table in (*SAME_NAMES, *NEW_NAMES):
        rows = count(seeded_51, table)
        assert rows > 3
        assert count(upgraded_61, table) == rows
        assert count(upgraded_70, NEW_NAMES.get(table, table)) == rows
    assert upgraded_61.rows("SELECT value FROM bt_meta") == [("6.1",)]
    assert upgraded_70.rows("SELECT value FROM bt_meta") == [("7.0",)]


def test_the_site_gets_the_same_answers(
    seeded_51: Installation, finished_61: Installation, upgraded_70: Installation
) -> None:
    before = answers(seeded_51.rows, "5.1")
    assert all(before.values())
    assert answers(finished_61.rows, "6.1") == before
    assert answers(upgraded_70.rows, "7.0") == before


def test_names_addresses_and_states_keep_their_meaning(seeded_51: Installation, upgraded_61: Installation) -> None:
    assert seeded_51.rows("SELECT full_name FROM app_user ORDER BY id") == upgraded_61.rows(
        "SELECT surname || given_name FROM app_user ORDER BY id"
    )
    assert seeded_51.rows("SELECT address FROM project ORDER BY id") == upgraded_61.rows(
        "SELECT province || '|' || city || '|' || street FROM project ORDER BY id"
    )
    labels = "SELECT l.label FROM {0} t JOIN code_label l ON l.kind = '{0}' AND l.code = t.status_code ORDER BY t.id"
    for table in ("project", "task", "contract", "approval"):
        assert seeded_51.rows(f"SELECT status FROM {table} ORDER BY id") == upgraded_61.rows(labels.format(table))
    assert upgraded_61.rows("SELECT code FROM code_label WHERE label = '待料'") == [("X1",)]


def test_compound_surnames_stay_whole(upgraded_61: Installation) -> None:
    long_ones = upgraded_61.rows("SELECT DISTINCT surname FROM app_user WHERE LENGTH(surname) > 1")
    assert {row[0] for row in long_ones} <= {"欧阳", "司马", "上官", "诸葛"}


def test_lists_become_rows(seeded_51: Installation, upgraded_70: Installation) -> None:
    members = {
        (project, int(user))
        for project, users in seeded_51.rows("SELECT id, member_ids FROM project")
        for user in users.split(",")
    }
    assert set(upgraded_70.rows("SELECT project_id, account_id FROM project_member")) == members
    roles = {
        (user, role, None if role in ("admin", "auditor") else department)
        for user, department, held in seeded_51.rows("SELECT id, department_id, roles FROM app_user")
        for role in held.split(",")
    }
    sql = "SELECT h.account_id, r.name, h.department_id FROM account_role h JOIN role r ON r.id = h.role_id"
    assert set(upgraded_70.rows(sql)) == roles


def test_money_times_and_partners_are_equal_in_their_new_shape(
    seeded_51: Installation, upgraded_70: Installation
) -> None:
    assert seeded_51.rows("SELECT number, partner, amount FROM contract ORDER BY id") == upgraded_70.rows(
        "SELECT c.number, p.name, c.amount FROM contract c JOIN partner p ON p.id = c.partner_id ORDER BY c.id"
    )
    assert seeded_51.rows("SELECT CAST(amount AS REAL) FROM payment ORDER BY id") == upgraded_70.rows(
        "SELECT CAST(amount AS REAL) FROM payment ORDER BY id"
    )
    assert seeded_51.rows("SELECT ROUND(budget_wan * 10000) FROM project ORDER BY id") == upgraded_70.rows(
        "SELECT ROUND(budget) FROM project ORDER BY id"
    )
    assert seeded_51.rows("SELECT created_at FROM task ORDER BY id") == upgraded_70.rows(
        "SELECT datetime(created_at, '8 hours') FROM work_item ORDER BY id"
    )


def test_files_move_and_keep_their_bytes(seeded_51: Installation, upgraded_61: Installation) -> None:
    old, new = (dict(system.rows("SELECT id, path FROM attachment ORDER BY id")) for system in (seeded_51, upgraded_61))
    assert len(old) == 20
    for key in old:
        content = (seeded_51.data / old[key]).read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        assert new[key].startswith("files/20")
        assert new[key].endswith(f"/{sha256[:2]}/{key}")
        assert (upgraded_61.data / new[key]).read_bytes() == content
    assert list((upgraded_61.data / "attachments").iterdir()) == []


def test_a_file_that_is_missing_before_is_told_and_left(seeded_51: Installation, tmp_path: Path) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    (path,) = system.rows("SELECT path FROM attachment WHERE id = 3")[0]
    (system.data / path).unlink()
    result = system.run("6.1", "upgrade")
    assert result.code == 0
    assert f"attachment 3 has no file {path}" in result.err
    assert system.rows("SELECT path, sha256 FROM attachment WHERE id = 3") == [(path, "")]
    assert system.run("6.1", "check").out.splitlines()[0] == f"problem: file {path} is missing"


def test_the_site_s_own_column_stays(seeded_51: Installation, upgraded_70: Installation) -> None:
    own = "SELECT id, x_site_code FROM project ORDER BY id"
    assert seeded_51.rows(own) == upgraded_70.rows(own)
    assert "note: own column project.x_site_code" in seeded_51.run("5.1", "check").out


@pytest.mark.parametrize("version", ["6.1", "7.0"])
def test_an_upgraded_schema_is_the_schema_of_a_new_system(
    version: str, upgraded_61: Installation, upgraded_70: Installation, tmp_path: Path
) -> None:
    fresh = Installation(tmp_path / "fresh")
    assert fresh.run(version, "init").code == 0
    upgraded = {"6.1": upgraded_61, "7.0": upgraded_70}[version]
    assert [row for row in shape(upgraded) if not row[0].startswith("x_") and row[1] != "x_site_code"] == shape(fresh)


def shape(system: Installation) -> list[tuple[str, ...]]:
    """Columns with type, NOT NULL and default, foreign keys, indexes, sorted: an upgrade orders columns in its way."""
    return system.rows(
        "SELECT m.name, c.name, c.type, c.'notnull', COALESCE(c.dflt_value, '')"
        " FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        " UNION SELECT m.name, k.'from', k.'table', k.'to', k.on_delete"
        " FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table'"
        " UNION SELECT tbl_name, name, '', '', '' FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " ORDER BY 1, 2, 3"
    )


def test_the_direct_jump_is_refused_and_changes_nothing(seeded_51: Installation, tmp_path: Path) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    before = (system.data / "buildtrack.db").read_bytes()
    result = system.run("7.0", "upgrade")
    assert (result.code, result.err) == (3, "this is 5.1; 7.0 upgrades 6.1 only\n")
    assert (system.data / "buildtrack.db").read_bytes() == before


def test_70_waits_for_the_job_of_61(upgraded_61: Installation, tmp_path: Path) -> None:
    system = upgraded_61.copy(tmp_path / "copy")
    result = system.run("7.0", "upgrade")
    assert result.code == 4
    assert "background jobs must finish first: number-tasks" in result.err
    assert system.run("6.1", "jobs").code == 4
    assert system.run("6.1", "jobs", "--wait").out == "number-tasks done 0 pieces left\n"
    assert system.run("7.0", "upgrade").code == 0


def test_the_job_numbers_each_project_from_one(finished_61: Installation) -> None:
    for (numbers,) in finished_61.rows(
        "SELECT GROUP_CONCAT(number) FROM (SELECT * FROM task ORDER BY id) GROUP BY project_id"
    ):
        found = [int(number) for number in numbers.split(",")]
        assert found == list(range(1, len(found) + 1))


def test_61_asks_for_its_new_setting(seeded_51: Installation, tmp_path: Path) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    ini = Path(system.config("6.1"))
    ini.write_text(ini.read_text().replace("base_url = http://buildtrack.example\n", ""))
    result = system.run("6.1", "upgrade")
    assert (result.code, result.err) == (2, f"{ini}: [server] base_url is missing\n")
