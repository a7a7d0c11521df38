"""A run's record as a page, as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator import __version__, clock, text, units
from migrator.errors import WrongUse
from migrator.model import labels
from migrator.report.view import view
from migrator.secret import scrub
from migrator.text import _, speaking

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent


def render(record: Mapping[str, Any], *, language: str | None = None) -> str:
    """The run as one self-contained HTML page in `en` or `zh_CN` (None: the language in force)."""
    return _fill("page.html", record, language)


def render_markdown(record: Mapping[str, Any], *, language: str | None = None) -> str:
    """The run as Markdown, for tickets and mails."""
    return _fill("page.txt", record, language)


def render_json(record: Mapping[str, Any], *, language: str | None = None) -> str:
    """The record itself, complete; `language` changes nothing in it."""
    return scrub(json.dumps(record, ensure_ascii=False, indent=2, default=str)) + "\n"


FORMATS: dict[str, Callable[..., str]] = {"html": render, "md": render_markdown, "json": render_json}


def write(record: Mapping[str, Any], folder: Path, *, formats: list[str], language: str | None = None) -> list[Path]:
    """Write the report `<run>.<format>` into the folder, made if missing; gives the paths.

    Raises WrongUse for an unknown format.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise WrongUse(_("{format} is no report format").format(format=", ".join(unknown)),
                       hint=_("formats: {names}").format(names=", ".join(FORMATS)))
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{record['run']['id']}.{name}" for name in formats]
    for name, path in zip(formats, paths, strict=True):
        path.write_text(FORMATS[name](record, language=language), encoding="utf-8")
    return paths


def fill(template: str, values: Mapping[str, Any]) -> str:
    """A template of this folder with its values, in the language in force; what it needs of every page is added."""
    return scrub(_environment().get_template(template).render(
        **values, language=text.language(), css=(HERE / "page.css").read_text(encoding="utf-8"), version=__version__))


def _fill(template: str, record: Mapping[str, Any], language: str | None) -> str:
    with speaking(language):
        return fill(template, view(record))


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(  # the page escapes everything; Markdown has its own filter for cells
        loader=jinja2.FileSystemLoader(HERE), trim_blocks=True, lstrip_blocks=True,
        autoescape=jinja2.select_autoescape(["html"]), undefined=jinja2.StrictUndefined)
    environment.globals |= {"_": _, "labels": labels}
    environment.filters |= {"seconds": units.show_seconds, "difference": units.show_difference, "local": clock.local,
                            "cell": _cell, "size": units.show_size}
    return environment


def _cell(value: object) -> str:
    """Text for a cell of a Markdown table: nothing in it can end the cell or begin a tag."""
    return str(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
