"""One lens for a path of several hops, from the mapping file of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

from migrator.errors import WrongUse
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.compose import compose
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.schema import Schema
from migrator.text import _


def compile_hops(mappings: Sequence[Mapping], old: Schema, between: Sequence[Schema], new: Schema) -> Lens:
    """The lens of a path: one mapping for each hop in order, and the structure of each version between two of them.

    Raises WrongUse when mappings and structures do not make a path, PlaybookError when one of them does not fit.
    """
    for one, two in pairwise(mappings):
        if one.file.to != two.file.from_:
            raise WrongUse(_("{first} leads to {to} and {second} begins at {begin}").format(
                first=one.tree.file, to=one.file.to, second=two.tree.file, begin=two.file.from_),
                hint=_("name the mapping files in the order of the path"))
    if len(between) != len(mappings) - 1:
        raise WrongUse(_("{files} mapping files need the structures of {count} versions between, not {given}").format(
            files=len(mappings), count=len(mappings) - 1, given=len(between)), hint=_(
                "--between takes a file of map.schema, an environment or a URL for each version between"))
    ends = [old, *between, new]
    return reduce(compose, (compile_lens(mapping, here, there)
                            for mapping, (here, there) in zip(mappings, pairwise(ends), strict=True)))
