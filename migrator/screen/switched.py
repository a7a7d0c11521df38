"""Which side is the truth now, for people, and how they get back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.text import _
from migrator.units import show_seconds


def show_switched(moved: Mapping[str, Any], commands: Mapping[str, str], *, alive: bool,
                  open_left: bool = False) -> str:
    """What a switch or a way back has done; `commands` are what to type for `back`, `forward`, `on` and `start`."""
    new = moved["truth"] == "new"
    if moved["already"]:
        done = _("the new side is the truth already; nothing was done") if new \
            else _("the old side is the truth already; nothing was done")
    elif open_left:
        done = _("the new side is the truth; the old one can be written too") if new \
            else _("the old side is the truth again; the new one can be written too")
    else:
        done = _("the new side is the truth; the old one refuses writes and is kept in step") if new \
            else _("the old side is the truth again; the new one refuses writes and is kept in step")
    lines = ["✓ " + done]
    if not moved["already"]:
        said = _("writes were refused for {time}; {carried} keys carried, {compared} rows compared")
        lines.append("  " + said.format(time=show_seconds(moved["refused"]), carried=f"{moved['carried']:,}",
                                        compared=f"{moved['compared']:,}"))
    if not alive:
        lines.append("! " + _("no process of this machine carries changes over: {command}").format(
            command=commands["start"]))
    if new:
        lines.append(_("way back, with everything that is written from now on: {command}").format(
            command=commands["back"]))
    return "\n".join([*lines, _("next: {command}").format(command=commands["on" if new else "forward"])])


def show_undone(changed: bool, following: str) -> str:
    """Whether there was anything to take out; `following` begins anew."""
    done = _("each side is on its own again; data stay as they are") if changed \
        else _("nothing of ours was there; nothing was done")
    return "\n".join(["✓ " + done, _("next: {command}").format(command=following)])


def show_finished(done: Mapping[str, Any], folder: str, following: str) -> str:
    """What the end of a sync has proven and left; `folder` has copies of the tables that stay."""
    side = _("the new side goes on alone; the way back is closed") if done["truth"] == "new" \
        else _("the old side goes on alone; the way to the new one is closed")
    lines = ["✓ " + side]
    if not done["already"]:
        lines.append("  " + _("{rows} rows were compared and are the same; writes were refused for {time}").format(
            rows=f"{done['compared']:,}", time=show_seconds(done["refused"])))
    rows = sum(one["rows"] for one in done["kept"])
    kept = _("kept on both sides: what they agreed on, memories, conflicts ({tables} tables, {rows} rows); copies in "
             "{folder}")
    lines.append("  " + kept.format(tables=len(done["kept"]), rows=f"{rows:,}", folder=folder))
    return "\n".join([*lines, _("next: {command}").format(command=following)])
