"""Amounts as people write them: `90m`, `20GB`, `25%`; and back."""

from __future__ import annotations

import re

from migrator.errors import WrongUse
from migrator.text import _

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4,
          "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}


def seconds(text: str | int | float) -> float:
    """Seconds of `90m`, `1h30m`, `45s`; a bare number is seconds.

    Raises WrongUse when the text is no duration.
    """
    if isinstance(text, (int, float)):
        return float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[smhd])", text)
    if not parts or "".join(n + u for n, u in parts) != text.replace(" ", ""):
        raise WrongUse(_('"{text}" is no duration; write for example 90m, 1h30m or 45s').format(text=text))
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def size(text: str | int) -> int:
    """Bytes of `20GB`, `1.5 MiB`; a bare number is bytes.

    Raises WrongUse when the text is no size.
    """
    if isinstance(text, int):
        return text
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?i?B)\s*", text)
    if not match or match[2] not in _BYTES:
        raise WrongUse(_('"{text}" is no size; write for example 20GB or 512MiB').format(text=text))
    return int(float(match[1]) * _BYTES[match[2]])


def show_seconds(value: float) -> str:
    """A duration for people: `0.4s`, `52s`, `1m40s`, `2h05m`, `3d04h`."""
    if value < 10:
        return f"{value:.1f}s"
    whole = round(value)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02}h"


def show_difference(value: float) -> str:
    """A difference of durations for people: `+1m40s`, `-0.4s`, `0.0s`."""
    shown = show_seconds(abs(value))
    if shown == show_seconds(0):
        return shown
    return f"{'-' if value < 0 else '+'}{shown}"


def show_size(value: float) -> str:
    """A size for people in decimal units: `812 B`, `60.5 GB`."""
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
