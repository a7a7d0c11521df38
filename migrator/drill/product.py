"""Where the files of a system's product lie on this machine."""

from __future__ import annotations

from pathlib import Path

from migrator.site import Site


def product_folder(site: Site) -> Path | None:
    """The folder that the inventory names for the environment; None where it names none."""
    product = site.environment.product
    if product is None:
        return None
    return (site.inventory.parent if site.inventory else Path()) / product
