"""The model: what each version must say, worked out in plain Python from what people did and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from migrator.lens.side import Side

Row = dict[str, Any]
Rows = dict[Any, Row]
OPEN, CLOSED = "open", "closed"
STATUS = {"O": OPEN, "N": OPEN, "C": CLOSED}
PRIVATE = {Side.OLD: "legacy", Side.NEW: "note"}


class Model:
    """Tasks and customers as each side has them now, and as both had them when they last agreed.

    Both sides name the fields alike here: a task has parent, customer, title, state, tags and a private field.
    """

    def __init__(self) -> None:
        self.tasks: dict[Side, Rows] = {side: {} for side in Side}
        self.customers: dict[Side, Rows] = {side: {} for side in Side}
        self._agreed = deepcopy((self.tasks, self.customers))

    def gone(self, kind: str) -> set[Any]:
        """Keys of tasks or customers that one side has deleted since both agreed."""
        before: Mapping[Side, Rows] = self._agreed[0 if kind == "tasks" else 1]
        now: Mapping[Side, Rows] = self.tasks if kind == "tasks" else self.customers
        return {key for side in Side for key in before[side] if key not in now[side]}

    def drain(self) -> None:
        """Have both sides agree again: what one side changed goes over, the new side is right about what both did."""
        for now, before, over in ((self.customers, self._agreed[1], _same), (self.tasks, self._agreed[0], _task)):
            for key in {*now[Side.OLD], *now[Side.NEW], *before[Side.OLD]}:
                _merge(now, before, key, over)
        self._agreed = deepcopy((self.tasks, self.customers))


def _merge(now: Mapping[Side, Rows], before: Mapping[Side, Rows], key: Any, over: Any) -> None:
    here = {side: now[side].get(key) for side in Side}
    base = {side: before[side].get(key) for side in Side}
    if None not in here.values():
        _merge_fields(here, base, over)
        return
    for side in Side:
        row, other = here[side], here[side.other]
        if row is None or other is not None:
            continue
        if base[side] is not None and _shared(row) == _shared(base[side]):
            del now[side][key]  # the other side has deleted what nobody changed that both know
        else:
            now[side.other][key] = over(side, row, None, None)
            _merge_fields({side: row, side.other: now[side.other][key]}, {side: row, side.other: None}, over)


def _shared(row: Row) -> Row:
    """What both sides know of a row: what one side alone keeps of it does not hold it against a deletion."""
    return {name: value for name, value in row.items() if name not in PRIVATE.values()}


def _merge_fields(here: Mapping[Side, Row | None], base: Mapping[Side, Row | None], over: Any) -> None:
    old, new = here[Side.OLD], here[Side.NEW]
    assert old is not None and new is not None
    said, agreed = dict(old), base
    for field in [name for name in old if name not in PRIVATE.values()]:
        news = {side: base[side] is None or here[side][field] != base[side][field] for side in Side}  # type: ignore[index]
        made = over(Side.OLD, said, agreed[Side.OLD], agreed[Side.NEW])[field]
        if made == new[field]:
            continue
        if news[Side.NEW]:
            old[field] = over(Side.NEW, new, agreed[Side.NEW], agreed[Side.OLD])[field]
        else:
            new[field] = made


def _same(_side: Side, row: Row, _mine: Row | None, _theirs: Row | None) -> Row:
    return dict(row)


def _task(side: Side, row: Row, mine: Row | None, theirs: Row | None) -> Row:
    """A task as the other side says it; where a field is as it was agreed on, so is the other side's."""
    made = {name: row[name] for name in ("parent", "customer", "title")} | {PRIVATE[side.other]: None}
    if side is Side.OLD:
        made |= {"state": STATUS[row["state"]], "tags": frozenset((row["tags"] or "").split(",")) - {""}}
    else:
        made |= {"state": "O" if row["state"] == OPEN else "C", "tags": ",".join(sorted(row["tags"])) or None}
    for field in ("state", "tags"):
        if mine is not None and theirs is not None and row[field] == mine[field]:
            made[field] = theirs[field]
    return made
