"""The attachments of an environment's product, read from its folder."""

from __future__ import annotations

from pathlib import Path

from migrator.backup.attached.model import Attachments
from migrator.playbook.loader import read_tree
from migrator.playbook.validate import validate
from migrator.site import Site

ATTACHMENTS_FILE = "attachments.yaml"


def attachments_of(site: Site) -> Attachments:
    """What the product's attachments.yaml says; empty where the inventory names no product, or that has no such file.

    Raises PlaybookError (several: PlaybookErrors) with the positions of what is wrong.
    """
    product = site.environment.product
    if product is None:
        return Attachments()
    file = (site.inventory.parent if site.inventory else Path()) / product / ATTACHMENTS_FILE
    return load_attachments(file) if file.exists() else Attachments()


def load_attachments(path: Path) -> Attachments:
    """The attachments of a file. Raises PlaybookError (several: PlaybookErrors) with the positions of what is wrong."""
    return validate(Attachments, read_tree(path))
