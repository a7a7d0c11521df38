"""A copy reaches nobody: what is listed is made harmless and proven so, what is not listed stops the start."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from migrator.clone.neutral.model import Neutral
from migrator.clone.neutral.neutralise import harmless, neutralise
from migrator.clone.neutral.read import load_neutral
from migrator.clone.neutral.scan import scan
from migrator.clone.neutral.signs import Signs
from migrator.errors import FindingsBlock, MigratorError, PlaybookError
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors, environment

CONFIG = """[server]
port = 8051
[notices]
# smtp = old.example.com
smtp = mail.linjiang.example:25
webhook = https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef
"""
MAIL: dict[str, Any] = {"name": "mail", "kind": "mail", "files": [
    {"file": "app/app.ini", "format": "ini", "set": {"notices.smtp": ""}}]}
ROBOT: dict[str, Any] = {"name": "robot", "kind": "robot", "files": [
    {"file": "app/app.ini", "pattern": r"^webhook = (.*)$", "value": "http://nowhere.invalid/"}]}
PLANNED: dict[str, Any] = {"name": "planned", "kind": "cron", "statements": [
    {"sql": "update job set active = :off where active <> :off", "parameters": {"off": 0}, "table": "job",
     "left": "select count(*) from job where active <> :off"}]}
PARTNERS: dict[str, Any] = {"name": "partners", "kind": "webhook", "columns": [
    {"table": "partner", "column": "callback_url", "value": "${env.values.url}/none"}]}
ALL = (MAIL, ROBOT, PLANNED, PARTNERS)


def rules(*integrations: dict[str, Any], **look: Any) -> Neutral:
    return Neutral.model_validate({"format": 1, "integrations": list(integrations), "look": look})


@pytest.fixture
def copy(tmp_path: Path) -> Site:
    root = tmp_path / "copy"
    (root / "db").mkdir(parents=True)
    (root / "app.ini").write_text(CONFIG)
    (root / "app.ini").chmod(0o600)
    (root / "notes.txt").write_text("http://nobody.reads.this.example/")
    change(root, "create table job (id integer primary key, name text, active integer)",
           "insert into job values (1, 'send reports', 1), (2, 'tidy up', 0)",
           "create table partner (id integer primary key, name text, callback_url text)",
           "insert into partner values (1, 'A', 'https://a.example/hook?key=1'), (2, 'B', null), (3, 'C', '')")
    here = environment(root, tmp_path / "work", disposable=True, values={"url": "http://127.0.0.1:8081"})
    return Site("copy", here, LocalDoors({"copy": here}))


def change(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database, database:
        for statement in statements:
            database.execute(statement)


def root(site: Site) -> Path:
    return Path(site.environment.trees["app"].path)


def test_what_is_listed_is_made_harmless_once(copy: Site) -> None:
    done = neutralise(copy, rules(*ALL))
    assert done.found == 3
    assert done.changed == {"mail": {"app/app.ini": 1}, "robot": {"app/app.ini": 1}, "planned": {"statement 1": 1},
                            "partners": {"partner.callback_url": 3}}
    text = (root(copy) / "app.ini").read_text()
    assert "\nsmtp =\n" in text and text.endswith("webhook = http://nowhere.invalid/\n")
    assert (root(copy) / "app.ini").stat().st_mode & 0o777 == 0o600
    assert [f.code for f in harmless(copy, rules(*ALL))] == ["neutral.clean"]
    again = neutralise(copy, rules(*ALL))
    assert (again.found, [places for places in again.changed.values() if places]) == (0, [])


@pytest.mark.parametrize(("without", "place"), [
    (MAIL, "app/app.ini line 5"), (ROBOT, "app/app.ini line 6"), (PARTNERS, "main: partner.callback_url")])
def test_an_integration_that_nothing_lists_stops_the_start(without: dict[str, Any], place: str, copy: Site) -> None:
    with pytest.raises(FindingsBlock, match="nothing lists") as stopped:
        neutralise(copy, rules(*(each for each in ALL if each is not without)))
    assert place in stopped.value.message
    assert "access_token" not in stopped.value.message and "key=1" not in stopped.value.message


def test_what_waits_to_be_sent_stops_the_start_until_it_is_listed(copy: Site) -> None:
    change(root(copy), "create table x_mail_queue (id integer, body text)", "insert into x_mail_queue values (1, 'x')")
    with pytest.raises(FindingsBlock, match="x_mail_queue: queue 1 rows wait"):
        neutralise(copy, rules(*ALL))
    emptied = {"name": "queue", "kind": "mail", "statements": [
        {"sql": "delete from x_mail_queue", "left": "select count(*) from x_mail_queue"}]}
    assert neutralise(copy, rules(*ALL, emptied)).changed["queue"] == {"statement 1": 1}


def test_what_does_not_take_effect_stops_the_start(copy: Site) -> None:
    lame = {"name": "planned", "kind": "cron", "statements": [
        {"sql": "update job set active = 0 where id = 99", "left": "select count(*) from job where active <> 0"}]}
    with pytest.raises(FindingsBlock, match="planned is not harmless: statement 1 leaves 1"):
        neutralise(copy, rules(MAIL, ROBOT, PARTNERS, lame))


@pytest.mark.parametrize("rule", [
    {"files": [{"file": "app/none.ini", "format": "ini", "set": {"a.b": ""}}]},
    {"files": [{"file": "app/app.ini", "format": "json", "set": {"a": ""}}]},
    {"columns": [{"table": "nothing", "column": "x"}]},
    {"statements": [{"sql": "update nothing set a = 1", "left": "select 0"}]}])
def test_what_cannot_be_made_harmless_stops_the_start(rule: dict[str, Any], copy: Site) -> None:
    with pytest.raises(MigratorError):
        neutralise(copy, rules(*ALL, {"name": "more", "kind": "other", **rule}))


def test_a_system_that_is_no_copy_is_never_touched(copy: Site) -> None:
    live = Site("live", copy.environment.model_copy(update={"disposable": False}), copy._doors)
    with pytest.raises(FindingsBlock, match="not marked as a copy"):
        neutralise(live, rules(*ALL))
    assert (root(copy) / "app.ini").read_text() == CONFIG


def test_a_place_is_left_out_only_with_a_reason(copy: Site) -> None:
    some = rules(MAIL, PLANNED, not_here={"partner.callback_url": "told by hand"}, harmless=[r"https://oapi\..*"],
                 files=["app/notes.txt"])
    assert [str(sign) for sign in scan(copy, some)] == [
        "app/app.ini line 5: mail mail.linjiang.example:25",
        "app/notes.txt line 1: url http://nobody.reads.this.example"]


@pytest.mark.parametrize(("text", "sort", "shown"), [
    ("url = https://user:pw@erp.example:8443/api?token=1", "url", "https://erp.example:8443/***"),
    ("host: smtp.qq.com", "mail", "smtp.qq.com"),
    ("ldap.url=ldaps://dc1.example/ou=x", "ldap", "ldaps://dc1.example/***"),
    ('"corpsecret": "abcdef0123456789"', "token", "ab***"),
    ("license = 27000@lic1.example", "licence", "27000@lic1.example"),
    ("server = qyapi.weixin.qq.com/cgi-bin/message/send?x", "robot", "qyapi.weixin.qq.com"),
    ("sms_url dysmsapi.aliyuncs.com", "sms", "dysmsapi.aliyuncs.com"),
    ("pay = https://api.mch.weixin.qq.com/pay", "payment", "https://api.mch.weixin.qq.com/***"),
    ("smtp_server = relay", "server", "relay"),
    ("peer = 10.20.30.40:9000", "address", "10.20.30.40:9000")])
def test_every_sort_of_integration_is_seen_and_shown_without_its_secrets(text: str, sort: str, shown: str) -> None:
    assert [(sign.sort, sign.shown) for sign in Signs({}, []).in_text(text)] == [(sort, shown)]


@pytest.mark.parametrize("text", [
    "url = http://127.0.0.1:8051/x", "smtp = localhost:25", "mail = http://none.invalid/", "; smtp = mail.a.example",
    'xmlns="http://www.w3.org/1999/xhtml"', "smtp =", "version = 1.2.3", "gateway_timeout = 300",
    "smtp_enabled = false", "url = http://trial.example:81/x", "mask = 255.255.255.0", "10:20:30"])
def test_what_reaches_nobody_is_no_sign(text: str) -> None:
    assert list(Signs({}, [], ["http://trial.example:81/"]).in_text(text)) == []


@pytest.mark.parametrize(("text", "said"), [
    ("format: 1\nintegrations:\n  - {name: a, kind: mail}\n", "3:5"),
    ("format: 1\nintegrations:\n  - {name: a, kind: post, columns: []}\n", "should be 'mail'"),
    ("format: 1\nlook: {harmless: ['(']}\n", "no regular expression"),
    ("format: 1\nlok: {}\n", "look"),
    ("format: 1\nintegrations:\n  - {name: a, kind: mail, files: [{file: a/b, set: {x: y}}]}\n", "format"),
    ("format: 1\nintegrations:\n" + "  - {name: a, kind: mail, columns: [{table: t, column: c}]}\n" * 2, "used twice")])
def test_what_is_wrong_in_the_file_is_told_with_its_position(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "neutralise.yaml").write_text(text)
    with pytest.raises(PlaybookError, match=said) as error:
        load_neutral(tmp_path / "neutralise.yaml")
    assert error.value.where


@pytest.mark.parametrize("product", ["buildtrack", "roundup", "tryton"])
def test_the_shipped_products_say_what_makes_a_copy_harmless(product: str) -> None:
    assert load_neutral(Path(__file__).parents[3] / "playbooks" / product / "neutralise.yaml").integrations
