"""The parser's events put together to a tree: what plain data may be, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from migrator.errors import PlaybookError, Position
from migrator.playbook.tree import Route, Tree
from migrator.text import _

MOST_VALUES = 100_000
DEEPEST = 32

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def tab(where: Position) -> PlaybookError:
    """The error for a tab that stands where blanks should."""
    return PlaybookError(_("a tab in the indentation"), where=where, hint=_("indent with blanks"))


class Composer:
    """Builds a tree from the parser's events, so that no alias is ever followed."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_YAML))
        self.keys: dict[Route, Position] = {}
        self.values: dict[Route, Position] = {}
        self.block_lines: set[int] = set()

    def tree(self) -> Tree:
        """The one document of the text. Raises PlaybookError where it is not plain, yaml.YAMLError if no YAML."""
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
                raise tab(Position(self.file, number + 1, blank.index("\t") + 1))

    def _position(self, event: Any) -> Position:
        return Position(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _error(self, event: Any, message: str, hint: str | None = None) -> PlaybookError:
        return PlaybookError(message, where=self._position(event), hint=hint)
