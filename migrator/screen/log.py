"""One line of a run's log, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator import clock

_QUIET = {"event", "run", "at", "step", "target", "text", "message"}


def log_line(line: Mapping[str, Any]) -> str:
    """Time, what happened, where, and what was said; `line` is an event as JSON gives it back."""
    where = " @ ".join(str(line[key]) for key in ("step", "target") if line.get(key, "-") != "-")
    said = line.get("text") or line.get("message") or " ".join(
        f"{key}={value}" for key, value in line.items() if key not in _QUIET and value not in (None, "", []))
    return "  ".join(part for part in (clock.local(line["at"]), line["event"], where, str(said)) if part)
