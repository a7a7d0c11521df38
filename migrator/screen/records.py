"""An export of records, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrator.text import _


def show_exported(environment: str, lists: Sequence[Mapping[str, Any]], folder: str) -> str:
    """What was written and read back, and how it is looked at again."""
    lines = ["  " + _("{title}: {rows} rows, {pages} pages").format(
        title=one["title"], rows=f"{one['rows']:,}", pages=f"{one['pages']:,}") for one in lists]
    done = _("{lists} lists of {environment} are in {folder}, and can be read back").format(
        lists=len(lists), environment=environment, folder=folder)
    return "\n".join(["✓ " + done, *lines, _("next: {command}").format(command=f"inv records.check --folder {folder}")])
