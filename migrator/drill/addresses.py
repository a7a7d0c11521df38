"""The live system's places in the configuration of what was restored: an application must not start that finds them.

A restored configuration names the live database. Where it was not adapted, the started application would work there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import make_url

from migrator.clone.neutral.looked_at import files_of
from migrator.clone.neutral.model import Neutral
from migrator.clone.parity.parity import NO_RULES
from migrator.clone.traces import SHORTEST, Traces
from migrator.database.open import make_of
from migrator.errors import FindingsBlock
from migrator.site import Site
from migrator.text import _

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def require_none_of_live(scratch: Site, live: Site, neutral: Neutral | None) -> None:
    """Raises FindingsBlock when a configuration file of the restored trees still names a place of the live system.

    Places are paths and URLs of both inventories that differ, names of databases and of their servers. What the
    product's neutralise.yaml leaves out of its look is left out here too.
    """
    traces = Traces(dict.fromkeys(_places(scratch, live), ""))
    for file in files_of(scratch, neutral or NO_RULES):
        if texts := traces.left(file.text):
            raise FindingsBlock(
                _("{file} still names the live system: {texts}").format(file=file.name, texts=", ".join(texts)),
                where=scratch.name,
                hint=_("nothing was started; name the file to be adapted (--adapt {file}), and give the inventory what "
                       "it holds as values of both environments").format(file=file.name))


def _places(scratch: Site, live: Site) -> set[str]:
    """Texts that lead to the live system and not to the scratch."""
    found = {text for text in Traces.of(live, scratch).instead if "/" in text}
    found |= set(_servers(live)) - set(_servers(scratch))
    return {text for text in found if len(text) >= SHORTEST}


def _servers(site: Site) -> Iterator[str]:
    """Names of databases and of their servers."""
    for entry in site.environment.databases.values():
        if make_of(entry.url) != "sqlite":
            url = make_url(entry.url)
            yield from (text for text in (url.database, url.host) if text and text not in LOOPBACK)

