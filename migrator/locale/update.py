"""Bring the catalogues up to date: extract sentences, merge them into every language, compile.

Run from the top of the repository after sentences were added or changed: `python -m migrator.locale.update`.
It needs babel, which users of the program do not. What still lacks a translation is printed; exit code 1 then.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

LOCALE = Path(__file__).parent
SOURCE = LOCALE.parent
METHODS = [("**.py", "python"), ("**/*.html", "jinja2"), ("report/*.txt", "jinja2")]


def extract() -> Catalog:
    """All sentences of the code and of the templates, with the files where they stand."""
    catalogue = Catalog(project="migrator", charset="utf-8", fuzzy=False)
    for file, _line, message, _comments, context in extract_from_dir(SOURCE, METHODS, keywords={"_": None}):
        catalogue.add(message, locations=[(f"migrator/{file}", 0)], context=context)
    return catalogue


def merged(path: Path, template: Catalog) -> Catalog:
    """The catalogue at the path with the sentences of the template: new ones empty, unused ones gone."""
    catalogue = read(path)
    template.creation_date = catalogue.creation_date  # a date that changes by itself would make every file look stale
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def read(path: Path) -> Catalog:
    """The catalogue that a .po file holds."""
    with path.open("rb") as file:
        return pofile.read_po(file)


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    mofile.write_mo(out, catalogue)
    return out.getvalue()


def catalogues() -> Iterator[Path]:
    """The .po file of every language."""
    return LOCALE.glob("*/LC_MESSAGES/migrator.po")


def main() -> int:
    template, missing = extract(), 0
    for path in catalogues():
        catalogue = merged(path, template)
        with path.open("wb") as file:
            pofile.write_po(file, catalogue, sort_output=True, width=0, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        for message in catalogue:
            if message.id and not message.string:
                missing += 1
                print(f"{path.parent.parent.name}: {message.id!r}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
