"""The inventory: names lead somewhere, jumps do not go in circles, secrets are named and not written."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError, PlaybookErrors
from migrator.playbook.inventory_read import inventory_warnings, load_inventory
from migrator.playbook.lookups import resolve, scope
from migrator.secret import scrub

TEXT = """\
format: 1
environments:
  bt-prod:
    hosts:
      gate: {address: 10.0.0.1}
      web1: {address: 10.0.0.2, jump: gate, port: 2222}
      db1: {address: 10.0.0.3, jump: web1, password: "env:DB1"}
    roles: {app: [web1], db: [db1]}
    databases:
      oa: {url: "postgresql://oa@127.0.0.1/oa_live", at: db1, password: "env:OA"}
    trees:
      home: {path: /srv/oa, at: web1}
    services:
      oa: {at: web1, systemd: oa.service}
    values: {port: 8080}
    secrets: {mail: "file:~/mail"}
"""


def load(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "inventory.yaml").write_text(text)
    try:
        load_inventory(tmp_path / "inventory.yaml")
    except PlaybookError as error:
        return str(error)
    return ""


def test_a_right_one(tmp_path: Path) -> None:
    assert load(tmp_path) == ""
    inventory = load_inventory(tmp_path / "inventory.yaml")
    environment = inventory.environments["bt-prod"]
    assert inventory_warnings(inventory) == []
    known = scope(name="bt-prod", environment=environment)
    assert resolve("${env.trees.home.path}/x ${env.databases.main.name} ${env.values.port} ${env.databases.oa.at}",
                   known) == "/srv/oa/x oa_live 8080 db1"
    assert known["env.hosts.gate.address"] == "10.0.0.1"
    with pytest.raises(PlaybookError, match=r"did you mean \$\{env.values.port\}"):
        resolve("${env.values.prot}", known)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("at: db1", "at: db2", 'databases.oa.at: unknown host "db2", did you mean "db1"?'),
    ("path: /srv/oa, at: web1", "path: /srv/oa, at: wbe1", 'trees.home.at: unknown host "wbe1", did you mean "web1"?'),
    ("app: [web1]", "app: [web1, web2]", 'roles.app[1]: unknown host "web2"'),
    ("jump: gate", "jump: gat", 'hosts.web1.jump: unknown host "gat"'),
    ("10.0.0.1}", "10.0.0.1, jump: db1}", "jumps go round in a circle: gate > db1 > web1 > gate"),
    ("10.0.0.1}", "10.0.0.1, jump: gate}", "jumps go round in a circle: gate > gate"),
    ('"env:DB1"', "hunter2", "hosts.db1.password: this should name a secret, not be one"),
    ('"file:~/mail"', "geheim", "secrets.mail: this should name a secret"),
    ("systemd: oa.service", "start: [a]", "services.oa: a service has either systemd"),
    ("port: 2222", "prot: 2222", 'unknown key "prot", did you mean "port"?'),
    ("port: 2222", "port: ssh", "should be a whole number"),
    ("bt-prod:", "bt prod:", 'environments: the key "bt prod" does not have the form'),
])
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    message = load(tmp_path, (old, new))
    assert words in message
    assert "hunter2" not in message


def test_several_at_once(tmp_path: Path) -> None:
    text = TEXT.replace("at: db1", "at: x1").replace("app: [web1]", "app: [y1]")
    (tmp_path / "inventory.yaml").write_text(text)
    with pytest.raises(PlaybookErrors) as caught:
        load_inventory(tmp_path / "inventory.yaml")
    assert len(caught.value.errors) == 2


def test_a_password_in_a_url_is_warned_about_and_masked(tmp_path: Path) -> None:
    assert load(tmp_path, ("oa@127.0.0.1", "oa:Tief%40See-9@127.0.0.1")) == ""
    findings = inventory_warnings(load_inventory(tmp_path / "inventory.yaml"))
    assert [f.code for f in findings] == ["inventory.literal-password"]
    assert "Tief" not in str(findings)
    assert scrub("the password is Tief@See-9!") == "the password is ***!"
