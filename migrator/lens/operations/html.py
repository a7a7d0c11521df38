"""html: a plain old text is HTML in the new row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field
from sqlalchemy import Text, and_, case, func, literal, or_

from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import Doubt, End, Group, cell
from migrator.lens.pieces.landing import landed
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import same
from migrator.lens.sql.length import Characters
from migrator.lens.sql.parts import has_part, piece
from migrator.lens.sql.refuse import unless
from migrator.lens.sql.replaced import replaced
from migrator.lens.types import Family, Type
from migrator.text import _

WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
BREAKS = ("\r\n", "\n", "\r")
READ = {"</p><p>": "\n\n", "<br/>": "\n", "<br />": "\n", "<br>": "\n"}
SIGNS = {"&lt;": "<", "&gt;": ">", "&#34;": '"', "&quot;": '"', "&#39;": "'", "&nbsp;": "\xa0", "&amp;": "&"}
"""What an entity stands for; the ampersand last, or it would make further ones."""
PARAGRAPH, END = "<p>", "</p>"
TEXT = Type(Family.TEXT, "text")


class HtmlArgs(Args):
    old: str = Field(description="column of the old row, plain text")
    new: str = Field(description="column of the new row, HTML")


@register
class Html(Operation[HtmlArgs]):
    """A plain old text is one paragraph of HTML: signs that mean something there are escaped, a new line is `<br/>`.

    On the way back paragraphs and line breaks become new lines. Any other markup, which a plain text has no words for,
    is refused. How lines ended and how the HTML was written are kept in memory.

        - html: {old: description, new: description_html}
    """

    name = "html"
    Args = HtmlArgs
    verbs = ("convert_field_to_html",)

    def bind(self, args: HtmlArgs, binding: Binding) -> Iterable[Group]:
        ends = {}
        for side, column in ((Side.OLD, args.old), (Side.NEW, args.new)):
            type_ = binding.type(side, column)
            if type_.family is not Family.TEXT:
                raise binding.error(side, _("{column} is {type}, not text").format(column=column, type=type_))
            ends[side] = End((column,), (type_,))

        def back(values: Values, scope: Scope) -> Values:
            plain = replaced(_lines(cell(values)), SIGNS)
            return (unless(_has_markup(cell(values)), plain, ends[Side.OLD].types[0], scope),)

        group = Group("html", ends, {Way.FORWARD: _html, Way.BACKWARD: back}, frozenset(), {Way.BACKWARD: _doubts},
                      where=binding.where)
        yield landed(group, binding, {Side.OLD: [TEXT], Side.NEW: [TEXT]})


def _html(values: Values, _scope: Scope) -> Values:
    written = replaced(cell(values), {**WRITTEN, **dict.fromkeys(BREAKS, "<br/>")})
    paragraph = literal(PARAGRAPH, Text()) + written + literal(END, Text())
    return (case((Characters(cell(values)) == 0, literal("", Text())), else_=paragraph),)


def _doubts(values: Values, _scope: Scope) -> Sequence[Doubt]:
    return [Doubt("markup", _("a plain text has no words for this markup"), _has_markup(cell(values)))]


def _has_markup(html: Cell) -> Cell:
    left = replaced(_lines(html), dict.fromkeys(SIGNS, ""))
    return func.coalesce(or_(*(has_part(left, sign, 2) for sign in "<>&")), literal(False))


def _lines(html: Cell) -> Cell:
    """What stands between the first and the last tag of paragraphs, with its line breaks as new lines."""
    size = Characters(html)
    begins = same(piece(html, literal(1), literal(len(PARAGRAPH))), literal(PARAGRAPH, Text()), TEXT)
    ends = same(piece(html, size - len(END) + 1, literal(len(END))), literal(END, Text()), TEXT)
    around = len(PARAGRAPH) + len(END)
    inside = piece(html, literal(len(PARAGRAPH) + 1), size - around)
    return replaced(case((and_(size >= around, begins, ends), inside), else_=html), READ)
