"""An export of records, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.text import _

if TYPE_CHECKING:
    from migrator.records.index import Index


def show_exported(index: Index, folder: str) -> str:
    """What was written and read back, and how it is looked at again."""
    lines = ["  " + _("{title}: {rows} rows, {pages} pages").format(
        title=one.title, rows=f"{one.rows:,}", pages=f"{len(one.pages):,}") for one in index.lists]
    done = _("{lists} lists of {environment} are in {folder}, and can be read back").format(
        lists=len(index.lists), environment=index.environment, folder=folder)
    return "\n".join(["✓ " + done, *lines, _("next: {command}").format(command=f"inv records.check --folder {folder}")])
