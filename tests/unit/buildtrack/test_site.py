"""What a site adds around the program: its own forms, notices to other systems, many users at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.buildtrack.installation import Installation

YAML_FORM = """\
form:
  title: 现场检查 Site inspection
  table: x_inspection
fields:
  project_id: Project
  result: Result
"""


@pytest.fixture
def received() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address of a webhook and what was posted to it."""
    posted: list[dict[str, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *values: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", posted
        server.shutdown()


def test_an_ini_form_must_become_yaml_for_70(upgraded_70: Installation, tmp_path: Path) -> None:
    system = upgraded_70.copy(tmp_path / "copy")
    assert system.run("7.0", "check").out == "problem: form inspection.ini must become .yaml\n1 problems\n"
    (system.data / "site" / "inspection.ini").unlink()
    (system.data / "site" / "inspection.yaml").write_text(YAML_FORM)
    assert system.run("7.0", "check").code == 0
    with system.served("7.0") as client:
        user = client.signed_in_by_page()
        assert user.post_form("/site/inspection", project_id="1", result="新版合格").status == 303
        assert "新版合格" in user.get("/site/inspection").text


def test_an_approver_is_told(
    seeded_51: Installation, tmp_path: Path, received: tuple[str, list[dict[str, str]]]
) -> None:
    address, posted = received
    system = seeded_51.copy(tmp_path / "copy")
    system.write_config(notices={"webhook": address})
    with system.served("5.1") as client:
        approval = client.signed_in().send("POST", "/api/contracts/1/approval", {}).json
    subject = f"Approval {approval['id']} waits for user {approval['approver_id']}"
    assert [(notice["title"], notice["subject"]) for notice in posted] == [("临江建设", subject)]


def test_a_receiver_that_is_away_stops_nobody(seeded_51: Installation, tmp_path: Path) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    system.write_config(notices={"smtp": "127.0.0.1:1", "mail_to": "it@linjiang.example"})
    with system.served("5.1") as client:
        assert client.signed_in().send("POST", "/api/contracts/1/approval", {}).status == 201
    assert "notice not delivered to 127.0.0.1:1" in (system.folder / "serve.log").read_text()


def test_users_write_at_the_same_time(seeded_51: Installation, tmp_path: Path) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    before = system.rows("SELECT COUNT(*) FROM task")[0][0]
    with system.served("5.1") as client, ThreadPoolExecutor(4) as users:
        user = client.signed_in()
        wish = {"project_id": 1, "title": "同时", "status": "未开始"}
        answers = list(users.map(lambda _: user.send("POST", "/api/tasks", wish), range(24)))
    assert [answer.status for answer in answers] == [201] * 24
    assert len({answer.json["id"] for answer in answers}) == 24
    assert system.rows("SELECT COUNT(*) FROM task")[0][0] == before + 24
