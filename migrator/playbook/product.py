"""The folder of a product: what it says of its attachments, personal values, integrations and records."""

from __future__ import annotations

from pathlib import Path

from migrator.errors import WrongUse
from migrator.text import _


def product_file(folder: str | None, name: str, environment: str, inventory: Path) -> Path:
    """A file of the folder that the inventory names for an environment. Raises WrongUse where it names none, or where
    the folder lacks the file.
    """
    if folder is None:
        raise WrongUse(_("the inventory does not say which product {environment} is of").format(
            environment=environment), where=str(inventory),
            hint=_("write product: FOLDER there, or name the file itself"))
    path = inventory.parent / folder / name
    if not path.is_file():
        raise WrongUse(_("the product has no such file"), where=str(path))
    return path
