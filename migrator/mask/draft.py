"""Suggestions written down as a rules file, with the reason beside each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

from migrator.mask.suggest import Suggestion
from migrator.text import _


def draft(suggestions: Iterable[Suggestion]) -> str:
    """The text of a masking.yaml; read again by Rules it says the same."""
    lines = [f"# {_('Drafted from names and contents. Read every line: what is not named here is not masked.')}",
             "tables:"]
    for table, its in groupby(suggestions, key=lambda each: each.table):
        lines.append(f"  {_key(table)}:")
        lines += [f"    {_key(each.column)}: {each.kind}  # {each.why}" for each in its]
    return "\n".join(lines if len(lines) > 2 else [lines[0], "tables: {}"]) + "\n"


def _key(name: str) -> str:
    """A name as YAML reads it: bare where that is sure, else as JSON writes it."""
    return name if name.isascii() and name.isidentifier() else json.dumps(name, ensure_ascii=False)
