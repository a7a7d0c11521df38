"""What a run has found in which nothing may happen, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.text import _
from migrator.units import show_seconds


def show_touched(proof: Mapping[str, Any], following: str) -> str:
    """Rows that were marked, what changed although nobody had changed anything, and the verdict."""
    lines = [_("{old} rows of the old side and {new} of the new side were marked as written, and carried").format(
        **{side: f"{count:,}" for side, count in proof["marked"].items()})]
    for one in proof["changed"]:
        said = _("{pair}: {rows} rows of the old side were changed, keys: {keys}") if one["side"] == "old" \
            else _("{pair}: {rows} rows of the new side were changed, keys: {keys}")
        more = ["…"] if len(one["keys"]) < one["rows"] else []
        lines.append("✗ " + said.format(pair=one["pair"], rows=f"{one['rows']:,}",
                                        keys="; ".join([*one["keys"], *more])))
    if proof["changes"]:
        lines.append("✗ " + _("{count} rows changed although nobody had changed them: the mapping does not give the "
                              "same for the same").format(count=f"{proof['changes']:,}"))
    else:
        lines.append("✓ " + _("nothing changed on either side, in {time}").format(time=show_seconds(proof["seconds"])))
    return "\n".join([*lines, _("next: {command}").format(command=following)])
