"""What a drafted mapping file says and leaves open, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator.screen.grid import Column, grid
from migrator.text import _


def show_drafted(found: Mapping[str, Any], following: str, *, room: int | None = None) -> str:
    """Proposals, questions and what to type next; `found` is JSON data, `following` a command or a sentence."""
    return "\n".join([*_proposals(found["proposals"], room), *_questions(found["todo"]), _summary(found),
                      _("next: {command}").format(command=following)])


def _proposals(proposals: list[Mapping[str, Any]], room: int | None) -> list[str]:
    if not proposals:
        return []
    columns = [Column(_("table"), give=True), Column(_("operation")), Column(_("columns"), give=True),
               Column(_("confidence"), right=True), Column(_("evidence"), give=True)]
    rows = [[one["table"], one["operation"], one["columns"], f"{one['confidence']:.2f}", one["evidence"]]
            for one in proposals]
    return [*grid(columns, rows, room=room), ""]


def _questions(todo: list[str]) -> Iterator[str]:
    for number, question in enumerate(todo, 1):
        yield f"{number:>3}  {question}"
    if todo:
        yield ""


def _summary(found: Mapping[str, Any]) -> str:
    return _("{tables} pairs of tables, {exact} of them exact; {columns} columns map by their names; {proposals} "
             "proposals; {left_columns} columns and {left_tables} tables are left to their side; {todo} questions"
             ).format(tables=found["tables"], exact=found["tables_exact"], columns=found["columns_exact"],
                      proposals=len(found["proposals"]), left_columns=found["columns_left"],
                      left_tables=sum(map(len, found["tables_left"].values())), todo=len(found["todo"]))
