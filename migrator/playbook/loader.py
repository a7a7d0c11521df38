"""YAML as we read it: text, true/false and plain integers, with positions; everything surprising is an error.

`6.10`, `20:30`, `010`, `on` and `no` stay the text that they are. Anchors, tags, merge keys, tabs and repeated keys
are refused, so a file means what it looks like and can be neither a bomb nor a trap.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from migrator.errors import PlaybookError, Position
from migrator.here import from_here
from migrator.playbook.composer import Composer, tab
from migrator.playbook.tree import Tree
from migrator.text import _

MOST_BYTES = 1024 * 1024

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read_tree(path: Path, file: str | None = None) -> Tree:
    """The tree of a file; `file` is the name that messages give it, its path from here if left out.

    Raises PlaybookError with the position of what is wrong.
    """
    file = file or from_here(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlaybookError(_("the file cannot be read: {why}").format(why=error.strerror), where=file,
                            hint=_("see whether this is its name, and whether you may read it")) from None
    return parse(content, file)


def parse(content: bytes, file: str) -> Tree:
    """The tree of a file's content. Raises PlaybookError with the position of what is wrong."""
    if len(content) > MOST_BYTES:
        raise PlaybookError(_("the file is larger than 1 MiB"), where=Position(file, 1, 1))
    text = _decoded(content, file)
    try:
        return Composer(text, file).tree()
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
        return tab(where)
    words = [getattr(error, "context", None), getattr(error, "problem", None) or str(error)]
    return PlaybookError(_("this is not YAML: {problem}").format(problem=", ".join(filter(None, words))), where=where)
