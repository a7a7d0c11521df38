"""How integrations look: regular expressions for addresses, hosts and tokens, whatever the product."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from migrator.secret import MASK, scrub

_HOST = r"[A-Za-z0-9](?:[\w-]*\.)+[A-Za-z][\w-]+"
_SERVICE, _REST = r"\b(?:https?://)?", r"[^\s\"'<>]*"
KNOWN: Mapping[str, str] = {
    "ldap": r"\bldaps?://[^\s\"'<>]+",
    "robot": _SERVICE + r"(?:oapi\.dingtalk\.com|qyapi\.weixin\.qq\.com|open\.feishu\.cn|hooks\.slack\.com)" + _REST,
    "sms": _SERVICE + r"(?:dysmsapi\.aliyuncs\.com|sms\.tencentcloudapi\.com|smsapi[\w.-]*\.[a-z]+)" + _REST,
    "payment": _SERVICE + r"(?:api\.mch\.weixin\.qq\.com|openapi[\w.-]*\.alipay\w*\.com|gateway\.95516\.com)" + _REST,
    "url": r"\b(?:https?|wss?|ftps?|sftp|smtps?|imaps?|amqps?|rediss?)://[^\s\"'<>]+",
    "licence": rf"\b\d{{4,5}}@(?:{_HOST}|(?:\d{{1,3}}\.){{3}}\d{{1,3}})",
    "mail": rf"\b(?:smtp|mail|mx|imap|pop3?|exchange)\d*\.{_HOST}(?::\d+)?",
    "token": r"(?i)\b(?:access_?token|api_?key|app_?secret|corp_?secret|client_?secret|webhook_?key)\b"
             r"[\"']?\s*[=:]\s*[\"']?(?P<value>[^\s\"',;]{8,})",
    "server": r"(?im)^\s*[\"']?[\w.-]*(?:smtp|mail_?host|mail_?server|ldap|sms|licen[cs]e_?server|webhook|gateway)"
              r"[\w.-]*[\"']?\s*[=:]\s*[\"']?(?!(?:true|false|yes|no|on|off|none|null|disabled|\d+)\b)"
              r"(?P<value>[^\s\"',;#]{3,})",
    "address": r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?![\w.])",
}
"""By name; the group `value`, else all that is matched, is what was found. The first that matches a text names it."""

HARMLESS = (
    r"(?:\w+://)?(?:[^@/]*@)?(?:127\.\d+\.\d+\.\d+|localhost|0\.0\.0\.0|\[?::1\]?)(?::\d+)?(?:[/?].*)?",
    r"(?:\w+://)?(?:[^@/]*@)?[\w.-]+\.(?:invalid|localhost)(?::\d+)?(?:[/?].*)?",
    r"https?://(?:www\.w3\.org|json-schema\.org|xmlns\.[\w.]+|schemas\.[\w.-]+)/.*",
    r"255(?:\.\d+){3}",
)
"""This machine itself, names that lead nowhere (RFC 2606), names of XML and JSON schemas, net masks."""

_COMMENT = re.compile(r"\s*(?:#|;|//|<!--)")


@dataclass(frozen=True)
class Sign:
    """Something that looks like an integration: which sort, in which line of its text, and what it is."""

    sort: str
    line: int
    value: str

    @property
    def shown(self) -> str:
        """Enough to recognise it; user names, passwords, paths and keys are not shown."""
        if "://" in self.value:
            parts = urlsplit(self.value)
            more = f"/{MASK}" if parts.path.strip("/") or parts.query else ""
            return scrub(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{more}")
        return f"{self.value[:2]}{MASK}" if self.sort == "token" else scrub(self.value.partition("/")[0])


class Signs:
    """Looks for the known signs and a product's own, leaving out what is harmless."""

    def __init__(self, more: Mapping[str, str], harmless: Sequence[str], own: Sequence[str] = ()) -> None:
        """own: values of the copy itself, such as its address."""
        self._signs = {name: re.compile(expression) for name, expression in {**more, **KNOWN}.items()}
        self._harmless = [re.compile(expression) for expression in (*HARMLESS, *harmless)]
        self._own = sorted((value.rstrip("/") for value in own if value), key=len, reverse=True)

    def in_text(self, text: str) -> Iterator[Sign]:
        """What a configuration file holds, comments left out; a place is told once, by the first sign that sees it."""
        for number, line in enumerate(text.splitlines(), 1):
            if not _COMMENT.match(line):
                yield from self._in_line(line, number)

    def in_value(self, column: str, value: str) -> Iterator[Sign]:
        """What the value of a column holds; the column's name counts as its key."""
        for sign in self.in_text(value):
            yield Sign(sign.sort, 0, sign.value)
            return
        yield from (Sign(sign.sort, 0, sign.value) for sign in self._in_line(f"{column} = {value}", 0))

    def _in_line(self, line: str, number: int) -> Iterator[Sign]:
        seen: list[tuple[int, int]] = []
        for sort, expression in self._signs.items():
            for match in expression.finditer(line):
                group = "value" if "value" in expression.groupindex else 0
                span, value = match.span(group), str(match[group]).rstrip(".,;)")
                if not any(span[0] < end and start < span[1] for start, end in seen):
                    seen.append(span)
                    if value and not self._is_harmless(value):
                        yield Sign(sort, number, value)

    def _is_harmless(self, value: str) -> bool:
        if any(value == own or value.startswith(f"{own}/") for own in self._own):
            return True
        return any(expression.fullmatch(value) for expression in self._harmless)
