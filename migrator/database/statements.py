"""Cut a file of SQL into statements, as the make of the database would read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from migrator.errors import PlaybookError, Position
from migrator.text import _


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon; `line` counts from 1, `words` are its first ones in capital letters."""

    text: str
    line: int
    words: tuple[str, ...]

    @property
    def commits(self) -> bool:
        """Whether MariaDB ends the transaction before it runs this."""
        return self.words[0] in _COMMITTING and self.words[1:2] != ("TEMPORARY",)


_COMMITTING = {"ALTER", "CREATE", "DROP", "RENAME", "TRUNCATE", "GRANT", "REVOKE", "ANALYZE", "CHECK", "OPTIMIZE",
               "REPAIR", "FLUSH", "LOCK", "UNLOCK", "INSTALL", "UNINSTALL", "CACHE"}
_STEERING = {"BEGIN", "START", "COMMIT", "ROLLBACK", "ABORT", "END", "USE", "DELIMITER", "SOURCE", "ATTACH", "DETACH",
             "VACUUM"}
_WITH_BODY = {"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"}
_WITHOUT_BODY = {"TABLE", "VIEW", "INDEX", "SEQUENCE", "SCHEMA", "DATABASE", "TYPE", "DOMAIN", "EXTENSION", "ROLE",
                 "USER", "RULE"}
_FIRST_WORDS = 12


def split(sql: str, make: str, file: str = "sql") -> list[Statement]:
    """The statements of a text, in order; comments between them are dropped.

    Raises PlaybookError with the position where a quotation or comment is not closed, or where a statement steers the
    transaction or the client instead of the data.
    """
    found: list[Statement] = []
    words: list[str] = []
    text, previous, depth, begin = "", "", 0, 0
    for kind, token, place in _tokens(sql, make):
        if kind == "open":
            raise PlaybookError(_("what begins with {sign} is not closed").format(sign=token),
                                where=_at(file, sql, place))
        if kind == "end" and depth == 0:
            found += _statement(text, words, sql, begin, file)
            text, words, previous = "", [], ""
            continue
        if not text and kind in ("blank", "comment"):
            continue
        begin = begin if text else place
        text += token
        if kind == "word":
            word = token.upper()
            words.append(word)
            depth += _step(word, previous) if _has_body(words) else 0
            previous = word
        elif kind not in ("blank", "comment"):
            previous = ""
    return found + _statement(text, words, sql, begin, file)


def _tokens(sql: str, make: str) -> Iterator[tuple[str, str, int]]:
    place = 0
    while place < len(sql):
        match = _grammar(make).match(sql, place)
        assert match, "the grammar ends with any sign"
        kind, end = str(match.lastgroup), match.end()
        if kind == "nest":
            kind, end = _nested(sql, place)
        yield kind, sql[place:end], place
        place = end


@cache
def _grammar(make: str) -> re.Pattern[str]:
    """Token by token; a quotation mark that nothing closes is `open`."""
    plain, escaped = r"'(?:[^']|'')*'", r"'(?:[^'\\]|\\.|'')*'"
    name = r'"(?:[^"]|"")*"'
    backtick = r"`(?:[^`]|``)*`"
    comment = r"--[^\n]*"
    block = r"/\*.*?\*/"
    parts = {
        "postgresql": (comment, None,
                       rf"[eE]{escaped}|{plain}|{name}|(?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag)"),
        "mariadb": (r"--(?=\s|$)[^\n]*|#[^\n]*", rf"(?!/\*[!M]){block}",
                    rf'{escaped}|"(?:[^"\\]|\\.|"")*"|{backtick}|/\*[!M].*?\*/'),
        "sqlite": (comment, block, rf"{plain}|{name}|{backtick}|\[[^\]]*\]"),
    }
    line, nesting, quotation = parts[make]
    blocks = rf"(?P<comment>{line}|{nesting})" if nesting else rf"(?P<comment>{line})|(?P<nest>/\*)"
    return re.compile(rf"{blocks}|(?P<quote>{quotation})|(?P<end>;)|(?P<blank>\s+)|(?P<word>[^\W\d][\w$]*)"
                      r"""|(?P<open>['"`]|/\*)|(?P<other>\d[\w.]*|.)""", re.DOTALL)


def _nested(sql: str, place: int) -> tuple[str, int]:
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(sql, place):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return "comment", match.end()
    return "open", place + 2


def _has_body(words: list[str]) -> bool:
    """Whether this creates something whose text holds semicolons between BEGIN and END."""
    return words[0] == "CREATE" and next(
        (w in _WITH_BODY for w in words[1:_FIRST_WORDS] if w in _WITH_BODY | _WITHOUT_BODY), False)


def _step(word: str, previous: str) -> int:
    """How much deeper a word leads: `END IF` and its like close what no counted word opened."""
    if previous == "END":
        return 1 if word in ("IF", "LOOP", "WHILE", "REPEAT", "FOR") else 0
    return 1 if word in ("BEGIN", "CASE") else -1 if word == "END" else 0


def _statement(text: str, words: list[str], sql: str, begin: int, file: str) -> list[Statement]:
    text = text.rstrip()
    if not text:
        return []
    if not words and text.startswith("/*"):
        return [Statement(text, _at(file, sql, begin).line, ("SET",))]
    if not words or words[0] in _STEERING or text.startswith("\\"):
        raise PlaybookError(_("{text} cannot stand here: the file runs as one transaction of its own").format(
            text=text.split("\n")[0][:60]), where=_at(file, sql, begin),
            hint=_("leave transactions, client commands and database changes out of the file"))
    return [Statement(text, _at(file, sql, begin).line, tuple(words[:_FIRST_WORDS]))]


def _at(file: str, sql: str, place: int) -> Position:
    return Position(file, sql.count("\n", 0, place) + 1, place - (sql.rfind("\n", 0, place) + 1) + 1)
