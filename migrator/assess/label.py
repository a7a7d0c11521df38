"""The version that a system says of itself: by a query, a file or a command."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from migrator.commands.shell import words
from migrator.database.base import Database
from migrator.errors import HostError
from migrator.playbook.inventory import Strict, Words
from migrator.text import _
from migrator.transport.base import Transport


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(_("should be a regular expression: {why}").format(why=error)) from None
    return text


class Label(Strict):
    """Where the label stands: one of `sql`, `file` and `command`."""

    sql: str | None = Field(None, description="query whose first value holds the version")
    file: str | None = Field(None, description="file on the host whose content holds the version")
    command: Words | None = Field(None, description="command on the host that prints the version")
    pattern: Annotated[str, AfterValidator(_pattern)] | None = Field(
        None, description="regular expression that finds the version; its first group, else the whole match")

    @model_validator(mode="after")
    def _one_source(self) -> Label:
        if [self.sql, self.file, self.command].count(None) != 2:
            raise ValueError(_("should name one of sql, file and command"))
        return self


def read_label(label: Label, database: Database, host: Transport, *, timeout: float = 60) -> str | None:
    """The version as the system states it; None when it states nothing.

    Raises DatabaseError, HostError or CommandFailed when the place cannot be read.
    """
    text = _text(label, database, host, timeout)
    if text is None or label.pattern is None:
        return (text or "").strip() or None
    match = re.search(label.pattern, text, re.MULTILINE)
    if not match:
        raise HostError(_("the label {pattern} is not in what was read").format(pattern=label.pattern), where=host.name,
                        hint=_("compare `pattern` with what the system really says"))
    return (match[1] if match.re.groups else match[0]).strip()


def _text(label: Label, database: Database, host: Transport, timeout: float) -> str | None:
    if label.sql:
        rows = database.query(label.sql)
        return None if not rows or rows[0][0] is None else str(rows[0][0])
    if label.file:
        return host.read_file(host.expand(label.file)).decode("utf-8", "replace")
    return host.read(words(*(label.command or ())), timeout=timeout).text
