"""The one-page report of a drill, as HTML and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrator.drill.records import KnownDrill
from migrator.drill.told import told
from migrator.errors import WrongUse
from migrator.report.render import fill
from migrator.text import _, speaking

TEMPLATES = {"html": "drill.html", "md": "drill.txt"}


def render(known: KnownDrill, form: str, *, language: str | None = None) -> str:
    """The page in `en` or `zh_CN` (None: the language in force); raises WrongUse for an unknown format."""
    if form not in TEMPLATES:
        raise WrongUse(_("{format} is no report format").format(format=form),
                       hint=_("formats: {names}").format(names=", ".join(TEMPLATES)))
    with speaking(language):
        return fill(TEMPLATES[form], told(known))


def write(known: KnownDrill, folder: Path, forms: Iterable[str], *, language: str | None = None) -> list[Path]:
    """Write the pages `ID.FORMAT` into the folder, made if missing; gives their paths."""
    pages = {folder / f"{known.record.id}.{form}": render(known, form, language=language) for form in forms}
    folder.mkdir(parents=True, exist_ok=True)
    for path, page in pages.items():
        path.write_text(page, encoding="utf-8")
    return list(pages)
