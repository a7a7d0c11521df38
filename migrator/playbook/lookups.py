"""Look-ups in texts: `${path.to}`, `${hop.from}`, `${env.values.port}`, `${run.id}`; nothing is computed.

`$${` stands for a `${` that is meant as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from migrator.errors import PlaybookError, Position
from migrator.model.version import Hop
from migrator.playbook.inventory import Environment
from migrator.playbook.nearest import nearest
from migrator.text import _

Scope = Mapping[str, str]
"""What look-ups stand for, by name: `{"path.to": "7.0"}`."""

_LOOKUP = re.compile(r"(\$?)\$\{([^}]*)(\}?)")
_FORMS = ("path.from", "path.to", "hop.from", "hop.to", "run.id", "env.name", "env.vault", "env.values.NAME",
          "env.hosts.NAME.address", "env.trees.NAME.path", "env.trees.NAME.at",
          "env.databases.NAME.url", "env.databases.NAME.at", "env.databases.NAME.name")
_KNOWN = re.compile("|".join(re.escape(form).replace("NAME", r"[A-Za-z][A-Za-z0-9_.-]*") for form in _FORMS))


def scope(*, path: Sequence[str] = (), hop: Hop | None = None, name: str | None = None,
          environment: Environment | None = None, run: str | None = None) -> dict[str, str]:
    """What look-ups stand for: those of the path, the hop, the environment (and its name) and the run's id."""
    known: dict[str, str] = {}
    if path:
        known |= {"path.from": path[0], "path.to": path[-1]}
    if hop:
        known |= {"hop.from": hop.from_, "hop.to": hop.to}
    if name is not None:
        known["env.name"] = name
    if environment:
        known |= _of_environment(environment)
    if run is not None:
        known["run.id"] = run
    return known


def resolve(value: Any, scope: Scope, where: Position | str | None = None, *, leave: Sequence[str] = ()) -> Any:
    """The value with every look-up in its texts (also inside lists and mappings) replaced.

    Look-ups that begin with a prefix of `leave` stay as they are.
    Raises PlaybookError for an unknown one, with the nearest known.
    """
    if isinstance(value, str):
        return _LOOKUP.sub(lambda match: _replacement(match, scope, where, leave), value)
    if isinstance(value, list):
        return [resolve(item, scope, where, leave=leave) for item in value]
    if isinstance(value, dict):
        return {key: resolve(item, scope, where, leave=leave) for key, item in value.items()}
    return value


def has_lookup(value: Any) -> bool:
    """Whether a value is a text that still holds a look-up."""
    return isinstance(value, str) and any(True for _name in _names(value))


def faults(text: str, *, in_loop: bool, leave: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with the look-ups of a text, before any environment is known; `in_loop` is inside `for_each`.

    Look-ups that begin with a prefix of `leave` are not looked at.
    """
    wrong = [] if _closed(text) else [_("the look-up is not closed by }")]
    for name in _names(text):
        if name.startswith(leave):
            continue
        if not _KNOWN.fullmatch(name):
            wrong.append(_unknown(name, _FORMS))
        elif name.startswith("hop.") and not in_loop:
            wrong.append(_("${{{name}}} is known only inside for_each: hop").format(name=name))
    return wrong


def _of_environment(environment: Environment) -> dict[str, str]:
    known = {"env.vault": environment.vault}
    known |= {f"env.values.{name}": value for name, value in environment.values.items()}
    known |= {f"env.hosts.{name}.address": host.address or name for name, host in environment.hosts.items()}
    for name, tree in environment.trees.items():
        known |= {f"env.trees.{name}.path": tree.path, f"env.trees.{name}.at": tree.at}
    databases = dict(environment.databases)
    if len(databases) == 1:
        databases.setdefault("main", *databases.values())
    for name, database in databases.items():
        entry = f"env.databases.{name}"
        known |= {f"{entry}.url": database.url, f"{entry}.at": database.at,
                  f"{entry}.name": urlsplit(database.url).path.removeprefix("/")}
    return known


def _replacement(match: re.Match[str], scope: Scope, where: Position | str | None, leave: Sequence[str]) -> str:
    escaped, name, closed = match.groups()
    if escaped:
        return match[0][1:]
    if not closed:
        raise PlaybookError(_("the look-up is not closed by }"), where=where)
    if name in scope:
        return scope[name]
    if name.startswith(tuple(leave)) and leave:
        return match[0]
    raise PlaybookError(_unknown(name, scope), where=where)


def _names(text: str) -> Iterator[str]:
    return (m[2] for m in _LOOKUP.finditer(text) if not m[1] and m[3])


def _closed(text: str) -> bool:
    return all(m[1] or m[3] for m in _LOOKUP.finditer(text))


def _unknown(name: str, known: Sequence[str] | Scope) -> str:
    guess = nearest(name, known)
    if guess is None:
        return _("unknown look-up ${{{name}}}").format(name=name)
    return _("unknown look-up ${{{name}}}, did you mean ${{{guess}}}?").format(name=name, guess=guess)
