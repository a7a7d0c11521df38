"""A suite file, read with its look-ups filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from migrator.checks.model import Suite
from migrator.errors import PlaybookError
from migrator.playbook.loader import parse
from migrator.playbook.lookups import Scope, faults, has_lookup, resolve
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import attempt, refuse, validate
from migrator.text import _

LATER = ("pick.",)
"""Look-ups that only a web answer can fill in."""


def read_suite(content: bytes, file: str, scope: Scope) -> Suite:
    """The checks of a file. Raises PlaybookError (several: PlaybookErrors) with the positions of what is wrong."""
    tree = parse(content, file)
    if errors := list(_unknown_lookups(tree, scope)):
        refuse(errors)
    tree = replace(tree, data=resolve(tree.data, scope, leave=LATER))
    suite = validate(Suite, tree)
    if twice := _named_twice(suite, tree):
        refuse(twice)
    return suite


def suite_faults(content: bytes, file: str, *, in_loop: bool) -> list[PlaybookError]:
    """What is wrong with the checks of a file before any environment is known; `in_loop` is inside `for_each`."""
    try:
        tree = parse(content, file)
    except PlaybookError as error:
        return [error]
    wrong = [tree.error(route, fault) for route, text in _texts(tree.data, ())
             for fault in faults(text, in_loop=in_loop, leave=LATER)]
    suite, misshapen = attempt(Suite, tree.data, tree, (), unresolved=has_lookup)
    return [*wrong, *misshapen, *(_named_twice(suite, tree) if suite else [])]


def _named_twice(suite: Suite, tree: Tree) -> list[PlaybookError]:
    names = [check.name for check in suite.checks]
    return [tree.error(("checks", number, "name"), _('the name "{name}" is used twice').format(name=name))
            for number, name in enumerate(names) if name in names[:number]]


def _unknown_lookups(tree: Tree, scope: Scope) -> Iterator[PlaybookError]:
    for route, text in _texts(tree.data, ()):
        try:
            resolve(text, scope, leave=LATER)
        except PlaybookError as error:
            yield tree.error(route, error.message)


def _texts(data: Any, route: Route) -> Iterator[tuple[Route, str]]:
    if isinstance(data, str):
        yield route, data
    elif isinstance(data, (dict, list)):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _texts(value, (*route, key))
