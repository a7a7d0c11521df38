"""What a check saw, kept small: how many rows, the digest of all, and the first ones; compared with an earlier look."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from migrator.text import _

SHOWN = 20
"""Rows that are kept as they are, beside the digest of all."""


def keep(rows: list[list[str]]) -> dict[str, Any]:
    """The rows as evidence; the same rows in the same order give the same digest."""
    text = json.dumps(rows, ensure_ascii=False)
    return {"rows": len(rows), "digest": hashlib.sha256(text.encode()).hexdigest(), "first": rows[:SHOWN]}


def unlike_saved(kept: Mapping[str, Any], step: str | None, saved: Mapping[str, Any] | None) -> str:
    """How this differs from what that step saved; empty when it is the same, or no step is named."""
    if step is None:
        return ""
    if saved is None:
        return _("nothing was saved under this name by {step}").format(step=step)
    return "" if saved["digest"] == kept["digest"] else _difference(saved, kept)


def _difference(saved: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    if saved["rows"] != kept["rows"]:
        return _("gives {count} rows, saved were {saved}").format(count=kept["rows"], saved=saved["rows"])
    for before, now in zip(saved["first"], kept["first"], strict=False):
        if before != now:
            return _("gives {found}, saved was {saved}").format(found=", ".join(now), saved=", ".join(before))
    return _("gives other rows than were saved, beyond the first {count}").format(count=SHOWN)
