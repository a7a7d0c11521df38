"""YAML as we read it: text, true/false and plain integers, with positions; everything surprising is an error.

`6.10`, `20:30`, `010`, `on` and `no` stay the text that they are. Anchors, tags, merge keys, tabs and repeated keys
are refused, so a file means what it looks like and can be neither a bomb nor a trap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from migrator.errors import PlaybookError, Position
from migrator.playbook.tree import Route, Tree
from migrator.text import _

MOST_BYTES = 1024 * 1024
MOST_VALUES = 100_000
DEEPEST = 32

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_tree(path: Path, file: str | None = None) -> Tree:
    """The tree of a file; `file` is the name that messages give it, its path from here if left out.

    Raises PlaybookError with the position of what is wrong.
    """
    file = file or shown(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlaybookError(_("the file cannot be read: {why}").format(why=error.strerror), where=file) from None
    return parse(content, file)


def shown(path: Path) -> str:
    """The path as messages show it: from the present folder where it lies below, else whole."""
    path, here = path.absolute(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def parse(content: bytes, file: str) -> Tree:
    """The tree of a file's content. Raises PlaybookError with the position of what is wrong."""
    if len(content) > MOST_BYTES:
        raise PlaybookError(_("the file is larger than 1 MiB"), where=Position(file, 1, 1))
    text = _decoded(content, file)
    try:
        return _Composer(text, file).tree()
    except yaml.YAMLError as error:
        raise _in_our_words(error, text, file) from None


def _decoded(content: bytes, file: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PlaybookError(_("the file is UTF-16"), where=Position(file, 1, 1), hint=_("save it as UTF-8"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[:error.start].decode("utf-8-sig", "replace")
        raise PlaybookError(_("the file is not UTF-8"), where=_at(file, before), hint=_("save it as UTF-8")) from None
    if strange := _UNPRINTABLE.search(text):
        raise PlaybookError(_("the character U+{code} may not stand in the file").format(code=f"{ord(strange[0]):04X}"),
                            where=_at(file, text[:strange.start()]))
    return text


def _at(file: str, before: str) -> Position:
    line_begin = before.rfind("\n") + 1
    return Position(file, before.count("\n") + 1, len(before) - line_begin + 1)


def _in_our_words(error: yaml.YAMLError, text: str, file: str) -> PlaybookError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file, 1, 1)
    line = text.split("\n")[where.line - 1] if where.line <= text.count("\n") + 1 else ""
    if line[where.column - 1:where.column] == "\t":
        return _tab(where)
    words = [getattr(error, "context", None), getattr(error, "problem", None) or str(error)]
    return PlaybookError(_("this is not YAML: {problem}").format(problem=", ".join(filter(None, words))), where=where)


def _tab(where: Position) -> PlaybookError:
    return PlaybookError(_("a tab in the indentation"), where=where, hint=_("indent with blanks"))


class _Composer:
    """Builds a tree from the parser's events, so that no alias is ever followed."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_YAML))
        self.keys: dict[Route, Position] = {}
        self.values: dict[Route, Position] = {}
        self.block_lines: set[int] = set()

    def tree(self) -> Tree:
        self._next(yaml.StreamStartEvent)
        event = next(self.events)
        if not isinstance(event, yaml.DocumentStartEvent):
            raise PlaybookError(_("the file is empty"), where=Position(self.file, 1, 1))
        data = self._value(next(self.events), ())
        self._next(yaml.DocumentEndEvent)
        if not isinstance(event := next(self.events), yaml.StreamEndEvent):
            raise self._error(event, _("a second document begins here; a file holds one"))
        self._refuse_tabs()
        return Tree(self.file, data, self.keys, self.values)

    def _next(self, kind: type) -> Any:
        event = next(self.events)
        assert isinstance(event, kind)
        return event

    def _value(self, event: Any, route: Route) -> Any:
        self._refuse_surprises(event)
        if len(route) > DEEPEST:
            raise self._error(event, _("nested deeper than {levels} levels").format(levels=DEEPEST))
        if len(self.values) >= MOST_VALUES:
            raise self._error(event, _("more than {count} values").format(count=MOST_VALUES))
        self.values[route] = self._position(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(route)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(route)
        return self._scalar(event)

    def _mapping(self, route: Route) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in data:
                first = self.keys[(*route, key)]
                raise self._error(event, _('the key "{key}" stands here again, first in line {line}')
                                  .format(key=key, line=first.line))
            self.keys[(*route, key)] = self._position(event)
            data[key] = self._value(next(self.events), (*route, key))
        return data

    def _key(self, event: Any) -> str:
        self._refuse_surprises(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error(event, _("a key must be text"))
        if event.value == "<<" and not event.style:
            raise self._error(event, _("merge keys are not used here"), _("write the keys out"))
        return str(event.value)

    def _sequence(self, route: Route) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            data.append(self._value(event, (*route, len(data))))
        return data

    def _scalar(self, event: Any) -> str | bool | int:
        value = str(event.value)
        if "\0" in value:
            raise self._error(event, _("the character U+{code} may not stand in the file").format(code="0000"))
        if event.style in ("|", ">"):
            self.block_lines.update(range(event.start_mark.line + 1, event.end_mark.line + 1))
        if event.style:
            return value
        if value in ("", "~", "null"):
            raise self._error(event, _("a value is missing"), _('leave the key out, or write "" for empty text'))
        if value in ("true", "false"):
            return value == "true"
        return int(value) if _INTEGER.fullmatch(value) else value

    def _refuse_surprises(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._error(event, _("anchors and aliases (& and *) are not used here"),
                              _("write the value out, or quote it"))
        if event.tag is not None:
            raise self._error(event, _("tags (!) are not used here"), _("leave the tag out, or quote the text"))

    def _refuse_tabs(self) -> None:
        for number, line in enumerate(self.text.split("\n")):
            blank = line[:len(line) - len(line.lstrip())]
            if "\t" in blank and number not in self.block_lines and line.strip():
                raise _tab(Position(self.file, number + 1, blank.index("\t") + 1))

    def _position(self, event: Any) -> Position:
        return Position(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _error(self, event: Any, message: str, hint: str | None = None) -> PlaybookError:
        return PlaybookError(message, where=self._position(event), hint=hint)
