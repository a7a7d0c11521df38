"""A webhook: the message as JSON by POST, certificate verified, answer checked."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from migrator.errors import WrongUse
from migrator.notify.message import Message, NotDelivered, PerhapsDelivered
from migrator.secret import Secret
from migrator.text import _

ANSWER = 64 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """A redirected POST would arrive as a GET without its body, so a redirect is an error."""


class Webhook:
    """Posts to a secret URL. `timeout` is seconds; `tls` replaces the system's certificates (a company's own).

    Raises WrongUse for a URL that is neither https nor http.
    """

    def __init__(self, name: str, url: Secret, *, timeout: float = 15, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url.reveal())
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise WrongUse(_("the secret {name} holds no http or https address").format(name=name))
        self._name = name
        self._url = url
        self._timeout = timeout
        self._opener = urllib.request.build_opener(
            _NoRedirect(), urllib.request.HTTPSHandler(context=tls or ssl.create_default_context()))

    def __call__(self, message: Message) -> str:
        try:
            with self._opener.open(self._request(message), timeout=self._timeout) as answer:
                status, content = answer.status, answer.read(ANSWER)
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refused(_("it answered {status}").format(status=error.code)) from None
        except urllib.error.URLError as error:
            raise self._refused(str(error.reason)) from None
        except (HTTPException, OSError) as error:
            raise PerhapsDelivered(_("{name} took the message and did not answer: {why}").format(
                name=self._name, why=str(error) or type(error).__name__)) from None
        self._judge(content)
        return f"HTTP {status}"

    def _request(self, message: Message) -> urllib.request.Request:
        body = {"delivery": message.delivery, "subject": message.subject, "text": message.text}
        return urllib.request.Request(  # noqa: S310 - the scheme was checked when this sender was made
            self._url.reveal(), json.dumps(body, ensure_ascii=False).encode(), method="POST",
            headers={"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.delivery})

    def _judge(self, content: bytes) -> None:
        """Chat robots answer 200 and put the refusal into the body: `errcode` or `code` other than 0."""
        try:
            answer = json.loads(content)
        except ValueError:
            return
        if isinstance(answer, dict):
            code = next((answer[key] for key in ("errcode", "code", "StatusCode") if key in answer), 0)
            if code not in (0, 200, "0", "200", "ok"):
                raise self._refused(_("it answered code {code}").format(code=code))

    def _refused(self, why: str) -> NotDelivered:
        return NotDelivered(_("{name} did not take the message: {why}").format(name=self._name, why=why),
                            hint=_("check the address that the secret {name} holds").format(name=self._name))
