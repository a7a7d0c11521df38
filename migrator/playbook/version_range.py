"""Ranges of versions: `>=12 <17` holds for 12, 12.4 and 16.9, not for 17."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Annotated, Any

from pydantic import AfterValidator

from migrator.model.version import order
from migrator.text import _

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}
_PART = re.compile(r"(>=|<=|>|<|=|!=)?\s*([0-9][A-Za-z0-9.+-]*)")


def within(version: str, text: str) -> bool:
    """Whether a version lies in a range; `=12` holds for 12 and for 12.4, `any` for every version."""
    return all(_holds(version, sign, bound) for sign, bound in _parts(text))


def _range(text: str) -> str:
    if text != "any" and "".join(m[0] for m in _PART.finditer(text)).replace(" ", "") != re.sub(r"[\s,]", "", text):
        raise ValueError(_('"{text}" is no range of versions; write for example ">=12 <17"').format(text=text))
    return text


Range = Annotated[str, AfterValidator(_range)]


def _parts(text: str) -> list[tuple[str, str]]:
    return [(m[1] or "=", m[2]) for m in _PART.finditer(text)]


def _holds(version: str, sign: str, bound: str) -> bool:
    if sign in _COMPARE:
        return _COMPARE[sign](order(version), order(bound))
    begins = version == bound or version.startswith(f"{bound}.")
    return begins if sign == "=" else not begins
