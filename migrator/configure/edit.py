"""The edit of a configuration file: bytes and changes in, bytes out, everything else kept."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from migrator.configure import ini_keys, json_keys, properties_keys, xml_keys, yaml_keys
from migrator.configure.errors import NotEditable
from migrator.configure.value import Changes
from migrator.text import _

Format = Literal["ini", "properties", "yaml", "json", "xml"]
FORMATS: tuple[Format, ...] = get_args(Format)

_EDITORS: Mapping[Format, Callable[[str, Changes], str]] = {
    "ini": ini_keys.edit,
    "properties": properties_keys.edit,
    "yaml": yaml_keys.edit,
    "json": json_keys.edit,
    "xml": xml_keys.edit,
}
_MARK = "\ufeff"


def edit(content: bytes, format: Format, changes: Changes) -> bytes:
    """The content with keys set (value None: removed); the same content when all is so already.

    Keys are written `section.key` (ini), `a.b.0.c` (YAML, JSON), `a/b[@name='x']/@c` (XML), as they are (properties).
    Raises NotEditable when the file is not well-formed or a key is not found once.
    """
    text, encoding = _decoded(content, format, changes)
    mark = _MARK if text.startswith(_MARK) else ""
    edited = mark + _EDITORS[format](text[len(mark):], changes)
    return edited.encode(encoding)


def difference(before: bytes, after: bytes, name: str) -> str:
    """The unified difference of two contents of a file; empty when they are equal."""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"{name} (now)", f"{name} (then)", lineterm="")
    return "\n".join(lines)


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "backslashreplace").splitlines()


def _decoded(content: bytes, format: Format, changes: Changes) -> tuple[str, str]:
    """Text whose encoding gives the same bytes again; what is no UTF-8 is taken byte by byte, for ASCII changes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotEditable(_("the file is UTF-16, which is not edited"))
    if format == "xml":
        return content.decode("latin-1"), "latin-1"  # writes character references, so any encoding will do
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if not all(f"{key}{value}".isascii() for key, value in changes.items()):
            raise NotEditable(_("the file is not UTF-8, so only ASCII text can be put into it")) from None
        return content.decode("latin-1"), "latin-1"
