"""The kinds that rules may name, what can be said of each, and how its maker is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from migrator.mask.kinds.alphabets import of_digits, of_letters, of_text
from migrator.mask.kinds.bank_card import BankCard
from migrator.mask.kinds.characters import Characters
from migrator.mask.kinds.chinese_name import ChineseName, DrawnName
from migrator.mask.kinds.company import Company
from migrator.mask.kinds.date import ShiftedDate
from migrator.mask.kinds.domain import Domain, Permuted
from migrator.mask.kinds.email import Email, MailDomain
from migrator.mask.kinds.file_name import FileName
from migrator.mask.kinds.fixed import Fixed
from migrator.mask.kinds.id_number import IdNumber
from migrator.mask.kinds.json_values import JsonValues
from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.mobile import Mobile
from migrator.mask.kinds.name_part import GivenName, Surname
from migrator.mask.kinds.number import Number
from migrator.mask.kinds.permutation import Permutation
from migrator.mask.kinds.project_key import ProjectKey
from migrator.playbook.inventory import Strict

KEEP = "keep"
"""The kind of what stays as it is."""
WITHIN = "within"
"""The kind of free text, in which the values of other masked columns are replaced by their masks."""

TEXT, WHOLE, DAY, JSON = "text", "whole", "day", "json"
ANY = (TEXT, WHOLE, DAY, JSON, "other")
"""What a column can hold; see `migrator.mask.structure`."""


class Nothing(Strict):
    """A kind of which nothing can be said."""


class CharactersSaid(Strict):
    first: int = Field(0, ge=0, description="so many characters at the beginning stay")
    last: int = Field(0, ge=0, description="so many characters at the end stay")


class NameSaid(Strict):
    unique: bool = Field(False, description="names of unusual characters stay unusual, so that no two masks meet")


class MobileSaid(Strict):
    keep_area: bool = False


class IdNumberSaid(Strict):
    keep: list[Literal["area", "year", "sex"]] = Field(default_factory=list)


class BankCardSaid(Strict):
    keep_issuer: bool = False


class EmailSaid(Strict):
    domain: MailDomain = MailDomain.EXAMPLE


class DateSaid(Strict):
    days: int = Field(30, ge=1, le=36500)
    order: bool = False


class ConstantSaid(Strict):
    value: str
    telling: bool = Field(True, description="false where what it replaces is made of ordinary words, as the words of a "
                                            "search index are: no leak scan looks for these elsewhere")


class JsonSaid(Strict):
    keys: dict[str, str] = Field(description="keys of objects and the kind of what stands under each")


class Workshop:
    """Builds the makers of one kind; `other` gives the maker of another kind by its name."""

    def __init__(self, key: ProjectKey, kind: str, other: Callable[[str], Maker]) -> None:
        self._key, self._kind, self.other = key, kind, other

    def key(self, purpose: str = "") -> bytes:
        return self._key.derived(self._kind, purpose)

    def characters(self, alphabet: Callable[[str], str | None] = of_text, *, first: int = 0, last: int = 0) -> Maker:
        return Characters(Permutation(self.key("characters")), alphabet, first=first, last=last)

    def permuted(self, domain: Domain, others: Maker | None = None) -> Maker:
        return Permuted(domain, Permutation(self.key("numbers")), others or self.characters())

    def name(self, unique: bool) -> Maker:
        names = ChineseName()
        return self.permuted(names, None if unique else DrawnName(self.key("drawn"), names, self.characters()))


@dataclass(frozen=True)
class Kind:
    """`said` is the record of its options; `fits` what columns may hold it; `may_meet`: two values may get one mask;
    `in_part`: some of a value stays.
    """

    said: type[Strict]
    make: Callable[[Workshop, Any], Maker]
    fits: tuple[str, ...] = (TEXT,)
    may_meet: Callable[[Any], bool] = lambda _said: False
    in_part: bool = False


KINDS: Mapping[str, Kind] = {
    "chinese_name": Kind(NameSaid, lambda shop, said: shop.name(said.unique),
                         may_meet=lambda said: not said.unique),
    "surname": Kind(Nothing, lambda shop, _said: shop.permuted(Surname())),
    "given_name": Kind(Nothing, lambda shop, _said: shop.permuted(GivenName())),
    "mobile": Kind(MobileSaid, lambda shop, said: shop.permuted(Mobile(keep_area=said.keep_area)), (TEXT, WHOLE)),
    "id_number": Kind(IdNumberSaid, lambda shop, said: shop.permuted(IdNumber(said.keep))),
    "bank_card": Kind(BankCardSaid, lambda shop, said: shop.permuted(BankCard(keep_issuer=said.keep_issuer)),
                      (TEXT, WHOLE)),
    "company": Kind(Nothing, lambda shop, _said: shop.permuted(Company())),
    "email": Kind(EmailSaid, lambda shop, said: Email(shop.characters(), said.domain)),
    "number": Kind(Nothing, lambda shop, _said: shop.permuted(Number()), (TEXT, WHOLE)),
    "digits": Kind(CharactersSaid, lambda shop, said: shop.characters(of_digits, first=said.first, last=said.last)),
    "letters": Kind(CharactersSaid, lambda shop, said: shop.characters(of_letters, first=said.first, last=said.last)),
    "text": Kind(CharactersSaid, lambda shop, said: shop.characters(first=said.first, last=said.last)),
    "date": Kind(DateSaid, lambda shop, said: ShiftedDate(shop.key(), said.days, order=said.order), (TEXT, DAY),
                 lambda said: not said.order),
    "file_name": Kind(Nothing, lambda shop, _said: FileName(shop.characters()), in_part=True),
    "json": Kind(JsonSaid, lambda shop, said: JsonValues({key: shop.other(k) for key, k in said.keys.items()}),
                 (TEXT, JSON), lambda _said: True, in_part=True),
    "constant": Kind(ConstantSaid, lambda _shop, said: Fixed(said.value, telling=said.telling), ANY,
                     lambda _said: True),
    "null": Kind(Nothing, lambda _shop, _said: Fixed(None), ANY, lambda _said: True),
}
