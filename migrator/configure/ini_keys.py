"""Keys of ini files, `[section]` and `key = value`, edited line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.configure.errors import NotEditable
from migrator.configure.value import Changes, Value, as_text, line_end
from migrator.text import _

_SECTION = re.compile(r"\s*\[([^\]]*)\]")
_SETTING = re.compile(r"""(?P<indent>\s*)(?P<key>[^\s=:#;\[][^=:]*?)
                          (?:(?P<sign>[ \t]*[=:][ \t]*)(?P<value>.*))?""", re.DOTALL | re.VERBOSE)


@dataclass(frozen=True)
class Setting:
    """Lines `first` to `last` (from 0) that hold a key, continuation lines included."""

    section: str
    key: str
    first: int
    last: int
    indent: str
    sign: str
    value: str


def edit(text: str, changes: Changes) -> str:
    """The text with keys `section.key` (or `key` before any section) set or removed."""
    for path, value in changes.items():
        lines = text.splitlines(keepends=True)
        settings, sections = _read(lines)
        section, key = _split(path, settings, sections)
        found = [s for s in settings if s.section == section and s.key == key] or \
                [s for s in settings if s.section == section and s.key.lower() == key.lower()]
        if len(found) > 1:
            raise NotEditable(_('the key "{key}" stands {count} times in the file').format(key=path, count=len(found)))
        if value is None:
            text = _without(lines, found)
        elif found:
            text = _replaced(lines, found[0], value, line_end(text))
        else:
            text = _added(lines, settings, sections, section, key, value, line_end(text))
    return text


def _read(lines: list[str]) -> tuple[list[Setting], dict[str, int]]:
    """Settings in order, and the line of each section's header; continuation lines are those indented deeper."""
    settings: list[Setting] = []
    sections: dict[str, int] = {"": -1}
    section, open_ = "", False
    for number, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        if header := _SECTION.match(line):
            section, open_ = header[1], False
            sections.setdefault(section, number)
            continue
        indent = line[:len(line) - len(line.lstrip())]
        if open_ and len(indent) > len(settings[-1].indent):
            last = settings[-1]
            settings[-1] = Setting(section, last.key, last.first, number, last.indent, last.sign,
                                   f"{last.value}\n{line.strip()}")
        elif match := _SETTING.fullmatch(line.rstrip()):
            settings.append(Setting(section, match["key"], number, number, indent, match["sign"] or "",
                                    match["value"] or ""))
            open_ = True
    return settings, sections


def _split(path: str, settings: list[Setting], sections: dict[str, int]) -> tuple[str, str]:
    """Section and key: the longest section that exists, else what stands before the first dot."""
    if any(s.key == path and not s.section for s in settings):
        return "", path
    dots = [number for number, sign in enumerate(path) if sign == "."]
    for dot in reversed(dots):
        if path[:dot] in sections:
            return path[:dot], path[dot + 1:]
    return (path[:dots[0]], path[dots[0] + 1:]) if dots else ("", path)


def _without(lines: list[str], found: list[Setting]) -> str:
    gone = {number for s in found for number in range(s.first, s.last + 1)}
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def _replaced(lines: list[str], setting: Setting, value: Value, end: str) -> str:
    if setting.value == as_text(value) and setting.sign:
        return "".join(lines)
    name = lines[setting.first][len(setting.indent):len(setting.indent) + len(setting.key)]
    tail = lines[setting.last][len(lines[setting.last].rstrip("\r\n")):]
    new = _line(setting.indent, name, setting.sign or " = ", value, end) + tail
    return "".join([*lines[:setting.first], new, *lines[setting.last + 1:]])


def _added(lines: list[str], settings: list[Setting], sections: dict[str, int], section: str, key: str,
           value: Value, end: str) -> str:
    beside = [s for s in settings if s.section == section]
    model = next((s for s in reversed(beside or settings) if s.sign), None)
    new = _line(model.indent if model and beside else "", key, model.sign if model else " = ", value, end) + end
    if section not in sections:
        gap = [end] if lines and lines[-1].strip() else []
        return "".join([*_ended(lines, end), *gap, f"[{section}]{end}", new])
    after = beside[-1].last if beside else sections[section]
    return "".join([*_ended(lines[:after + 1], end), new, *lines[after + 1:]])


def _line(indent: str, key: str, sign: str, value: Value, end: str) -> str:
    """A setting without its line end; further lines of the value are indented deeper, so that they belong to it."""
    text = as_text(value).replace("\r", "").replace("\n", f"{end}{indent}    ")
    return f"{indent}{key}{sign}{text}".rstrip(" \t")


def _ended(lines: list[str], end: str) -> list[str]:
    return [*lines[:-1], lines[-1] + end] if lines and not lines[-1].endswith("\n") else lines
