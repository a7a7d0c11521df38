"""What an export holds: a page for people, a file for programs, and SHA-256 of everything for `sha256sum -c`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migrator.playbook.checksum import sha256
from migrator.text import _, language

INDEX, SUMS, PAGE = "index.json", "SHA256SUMS", "index.html"


@dataclass(frozen=True)
class Listed:
    """One list of an export. `digest` stands for its rows as the sheet has them, `pages` for each page of the paper."""

    name: str
    title: str
    rows: int
    digest: str
    pages: tuple[str, ...]

    @property
    def sheet(self) -> str:
        return f"{self.name}.xlsx"

    @property
    def paper(self) -> str:
        return f"{self.name}.pdf"


@dataclass(frozen=True)
class Index:
    """An export: of which environment, when, by which version of this program, with which values for its queries."""

    environment: str
    taken: str
    tool: str
    values: Mapping[str, str]
    lists: tuple[Listed, ...]
    format: int = 1


def write_index(folder: Path, index: Index) -> None:
    """Write index and page beside the lists, and the hash of every file there."""
    (folder / INDEX).write_text(json.dumps(asdict(index), ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / PAGE).write_text(_page(index), "utf-8")
    (folder / SUMS).write_text("".join(f"{sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir())), "utf-8")


def read_index(folder: Path) -> Index:
    """The index of an export. Raises ValueError, KeyError, TypeError or OSError where it cannot be read."""
    data: dict[str, Any] = json.loads((folder / INDEX).read_text("utf-8"))
    return Index(**{**data, "lists": tuple(Listed(**{**one, "pages": tuple(one["pages"])}) for one in data["lists"])})


def changed_files(folder: Path) -> Sequence[str]:
    """The files that are not what they were written as, or are gone."""
    sums = (line.split("  ", 1) for line in (folder / SUMS).read_text("utf-8").splitlines())
    return [name for digest, name in sums if "/" in name or not (folder / name).is_file()
            or sha256(folder / name) != digest]


def _page(index: Index) -> str:
    import jinja2

    template = Path(__file__).with_name("index.html").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(index=index, _=_, language=language())
