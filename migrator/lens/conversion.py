"""How a value of one type becomes a value of another when the mapping says no more than that they belong together."""

from __future__ import annotations

from migrator.lens.group import End, Group, unchanged
from migrator.lens.operation import Binding
from migrator.lens.side import Side, Way
from migrator.text import _


def plain(binding: Binding, old: str, new: str) -> Group:
    """The group of two columns whose types speak for themselves.

    Raises PlaybookError where a conversion has to be declared.
    """
    types = {Side.OLD: binding.type(Side.OLD, old), Side.NEW: binding.type(Side.NEW, new)}
    if types[Side.OLD].family is not types[Side.NEW].family:
        raise binding.error("old", _("{old} is {old_type} and {new} is {new_type}: how one becomes the other must be "
                                     "said").format(old=old, old_type=types[Side.OLD], new=new,
                                                    new_type=types[Side.NEW]),
                            hint=_("write convert: {{old: {old}, new: {new}, ...}}").format(old=old, new=new))
    return Group("rename", {side: End((name,), (types[side],)) for side, name in ((Side.OLD, old), (Side.NEW, new))},
                 {Way.FORWARD: unchanged, Way.BACKWARD: unchanged}, frozenset(Side), where=binding.where)
