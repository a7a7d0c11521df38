"""Commands for people: one line, quoted for every shell that it passes through."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.commands import by_hand
from migrator.commands.by_hand import SshWay, both, typed, written_to
from migrator.commands.login import Login
from migrator.commands.shell import words
from migrator.commands.typed_clients import TypedClient, TypedMariadb, TypedPostgres, TypedSqlite

JUMP = SshWay("gate.example", "op")
WAY = SshWay("192.0.2.7", "deploy", 2222, "~/.ssh/id", None, JUMP)


@pytest.mark.parametrize(("command", "line"), [
    (typed("rm", "-f", "~/a b/c"), "rm -f ~/'a b/c'"),
    (words("systemctl", "stop", "web").as_user("root"), "sudo -u root -- systemctl stop web"),
    (both(typed("cd", "/a b"), typed("ls")).as_user("app"), """sudo -u app -- sh -c 'cd '"'"'/a b'"'"' && ls'"""),
])
def test_a_line_is_typed_as_whoever_the_command_is_for(command: by_hand.Command, line: str) -> None:
    assert by_hand.line(command) == line


def test_a_file_of_this_machine_is_fed_over_ssh() -> None:
    told = by_hand.fed("/vault/a b.zst", written_to("/etc/x"), packed=True, way=WAY)
    assert told == ("zstd -dc '/vault/a b.zst' | ssh -p 2222 -i '~/.ssh/id' -J op@gate.example:22 deploy@192.0.2.7 "
                    "'cat > /etc/x'")


def test_a_file_is_fed_into_the_whole_of_a_command_here(tmp_path: Path) -> None:
    source, target = tmp_path / "so urce", tmp_path / "tar'get"
    source.write_text("kept")
    line = by_hand.fed(str(source), both(typed("true"), written_to(str(target))), packed=False, way=None)
    assert subprocess.run(["sh", "-c", line]).returncode == 0
    assert target.read_text() == "kept"


LOGIN = Login("127.0.0.1", 5433, "boss")
PROPERTIES = {"encoding": "UTF8", "collate": "C", "ctype": "C", "charset": "utf8mb4", "collation": "utf8mb4_bin"}


@pytest.mark.parametrize(("client", "empty", "load"), [
    (TypedPostgres(LOGIN, "my db"),
     ["dropdb --host=127.0.0.1 --port=5433 --username=boss --if-exists --force 'my db'",
      "createdb --host=127.0.0.1 --port=5433 --username=boss --owner=app --template=template0 --encoding=UTF8 "
      "--lc-collate=C --lc-ctype=C 'my db'"],
     "pg_restore --host=127.0.0.1 --port=5433 --username=boss --exit-on-error --no-owner --no-privileges --role=app "
     "'--dbname=my db'"),
    (TypedMariadb(LOGIN, "db"),
     ["mariadb --protocol=tcp --host=127.0.0.1 --port=5433 --user=boss "
      "'--execute=DROP DATABASE IF EXISTS `db`'",
      "mariadb --protocol=tcp --host=127.0.0.1 --port=5433 --user=boss "
      "'--execute=CREATE DATABASE `db` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'"],
     "mariadb --protocol=tcp --host=127.0.0.1 --port=5433 --user=boss --default-character-set=utf8mb4 db"),
    (TypedSqlite("/srv/a.db", None), [], "rm -f -- /srv/a.db-wal /srv/a.db-shm /srv/a.db-journal && cat > /srv/a.db"),
], ids=["postgresql", "mariadb", "sqlite"])
def test_a_database_is_made_anew_and_loaded(client: TypedClient, empty: list[str], load: str) -> None:
    assert [by_hand.line(command) for command in client.empty(PROPERTIES, "app")] == empty
    assert by_hand.line(client.load("app")) == load
