"""What waits for people: rows that both sides have changed, and rows that a server refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrator import clock
from migrator.text import _


def show_waiting(found: Mapping[str, Any], command: str) -> str:
    """Each conflict with its rows, where they differ, and each row in quarantine; `found` is JSON data.

    command: lists them; with further flags it acts on them.
    """
    told = [line for one in found["conflicts"] for line in _conflict(one)]
    told += [line for one in found["quarantine"] for line in _refused(one)]
    waiting, refused = sum(one["state"] == "open" for one in found["conflicts"]), len(found["quarantine"])
    if waiting:
        told.append("? " + _("{count} conflicts wait for a decision").format(count=waiting))
        following = f"{command} --decide NUMBER --take new"
    elif refused:
        following = _("mend what the server says, then {command}").format(command=f"{command} --again all")
    else:
        following = f"{command} --all"
    if refused:
        told.append("✗ " + _("{count} rows are in quarantine").format(count=refused))
    if not waiting and not refused:
        told.append("✓ " + _("nothing waits for a decision"))
    return "\n".join([*told, _("next: {command}").format(command=following)])


def show_again(released: Sequence[str], following: str) -> str:
    """Which rows are tried again."""
    done = _("tried again with the next batch: {numbers}").format(numbers=", ".join(released)) if released \
        else _("nothing is in quarantine")
    return "\n".join(["✓ " + done, _("next: {command}").format(command=following)])


def show_decided(said: Mapping[str, Any], following: str) -> str:
    """What was decided."""
    who = _("the old side is right about {numbers}") if said["take"] == "old" \
        else _("the new side is right about {numbers}")
    done = who.format(numbers=", ".join(said["conflicts"])) if said["conflicts"] else _("no conflict waited")
    return "\n".join(["✓ " + done, _("next: {command}").format(command=following)])


def _conflict(one: Mapping[str, Any]) -> Iterator[str]:
    key = ", ".join(f"{name} {text}" for name, text in next(iter(one["keys"].values()), {}).items())
    yield f"{_sign(one)} {one['number']}  {one['tables']}, {key}: {_what(one)}  {clock.local(one['at'])}"
    for side, row in one["rows"].items():
        said = ", ".join(f"{name} {json.dumps(text, ensure_ascii=False)}" for name, text in _told(one, side).items())
        yield "    " + (_("old: {row}") if side == "old" else _("new: {row}")).format(row=said or _whole(row))


def _refused(one: Mapping[str, Any]) -> Iterator[str]:
    key = ", ".join(f"{name} {text}" for name, text in one["key"].items())
    again = _("; it is tried again") if one["again"] else ""
    yield f"✗ {one['number']}  {one['tables']}, {key}: {one['said']}{again}  {clock.local(one['last'])}"


def _told(one: Mapping[str, Any], side: str) -> dict[str, Any]:
    """The columns in which both sides differ as far as both are known; else all of the row."""
    other = one["rows"].get("new" if side == "old" else "old")
    row = one["rows"][side]
    if other is None:
        return dict(row)
    return {name: text for name, text in row.items() if name not in other or other[name] != text}


def _whole(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _sign(one: Mapping[str, Any]) -> str:
    return {"open": "?", "decided": "▸"}.get(one["state"], "·")


def _what(one: Mapping[str, Any]) -> str:
    kinds = {"both-changed": _("both sides have changed it"),
             "deleted-and-changed": _("one side has deleted it, the other changed; the change is kept"),
             "same-key": _("each side has made one of its own with this key")}
    said = kinds[one["kind"]]
    if one["state"] == "open":
        return said + _("; it waits for a decision")
    if one["winner"] == "old":
        return said + _("; the old side was right")
    return said + _("; the new side was right")
