"""What a restore would do, and what it has done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator import clock
from migrator.model import labels
from migrator.screen.backups import proof_words
from migrator.text import _
from migrator.units import show_seconds, show_size


def show_planned(told: Mapping[str, Any], following: str) -> str:
    """Which set would come back, which part of it, and what becomes of what is there."""
    head = _("set {id}, taken {taken}, {proof}").format(
        id=told["id"], taken=clock.local(told["taken"]), proof=proof_words(told["level"]))
    kept = (_("what is there now would be kept as {former}").format(former=told["former"]) if told["former"]
            else _("what is there now would not be kept"))
    return "\n".join([head, _("into {environment}: {names}").format(
        environment=told["environment"], names=", ".join(told["names"])), kept,
        _("next: {command}").format(command=following)])


def show_restored(facts: Mapping[str, Any], way_back: str | None, following: str) -> str:
    """What came back and what was equal already, with the way back to what was there before."""
    lines = []
    if facts["restored"]:
        lines.append("✓ " + _("restored from {id} and compared: {names} ({size}) after {time}").format(
            id=facts["id"], names=", ".join(facts["restored"]), size=show_size(facts["bytes"]),
            time=show_seconds(facts["seconds"])))
    if facts["equal"]:
        lines.append("= " + _("was equal already: {names}").format(names=", ".join(facts["equal"])))
    for note in facts["attachments"]:
        lines.append(f"{labels.sign(note['severity'])} {note['message']}")
    if way_back:
        lines.append(_("way back, to what was there before: {command}").format(command=way_back))
    return "\n".join([*lines, _("next: {command}").format(command=following)])
