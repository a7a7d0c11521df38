"""The senders against real servers on the loopback address."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from migrator.errors import WrongUse
from migrator.notify.address import sender
from migrator.notify.console import Console
from migrator.notify.mail import Mail, Server
from migrator.notify.message import Message, NotDelivered, PerhapsDelivered
from migrator.notify.webhook import Webhook
from migrator.playbook.inventory import Environment
from migrator.secret import Secret

MESSAGE = Message("0314-1.notice", "系统升级开始", "升级期间系统关闭。\nSee you.")


def hook(url: str, **options: Any) -> Webhook:
    return Webhook("robot", Secret(url), **options)


def test_the_console_says_subject_and_text_line_by_line() -> None:
    said: list[str] = []
    assert Console(said.append)(MESSAGE) == ""
    assert said == ["系统升级开始", "升级期间系统关闭。", "See you."]


def test_a_webhook_gets_json_with_its_delivery_id(web: Callable, trusting: ssl.SSLContext) -> None:
    server = web(tls=True)
    assert hook(server.url, tls=trusting)(MESSAGE) == "HTTP 200"
    headers, body = server.got[0]
    assert body == {"delivery": "0314-1.notice", "subject": "系统升级开始", "text": MESSAGE.text}
    assert headers["Idempotency-Key"] == "0314-1.notice"


def test_an_unknown_certificate_is_refused(web: Callable) -> None:
    server = web(tls=True)
    with pytest.raises(NotDelivered, match="CERTIFICATE_VERIFY_FAILED"):
        hook(server.url)(MESSAGE)
    assert not server.got


@pytest.mark.parametrize(("answer", "said"), [
    ((500, {}), "500"), ((302, {}), "302"), ((404, b"not json"), "404"),
    ((200, {"errcode": 310000, "errmsg": "sign not match"}), "310000"), ((200, {"code": 19001}), "19001"),
])
def test_a_refusal_is_told_without_the_secret_address(web: Callable, answer: tuple, said: str) -> None:
    server = web()
    server.answer = answer
    with pytest.raises(NotDelivered, match=said) as caught:
        hook(server.url)(MESSAGE)
    assert len(server.got) == 1
    assert "geheim" not in str(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize("content", [b"ok", b"", b"[1]", {"StatusCode": 0}, {"code": 200}])
def test_whatever_else_comes_with_200_is_success(web: Callable, content: Any) -> None:
    server = web()
    server.answer = (200, content)
    assert hook(server.url)(MESSAGE) == "HTTP 200"


def test_a_server_that_hangs_up_after_the_message_leaves_a_doubt(web: Callable) -> None:
    server = web()
    server.answer = None
    with pytest.raises(PerhapsDelivered):
        hook(server.url)(MESSAGE)


def test_nobody_listening_is_certainly_not_delivered() -> None:
    with pytest.raises(NotDelivered):
        hook("http://127.0.0.1:1/")(MESSAGE)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/", "robot", "http://"])
def test_other_addresses_than_web_ones_are_refused(url: str) -> None:
    with pytest.raises(WrongUse) as caught:
        hook(url)
    assert url not in str(caught.value) or url == "robot"


def letter_of(text: str) -> Any:
    return email.message_from_bytes(text.encode(), policy=email.policy.default)


def test_a_mail_is_sent_over_an_encrypted_connection(post: Any, trusting: ssl.SSLContext) -> None:
    server = Server("127.0.0.1", post.port, "it@example.com", user="it", password=Secret("pass-word-1"))
    assert Mail(server, ["a@example.com", "b@example.com"], tls=trusting)(MESSAGE) == ""
    letter = letter_of(post.letters[0])
    assert (letter["Subject"], letter["To"]) == ("系统升级开始", "a@example.com, b@example.com")
    assert letter["Message-ID"] == "<0314-1.notice@migrator.invalid>"
    assert letter.get_content().split() == MESSAGE.text.split()
    assert [encrypted for encrypted, _said in post.logins] == [True]


def test_a_server_without_starttls_hears_no_password(post: Any, trusting: ssl.SSLContext) -> None:
    post.starttls = False
    server = Server("127.0.0.1", post.port, "it@example.com", user="it", password=Secret("pass-word-1"))
    with pytest.raises(NotDelivered):
        Mail(server, ["a@example.com"], tls=trusting)(MESSAGE)
    assert (post.logins, post.letters) == ([], [])


def test_a_mail_server_with_an_unknown_certificate_is_refused(post: Any) -> None:
    with pytest.raises(NotDelivered, match="CERTIFICATE_VERIFY_FAILED"):
        Mail(Server("127.0.0.1", post.port, "it@example.com"), ["a@example.com"])(MESSAGE)
    assert not post.letters


def test_refused_recipients_are_told(post: Any, trusting: ssl.SSLContext) -> None:
    server = Server("127.0.0.1", post.port, "it@example.com")
    post.refuse = ("b@",)
    assert "b@example.com" in Mail(server, ["a@example.com", "b@example.com"], tls=trusting)(MESSAGE)
    post.refuse = ("a@", "b@")
    with pytest.raises(NotDelivered):
        Mail(server, ["a@example.com", "b@example.com"], tls=trusting)(MESSAGE)


def test_a_mail_server_that_hangs_up_after_the_letter_leaves_a_doubt(post: Any, trusting: ssl.SSLContext) -> None:
    post.hang_up_after_data = True
    with pytest.raises(PerhapsDelivered):
        Mail(Server("127.0.0.1", post.port, "it@example.com"), ["a@example.com"], tls=trusting)(MESSAGE)


def environment(**values: str) -> Environment:
    return Environment.model_validate({"hosts": {"h": {"connect": "local"}}, "values": values,
                                       "secrets": {"robot": "env:ROBOT"}})


MAILING = {"mail.server": "mx.example.com:2525", "mail.from": "it@example.com",
           "everybody": "a@example.com, b@example.com"}


def chosen(recipient: str, site: Environment) -> Any:
    return sender(recipient, site, secret=lambda _name: Secret("https://example.com/hook"), say=print)


def test_recipients_are_looked_up_in_the_inventory() -> None:
    assert isinstance(chosen("console", environment()), Console)
    assert isinstance(chosen("webhook:robot", environment()), Webhook)
    assert isinstance(chosen("mail:everybody", environment(**MAILING)), Mail)


@pytest.mark.parametrize(("recipient", "values"), [
    ("pigeon", {}), ("console:x", {}), ("webhook:", {}), ("mail:everybody", {}),
    ("mail:everybody", {**MAILING, "everybody": "not an address"}), ("mail:everybody", {**MAILING, "everybody": " , "}),
    ("mail:everybody", {**MAILING, "everybody": "a@example.com\nBcc: x@example.com"}),
    ("mail:everybody", {**MAILING, "mail.server": "mx:smtp"}), ("mail:everybody", {**MAILING, "mail.security": "ssl3"}),
])
def test_what_the_inventory_does_not_make_clear_is_refused(recipient: str, values: dict[str, str]) -> None:
    with pytest.raises(WrongUse):
        chosen(recipient, environment(**values))


def test_a_password_never_travels_unencrypted() -> None:
    with pytest.raises(WrongUse, match="unencrypted"):
        Mail(Server("mx", 25, "it@example.com", security="none", user="it", password=Secret("pass-word-1")), ["a@b"])
