"""Laws of the makers of masks, for any value and key."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from migrator.errors import WrongUse
from migrator.mask.kinds.alphabets import COMMON, RARE, of_text
from migrator.mask.kinds.bank_card import luhn
from migrator.mask.kinds.chinese_words import COMPOUND, GIVEN, SURNAMES
from migrator.mask.kinds.company import Company
from migrator.mask.kinds.id_number import PROVINCES, IdNumber, check_digit
from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.mobile import Mobile
from migrator.mask.kinds.number import Number
from migrator.mask.kinds.permutation import Permutation
from migrator.mask.kinds.project_key import ProjectKey
from migrator.mask.rules import Rules
from migrator.secret import Secret

RULES = Rules.parse(b"""
kinds:
  staff: {is: chinese_name, unique: true}
  local: {is: mobile, keep_area: true}
  person: {is: id_number, keep: [area, year, sex]}
  debit: {is: bank_card, keep_issuer: true}
  shaped: {is: email, domain: shape}
  later: {is: date, days: 10, order: true}
  plate: {is: text, first: 2}
""")


def makers(key: str = "a key of more than sixteen letters") -> dict[str, Maker]:
    return RULES.makers(ProjectKey(Secret(key)))


MAKERS = makers()
LAW = settings(deadline=None, max_examples=100)  # the machine may be busy
INJECTIVE = [name for name, maker in MAKERS.items() if maker.unique]
ids = st.builds(lambda province, rest, born, tail: _long_id(f"{province}{rest:04}{born:%Y%m%d}{tail:03}"),
                st.sampled_from(PROVINCES), st.integers(0, 9999), st.dates(date(1900, 1, 1), date(2020, 1, 1)),
                st.integers(0, 999))
mobiles = st.builds(lambda head, tail: f"1{head}{tail:09}", st.integers(3, 9), st.integers(0, 10**9 - 1))
cards = st.builds(lambda body: body + luhn(body), st.text("0123456789", min_size=12, max_size=18))
names = st.builds(lambda s, g: s + g, st.sampled_from([*SURNAMES, *COMPOUND]), st.text(GIVEN, min_size=1, max_size=2))
firms = st.builds(lambda stem, end: stem + end, st.text(COMMON, min_size=1, max_size=6),
                  st.sampled_from(["建筑有限公司", "公司", "厂", "设计院"]))
anything = st.one_of(ids, mobiles, cards, names, firms, st.integers().map(str), st.text(max_size=40),
                     st.text(COMMON + RARE[:50] + "aZ09@.·", max_size=12))


def _long_id(digits: str) -> str:
    return digits + check_digit(digits)


@LAW
@given(st.lists(st.tuples(st.integers(1, 2**95), st.integers(0, 2**95)), max_size=20))
def test_a_permutation_stays_in_its_domain(pairs: list[tuple[int, int]]) -> None:
    sizes = [size for size, _number in pairs]
    found = Permutation(bytes(32)).permuted([number % size for size, number in pairs], sizes)
    assert all(0 <= number < size for number, size in zip(found, sizes, strict=True))


@pytest.mark.parametrize("size", [1, 2, 3, 10, 97, 1000, 4097])
def test_a_permutation_reaches_every_number_once(size: int) -> None:
    found = Permutation(b"k" * 32).permuted(range(size), [size] * size)
    assert sorted(found) == list(range(size))
    assert size < 97 or found != list(range(size))


@pytest.mark.parametrize("kind", [name for name in MAKERS if name != "null"])
@settings(max_examples=25, deadline=None)
@given(values=st.lists(anything, max_size=8))
def test_the_same_value_has_the_same_mask_whatever_stands_beside_it(kind: str, values: list[str]) -> None:
    alone = [makers()[kind].masked([value])[0] for value in values]
    assert MAKERS[kind].masked(values) == alone


@pytest.mark.parametrize("kind", INJECTIVE)
@settings(max_examples=60, deadline=None)
@given(values=st.lists(anything, unique=True, max_size=12))
def test_different_values_have_different_masks(kind: str, values: list[str]) -> None:
    assert len(set(MAKERS[kind].masked(values))) == len(values)


@pytest.mark.parametrize("kind", ["chinese_name", "staff", "mobile", "id_number", "bank_card", "company", "digits",
                                  "text", "letters", "number", "shaped", "file_name", "date", "surname", "given_name"])
@LAW
@given(value=anything)
def test_length_and_room_in_every_encoding_stay(kind: str, value: str) -> None:
    mask = MAKERS[kind].masked([value])[0]
    assert mask is not None and len(mask) == len(value)
    assert len(mask.encode("utf-8", "surrogatepass")) == len(value.encode("utf-8", "surrogatepass"))


@LAW
@given(st.text(max_size=60))
def test_text_keeps_the_class_of_every_character(value: str) -> None:
    mask = MAKERS["text"].masked([value])[0] or ""
    assert [of_text(new) for new in mask] == [of_text(old) for old in value]
    assert [unicodedata.category(new) for new in mask] == [unicodedata.category(old) for old in value]
    assert (MAKERS["plate"].masked([value])[0] or "")[:2] == value[:2]


@LAW
@given(mobiles, st.sampled_from(["", "+86", "86-", "0086 "]))
def test_a_mobile_number_stays_one(number: str, country: str) -> None:
    mask = MAKERS["mobile"].masked([country + number])[0] or ""
    assert mask.removeprefix(country) == MAKERS["mobile"].masked([number])[0]
    assert Mobile().place(mask)
    assert (MAKERS["local"].masked([number])[0] or "")[:7] == number[:7]


@LAW
@given(ids)
def test_an_identity_number_stays_valid_and_keeps_what_the_rule_says(number: str) -> None:
    mask = MAKERS["id_number"].masked([number])[0] or ""
    assert mask[17] == check_digit(mask[:17]) and IdNumber().place(mask)
    kept = MAKERS["person"].masked([number])[0] or ""
    assert kept[:10] == number[:10] and int(kept[16]) % 2 == int(number[16]) % 2 and IdNumber().place(kept)


def test_an_old_identity_number_of_fifteen_digits_stays_one() -> None:
    mask = MAKERS["id_number"].masked(["110105491231002"])[0] or ""
    assert mask != "110105491231002" and IdNumber().place(mask) and len(mask) == 15


@LAW
@given(cards)
def test_a_card_number_keeps_its_check_digit_right(number: str) -> None:
    for kind, kept in ("bank_card", 1), ("debit", 6):
        mask = MAKERS[kind].masked([number])[0] or ""
        assert luhn(mask[:-1]) == mask[-1] and mask[:kept] == number[:kept]
    grouped = f"{number[:4]} {number[4:8]}-{number[8:]}"
    assert (MAKERS["bank_card"].masked([grouped])[0] or "").replace(" ", "").replace("-", "") == \
        MAKERS["bank_card"].masked([number])[0]


@LAW
@given(names)
def test_a_chinese_name_becomes_a_usual_one(name: str) -> None:
    mask = MAKERS["chinese_name"].masked([name])[0] or ""
    assert mask[:2] in COMPOUND or mask[0] in SURNAMES
    assert set(mask[2 if mask[:2] in COMPOUND else 1:]) <= set(GIVEN)


def test_an_unusual_name_becomes_usual_unless_names_must_stay_unique() -> None:
    mask = MAKERS["chinese_name"].masked(["亓龘"])[0] or ""
    assert mask[0] in SURNAMES and mask[1] in GIVEN
    assert (MAKERS["staff"].masked(["亓龘"])[0] or "")[1] in RARE


def test_no_surname_and_given_name_make_a_compound_surname() -> None:
    assert not [compound for compound in COMPOUND if compound[0] in SURNAMES and compound[1] in GIVEN]


@LAW
@given(firms)
def test_a_company_keeps_its_form(name: str) -> None:
    assume(Company().place(name))  # 集团 + 公司 is a form without a name
    mask = MAKERS["company"].masked([name])[0] or ""
    place, other = Company().place(name), Company().place(mask)
    assert place and other and place.frame == other.frame


@LAW
@given(st.one_of(st.integers(-10**20, 10**20), st.integers(-300, 300), st.integers(-40_000, 70_000)))
def test_a_number_fits_every_type_that_the_value_fits(number: int) -> None:
    mask = int(MAKERS["number"].masked([str(number)])[0] or "")
    assert len(str(mask)) == len(str(number))
    for bits in 8, 16, 24, 32, 64:
        for low, high in (-2**(bits - 1), 2**(bits - 1)), (0, 2**bits):
            assert (low <= number < high) == (low <= mask < high)
    assert Number().place(str(mask))


@LAW
@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_a_date_moves_a_little_and_in_order_if_asked(one: date, other: date) -> None:
    moved = date.fromisoformat(MAKERS["date"].masked([str(one)])[0] or "")
    assert 0 < abs((moved - one).days) <= 30
    first, second = (date.fromisoformat(m or "") for m in MAKERS["later"].masked([str(one), str(other)]))
    assert second - first == other - one and first != one
    assert (MAKERS["date"].masked([f"{one} 08:30:00"])[0] or "").endswith(" 08:30:00")


def test_a_mail_address_reaches_nobody_or_keeps_its_shape() -> None:
    masks = MAKERS["email"].masked(["wang.wei@corp.com.cn", "li@corp.com.cn"])
    assert [str(m).endswith(".example") for m in masks] == [True, True]
    assert len({str(m).partition("@")[2] for m in masks}) == 1
    assert (MAKERS["shaped"].masked(["wang@corp.com"])[0] or "").endswith(".com")


def test_a_file_keeps_folder_number_and_extension() -> None:
    mask = MAKERS["file_name"].masked(["files/12/7_张三合同.tar.gz"])[0] or ""
    assert mask.startswith("files/12/7_") and mask.endswith(".tar.gz") and "张三" not in mask


def test_another_key_makes_other_masks_and_a_short_one_is_refused() -> None:
    other = makers("another key of more than sixteen")
    assert other["mobile"].masked(["13800138000"]) != MAKERS["mobile"].masked(["13800138000"])
    with pytest.raises(WrongUse, match="fewer than 16 characters"):
        ProjectKey(Secret("too short"))
