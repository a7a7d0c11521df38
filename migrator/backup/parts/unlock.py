"""The key of sealed sets, asked for only where one is really opened."""

from __future__ import annotations

from dataclasses import replace

from migrator.backup.errors import SetSealed
from migrator.backup.parts.seal import fitting
from migrator.backup.sets.set import BackupSet
from migrator.errors import WrongUse
from migrator.secret import resolve
from migrator.site import Site
from migrator.text import _


def unlocked(site: Site, kept: BackupSet) -> BackupSet:
    """The set with the key that the site's inventory names, if it is sealed and has none yet.

    Raises SetSealed when the inventory names no key, when the named one is lost, and when it is not the right one.
    """
    seal, name = kept.manifest.seal, site.environment.backups.key
    if not seal or kept.key:
        return kept
    try:
        key = resolve(name) if name else None
    except WrongUse as lost:
        raise SetSealed(_("the key of this sealed set cannot be had: {why}").format(why=lost.message),
                        where=str(kept.folder),
                        hint=_("bring the key of {recipients} back from where it is kept safe").format(
                            recipients=", ".join(seal))) from None
    fitting(seal, key, str(kept.folder))
    return replace(kept, key=key)
