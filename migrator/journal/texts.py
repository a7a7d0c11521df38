"""Column types for what people read: no secret that this process knows is ever written into them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Text, TypeDecorator

from migrator.secret import scrub, scrubbed

TEXTS = {"message", "advice", "evidence", "summary", "by_hand", "what", "where", "before", "after", "command"}
"""Keys of findings, changes and outcomes whose texts people read; facts and codes are read by steps and stay."""


class Said(TypeDecorator[str]):
    """A text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else scrub(value)


class Told(TypeDecorator[Any]):
    """Plain data: a list of texts, or records of which some fields are texts."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: object) -> Any:
        lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
        return scrubbed(value, None if lines else TEXTS)
