"""explode, implode: a list in one column is a table of links on the other side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import null

from migrator.lens.constant import Constant
from migrator.lens.declared.operation import Args, Binding, Names, Operation, register
from migrator.lens.group import Doubt, End, Group, Satellite
from migrator.lens.pieces.bundle import Bundle
from migrator.lens.pieces.conversion import plain
from migrator.lens.pieces.link_list import WORD, Further, Known, Links, Words
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Row, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.types import Family
from migrator.text import _

SEPARATOR = r"^[^\w\"'\\~]+$"


class WordsArgs(Args):
    table: str = Field(description="table of the things that are linked")
    key: str = Field("id", description="its column that a link holds")
    value: str = Field("id", description="its column that a word of the list is")
    side: Side | None = Field(None, description="the side that has the table; that of the links if left out")


class FurtherArgs(Args):
    from_: str | Annotated[dict[Side, str], Field(min_length=len(Side))] | None = Field(
        None, alias="from", description="column of the row that it is taken from")
    constant: Constant | None = Field(None, description="or what all links have")
    instead: dict[str, Constant] = Field(default_factory=dict, description="what links of certain words have instead")
    null_for: list[str] = Field(default_factory=list, alias="null-for", description="words whose links have NULL there")


class LinkArgs(Args):
    table: str = Field(description="table of the links")
    owner: Names = Field(description="its columns that hold the key of the row")
    value: str = Field(description="its column for what is linked")
    words: WordsArgs | None = Field(None, description="where words are found, and become what links hold")
    further: dict[str, FurtherArgs] = Field(default_factory=dict, description="more columns of the links")


class ListArgs(Args):
    separator: str | None = Field(None, pattern=SEPARATOR, description="stands between words; none: one word, no list")
    unknown: Literal["refuse", "drop"] = Field("refuse", description="what becomes of words that are not found")


class ExplodeArgs(ListArgs):
    old: str = Field(description="column with the list")
    new: LinkArgs = Field(description="the links: their table, and what its columns hold")


class ImplodeArgs(ListArgs):
    old: LinkArgs = Field(description="the links: their table, and what its columns hold")
    new: str = Field(description="column with the list")


@register
class Explode(Operation[ExplodeArgs]):
    """A list in one column becomes rows of a link table, and the other way.

    Spaces around words do not count, nor do empty words, repetitions and the order: the list that comes back is sorted,
    and memory keeps how it was written. A word that stands for nothing is refused, or left out with `unknown: drop`.
    Words are what links hold, or are looked up under `words`. Without a separator the column is one word: a foreign key
    that becomes a link; of several links the first is what comes back.

        - explode: {old: member_ids, separator: ",", new: {table: project_member, owner: project_id, value: account_id}}
        - explode:
            old: roles
            separator: ","
            unknown: drop
            new:
              table: account_role
              owner: account_id
              value: role_id
              words: {table: role, key: id, value: name}
              further: {department_id: {from: department_id, null-for: [admin, auditor]}}
    """

    name = "explode"
    Args = ExplodeArgs
    verbs = ("m2o_to_x2m",)

    def bind(self, args: ExplodeArgs, binding: Binding) -> Iterable[Group]:
        yield _Bound(binding, args, args.old, args.new, Side.NEW).group(self.name)


@register
class Implode(Operation[ImplodeArgs]):
    """Rows of a link table become a list in one column: `explode` with the sides changed over.

        - implode: {old: {table: task_tag, owner: task_id, value: tag}, new: tags, separator: " "}
    """

    name = "implode"
    Args = ImplodeArgs

    def bind(self, args: ImplodeArgs, binding: Binding) -> Iterable[Group]:
        yield _Bound(binding, args, args.new, args.old, Side.OLD).group(self.name)


class _Bound:
    """The arguments met with the tables; `side` is that of the links."""

    def __init__(self, binding: Binding, args: ListArgs, column: str, link: LinkArgs, side: Side) -> None:
        self._binding = binding
        self._side = side
        self._key = binding.faces[side].key
        binding.type(side.other, column)
        found, name = binding.faces[side.other].find(column) or (binding.faces[side.other].main, column)
        table = binding.table(side, link.table, f"{side}.table")
        self._require_owner(table, link)
        self._along = Bundle()
        further = {name: self._further(table, name, one) for name, one in link.further.items()}
        self._links = Links(side, table, tuple(link.owner), link.value, further)
        self._words = Words(found.columns[name], args.separator, self._links, self._known(link, table),
                            args.unknown == "drop")
        self._column = column
        self._require_words()

    def group(self, operation: str) -> Group:
        """The group: the list, and columns that go along since links have their values, on the one side; these columns
        and the text of all links on the other.
        """
        side, words, links, along = self._side, self._words, self._links, self._along
        there = side.other

        def to_links(values: Values, scope: Scope) -> Values:
            carried = along.over(Way.out_of(there), values[1:], scope)
            return *carried, words.text(values[0], carried, scope)

        def to_list(values: Values, scope: Scope) -> Values:
            return words.listed(values[-1], scope), *along.over(Way.out_of(side), values[:-1], scope)

        def read(row: Row) -> Values:
            return *row(*along.columns(side)), links.told(row, self._key)

        def no_links(values: Values, scope: Scope) -> list[Doubt]:
            return [*words.doubts(values[0], scope), *along.doubts(Way.out_of(there), values[1:], scope)]

        def no_list(values: Values, scope: Scope) -> list[Doubt]:
            return [*words.back_doubts(values[-1], scope), *along.doubts(Way.out_of(side), values[:-1], scope)]

        faithful = frozenset[Side]() if words.separator or words.drops else along.faithful & {there}
        return Group(operation, {side: End(along.columns(side), (*along.types(side), WORD), read),
                                 there: End((self._column, *along.columns(there)),
                                            (words.column.type, *along.types(there)))},
                     {Way.out_of(there): to_links, Way.out_of(side): to_list}, faithful,
                     {Way.out_of(there): no_links, Way.out_of(side): no_list},
                     (Satellite(side, links.table.name, links.rows, tuple(links.held), links.owner),),
                     waits={Way.out_of(there): lambda values, scope: words.unknown(values[0], scope)}
                     if words.drops else {}, where=self._binding.where)

    def _require_owner(self, table: Table, link: LinkArgs) -> None:
        """The owner's columns must be as many as the key's, and links need no column of which nothing is said."""
        for name in (*link.owner, link.value):
            self._binding.column(table, name, f"{self._side}.{'value' if name == link.value else 'owner'}")
        if len(link.owner) != len(self._key):
            raise self._binding.error(f"{self._side}.owner", _("the key of the row has {n} columns: {columns}").format(
                n=len(self._key), columns=", ".join(self._key)))
        self._binding.require_filled(table, (*link.owner, link.value, *link.further), f"{self._side}.table")

    def _further(self, table: Table, name: str, args: FurtherArgs) -> Further:
        at = f"{self._side}.further.{name}"
        type_ = self._binding.column(table, name, at)
        instead = {word: self._binding.constant(value, type_, f"{at}.instead.{word}")
                   for word, value in args.instead.items()} | dict.fromkeys(args.null_for, null())
        usual: Cell | int = null() if args.constant is None else self._binding.constant(args.constant, type_,
                                                                                        f"{at}.constant")
        if args.from_:
            usual = len(self._along.groups)
            named = args.from_ if isinstance(args.from_, dict) else dict.fromkeys(Side, args.from_)
            self._along = Bundle((*self._along.groups, plain(self._binding, named[Side.OLD], named[Side.NEW])))
        return Further(usual, instead)

    def _known(self, link: LinkArgs, table: Table) -> Known | None:
        if link.words is None:
            return None
        side = link.words.side or self._side
        words = self._binding.table(side, link.words.table, f"{self._side}.words.table")
        for at, other in (("key", table.columns[link.value].type), ("value", None)):
            type_ = self._binding.column(words, getattr(link.words, at), f"{self._side}.words.{at}")
            if type_.family not in (Family.INTEGER, Family.TEXT) or (other and other.family is not type_.family):
                raise self._binding.error(f"{self._side}.words.{at}", _(
                    "{column} is {type}, and cannot be found by a word").format(
                        column=f"{words.name}.{getattr(link.words, at)}", type=type_))
        return Known(side, words, link.words.key, link.words.value)

    def _require_words(self) -> None:
        """The list must be text where there is a separator, and links hold what a word can write."""
        type_ = self._words.column.type
        if self._words.separator and type_.family is not Family.TEXT:
            raise self._binding.error(self._side.other, _("{column} is {type}, and cannot hold a list").format(
                column=self._column, type=type_))
        held = self._links.held[self._links.value]
        if held.family not in (Family.INTEGER, Family.TEXT):
            raise self._binding.error(f"{self._side}.value", _("{column} is {type}, and cannot be a word").format(
                column=self._links.value, type=held))
