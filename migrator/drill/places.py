"""Where things of a system lie on this machine: the files of its product, its backups."""

from __future__ import annotations

from pathlib import Path

from migrator.site import Site


def product_folder(site: Site) -> Path | None:
    """The folder that the inventory names for the environment's product; None where it names none."""
    product = site.environment.product
    return None if product is None else _beside_inventory(site) / product


def vault_of(site: Site) -> Path:
    """The folder for the environment's backup sets."""
    return _beside_inventory(site) / site.environment.vault


def _beside_inventory(site: Site) -> Path:
    return site.inventory.parent if site.inventory else Path()
