"""From a tree to a typed record: every fault with its position, its place and a guess, all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from migrator.errors import MigratorError, PlaybookError, PlaybookErrors, Position
from migrator.playbook.nearest import known_keys, unknown
from migrator.playbook.tree import Route, Tree
from migrator.text import _

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], tree: Tree) -> M:
    """The whole tree as a record. Raises PlaybookError, or PlaybookErrors when there are several."""
    record, errors = attempt(model, tree.data, tree, ())
    if record is None:
        refuse(errors)
    return record


def attempt(model: type[M], data: Any, tree: Tree, route: Route, *,
            unresolved: Callable[[Any], bool] = lambda value: False) -> tuple[M | None, list[PlaybookError]]:
    """Data that stands at `route` as a record, or its errors; None and no error when only the values that are
    `unresolved` yet could not be judged.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        faults = [f for f in error.errors(include_url=False) if not unresolved(f["input"])]
        return None, _merged(_as_error(f, model, tree, route) for f in faults)
    except MigratorError as error:  # a validator that speaks for itself
        return None, [tree.error(route, error.message, hint=error.hint)]


def refuse(errors: list[PlaybookError]) -> NoReturn:
    """Raise the one error, or all of them in the order of the file; a step in a loop or used twice is told once."""
    different = list({str(error): error for error in errors}.values())
    if len(different) == 1:
        raise different[0]
    raise PlaybookErrors(sorted(different, key=_line))


def _line(error: PlaybookError) -> tuple[str, int, int]:
    where = error.where
    return (where.file, where.line, where.column) if isinstance(where, Position) else (str(where), 0, 0)


def _as_error(fault: ErrorDetails, model: type[BaseModel], tree: Tree, route: Route) -> PlaybookError:
    inside = _inside(fault["loc"], tree, route)
    last = fault["loc"][-1] if fault["loc"] else ""
    match fault["type"]:
        case "extra_forbidden":
            return tree.error(route + inside, unknown(_("key"), str(last), known_keys(model, inside[:-1])), key=True)
        case "missing":
            return tree.error(route + inside, _('"{key}" is missing').format(key=last))
    if last == "[key]":
        return tree.error(route + inside, _('the key "{key}" {fault}').format(key=inside[-1], fault=_sentence(fault)),
                          key=True)
    return tree.error(route + inside, _sentence(fault))


def _inside(loc: tuple[str | int, ...], tree: Tree, route: Route) -> Route:
    """The parts of pydantic's location that stand in the file; the names of union members do not."""
    inside: Route = ()
    for part in loc:
        if (*route, *inside, part) in tree.values:
            inside = (*inside, part)
    return inside


def _sentence(fault: ErrorDetails) -> str:
    context: dict[str, Any] = fault.get("ctx", {})
    match fault["type"]:
        case "string_type":
            return _("should be text")
        case "int_type" | "int_parsing" | "int_from_float":
            return _("should be a whole number")
        case "float_type" | "float_parsing":
            return _("should be a number")
        case "bool_type" | "bool_parsing":
            return _("should be true or false")
        case "list_type" | "tuple_type" | "set_type":
            return _("should be a list")
        case "dict_type" | "model_type" | "model_attributes_type" | "dataclass_type":
            return _("should be a mapping of keys to values")
        case "literal_error" | "enum":
            return _("should be {expected}").format(expected=context["expected"])
        case "string_pattern_mismatch":
            return _("does not have the form {pattern}").format(pattern=context["pattern"])
        case "value_error":
            return str(context["error"])
    return fault["msg"][:1].lower() + fault["msg"][1:]


def _merged(errors: Iterable[PlaybookError]) -> list[PlaybookError]:
    """One error for each position: the members of a union each complain, the reader wants one sentence."""
    by_place: dict[str, list[PlaybookError]] = {}
    for error in errors:
        by_place.setdefault(str(error.where), []).append(error)
    return [PlaybookError("; ".join(dict.fromkeys(e.message for e in group)), where=group[0].where)
            for group in by_place.values()]
