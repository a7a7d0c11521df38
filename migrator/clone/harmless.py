"""From a restored copy to one that may be started: masked, speaking of itself, reaching nobody, and proven so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator.backup import watch
from migrator.clone.file_leaks import leaks_in_tree
from migrator.clone.file_names import mask_names
from migrator.clone.neutral.model import Neutral
from migrator.clone.neutral.neutralise import neutralise
from migrator.clone.parity.parity import NO_RULES, parity
from migrator.clone.parity.score import Parity
from migrator.clone.traces import Traces, adapt
from migrator.database.base import Database
from migrator.errors import FindingsBlock
from migrator.mask.leaks import leaks_in, require_none
from migrator.mask.marks import ALL, Marks, is_masked
from migrator.mask.masking import Masked, MaskedColumn, mask
from migrator.mask.originals import Originals, gather
from migrator.mask.rules import Rules
from migrator.mask.subset import narrow
from migrator.mask.workplace import Workplace
from migrator.model.finding import blocking
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

MASKING = "masking"
"""Name of the secret, among those of the original, that decides every mask."""


@dataclass(frozen=True)
class Terms:
    """What is asked of a copy before anything of it may be started."""

    adapt: Sequence[str] = ()
    """Files, TREE/PATH, in which addresses of the original become the copy's own, beside those of the rules."""
    masks: Rules | None = None
    neutral: Neutral | None = None
    least: float | None = None
    """Percent by which it must be like its original; None: parity is not measured."""

    @property
    def files(self) -> list[str]:
        return [*self.adapt, *(self.neutral.adapt if self.neutral else ())]


@dataclass
class Harmless:
    """What was done to a copy, and how alike it still is."""

    narrowed: dict[str, Any] = field(default_factory=dict)
    """Rows that stayed and went, of tables of the subset that the rules name."""
    masked: dict[str, Any] = field(default_factory=dict)
    renamed: int = 0
    """Files whose names were masked."""
    adapted: list[str] = field(default_factory=list)
    neutralised: dict[str, Any] = field(default_factory=dict)
    leaks: int | None = None
    parity: Parity | None = None

    def as_json(self) -> dict[str, Any]:
        return {"narrowed": self.narrowed, "masked": self.masked, "renamed": self.renamed, "adapted": self.adapted,
                "neutralised": self.neutralised, "leaks": self.leaks,
                "parity": self.parity.as_json() if self.parity else None}


def make_harmless(copy: Site, live: Site, terms: Terms, *, say: OnLine = watch.nobody) -> Harmless:
    """Do to a copy that was just restored all that the terms ask for, in this order, and stop at the first that fails.

    Narrow to the rules' subset and mask; adapt, since an address of the original that still stands there would be an
    integration that nothing lists; neutralise; look for what a mask should have taken away; compare with the original.
    Nothing of the copy may run before this has returned. Raises FindingsBlock, Misfit, AlreadyMasked.
    """
    done = Harmless()
    originals = _mask(copy, live, terms.masks, done, say) if terms.masks else {}
    done.adapted = adapt(copy, Traces.of(live, copy), terms.files)
    if terms.neutral:
        say(_("making every integration harmless"))
        done.neutralised = neutralise(copy, terms.neutral, say=say).as_json()
    if terms.masks:
        say(_("looking for what the masks should have taken away"))
        _require_no_leaks(copy, terms.masks, originals)
        done.leaks = 0
    if terms.least is not None:
        say(_("comparing the copy with its original"))
        done.parity = _alike(copy, live, terms, done.masked)
    return done


def _mask(copy: Site, live: Site, rules: Rules, done: Harmless, say: OnLine) -> dict[str, Originals]:
    """Mask databases and names of files; the values that were taken away, by database, to be looked for afterwards.

    Of a database that was masked before it left its server these are the original's of this moment.
    """
    key = live.secret(MASKING)
    say(_("masking the copy"))
    originals: dict[str, Originals] = {}
    for name in copy.environment.databases:
        database = copy.database(name)
        before = masked_before(database)
        originals[name] = gather(live.database(name) if before else database, rules, key)
        done.narrowed[name] = [] if before else [one.as_json() for one in narrow(database, rules)]
        done.masked[name] = (before or mask(database, rules, key)).as_json()
    for values in [*originals.values()][:1]:
        done.renamed = mask_names(copy, rules, values, key)
    return originals


def masked_before(database: Database) -> Masked | None:
    """What was masked in a database before it was taken, as it says itself; None when it was not."""
    with Workplace(database).connect() as connection:
        if not is_masked(connection):
            return None
        done = Marks(connection, "", "").done()
    return Masked(tuple(MaskedColumn(table, column, "", rows, values)
                        for (table, column), (rows, values) in done.items() if table != ALL))


def _require_no_leaks(copy: Site, rules: Rules, originals: Mapping[str, Originals]) -> None:
    """Raises Leaked with every place in a database or tree where a value of the original stands."""
    for name, values in originals.items():
        require_none(leaks_in(copy.database(name), rules, values), copy.name)
        for tree in copy.environment.trees:
            require_none(leaks_in_tree(copy, tree, values), copy.name)


def masked_columns(masked: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Columns by database and table, of `Harmless.masked`."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, told in masked.items():
        for column in told["columns"]:
            found.setdefault(name, {}).setdefault(column["table"], []).append(column["column"])
    return found


def _alike(copy: Site, live: Site, terms: Terms, masked: Mapping[str, Any]) -> Parity:
    found = parity(live, copy, rules=terms.neutral or NO_RULES, masked=masked_columns(masked))
    for finding in blocking(found.findings(terms.least)):
        raise FindingsBlock(finding.message, where=copy.name, hint=finding.advice)
    return found
