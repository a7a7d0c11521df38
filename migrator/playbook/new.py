"""A fresh playbook folder: everything that a playbook needs, right from the start, to be filled in."""

from __future__ import annotations

import json
import re
from pathlib import Path

from migrator.errors import WrongUse
from migrator.here import from_here
from migrator.text import _

FRESH = Path(__file__).parent / "fresh"
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,57}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


def new_playbook(folder: Path, *, product: str, from_: str, to: str) -> list[Path]:
    """Makes the folder with a playbook, versions, checks and an example inventory; gives the files that it wrote.

    Raises WrongUse when the folder holds something already, or a name or version cannot be one.
    """
    if not _PRODUCT.fullmatch(product):
        raise WrongUse(_('"{product}" cannot name a product').format(product=product),
                       hint=_("a letter, then letters, digits, dots, lines"))
    for version in (from_, to):
        if not _VERSION.fullmatch(version):
            raise WrongUse(_('"{version}" is no version').format(version=version), hint=_("write for example 7.0"))
    if from_ == to:
        raise WrongUse(_("both versions are {version}").format(version=to))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(_("{folder} is not empty").format(folder=from_here(folder)), hint=_("choose another with --out"))
    words = {"product": product, "from": json.dumps(from_), "to": json.dumps(to), "old": from_, "new": to}
    return [_written(template, folder, words) for template in sorted(FRESH.rglob("*.txt"))]


def _written(template: Path, folder: Path, words: dict[str, str]) -> Path:
    text = re.sub(r"\{\{(\w+)\}\}", lambda match: words[match[1]], template.read_text(encoding="utf-8"))
    path = folder / template.relative_to(FRESH).with_suffix("")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
