"""Cases of step kinds: one YAML file each under tests/steps/<kind>/, and what every case may say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

STEPS = Path(__file__).parent.parent / "steps"


@dataclass(frozen=True)
class Case:
    """One situation that a step kind must handle; `site` and `playbook` are made in a temporary folder.

    `live` is a second site, of the same form, in the folder `live` below the first: `${tmp}/live`.
    """

    kind: str
    name: str
    title: str
    args: dict[str, Any]
    site: dict[str, Any] = field(default_factory=dict)
    live: dict[str, Any] = field(default_factory=dict)
    playbook: dict[str, str | dict[str, str]] = field(default_factory=dict)
    hop: list[str] | None = None
    prepare: list[dict[str, Any]] = field(default_factory=list)
    in_files: bool = False
    """Whether everything that `prepare` makes is in the case's folder, so that a copy of it is as good as made anew."""
    expect: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}-{self.name}"

    @property
    def acts(self) -> bool:
        """Whether the case gets as far as acting: its checks are not expected to forbid it."""
        return not self.expect.get("blocked", False)


def cases() -> list[Case]:
    """Every case file, by kind and name."""
    return [_read(path) for path in sorted(STEPS.glob("*/*.yaml"))]


def _read(path: Path) -> Case:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Case(kind=path.parent.name, name=path.stem, **data)


def filled(value: Any, words: dict[str, str]) -> Any:
    """The value with `${tmp}` and the like replaced in all its texts."""
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace("${" + name + "}", word)
        return value
    if isinstance(value, list):
        return [filled(item, words) for item in value]
    if isinstance(value, dict):
        return {filled(key, words): filled(item, words) for key, item in value.items()}
    return value
