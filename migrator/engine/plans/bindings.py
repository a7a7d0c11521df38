"""The digest of what a plan is bound to: hosts, databases, trees and values of its environments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from migrator.model.plan import Plan
from migrator.site import Site


def digest_of_sites(sites: list[Site]) -> str:
    """One digest over the inventory's entries of these sites; secrets are in them by name only.

    Calendars are left out: they say when, not where, and are asked anew before every start.
    """
    content = {site.name: site.environment.model_dump(mode="json", by_alias=True, exclude={"calendar"})
               for site in sites}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def bindings_digest(site: Callable[[str], Site], plan: Plan) -> str:
    """The digest as the inventory stands now, to be compared with `plan.bound_to`."""
    return digest_of_sites([site(name) for name in sorted(set(plan.environments.values()))])
