"""What step kinds that work by a mapping have in common: its files, and the two environments that it relates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field

from migrator.errors import DatabaseError, MigratorError, WrongUse
from migrator.model.finding import Finding, blocks, later
from migrator.playbook.inventory import Name
from migrator.step import Args, StepContext
from migrator.text import _

if TYPE_CHECKING:
    from migrator.lens.declared.mapping import Mapping
    from migrator.lens.lens import Lens
    from migrator.lens.places.endpoint import Endpoint
    from migrator.lens.places.meeting import Meeting
    from migrator.site import Site

FILES = ("mapping", "between")


class MappedArgs(Args):
    mapping: str | list[str] = Field(description="mapping file of the playbook; several, in order, for a path of hops")
    between: list[str] = Field(default_factory=list, description="file of map.schema for each version between two hops")
    from_: str = Field("live", alias="from", description="environment of the playbook that holds the old data")
    database: Name = Field("main", description="which database of both environments; main stands for the only one")

    @property
    def mappings(self) -> list[str]:
        """The mapping files, in order."""
        return [self.mapping] if isinstance(self.mapping, str) else self.mapping


A = TypeVar("A", bound=MappedArgs)


def endpoint(site: Site, database: str) -> Endpoint:
    """A database of an environment as one side of a mapping. Raises DatabaseError for a file that is not there."""
    from migrator.lens.places.endpoint import endpoint_of

    end = endpoint_of(site.database(database), site.database_entry(database).at)
    if end.make == "sqlite" and not Path(str(end.url.database)).exists():  # a look would make it
        raise DatabaseError(_("there is no such database file"), where=str(end.url.database))
    return end


def met(ctx: StepContext[A]) -> tuple[Lens, Meeting]:
    """The lens between the old data and this environment's, and where they meet.

    Raises WrongUse (PlaybookError with its position) where the mapping does not fit them, DatabaseError where one of
    them cannot be read.
    """
    return _between(ctx, _mappings(ctx))


def met_or_why(ctx: StepContext[A]) -> tuple[Lens, Meeting] | Finding:
    """The same, or why the mapping cannot be used; ahead of other steps, what they will make may be missing."""
    try:
        mappings = _mappings(ctx)
    except WrongUse as error:
        return blocks("mapping.wrong", str(error), error.hint or "")
    try:
        return _between(ctx, mappings)
    except MigratorError as error:
        if ctx.ahead:
            return later("mapping.later", _("whether the mapping fits will be known when earlier steps have acted; "
                                            "today: {why}").format(why=error))
        return blocks("mapping.unfit", str(error), error.hint or "")


def _mappings(ctx: StepContext[A]) -> list[Mapping]:
    from migrator.lens.declared.mapping import Mapping

    return [Mapping.parse(ctx.file(name), name) for name in ctx.args.mappings]


def _between(ctx: StepContext[A], mappings: Sequence[Mapping]) -> tuple[Lens, Meeting]:
    from migrator.lens.declared.hops import compile_hops
    from migrator.lens.places.meeting import Meeting
    from migrator.lens.places.reflect import read_schema
    from migrator.lens.places.schema_file import load_schema

    meeting = Meeting(endpoint(ctx.elsewhere(ctx.args.from_), ctx.args.database),
                      endpoint(ctx.site, ctx.args.database))
    structures = [load_schema(ctx.folder / name) for name in ctx.args.between]
    return compile_hops(mappings, read_schema(meeting.old), structures, read_schema(meeting.new)), meeting
