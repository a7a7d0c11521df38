"""At most once, whatever breaks in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import WrongUse
from migrator.notify.deliver import deliver
from migrator.notify.ledger import Ledger
from migrator.notify.message import Message, NotDelivered, PerhapsDelivered, compose

MESSAGE = Message("0314-1.notice", "Upgrade begins", "The system is closed.")


class Power(BaseException):
    """The process is gone."""


def test_nobody_gets_a_message_twice(tmp_path: Path) -> None:
    got: list[Message] = []
    ledger = Ledger(tmp_path / "deliveries" / "notice.json")
    first = deliver(MESSAGE, {"console": lambda m: got.append(m) or "ok"}, ledger)
    second = deliver(MESSAGE, {"console": lambda m: got.append(m) or "ok"}, ledger)
    assert got == [MESSAGE]
    assert (first.sent, first.receipts, second.before, second.sent) == (["console"], {"console": "ok"}, ["console"], [])


def test_a_crash_while_sending_leaves_a_doubt_and_no_repeat(tmp_path: Path) -> None:
    path = tmp_path / "notice.json"

    def dies(_message: Message) -> str:
        raise Power

    with pytest.raises(Power):
        deliver(MESSAGE, {"robot": dies}, Ledger(path))
    got: list[Message] = []
    again = deliver(MESSAGE, {"robot": lambda m: got.append(m) or ""}, Ledger(path))
    assert (again.unknown, again.sent, got) == (["robot"], [], [])


def test_who_refuses_does_not_keep_it_from_the_others_and_is_tried_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "notice.json")

    def refuses(_message: Message) -> str:
        raise NotDelivered("HTTP 503")

    def silent(_message: Message) -> str:
        raise PerhapsDelivered("timeout")

    first = deliver(MESSAGE, {"a": refuses, "b": silent, "c": lambda _m: ""}, ledger)
    assert (first.refused, first.unknown, first.sent) == ({"a": "HTTP 503"}, ["b"], ["c"])
    assert ledger.why("a") == "HTTP 503"
    second = deliver(MESSAGE, {"a": lambda _m: "", "b": lambda _m: "", "c": lambda _m: ""}, ledger)
    assert (second.sent, second.unknown, second.before) == (["a"], ["b"], ["c"])


@pytest.mark.parametrize(("template", "subject", "text"), [
    ("# Upgrade to ${path.to}\n\nFrom ${path.from}.\n", "Upgrade to 7.0", "From 5.1."),
    ("Subject: 系统升级\n正文", "系统升级", "正文"),
    ("one line", "one line", "one line"),
])
def test_the_first_line_of_a_template_is_the_subject(template: str, subject: str, text: str) -> None:
    message = compose(template.encode(), {"path.from": "5.1", "path.to": "7.0"}, delivery="x", name="a.md")
    assert (message.subject, message.text) == (subject, text)


@pytest.mark.parametrize("template", [b"", b"  \n ", b"#\ntext", b"\xff\xfe", b"# ${path.too}", b"# ${path.to"])
def test_a_template_that_says_nothing_or_asks_the_unknown_is_refused(template: bytes) -> None:
    with pytest.raises(WrongUse):
        compose(template, {"path.to": "7.0"}, delivery="x", name="a.md")
