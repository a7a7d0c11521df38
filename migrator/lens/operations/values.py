"""values: each value of a short list has its counterpart."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from migrator.errors import PlaybookError
from migrator.lens.constant import Constant
from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import End, Group
from migrator.lens.pieces.counterparts import Counterparts
from migrator.lens.side import Side, Way
from migrator.playbook.validate import refuse
from migrator.text import _


class ValuesArgs(Args):
    old: str = Field(description="column of the old row")
    new: str = Field(description="column of the new row")
    map: dict[Constant, Constant] = Field(description="old value: new value", min_length=1)
    null_new: Constant | None = Field(None, alias="null-new", description="new value where the old one is NULL")
    null_old: Constant | None = Field(None, alias="null-old", description="old value where the new one is NULL")
    else_new: Constant | None = Field(None, alias="else-new", description="new value of every old one not in the map")
    else_old: Constant | None = Field(None, alias="else-old", description="old value of every new one not in the map")


@register
class MapValues(Operation[ValuesArgs]):
    """Each value of a short list has its counterpart; NULL stays NULL unless `null-new` or `null-old` says otherwise.

    Without `else-new` and `else-old` the map must be total: a value that it does not hold is refused by the census, and
    a label of an old enumeration that it does not hold is an error. Several old values may share a new one: the first
    of them is what comes back, and memory keeps the others.

        - values: {old: status, new: status_code, map: {筹备: PLAN, 在建: BUILD, 停工: HOLD, 竣工: DONE}}
        - values: {old: active, new: is_active, map: {Y: true, N: false}, null-new: false}
    """

    name = "values"
    Args = ValuesArgs
    verbs = ("map_values", "rename_models", "rename_property", "update_field_multilang")

    def bind(self, args: ValuesArgs, binding: Binding) -> Iterable[Group]:
        old, new = binding.type(Side.OLD, args.old), binding.type(Side.NEW, args.new)
        said = [(binding.held(here, old, f"map.{here}"), binding.held(there, new, f"map.{here}"))
                for here, there in args.map.items()]
        forward, backward = dict(said), {there: here for here, there in reversed(said)}
        if args.null_new is not None:
            forward[None] = binding.held(args.null_new, new, "null-new")
            backward.setdefault(forward[None], None)
        if args.null_old is not None:
            backward[None] = binding.held(args.null_old, old, "null-old")
        else_new = None if args.else_new is None else binding.held(args.else_new, new, "else-new")
        else_old = None if args.else_old is None else binding.held(args.else_old, old, "else-old")
        there = Counterparts(old, new, {None: None, **forward}, else_new)
        back = Counterparts(new, old, {None: None, **backward}, else_old)
        if wrong := list(_without_counterpart(binding, there, back)):
            refuse(wrong)
        yield Group("values", {Side.OLD: End((args.old,), (old,)), Side.NEW: End((args.new,), (new,))},
                    {Way.FORWARD: there.convert, Way.BACKWARD: back.convert},
                    frozenset(side for side, column, over, home in ((Side.OLD, args.old, there, back),
                                                                    (Side.NEW, args.new, back, there))
                              if over.undone_by(home, nullable=binding.nullable(side, column))),
                    {Way.FORWARD: there.doubts, Way.BACKWARD: back.doubts}, where=binding.where)


def _without_counterpart(binding: Binding, there: Counterparts, back: Counterparts) -> Iterable[PlaybookError]:
    missing = [label for label in there.source.labels if not there.knows(label)]
    if missing:
        yield binding.error("map", _("the map has no new value for {values}").format(values=", ".join(missing)),
                            hint=_("add them, or name a default with else-new"))
    for at, value, home in (("else-new", there.otherwise, back), ("else-old", back.otherwise, there),
                            ("null-old", back.known[None], there)):
        if not home.knows(value):
            yield binding.error(at, _('"{value}" could not go back: nothing is said of it on the way there').format(
                value=value), hint=_("add it to the map, or name a default for the other way"))
