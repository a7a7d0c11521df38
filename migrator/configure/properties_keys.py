"""Keys of Java properties files, edited by logical line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.configure.value import Changes, Value, as_text, line_end

_PARTS = re.compile(r"(?P<head>[ \t\f]*(?P<key>(?:\\.|[^\\\s=:])*)[ \t\f]*(?:[=:][ \t\f]*)?)(?P<value>.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|\r?\n[ \t\f]*|.)", re.DOTALL)
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True)
class Entry:
    """One logical line: characters `start` to `end` of the text without its line end; `head` is key and separator."""

    start: int
    end: int
    head: str
    key: str
    value: str


def edit(text: str, changes: Changes) -> str:
    """The text with keys set or removed; of a key that is there twice the last one counts, as for Java."""
    for key, value in changes.items():
        entries = _read(text)
        found = [entry for entry in entries if entry.key == key]
        if value is None:
            for entry in reversed(found):
                text = text[:entry.start] + re.sub(r"\A\r?\n", "", text[entry.end:])
        elif not found:
            text = _added(text, entries, key, value)
        elif found[-1].value != as_text(value):
            entry = found[-1]
            sign = "" if entry.head.endswith(("=", ":", " ", "\t", "\f")) else "="
            text = text[:entry.start] + entry.head + sign + _escaped(as_text(value)) + text[entry.end:]
    return text


def _read(text: str) -> list[Entry]:
    entries = []
    position = 0
    while position < len(text):
        end = _logical_end(text, position)
        line = text[position:end]
        if line.strip() and line.lstrip()[0] not in "#!" and (parts := _PARTS.fullmatch(line)):
            entries.append(Entry(position, end, parts["head"], _plain(parts["key"]), _plain(parts["value"])))
        position = end + len(re.match(r"\r?\n?", text[end:])[0])  # type: ignore[index]
    return entries


def _logical_end(text: str, start: int) -> int:
    """Where the logical line ends: at a line end without an odd number of backslashes before; comments never go on."""
    comment = text[start:].lstrip(" \t\f")[:1] in ("#", "!")
    position = start
    while True:
        stop = re.compile(r"\r?\n|\Z").search(text, position)
        assert stop
        line = text[position:stop.start()]
        goes_on = not comment and (len(line) - len(line.rstrip("\\"))) % 2 == 1
        if not goes_on or stop.end() == len(text):
            return stop.start()
        position = stop.end()


def _added(text: str, entries: list[Entry], key: str, value: Value) -> str:
    head = entries[-1].head if entries else "="
    sign = re.sub(r"\A[ \t\f]*(\\.|[^\\\s=:])*", "", head, flags=re.DOTALL) or "="
    gap = "" if not text or text.endswith("\n") else line_end(text)
    name = re.sub(r"([\\\s=:#!])", r"\\\1", key)
    return f"{text}{gap}{_ascii(name)}{sign}{_escaped(as_text(value))}{line_end(text)}"


def _plain(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        return "" if code[0] in "\r\n" else _NAMED.get(code, code)
    return _ESCAPE.sub(one, text)


def _escaped(value: str) -> str:
    text = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return _ascii("\\" + text if text.startswith((" ", "\f")) else text)


def _ascii(text: str) -> str:
    """Anything outside ASCII as `\\uXXXX`, which every Java reads whatever encoding it takes the file for."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[i:i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(c) if c < 128 else f"\\u{c:04x}" for c in codes)
