"""The time: one place to ask, so that tests can set it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC with its zone."""
    return datetime.now(UTC)


def stamp(moment: datetime | None = None) -> str:
    """A moment as ISO 8601 text with milliseconds, as the journal stores it; the present one by default."""
    return (moment or now()).astimezone(UTC).isoformat(timespec="milliseconds")


def parse(text: str) -> datetime:
    """The moment of such a text; a text without a zone is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def local(text: str, *, form: str = "%Y-%m-%d %H:%M") -> str:
    """Such a text for people, in the zone of this machine; `-` when there is none."""
    return parse(text).astimezone().strftime(form) if text else "-"
