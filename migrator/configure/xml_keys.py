"""Elements and attributes of XML files, edited in place: `server/connector[@name='http']/@port`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from migrator.configure.errors import NotEditable
from migrator.configure.value import Changes, Value, as_text, line_end
from migrator.text import _

_STEP = re.compile(r"""(?P<name>[^/@\[\]]+)
                       (?:\[(?:(?P<number>\d+)|@(?P<key>[^\]=]+)=(?P<quote>['"])(?P<value>[^\]]*)(?P=quote))\])?""",
                   re.VERBOSE)
_ATTRIBUTE = r"""(\s)({name})(\s*=\s*)("[^"]*"|'[^']*')"""


@dataclass
class Element:
    """An element: its start tag is characters `start` to `inner`, its content ends at `inner_end`, it at `end`."""

    name: str
    attributes: dict[str, str]
    start: int
    inner: int = 0
    inner_end: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)


def edit(text: str, changes: Changes) -> str:
    """The text (one character a byte) with elements or attributes set or removed."""
    for path, value in changes.items():
        text = _edited(text, path, value)
    return text


def _edited(text: str, path: str, value: Value | None) -> str:
    root = _parse(text)
    steps, attribute = _steps(path)
    found, missing = _descend(root, steps, path)
    if missing:
        return text if value is None else _added(text, found, missing, attribute, value)
    if attribute:
        return _attribute(text, found, attribute, value)
    if value is None:
        return _removed(text, found)
    if found.children:
        raise NotEditable(_('"{key}" holds other elements, not text').format(key=path))
    return _content(text, found, as_text(value))


def _parse(text: str) -> Element:
    parser = expat.ParserCreate()
    top = Element("", {}, 0)
    open_ = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        begin = parser.CurrentByteIndex
        element = Element(name, attributes, begin, _tag_end(text, begin))
        open_[-1].children.append(element)
        open_.append(element)

    def stop(name: str) -> None:
        element = open_.pop()
        empty = text[element.inner - 2] == "/"  # <name/>
        element.inner_end = element.inner if empty else parser.CurrentByteIndex
        element.end = element.inner if empty else text.index(">", element.inner_end) + 1

    def entity(*_declaration: object) -> None:
        raise NotEditable(_("the file declares entities of its own, which are not read"))

    parser.StartElementHandler = start
    parser.EndElementHandler = stop
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(text.encode("latin-1"), True)
    except (expat.ExpatError, ValueError) as error:
        raise NotEditable(_("the file is not XML: {why}").format(why=error)) from None
    return top


def _tag_end(text: str, start: int) -> int:
    match = re.compile(r"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""").match(text, start)
    if match is None:
        raise NotEditable(_("the file is not XML: {why}").format(why=text[start:start + 40]))
    return match.end()


def _steps(path: str) -> tuple[list[re.Match[str]], str]:
    place, _at, attribute = path.rpartition("/@")
    steps = list(_STEP.finditer(place or path))
    if "/".join(step[0] for step in steps) != (place or path):
        raise NotEditable(_('"{key}" is no path; write for example {example}').format(
            key=path, example="server/connector[@name='http']/@port"))
    return steps, attribute if place else ""


def _descend(element: Element, steps: list[re.Match[str]], path: str) -> tuple[Element, list[re.Match[str]]]:
    """The element that the steps lead to, or the deepest one on the way and the steps that are missing."""
    for number, step in enumerate(steps):
        found = [child for child in element.children if child.name == step["name"]]
        if step["key"]:
            found = [child for child in found if child.attributes.get(step["key"]) == step["value"]]
        if step["number"]:
            found = found[int(step["number"]) - 1:int(step["number"])] if int(step["number"]) else []
        if len(found) > 1:
            raise NotEditable(_('"{key}" stands for {count} elements; choose one with [1] or [@name=\'...\']').format(
                key=path, count=len(found)))
        if not found:
            if number == 0:
                raise NotEditable(_('the file has no "{name}" at its top').format(name=step["name"]))
            return element, steps[number:]
        element = found[0]
    return element, []


def _content(text: str, element: Element, value: str) -> str:
    if unescape(text[element.inner:element.inner_end]) == value:
        return text
    if element.inner_end == element.inner == element.end:  # <name/>
        tag = text[element.start:element.end].removesuffix("/>").rstrip()
        return f"{text[:element.start]}{tag}>{_written(value)}</{element.name}>{text[element.end:]}"
    return text[:element.inner] + _written(value) + text[element.inner_end:]


def _attribute(text: str, element: Element, name: str, value: Value | None) -> str:
    tag = text[element.start:element.inner]
    pattern = re.compile(_ATTRIBUTE.format(name=re.escape(name)))
    if value is None:
        new = pattern.sub("", tag, count=1)
    elif element.attributes.get(name) == as_text(value):
        new = tag
    elif name in element.attributes:
        new = pattern.sub(lambda m: f"{m[1]}{m[2]}{m[3]}{_quoted(as_text(value), m[4][0])}", tag, count=1)
    else:
        body = re.fullmatch(r"(.*?)(\s*/?>)", tag, re.DOTALL)
        assert body
        new = f'{body[1]} {name}={_quoted(as_text(value))}{body[2]}'
    return text[:element.start] + new + text[element.inner:]


def _removed(text: str, element: Element) -> str:
    begin = text.rfind("\n", 0, element.start) + 1
    after = re.compile(r"[ \t]*\r?\n").match(text, element.end)
    if not text[begin:element.start].strip() and after:
        return text[:begin] + text[after.end():]
    return text[:element.start] + text[element.end:]


def _added(text: str, parent: Element, missing: list[re.Match[str]], attribute: str, value: Value) -> str:
    opened, closed = "", ""
    for number, step in enumerate(missing):
        last = number == len(missing) - 1
        tag = step["name"] + (f' {step["key"]}={_quoted(step["value"])}' if step["key"] else "")
        tag += f" {attribute}={_quoted(as_text(value))}" if last and attribute else ""
        opened += f"<{tag}>"
        closed = f"</{step['name']}>{closed}"
    new = opened + ("" if attribute else _written(as_text(value))) + closed
    if not parent.children:
        if parent.inner == parent.end:
            tag = text[parent.start:parent.end].removesuffix("/>").rstrip()
            return f"{text[:parent.start]}{tag}>{new}</{parent.name}>{text[parent.end:]}"
        return text[:parent.inner] + new + text[parent.inner:]
    last_child = parent.children[-1]
    begin = text.rfind("\n", 0, last_child.start) + 1
    indent = text[begin:last_child.start]
    gap = line_end(text) + indent if begin and not indent.strip() else ""
    return text[:last_child.end] + gap + new + text[last_child.end:]


def _quoted(value: str, sign: str = '"') -> str:
    return sign + _written(value).replace(sign, "&quot;" if sign == '"' else "&apos;") + sign


def _written(value: str) -> str:
    """Text as XML, outside ASCII as character references, which hold in every encoding."""
    return escape(value).encode("ascii", "xmlcharrefreplace").decode()
