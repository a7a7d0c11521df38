"""Backup sets for people: what a vault holds, what was taken and proven, what is kept and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrator import clock
from migrator.model import labels
from migrator.model.finding import Finding
from migrator.screen.grid import Column, grid
from migrator.text import _
from migrator.units import show_seconds, show_size


def proof_words(level: int) -> str:
    """What was proven of a set, in words; whatever was not restored and compared is not proven."""
    return (_("not proven"), _("not proven (files re-read)"), _("not proven (decoded)"), _("proven: restored"),
            _("proven: started"))[level]


def show_sets(rows: Sequence[Mapping[str, Any]], findings: Sequence[Finding], following: str, *,
              room: int | None = None) -> str:
    """Sets, each as `migrator.backup.sets.summary` says it, with its copies; then what is wrong."""
    columns = [Column(_("set")), Column(_("taken")), Column(_("age"), right=True), Column(_("kind")),
               Column(_("size"), right=True), Column(_("proof")), Column(_("copies")), Column(_("covers"), give=True)]
    table = [[row["id"], clock.local(row["taken"]), show_seconds(row["age"]), _kind(row), show_size(row["size"]),
              proof_words(row["level"]), _copies(row["copies"]), ", ".join([*row["databases"], *row["trees"]])]
             for row in rows]
    return "\n".join([*(grid(columns, table, room=room) if rows else [_("no backup set yet")]),
                      *_notes([finding.as_json() for finding in findings]), _next(following)])


def show_taken(row: Mapping[str, Any], following: str) -> str:
    """A set that was just taken, with its copies and what was noticed meanwhile."""
    head = _("set {id}: {kind}, {size} after {time}, {proof}").format(
        id=row["id"], kind=_kind(row), size=show_size(row["size"]), time=show_seconds(row["seconds"]),
        proof=proof_words(row["level"]))
    return "\n".join([f"✓ {head}", *map(_copied, row["copies"]), *_notes(row["notes"]), _next(following)])


def show_proven(facts: Mapping[str, Any], following: str) -> str:
    """What a set was proven to."""
    head = _("set {id}: level {level}, {proof}, after {time}").format(
        id=facts["id"], level=facts["level"], proof=proof_words(facts["level"]), time=show_seconds(facts["seconds"]))
    return "\n".join([("✓ " if facts["proven"] else "! ") + head, _next(following)])


def show_exported(facts: Mapping[str, Any], following: str) -> str:
    """Where a set was written out to."""
    head = _("set {id} as plain files in {folder}: {files} files, {size}").format(
        id=facts["id"], folder=facts["folder"], files=facts["files"], size=show_size(facts["bytes"]))
    return "\n".join([f"✓ {head}", _next(following)])


def show_pruning(told: Mapping[str, Any], following: str, *, room: int | None = None) -> str:
    """Why each set is kept, and which go or have gone."""
    columns = [Column(_("set")), Column(_("kept for"), give=True)]
    rows = [[name, ", ".join(why)] for name, why in told["kept"].items()]
    kept = grid(columns, rows, room=room) if rows else []
    gone = [f"− {name}  {show_size(size)}" for name, size in told["removed"].items()]
    words = {"count": len(gone), "size": show_size(told["bytes"])}
    if not gone:
        sentence = _("nothing is to be removed")
    else:
        sentence = (_("{count} sets were removed: {size}") if told["done"]
                    else _("{count} sets would be removed, for ever: {size}")).format(**words)
    left = ["✗ " + _("the copy of {set} in {place} is still there: {why}").format(
        set=one["set"], place=one["place"], why=one["detail"]) for one in told["copies"]]
    return "\n".join([*kept, *gone, sentence, *left, _next(following)])


def _kind(row: Mapping[str, Any]) -> str:
    if row["former"]:
        return _("way back")
    return _("whole") if row["whole"] else _("increment")


def _copies(copies: Sequence[Mapping[str, Any]]) -> str:
    """How many copies are whole, of how many that there should be."""
    return f"{sum(one['state'] == 'whole' for one in copies)}/{len(copies)}" if copies else "-"


def _copied(one: Mapping[str, Any]) -> str:
    if one["state"] == "whole":
        return "✓ " + _("copied to {place}").format(place=one["place"])
    return "✗ " + _("no whole copy in {place}: {why}").format(place=one["place"], why=one["detail"])


def _notes(notes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for note in notes:
        yield f"{labels.sign(note['severity'])} {note['message']}"
        if note["advice"]:
            yield f"    {note['advice']}"


def _next(command: str) -> str:
    return _("next: {command}").format(command=command)
