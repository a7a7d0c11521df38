"""Names and paths of files: folder, extension and leading number stay, so that a program still finds its way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from migrator.mask.kinds.maker import Maker

_FORM = re.compile(r"(.*[/\\])?(\d+[_-])?(.*?)((?:\.[A-Za-z][A-Za-z0-9]{0,9}){0,2})", re.DOTALL)


class FileName(Maker):
    """The stem of the last part of a path is masked: `12_张三.pdf` keeps `12_` and `.pdf`."""

    def __init__(self, words: Maker) -> None:
        self._words = words
        self.unique = words.unique

    def masked(self, values: Sequence[str]) -> list[str | None]:
        parts = [_parts(value) for value in values]
        stems = self._words.masked([stem for _folder, _number, stem, _extension in parts])
        return [f"{folder}{number}{mask}{extension}"
                for (folder, number, _stem, extension), mask in zip(parts, stems, strict=True)]

    def told(self, values: Sequence[str]) -> Iterable[tuple[Maker, Sequence[str]]]:
        return self._words.told([stem for _folder, _number, stem, _extension in map(_parts, values)])


def _parts(value: str) -> tuple[str, str, str, str]:
    found = _FORM.fullmatch(value)
    assert found, "the form fits every text"
    folder, number, stem, extension = (part or "" for part in found.groups())
    return (folder, number, stem, extension) if stem else (folder, "", number + extension, "")
