"""inv clone.* as they are typed, into another folder of this machine; those in containers: tests/containers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from migrator import __version__
from migrator.program import Migrator
from migrator.tasks import namespace
from tests.typed import Typed

INVENTORY = """
format: 1
environments:
  live:
    hosts: {{here: {{connect: local, work: "{folder}/work"}}}}
    databases: {{main: {{url: "sqlite:///{folder}/live.db", at: here}}}}
    trees: {{app: {{path: "{folder}/live", at: here}}}}
    product: product
    secrets: {{masking: env:CLONE_MASKING}}
  copy:
    hosts: {{here: {{connect: local, work: "{folder}/work"}}}}
    databases: {{main: {{url: "sqlite:///{folder}/copy.db", at: here}}}}
    trees: {{app: {{path: "{folder}/copy", at: here}}}}
    services: {{web: {{at: here, start: [touch, "{folder}/runs"], stop: [rm, "{folder}/runs"],
                       status: [test, -e, "{folder}/runs"]}}}}
    product: product
    disposable: true
"""
NEUTRAL = """
format: 1
integrations: [{name: mail, kind: mail, files: [{file: app/app.ini, format: ini, set: {mail.host: ""}}]}]
"""


Type = Callable[..., Typed]


@pytest.fixture
def typed(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types a command in a folder with a live system of one person and one address to send mail to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLONE_MASKING", "a key that is long enough for a test")
    (tmp_path / "inventory.yaml").write_text(INVENTORY.format(folder=tmp_path))
    (tmp_path / "product").mkdir()
    (tmp_path / "product/masking.yaml").write_text("tables:\n  person: {name: chinese_name}\n")
    (tmp_path / "product/neutralise.yaml").write_text(NEUTRAL)
    (tmp_path / "live").mkdir()
    (tmp_path / "live/app.ini").write_text("[mail]\nhost = mail.a.example\n")
    with closing(sqlite3.connect(tmp_path / "live.db")) as database, database:
        database.execute("create table person (id integer primary key, name text)")
        database.execute("insert into person values (1, '欧阳静怡')")

    def type_(*words: str) -> Typed:
        code = 0
        try:
            Migrator(namespace=namespace, version=__version__, name="migrator", binary="migrator").run(
                ["migrator", *words, "--lang", "en"])
        except SystemExit as ending:
            code = int(ending.code or 0)
        printed = capfd.readouterr()
        return Typed(code, printed.out, printed.err)

    return type_


def test_a_copy_is_made_compared_checked_and_removed(typed: Type, tmp_path: Path) -> None:
    made = typed("clone.make", "--of", "live", "--env", "copy", "--direct", "--least", "100", "--json")
    assert made.code == 0, made.err
    assert (made.data["leaks"], made.data["parity"]["score"], made.data["started"]) == (0, 100.0, [])
    assert (tmp_path / "copy/app.ini").read_text() == "[mail]\nhost =\n" and not (tmp_path / "runs").exists()
    assert typed("clone.check", "--env", "copy").code == 0
    assert "like its original by 100.0 %" in typed("clone.parity", "--of", "live", "--env", "copy").out

    (tmp_path / "copy/app.ini").write_text("[mail]\nhost = mail.a.example\n")
    assert typed("clone.check", "--env", "copy").code == 10
    differs = typed("clone.parity", "--of", "live", "--env", "copy", "--least", "100")
    assert differs.code == 10 and "configuration app/app.ini" in differs.out
    assert typed("clone.remove", "--env", "copy").code == 0
    assert not (tmp_path / "copy").exists() and not (tmp_path / "copy.db").exists()


def test_where_egress_is_open_nothing_is_started_unless_it_is_allowed_by_name(typed: Type, tmp_path: Path) -> None:
    words = "clone.make", "--of", "live", "--env", "copy", "--direct", "--start"
    refused = typed(*words)
    assert refused.code == 2 and "is not held back" in refused.err and not (tmp_path / "copy").exists()
    assert typed(*words, "--egress", "copy", "--json").data["started"] == ["web"] and (tmp_path / "runs").exists()


@pytest.mark.parametrize(("words", "code", "said"), [
    (("--env", "copy", "--direct"), 2, "--of is missing"),
    (("--of", "live", "--env", "copy"), 10, "no backup set of live is proven"),
    (("--of", "live", "--env", "live", "--direct"), 10, "very environment"),
    (("--of", "copy", "--env", "live", "--direct"), 10, "not marked as a copy"),
    (("--of", "live", "--env", "copy", "--into", "cloud"), 2, "--into is docker"),
    (("--of", "live", "--env", "copy", "--into", "docker"), 2, "is an environment of the inventory already"),
    (("--of", "live", "--env", "../../live", "--into", "docker"), 2, "is no name for a copy")])
def test_a_wrong_wish_is_refused(words: tuple[str, ...], code: int, said: str, typed: Type, tmp_path: Path) -> None:
    ended = typed("clone.make", *words)
    assert ended.code == code and said in ended.err, ended.err
    assert (tmp_path / "live/app.ini").read_text() == "[mail]\nhost = mail.a.example\n"


@pytest.mark.parametrize("name", ["..", "../live", "/", "a/b", "-x"])
def test_no_name_leads_a_removal_elsewhere(name: str, typed: Type, tmp_path: Path) -> None:
    assert typed("clone.remove", "--env", name).code == 2
    assert (tmp_path / "live/app.ini").exists()


def test_without_an_engine_a_copy_in_containers_is_refused(typed: Type, monkeypatch: pytest.MonkeyPatch,
                                                           tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    ended = typed("clone.make", "--of", "live", "--env", "new", "--into", "docker", "--direct")
    assert ended.code == 20 and "no Docker engine answers" in ended.err
