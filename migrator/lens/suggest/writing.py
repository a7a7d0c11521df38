"""A draft as the text of a mapping file: the same draft gives the same bytes, and any name is quoted right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migrator.lens.side import Side
from migrator.lens.suggest.proposal import Draft, Entry, Proposal
from migrator.text import _

WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff-]*", re.ASCII)
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_ODD = re.compile("[^\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\"\\\\]")


def written(draft: Draft, *, every: bool = False) -> str:
    """The mapping file; with `every` also those pairs that map by themselves."""
    return "\n".join(_file(draft, every)) + "\n"


def listed(draft: Draft, *, every: bool = False) -> list[Entry]:
    """The pairs under `tables:`, in their order."""
    return [entry for entry in draft.entries if every or not entry.exact]


def scalar(value: Any) -> str:
    """Text, a number or true/false as YAML; text is quoted wherever any reader of YAML might see more in it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    plain = _PLAIN.fullmatch(value) and value.casefold() not in _WORDS
    return value if plain else '"' + _ODD.sub(lambda odd: _escaped(odd[0]), value) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"


def _file(draft: Draft, every: bool) -> Iterator[str]:
    yield _comment(_("A draft. Comments say how sure a line is, from 0.00 to 1.00, and why; put the versions here:"))
    yield f"from: {scalar(draft.from_)}"
    yield f"to: {scalar(draft.to)}"
    entries = listed(draft, every=every)
    if entries:
        yield "tables:"
    for entry in entries:
        yield from _entry(entry)
    for side in Side:
        if draft.only[side]:
            yield f"only-{side}:"
            for name, why in sorted(draft.only[side].items()):
                yield f"  {_comment(why)}"
                yield f"  - {scalar(name)}"
    if draft.questions:
        yield "todo:"
        yield from (f"  - {scalar(question)}" for question in draft.questions)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"  {_comment(f'{entry.confidence:.2f}: {entry.evidence}')}"
    first = "  - "
    for side in Side:
        names = [table.name for table in entry.faces[side].tables]
        yield f"{first}{side}: {_flow(names if len(names) > 1 else names[0])}"
        first = "    "
    for key, value in _which(entry).items():
        yield f"    {key}: {_flow(value)}"
    if entry.proposals:
        yield "    columns:"
        for proposal in entry.proposals:
            yield from _proposal(proposal)


def _which(entry: Entry) -> Mapping[str, Any]:
    optional = sorted(name for side in Side for name in entry.faces[side].optional)
    rows = {str(side): dict(entry.faces[side].rows) for side in Side if entry.faces[side].rows}
    return {key: value for key, value in (("optional", optional), ("rows", rows)) if value}


def _proposal(proposal: Proposal) -> Iterator[str]:
    sure = "" if proposal.private else f"{proposal.confidence:.2f}: "
    yield f"      {_comment(sure + proposal.evidence)}"
    line = f"      - {proposal.operation}: {_flow(proposal.args)}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield f"      - {proposal.operation}:"
        yield from _block(proposal.args, 10)


def _block(args: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in args.items():
        line = f"{' ' * indent}{scalar(key)}: {_flow(value)}"
        if len(line) > WIDTH and isinstance(value, Mapping):
            yield f"{' ' * indent}{scalar(key)}:"
            yield from _block(value, indent + 2)
        else:
            yield line


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return scalar(value)


def _comment(text: str) -> str:
    return "# " + _ODD.sub(lambda odd: odd[0] if odd[0] in '"\\' else "?", " ".join(text.split()))
