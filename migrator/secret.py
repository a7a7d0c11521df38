"""Secrets are held by name, print as `***`, and are scrubbed from everything that leaves the process."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from migrator.errors import WrongUse
from migrator.text import _

MASK = "***"
SHORTEST = 4
"""Characters that a secret must have to be scrubbed; shorter ones would mask ordinary words everywhere."""
_known: set[str] = set()


class Secret:
    """A value that never shows itself; `reveal()` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        _known.update(form for form in _forms(value) if len(form) >= SHORTEST)

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not serialised")


def resolve(name: str) -> Secret:
    """The secret that a reference names: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER`, `prompt:QUESTION`.

    Raises WrongUse when the reference has no known form or points at nothing.
    """
    source, _colon, rest = name.partition(":")
    match source:
        case "env":
            if rest not in os.environ:
                raise WrongUse(_("the secret {name} is not set").format(name=name),
                               hint=_("export {variable}=... before you start").format(variable=rest))
            return Secret(os.environ[rest])
        case "file":
            return _from_file(Path(rest).expanduser(), name)
        case "keyring":
            return _from_keyring(rest, name)
        case "prompt":
            return Secret(getpass.getpass(f"{rest}: "))
    raise WrongUse(_("{name} names no secret").format(name=MASK),
                   hint=_("write env:NAME, file:PATH, keyring:SERVICE/USER or prompt:QUESTION"))


def recognise(names: Iterable[str]) -> None:
    """Know the secrets that these references name, as far as nobody has to be asked for them: a program may print one
    before this process ever uses it. What cannot be read is told when it is used.
    """
    for name in names:
        if name.startswith(("env:", "file:")):
            with contextlib.suppress(WrongUse):
                resolve(name)


def scrub(text: str) -> str:
    """The text with every secret seen so far replaced by `***`."""
    for value in sorted(_known, key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    return text


def scrubbed(value: Any, below: Collection[str] | None = None) -> Any:
    """The same plain data with every secret replaced; with `below` only in texts that stand under one of these keys."""
    if isinstance(value, str):
        return scrub(value) if below is None else value
    if isinstance(value, Mapping):
        return {key: scrubbed(item, None if below is None or key in below else below) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrubbed(item, below) for item in value]
    return value


def _forms(value: str) -> set[str]:
    """A secret as programs print it: as it is, in a URL, in JSON; one of several lines, line by line."""
    lines = [line.strip() for line in value.splitlines() if len(line.strip()) >= 2 * SHORTEST]
    return {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1], *lines}


def _from_file(path: Path, name: str) -> Secret:
    try:
        if path.stat().st_mode & (stat.S_IRWXO):
            raise WrongUse(_("the secret file {path} can be read by everybody").format(path=path),
                           hint=f"chmod 600 {path}")
        return Secret(path.read_text().rstrip("\n"))
    except OSError as error:
        raise WrongUse(_("the secret {name} cannot be read: {why}").format(name=name, why=error.strerror)) from None


def _from_keyring(rest: str, name: str) -> Secret:
    try:
        import keyring  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise WrongUse(_("the secret {name} needs the package keyring").format(name=name),
                       hint="pip install keyring") from None
    service, _slash, user = rest.partition("/")
    value = keyring.get_password(service, user)
    if value is None:
        raise WrongUse(_("the secret {name} is not in the keyring").format(name=name),
                       hint=f"keyring set {service} {user}")
    return Secret(value)
