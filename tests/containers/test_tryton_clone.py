"""A copy of a Tryton that people work with: proven, masked, silent, alive, and its original is none the wiser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rig import HostFactory
from rig_apps import CODE, old_tryton_on
from rig_databases import postgres_database_on
from rig_erp import Erp

from fixtures.development.suite import ROOT
from fixtures.proofs.clone.typed import Desk
from fixtures.tryton.release import OLD
from migrator.app import App
from migrator.checks.suite_file import SuiteFile
from migrator.model.finding import blocking
from migrator.playbook.lookups import scope

pytestmark = [pytest.mark.network, pytest.mark.long]

PRODUCT = ROOT / "playbooks" / "tryton"
PHONE, MOBILE, SHARE = "+49 40 5551234", "13812345678", "https://share.binjiang.example/plans"
TOLD = ["Anna Berg", "王伟", "Carlos Díaz", "李娜", "Ines Costa", "滨江开发公司", "City of Altona",
        "Building works Ltd", "@example.com", PHONE, MOBILE]
"""What must not be found in a copy: people, customers, addresses, phones."""
BEHIND_ITS_BACK = """
UPDATE ir_configuration SET hostname = 'erp.binjiang.example';
INSERT INTO ir_email (recipients, subject, body, resource)
    VALUES ('Anna Berg <user01@example.com>', 'Offer for Anna Berg', 'Dear Anna Berg', 'party.party,2');
INSERT INTO ir_queue (name, data, enqueued_at) VALUES ('default', '{}', now());
INSERT INTO ir_session_wizard (data) VALUES ('{"name": "Carlos Díaz"}');
INSERT INTO ir_avatar (resource, uuid, image) VALUES ('party.party,2', 'a1', decode('89504e470d0a1a0aff', 'hex'))"""
"""What modules, the command line and clients leave, and nobody may write by a call."""
NOT_COPIED = """SELECT (SELECT count(*) FROM ir_cron WHERE active), (SELECT count(*) FROM ir_queue),
    (SELECT count(*) FROM ir_session), (SELECT count(*) FROM res_user_login_attempt), (SELECT count(hostname) FROM
    ir_configuration), (SELECT count(image) FROM ir_avatar)"""
"""What acts by itself, waits to be done, is signed in, leads to the original, or shows a face."""
SAME_NAMES = 'SELECT count(*) FROM res_user u JOIN party_party p ON p.name = u.name'
STREETS = "SELECT street FROM party_address WHERE street <> '' ORDER BY 1"


@dataclass(frozen=True)
class Company:
    """The live ERP, the place of its copy, and somebody's desk on another machine."""

    desk: Desk
    live: Erp
    copy: Erp

    def copied(self) -> list[str]:
        return ["clone.make", "--of", "erp", "--env", "erp-copy", "--start", "--egress", "erp-copy", "--least", "99"]

    def runs(self) -> bool:
        return self.copy.old.host.exec(self.copy.service("status"), user="ops").code == 0


@pytest.fixture(scope="module")
def company(module_host_factory: HostFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    host = module_host_factory("postgres", name="erp")
    folder = tmp_path_factory.mktemp("company")
    (folder / "secrets").mkdir()
    with postgres_database_on(host) as database, postgres_database_on(host) as beside:
        old = old_tryton_on(host, database)
        live = Erp(old, database, old.root, 8069, folder / "secrets")
        copy = Erp(old, beside, f"{old.root}-copy", 8079, folder / "secrets")
        host.must(["install", "-d", "-o", "ops", "-g", "ops", copy.root])
        for erp in live, copy:
            old.must("ln", "-s", f"{old.root}/releases/{OLD}", f"{erp.root}/current")
        old.must(*live.service("start"))
        lived_in(live)
        yield Company(desk(folder, live, copy), live, copy)
        for erp in live, copy:
            old.must(*erp.service("stop"))


def lived_in(live: Erp) -> None:
    """Phones, remarks, a link, a signature, somebody signed in and somebody who may not any more."""
    live.call("user01", "model.party.contact_mechanism.create", [
        {"party": 3, "type": "phone", "value": PHONE, "comment": f"王伟, mobile {MOBILE}"}])
    live.call("user04", "model.project.work.write", [2], {"comment": "waits for Carlos Díaz (user03@example.com)"})
    live.call("user04", "model.ir.note.create", [{"resource": "project.work,2", "message": f"call 王伟 at {PHONE}"}])
    live.call("user04", "model.ir.attachment.create", [
        {"name": "plans of 李娜", "type": "link", "link": SHARE, "resource": "project.work,2"}])
    live.call("admin", "model.res.user.write", [2], {"signature": "Anna Berg"})
    signed = live.old.host.exec(["python3", f"{CODE}/fixtures/tryton/sign_in.py",
                                 f"http://127.0.0.1:{live.port}/{live.database.name}/", "user02", "user09"])
    assert signed == (1, "user09 cannot sign in\n")
    live.ask(BEHIND_ITS_BACK)
    assert live.ask(NOT_COPIED) == "3|1|1|1|1|1"


def desk(folder: Path, live: Erp, copy: Erp) -> Desk:
    """With an inventory of both, and the key of the masks."""
    described = live.environment() | {"product": str(PRODUCT), "vault": str(folder / "vault")}
    described["secrets"]["masking"] = live.secret("masking", "a key of this test alone, long enough")
    return Desk.made(folder, {"erp": described, "erp-copy": copy.environment(disposable=True)}, {})


def test_a_copy_is_worked_with_and_tells_of_nobody(company: Company) -> None:
    live, copy = company.live, company.copy
    before = live.state()
    taken = company.desk.type("backup.take", "--env", "erp", "--prove", "3").data
    assert (taken["level"], taken["notes"][0]["code"], len(taken["notes"])) == (3, "attachments.counted", 1)
    assert taken["notes"][0]["evidence"]["named"] == live.old.made["facts"]["ir.attachment"]

    made = company.desk.type(*company.copied())
    assert made.code == 0, made.out
    assert (made.data["set"], made.data["started"], made.data["leaks"]) == (taken["id"], ["web"], 0)
    assert made.data["parity"]["differences"] == []
    assert_nobody_is_told_of(live, copy)
    settings = copy.old.must("cat", f"{copy.root}/etc/trytond.conf")
    assert "smtp://127.0.0.1:9\n" in settings and not [
        of_live for of_live in (f"{live.root}/", ":8069", live.database.name, "erp@") if of_live in settings]
    assert copy.ask(NOT_COPIED) == "0|0|0|0|0|0"
    assert_everybody_can_work(company)
    assert live.state() == before

    assert company.desk.type("clone.remove", "--env", "erp-copy").code == 0
    assert not company.runs() and copy.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"


def assert_nobody_is_told_of(live: Erp, copy: Erp) -> None:
    """Looked for past the product; somebody's name as user and as party is one name still."""
    everything = copy.old.must("pg_dump", "--inserts", f"{copy.uri}{copy.database.name}")
    assert [told for told in TOLD if told in everything] == []
    assert [told for told in TOLD if told not in live.old.must("pg_dump", "--inserts",
                                                               f"{live.uri}{live.database.name}")] == []
    assert not {*live.ask(STREETS).split("\n")} & {*copy.ask(STREETS).split("\n")} - {""}
    assert live.ask(SAME_NAMES) == copy.ask(SAME_NAMES) == "9"


def assert_everybody_can_work(company: Company) -> None:
    """Every check of the product's own: each role gets in, may do one thing, and another not; and files are found."""
    site = App(str(company.desk.folder / ".migrator"), str(company.desk.folder / "inventory.yaml")).site("erp-copy")
    path = PRODUCT / "checks" / f"works-{OLD}.yaml"
    found = SuiteFile(path.read_bytes(), path.name, scope(name=site.name, environment=site.environment)).judge(site, {})
    assert len(found) > 8 and not blocking(found), [each.message for each in blocking(found)]
    read = ("user04", "model.ir.attachment.read", [1, 40], ["data"])
    assert len(company.live.call(*read)["result"][0]["data"]["base64"]) > 1000
    assert company.copy.call(*read)["result"] == company.live.call(*read)["result"]


def test_what_a_deleted_attachment_leaves_stops_the_copy(company: Company) -> None:
    """Tryton keeps its file: no row names that any more, and somebody's name stands in it."""
    live = company.live
    letter = {"__class__": "bytes", "base64": "RGVhciBBbm5hIEJlcmcsIHdlIGFncmVlLgo="}  # Dear Anna Berg, we agree.
    (number,) = live.call("user04", "model.ir.attachment.create", [
        {"name": "letter.txt", "type": "data", "data": letter, "resource": "project.work,2"}])["result"]
    file = live.ask(f"SELECT file_id FROM ir_attachment WHERE id = {number}")
    live.call("user04", "model.ir.attachment.delete", [number])
    path = f"{file[:2]}/{file[2:4]}/{file}"

    stopped = company.desk.type(*company.copied(), "--direct")
    live.old.must("rm", f"{live.root}/files/{live.database.name}/{path}")
    assert stopped.code == 10 and f"original values are left: files/{path} in 1 places" in stopped.out
    assert not company.runs()
    refused = company.copy.old.host.exec(["curl", "--silent", f"http://127.0.0.1:{company.copy.port}/"])
    assert refused.code == 7, "nothing listens there"
