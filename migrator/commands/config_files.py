"""Commands that find and read the configuration files below a folder."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.commands.shell import Command, script, words


def listed(path: str, patterns: Sequence[str], exclude: Sequence[str], largest: int) -> Command:
    """Print the names below the path, each ended by NUL, of files of at most so many bytes that match a pattern.

    A pattern with a slash is matched against the whole name below the path, one without against its last part; what
    `exclude` covers in the same way is not entered.
    """
    tests = [word for pattern in dict.fromkeys(patterns) for word in ("-o", *_named(pattern))]
    pruned = [word for pattern in exclude for word in ("(", *_named(pattern.strip("/")), "-prune", ")", "-o")]
    return words("find", ".", *pruned, "(", *tests[1:], ")", "-type", "f", "-size", f"-{largest + 1}c",
                 "-printf", r"%P\0").inside(path)


def whole(path: str, largest: int) -> Command:
    """Print a file, at most so many bytes."""
    return script('head -c "$2" < "$1"', path, str(largest))


def _named(pattern: str) -> list[str]:
    return ["-path", f"./{pattern}"] if "/" in pattern else ["-name", pattern]
