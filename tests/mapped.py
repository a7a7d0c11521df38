"""What a shipped mapping says of an upgrade that the vendor's own program has done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrator.lens.declared.hops import compile_hops
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.verify import compare
from migrator.lens.verify.report import Report

PLAYBOOKS = Path(__file__).resolve().parents[1] / "playbooks"


def met(mappings: Sequence[str], *urls: str) -> tuple[Lens, Meeting]:
    """The lens of mapping files below `playbooks/`, and where its sides meet.

    urls: the database at the beginning of the path, one at each version between two hops, the one at its end.
    """
    ends = [open_endpoint(f"version {number}", url) for number, url in enumerate(urls, 1)]
    old, *between, new = [read_schema(end) for end in ends]
    lens = compile_hops([Mapping.load(PLAYBOOKS / name) for name in mappings], old, between, new)
    return lens, Meeting(ends[0], ends[-1])


def compared(mappings: Sequence[str], *urls: str) -> Report:
    """The verification of the last database by the first (see `met`)."""
    return compare(*met(mappings, *urls))
