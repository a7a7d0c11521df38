"""A suite file, read with its look-ups filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from migrator.checks.model import Suite
from migrator.errors import PlaybookError
from migrator.playbook.loader import parse
from migrator.playbook.lookups import Scope, resolve
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import refuse, validate
from migrator.text import _

LATER = ("pick.",)
"""Look-ups that only a web answer can fill in."""


def read_suite(content: bytes, file: str, scope: Scope) -> Suite:
    """The checks of a file. Raises PlaybookError (several: PlaybookErrors) with the positions of what is wrong."""
    tree = parse(content, file)
    if errors := list(_wrong_lookups(tree.data, tree, (), scope)):
        refuse(errors)
    tree = replace(tree, data=resolve(tree.data, scope, leave=LATER))
    suite = validate(Suite, tree)
    names = [check.name for check in suite.checks]
    if twice := [number for number, name in enumerate(names) if name in names[:number]]:
        refuse([tree.error(("checks", number, "name"), _('the name "{name}" is used twice').format(name=names[number]))
                for number in twice])
    return suite


def _wrong_lookups(data: Any, tree: Tree, route: Route, scope: Scope) -> Iterator[PlaybookError]:
    if isinstance(data, (dict, list)):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _wrong_lookups(value, tree, (*route, key), scope)
        return
    try:
        resolve(data, scope, leave=LATER)
    except PlaybookError as error:
        yield tree.error(route, error.message)
