"""One step of the file to a record: which kind it is, and whether its arguments are right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from migrator.errors import PlaybookError, Position
from migrator.playbook.kinds import Kinds
from migrator.playbook.lookups import Scope, faults, has_lookup, resolve
from migrator.playbook.model import ForEach, Step
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import attempt, refuse
from migrator.text import _

COMMON = tuple(name for name in Step.model_fields if name not in ("kind", "args"))
"""Keys that every step may have beside the one that is its kind."""


def read_steps(data: list[Any], tree: Tree, route: Route, kinds: Kinds) -> tuple[list[Step | ForEach],
                                                                                list[PlaybookError]]:
    """The steps and loops of a list that stands at `route`, and everything that is wrong with them."""
    steps: list[Step | ForEach] = []
    errors: list[PlaybookError] = []
    for number, item in enumerate(data):
        looping = isinstance(item, dict) and "for_each" in item
        read = _read_loop if looping else _read_step
        step, wrong = read(item, tree, (*route, number), kinds)
        errors += wrong
        if step is not None:
            steps.append(step)
    return steps, errors


def bind(args: Mapping[str, Any], model: type[BaseModel], scope: Scope, step: str) -> BaseModel:
    """A step's arguments with all look-ups filled in, as the record that its kind works with.

    Raises PlaybookError (several: PlaybookErrors) that names the step and the argument.
    """
    resolved = resolve(dict(args), scope, step)
    record, errors = attempt(model, resolved, _placeless(resolved, step), ())
    if record is None:
        refuse([PlaybookError(e.message, where=f"{step}.{getattr(e.where, 'place', '')}".rstrip(".")) for e in errors])
    return record


def _read_loop(data: dict[str, Any], tree: Tree, route: Route, kinds: Kinds) -> tuple[ForEach | None,
                                                                                     list[PlaybookError]]:
    inner = data.get("steps")
    steps, errors = [], []
    if isinstance(inner, list):
        for number, item in enumerate(inner):
            step, wrong = _read_step(item, tree, (*route, "steps", number), kinds, in_loop=True)
            steps += [step] if step else []
            errors += wrong
    loop, wrong = attempt(ForEach, {**data, "steps": steps} if isinstance(inner, list) else data, tree, route)
    if loop and bool(loop.use) == bool(inner):
        wrong = [tree.error(route, _("a loop has either steps of its own or use: STAGE.hop"))]
    return loop, errors + wrong


def _read_step(data: Any, tree: Tree, route: Route, kinds: Kinds, *, in_loop: bool = False) -> tuple[
        Step | None, list[PlaybookError]]:
    if not isinstance(data, dict):
        return None, [tree.error(route, _("a step should be a mapping: an id, a kind and what the kind needs"))]
    named = [key for key in data if key in kinds]
    if len(named) != 1:
        return None, [_no_single_kind(data, named, tree, route, kinds)]
    kind, = named
    common = {key: value for key, value in data.items() if key != kind}
    stray = [key for key in common if key not in COMMON]
    errors = [tree.error((*route, key), unknown(_("key"), key, COMMON), key=True) for key in stray]
    _args, wrong = attempt(kinds[kind].Args, data[kind], tree, (*route, kind), unresolved=has_lookup)
    errors += wrong
    errors += _wrong_lookups(data, tree, route, in_loop)
    if "at" in data and not kinds[kind].per_host:
        errors.append(tree.error((*route, "at"), _("{kind} acts on the environment as a whole; leave this key out")
                                 .format(kind=kind), key=True))
    fields = {key: value for key, value in common.items() if key in COMMON}
    args = data[kind] if isinstance(data[kind], dict) else {}
    step, wrong = attempt(Step, {**fields, "kind": kind, "args": args}, tree, route)
    return step, errors + wrong


def _no_single_kind(data: dict[str, Any], named: list[str], tree: Tree, route: Route, kinds: Kinds) -> PlaybookError:
    if named:
        return tree.error((*route, named[1]), _("a second step kind; {first} is one already, a step has one")
                          .format(first=named[0]), key=True)
    strange = [key for key in data if key not in COMMON]
    if strange:
        return tree.error((*route, strange[0]), unknown(_("step kind"), strange[0], kinds), key=True,
                          hint=_("inv step.list shows the kinds that exist"))
    return tree.error(route, _("no step kind among the keys"), hint=_("inv step.list shows the kinds that exist"))


def _wrong_lookups(data: Any, tree: Tree, route: Route, in_loop: bool) -> Iterator[PlaybookError]:
    if isinstance(data, str):
        yield from (tree.error(route, fault) for fault in faults(data, in_loop=in_loop))
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _wrong_lookups(value, tree, (*route, key), in_loop)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _wrong_lookups(value, tree, (*route, number), in_loop)


def _placeless(data: Any, file: str) -> Tree:
    """Arguments that came from a frozen plan, which has no lines."""
    nowhere = dict.fromkeys(_routes(data, ()), Position(file, 1, 1))
    return Tree(file, data, nowhere, nowhere)


def _routes(data: Any, route: Route) -> Iterator[Route]:
    yield route
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _routes(value, (*route, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _routes(value, (*route, number))
