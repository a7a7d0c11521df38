"""The running application: health, pages, both REST interfaces, and two versions side by side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buildtrack.client import Client
from tests.buildtrack.installation import Installation


@pytest.fixture(scope="module")
def old_system(seeded_51: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return seeded_51.copy(tmp_path_factory.mktemp("web") / "5.1")


@pytest.fixture(scope="module")
def new_system(upgraded_70: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return upgraded_70.copy(tmp_path_factory.mktemp("web") / "7.0")


@pytest.fixture(scope="module")
def old(old_system: Installation) -> Iterator[Client]:
    with old_system.served("5.1") as client:
        yield client


@pytest.fixture(scope="module")
def new(new_system: Installation) -> Iterator[Client]:
    with new_system.served("7.0") as client:
        yield client


def test_two_versions_are_up_beside_each_other(old: Client, new: Client) -> None:
    assert old.get("/health").json == {"status": "up", "version": "5.1", "database": "5.1"}
    assert new.get("/health").json == {"status": "up", "version": "7.0", "database": "7.0"}
    one, two = old.signed_in_by_page(), new.signed_in_by_page()
    both = "; ".join((one.cookie, two.cookie))
    for client in (old, new):
        assert Client(client.address, cookie=both).get("/projects/1").status == 200


def test_pages_need_a_session(old: Client) -> None:
    answer = old.get("/projects")
    assert (answer.status, answer.headers["Location"]) == (303, "/login")
    assert old.post_form("/login", login="admin", password="wrong").status == 401
    signed_in = old.signed_in_by_page()
    assert "Signed in as admin" in signed_in.get("/").text
    assert signed_in.post_form("/logout").status == 303
    assert signed_in.get("/").status == 303


@pytest.mark.parametrize(
    "path", ["/departments", "/users", "/tasks", "/contracts/1", "/projects/1", "/site/inspection"]
)
def test_pages_of_51(old: Client, path: str) -> None:
    assert old.signed_in_by_page().get(path).status == 200


@pytest.mark.parametrize(
    "path", ["/accounts/2", "/roles", "/work_items/1", "/partners/1", "/contracts/1", "/projects/1"]
)
def test_pages_of_70(new: Client, path: str) -> None:
    assert new.signed_in_by_page().get(path).status == 200


def test_a_record_is_made_changed_and_shown_on_pages(old: Client) -> None:
    user = old.signed_in_by_page()
    made = user.post_form("/tasks", project_id="1", title="<b>焊缝复检</b>", status="未开始")
    page = made.headers["Location"]
    assert "&lt;b&gt;焊缝复检&lt;/b&gt;" in user.get(page).text
    user.post_form(page, title="焊缝复检", status="已完成", assignee_id="")
    assert 'name="status" value="已完成"' in user.get(page).text
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'
    assert user.ask("POST", f"{page}/attachments", body, "multipart/form-data; boundary=x").status == 303
    assert "a.txt" in user.get(page).text


def test_the_site_s_own_form_takes_records(old: Client) -> None:
    user = old.signed_in_by_page()
    assert user.post_form("/site/inspection", project_id="1", inspector="测试员", result="合格").status == 303
    assert "测试员" in user.get("/site/inspection").text
    assert user.get("/site/nothing").status == 404


def test_rest_v1(old: Client) -> None:
    user = old.signed_in()
    task = user.send("POST", "/api/tasks", {"project_id": 1, "title": "放线", "status": "未开始"}).json
    assert user.get("/api/tasks?title=%E6%94%BE%E7%BA%BF").json == [task]
    assert user.send("PUT", f"/api/tasks/{task['id']}", {"status": "进行中"}).json["status"] == "进行中"
    assert user.ask("DELETE", f"/api/tasks/{task['id']}").json == {"deleted": task["id"]}
    assert user.get(f"/api/tasks/{task['id']}").status == 404
    assert user.send("POST", "/api/tasks", {"project_id": 987654, "title": "x", "status": "x"}).status == 409
    assert user.send("PUT", "/api/tasks/1", {"no_such_field": 1}).status == 400
    assert old.get("/api/tasks").json == {"error": "please sign in"}


def test_rest_v2_and_the_end_of_v1(new: Client) -> None:
    user = new.signed_in_v2()
    wish = {"data": {"attributes": {"project_id": 1, "subject": "放线", "status": "TODO", "due_date": "2026-03-01"}}}
    item = user.send("POST", "/api/v2/work-items", wish).json["data"]
    assert item["type"] == "work-items"
    assert item["attributes"]["created_at"].endswith("Z")
    assert item["attributes"]["number"] > 1
    change = {"data": {"attributes": {"status": "DOING"}}}
    changed = user.send("PATCH", f"/api/v2/work-items/{item['id']}", change).json["data"]["attributes"]
    assert changed["status"] == "DOING"
    page = user.get("/api/v2/contracts?filter[project_id]=1&page=1&size=2").json
    assert page["meta"]["size"] == 2
    assert len(page["data"]) == min(2, page["meta"]["total"])
    assert page["data"][0]["attributes"]["amount"].split(".")[1].isdigit()
    assert user.ask("DELETE", f"/api/v2/work-items/{item['id']}").status == 204
    assert user.get("/api/tasks").status == 410
    assert user.get("/api/v2/nothing").json["errors"][0]["status"] == "404"


def test_attachments_lie_where_their_version_puts_them(
    old: Client, old_system: Installation, new: Client, new_system: Installation
) -> None:
    one = (
        old.signed_in().ask("POST", "/api/attachments?owner_kind=task&owner_id=1&file_name=..%2Fa%20b.txt", b"one").json
    )
    assert one["path"] == f"attachments/{one['id']}_.._a_b.txt"
    assert (old_system.data / one["path"]).read_bytes() == b"one"
    user = new.signed_in_v2()
    two = user.ask("POST", "/api/v2/work-items/1/attachments?file_name=a.txt", b"two").json["data"]
    assert two["attributes"]["path"].startswith("files/20")
    assert (new_system.data / two["attributes"]["path"]).read_bytes() == b"two"
    assert user.get(f"/api/v2/attachments/{two['id']}/content").body == b"two"


def test_a_contract_is_signed_after_two_agreements(new: Client) -> None:
    user = new.signed_in_v2()
    project = {"data": {"attributes": {"code": "T-1", "name": "测试", "status": "PLAN", "manager_id": 1}}}
    key = user.send("POST", "/api/v2/projects", project).json["data"]["id"]
    terms = {"project_id": key, "number": "T-1", "partner_id": 1, "amount": "12.50", "status": "DRAFT"}
    contract = user.send("POST", "/api/v2/contracts", {"data": {"attributes": terms}}).json["data"]
    approval = user.send("POST", f"/api/v2/contracts/{contract['id']}/approvals", {}).json["data"]
    agree = {"data": {"attributes": {"decision": "approve"}}}
    assert user.send("POST", f"/api/v2/approvals/{approval['id']}/decision", agree).status == 200
    second = user.get(f"/api/v2/approvals?filter[subject_id]={contract['id']}&filter[step]=2").json["data"][0]
    assert user.send("POST", f"/api/v2/approvals/{second['id']}/decision", agree).status == 200
    assert user.send("POST", f"/api/v2/approvals/{second['id']}/decision", agree).status == 409
    signed = user.get(f"/api/v2/contracts/{contract['id']}").json["data"]["attributes"]
    assert (signed["status"], signed["amount"]) == ("SIGNED", "12.50")


def test_a_member_sees_no_contracts_in_51(old: Client, old_system: Installation) -> None:
    (login,) = old_system.rows("SELECT login FROM app_user WHERE roles = 'member' AND active = 'Y'")[0]
    member = old.signed_in(login)
    assert member.get("/api/tasks?limit=1").status == 200
    assert member.get("/api/contracts").status == 403
    assert member.send("PUT", "/api/projects/1", {"name": "x"}).status == 403


def test_a_manager_of_70_edits_in_the_own_department_only(new: Client, new_system: Installation) -> None:
    login, department = new_system.rows(
        "SELECT a.login, h.department_id FROM account a JOIN account_role h ON h.account_id = a.id"
        " JOIN role r ON r.id = h.role_id WHERE r.name = 'manager' AND a.active = 1 AND h.department_id IS NOT NULL"
    )[0]
    admin, manager = new.signed_in_v2(), new.signed_in_v2(login)
    rename = {"data": {"attributes": {"name": "改名"}}}
    for place, status in ((department, 200), (1, 403)):
        wish = {"code": f"M-{place}", "name": "x", "status": "PLAN", "department_id": place}
        key = admin.send("POST", "/api/v2/projects", {"data": {"attributes": wish}}).json["data"]["id"]
        assert manager.get(f"/api/v2/projects/{key}").status == 200
        assert manager.send("PATCH", f"/api/v2/projects/{key}", rename).status == status


def test_an_inactive_user_stays_out(old: Client, old_system: Installation, tmp_path: Path) -> None:
    assert old.signed_in("u0002").token
    system = old_system.copy(tmp_path / "copy")
    assert system.run("5.1", "check").code == 0
    inactive = old_system.rows("SELECT login FROM app_user WHERE active = 'N'")
    for (login,) in inactive:
        assert old.send("POST", "/api/login", {"login": login, "password": "build-track"}).status == 401


def test_a_server_works_off_the_job(upgraded_61: Installation, tmp_path: Path) -> None:
    system = upgraded_61.copy(tmp_path / "copy")
    assert system.rows("SELECT state FROM bt_job") == [("waiting",)]
    with system.served("6.1") as client:
        user = client.signed_in()
        give_up = time.monotonic() + 60
        while user.get("/api/tasks?limit=1").json[0]["number"] is None:
            assert time.monotonic() < give_up
    assert system.run("6.1", "jobs", "--wait").code == 0


def test_a_program_refuses_another_version_s_database(upgraded_61: Installation) -> None:
    result = upgraded_61.run("5.1", "serve")
    assert (result.code, result.err) == (3, "the database says 6.1, this program is 5.1\n")
