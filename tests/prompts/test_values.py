"""Values as they are said, in both languages: golden texts, and numbers that are read back."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.prompts.language import CURRENCIES, LIMIT, SIGNS
from core.prompts.slots import LANGUAGES
from tests.prompts.reading import cardinal_of, digits, number, numbers, text

BOTH = pytest.mark.parametrize("language", ["zh", "en"])
THURSDAY = date(2026, 11, 26)

GOLDEN: list[tuple[str, tuple[Any, ...], str, str]] = [
    ("digits", ("0",), "零", "zero"),
    ("digits", ("20114",), "二零一一四", "two zero one one four"),
    ("telephone", ("8001",), "八零零幺", "eight zero zero one"),
    ("telephone", ("110",), "幺幺零", "one one zero"),
    ("telephone", ("95588",), "九五五八八", "nine five five eight eight"),
    (
        "telephone",
        ("13800138000",),
        "幺三八|零零幺三|八零零零",
        "one three eight | zero zero one three | eight zero zero zero",
    ),
    (
        "telephone",
        ("01065529988",),
        "零幺零|六五五二|九九八八",
        "zero one zero | six five five two | nine nine eight eight",
    ),
    (
        "telephone",
        ("(0755) 8321 456",),
        "零七五五|八三二幺|四五六",
        "zero seven five five | eight three two one | four five six",
    ),
    ("telephone", ("*21*8002#",), "星号二幺|星号八零|零二井号", "star two one | star eight zero | zero two hash"),
    (
        "telephone",
        ("+8613800138000",),
        "加八六|幺三八|零零幺三|八零零零",
        "plus eight six | one three eight | zero zero one three | eight zero zero zero",
    ),
    ("cardinal", (0,), "零", "zero"),
    ("cardinal", (2,), "二", "two"),
    ("cardinal", (10,), "十", "ten"),
    ("cardinal", (12,), "十二", "twelve"),
    ("cardinal", (20,), "二十", "twenty"),
    ("cardinal", (101,), "一百零一", "one hundred and one"),
    ("cardinal", (110,), "一百一十", "one hundred and ten"),
    ("cardinal", (115,), "一百一十五", "one hundred and fifteen"),
    ("cardinal", (200,), "二百", "two hundred"),
    ("cardinal", (1005,), "一千零五", "one thousand and five"),
    ("cardinal", (1050,), "一千零五十", "one thousand and fifty"),
    (
        "cardinal",
        (2222,),
        "两千二百二十二",
        "two thousand two hundred and twenty two",
    ),
    ("cardinal", (10_000,), "一万", "ten thousand"),
    ("cardinal", (10_050,), "一万零五十", "ten thousand and fifty"),
    ("cardinal", (20_002,), "两万零二", "twenty thousand and two"),
    ("cardinal", (105_000,), "十万五千", "one hundred and five thousand"),
    ("cardinal", (100_010,), "十万零一十", "one hundred thousand and ten"),
    ("cardinal", (2_000_000,), "二百万", "two million"),
    ("cardinal", (100_000_005,), "一亿零五", "one hundred million and five"),
    ("cardinal", (101_000_000,), "一亿零一百万", "one hundred and one million"),
    ("cardinal", (200_020_000,), "两亿零两万", "two hundred million twenty thousand"),
    ("cardinal", (-3,), "负三", "minus three"),
    ("cardinal", (Decimal("2.50"),), "二点五", "two point five"),
    ("cardinal", (Decimal("0.105"),), "零点一零五", "zero point one zero five"),
    ("count", (0,), "零", "zero"),
    ("count", (2,), "两", "two"),
    ("count", (12,), "十二", "twelve"),
    ("count", (2000,), "两千", "two thousand"),
    ("ordinal", (1,), "第一", "first"),
    ("ordinal", (2,), "第二", "second"),
    ("ordinal", (12,), "第十二", "twelfth"),
    ("ordinal", (20,), "第二十", "twentieth"),
    ("ordinal", (21,), "第二十一", "twenty first"),
    ("ordinal", (100,), "第一百", "one hundredth"),
    ("ordinal", (105,), "第一百零五", "one hundred and fifth"),
    ("position", (1,), "第一位", "number one"),
    ("position", (2,), "第二位", "number two"),
    ("position", (15,), "第十五位", "number fifteen"),
    ("money", (Decimal(0),), "零元", "zero yuan"),
    ("money", (Decimal(1),), "一元", "one yuan"),
    ("money", (Decimal(2),), "两元", "two yuan"),
    ("money", (Decimal("2.2"),), "两元二角", "two yuan and twenty fen"),
    ("money", (Decimal("0.2"),), "两角", "twenty fen"),
    ("money", (Decimal("0.02"),), "两分", "two fen"),
    ("money", (Decimal("0.25"),), "两角五分", "twenty five fen"),
    ("money", (Decimal("12.50"),), "十二元五角", "twelve yuan and fifty fen"),
    ("money", (Decimal("100.05"),), "一百元零五分", "one hundred yuan and five fen"),
    (
        "money",
        (Decimal("1234.56"),),
        "一千二百三十四元五角六分",
        "one thousand two hundred and thirty four yuan and fifty six fen",
    ),
    ("money", (Decimal("-8"),), "负八元", "minus eight yuan"),
    ("money", (Decimal("0.999"),), "一元", "one yuan"),
    ("money", (Decimal("1.01"), "USD"), "一美元一美分", "one dollar and one cent"),
    ("money", (Decimal("2.50"), "USD"), "两美元五十美分", "two dollars and fifty cents"),
    ("money", (Decimal("1"), "EUR"), "一欧元", "one euro"),
    ("money", (Decimal("3.20"), "EUR"), "三欧元二十欧分", "three euros and twenty cents"),
    ("money", (Decimal("0.01"), "GBP"), "一便士", "one penny"),
    ("money", (Decimal("5.02"), "GBP"), "五英镑两便士", "five pounds and two pence"),
    ("money", (Decimal("12.5"), "HKD"), "十二港元五角", "twelve Hong Kong dollars and fifty cents"),
    ("money", (Decimal("1500.4"), "JPY"), "一千五百日元", "one thousand five hundred yen"),
    ("percent", (95,), "百分之九十五", "ninety five percent"),
    ("percent", (Decimal("99.9"),), "百分之九十九点九", "ninety nine point nine percent"),
    ("percent", (-5,), "负百分之五", "minus five percent"),
    (
        "date",
        (THURSDAY,),
        "二零二六年十一月二十六日",
        "the twenty sixth of November twenty twenty six",
    ),
    ("date", (date(2009, 1, 1),), "二零零九年一月一日", "the first of January two thousand and nine"),
    ("date", (date(2000, 2, 29),), "二零零零年二月二十九日", "the twenty ninth of February two thousand"),
    ("date", (date(1999, 12, 31),), "一九九九年十二月三十一日", "the thirty first of December nineteen ninety nine"),
    ("date", (date(1905, 3, 10),), "一九零五年三月十日", "the tenth of March nineteen oh five"),
    ("date", (date(1900, 3, 20),), "一九零零年三月二十日", "the twentieth of March nineteen hundred"),
    ("date", (THURSDAY, THURSDAY), "今天", "today"),
    ("date", (THURSDAY, date(2026, 11, 27)), "昨天", "yesterday"),
    ("date", (THURSDAY, date(2026, 11, 25)), "明天", "tomorrow"),
    ("date", (THURSDAY, date(2026, 1, 5)), "十一月二十六日", "the twenty sixth of November"),
    ("weekday", (THURSDAY,), "星期四", "Thursday"),
    ("weekday", (date(2026, 11, 29),), "星期日", "Sunday"),
    ("time", (time(0, 0),), "凌晨零点", "midnight"),
    ("time", (time(0, 30),), "凌晨零点三十分", "twelve thirty AM"),
    ("time", (time(2, 5),), "凌晨两点零五分", "two oh five AM"),
    ("time", (time(9, 0),), "上午九点", "nine AM"),
    ("time", (time(11, 59),), "上午十一点五十九分", "eleven fifty nine AM"),
    ("time", (time(12, 0),), "中午十二点", "noon"),
    ("time", (time(12, 15),), "中午十二点十五分", "twelve fifteen PM"),
    ("time", (time(14, 30),), "下午两点三十分", "two thirty PM"),
    ("time", (time(18, 2),), "晚上六点零二分", "six oh two PM"),
    ("time", (time(22, 10),), "晚上十点十分", "ten ten PM"),
    (
        "moment",
        (datetime(2026, 11, 26, 14, 5), THURSDAY),
        "今天下午两点零五分",
        "today at two oh five PM",
    ),
    (
        "moment",
        (datetime(2026, 11, 26, 8, 0),),
        "二零二六年十一月二十六日上午八点",
        "the twenty sixth of November twenty twenty six at eight AM",
    ),
    ("duration", (0,), "零秒", "zero seconds"),
    ("duration", (1,), "一秒", "one second"),
    ("duration", (45,), "四十五秒", "forty five seconds"),
    ("duration", (60,), "一分钟", "one minute"),
    ("duration", (120,), "两分钟", "two minutes"),
    ("duration", (125,), "两分五秒", "two minutes and five seconds"),
    ("duration", (3600,), "一小时", "one hour"),
    ("duration", (7325,), "两小时两分五秒", "two hours two minutes and five seconds"),
    ("duration", (90_000,), "一天一小时", "one day and one hour"),
    ("duration", (172_800,), "两天", "two days"),
    ("spelling", ("AB-12",), "AB横杠一二", "A B hyphen one two"),
    ("spelling", ("li@qq.com",), "LI艾特QQ点COM", "L I at Q Q dot C O M"),
    ("spelling", ("A 1",), "A|一", "A | one"),
]


@BOTH
@pytest.mark.parametrize(("act", "values", "zh", "en"), GOLDEN, ids=[f"{row[0]}-{row[1]}" for row in GOLDEN])
def test_it_is_said_so(act: str, values: tuple[Any, ...], zh: str, en: str, language: str) -> None:
    assert text(language, getattr(LANGUAGES[language], act)(*values)) == {"zh": zh, "en": en}[language]


def test_every_act_has_golden_texts() -> None:
    acts = {name for name in dir(LANGUAGES["zh"]) if not name.startswith("_")} - {"code"}
    assert {row[0] for row in GOLDEN} == acts


@BOTH
@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("digits", ("",)),
        ("digits", ("12a",)),
        ("digits", ("١٢",)),
        ("telephone", ("",)),
        ("telephone", ("12a",)),
        ("telephone", ("1+2",)),
        ("cardinal", (LIMIT,)),
        ("cardinal", (-LIMIT,)),
        ("cardinal", (Decimal("1.2345678"),)),
        ("cardinal", (Decimal("NaN"),)),
        ("cardinal", (True,)),
        ("count", (-1,)),
        ("ordinal", (0,)),
        ("position", (0,)),
        ("money", (Decimal("Infinity"),)),
        ("money", (Decimal(1), "XXX")),
        ("duration", (-1,)),
        ("spelling", (" ",)),
        ("spelling", ("张",)),
    ],
)
def test_what_cannot_be_said_is_refused(act: str, values: tuple[Any, ...], language: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        getattr(LANGUAGES[language], act)(*values)


WHOLE = st.one_of(
    st.integers(0, 20_000),
    st.integers(0, LIMIT - 1),
    # Many zeros, where the rules of 零 and "and" are.
    st.lists(st.sampled_from("0012"), min_size=1, max_size=15).map(lambda row: int("".join(row))),
)


@BOTH
@given(value=WHOLE)
def test_a_number_is_heard_as_it_is(value: int, language: str) -> None:
    said = text(language, LANGUAGES[language].cardinal(value))
    assert number(language, said) == value
    assert number(language, text(language, LANGUAGES[language].count(value))) == value


@given(WHOLE)
def test_mandarin_says_no_zero_twice_and_none_at_the_end(value: int) -> None:
    said = text("zh", LANGUAGES["zh"].cardinal(value))
    assert "零零" not in said
    assert said == "零" or not said.endswith("零")
    assert not said.startswith("一十")
    assert "两十" not in said
    assert "两百" not in said


@BOTH
@given(value=st.decimals(-(10**9), 10**9, places=4))
def test_a_fraction_is_heard_as_it_is(value: Decimal, language: str) -> None:
    said = text(language, LANGUAGES[language].cardinal(value))
    minus, point = {"zh": ("负", "点"), "en": ("minus", "point")}[language]
    whole, _, fraction = said.removeprefix(minus).strip().partition(point)
    heard = Decimal(number(language, whole)) + (Decimal(f"0.{digits(language, fraction)}") if fraction else 0)
    assert (-heard if said.startswith(minus) else heard) == value


@BOTH
@given(value=st.text("0123456789", min_size=1, max_size=24))
def test_digits_and_telephone_numbers_lose_none(value: str, language: str) -> None:
    assert digits(language, text(language, LANGUAGES[language].digits(value))) == value
    assert digits(language, text(language, LANGUAGES[language].telephone(value))) == value


@given(st.text("0123456789", min_size=1, max_size=24))
def test_a_telephone_number_never_says_one_as_yi(value: str) -> None:
    assert "一" not in text("zh", LANGUAGES["zh"].telephone(value))


@BOTH
@given(value=st.integers(1, LIMIT - 1), currency=st.sampled_from(CURRENCIES))
def test_money_is_heard_as_it_is(value: int, currency: str, language: str) -> None:
    amount = Decimal(value) / 100
    said = text(language, LANGUAGES[language].money(amount, currency))
    if currency == "JPY":
        assert numbers(language, said) == [round(amount.quantize(Decimal(1), "ROUND_HALF_UP"))]
        return
    whole, cents = divmod(value, 100)
    if language == "en":
        assert numbers(language, said.replace(" and ", " , ") if cents and whole < 100 else said)[-1:] == [
            cents or whole
        ]
        return
    heard = numbers(language, said.replace("元零", "元"))
    if currency in ("CNY", "HKD"):
        jiao, fen = divmod(cents, 10)
        assert heard == [part for part in (whole, jiao, fen) if part]
    else:
        assert heard == [part for part in (whole, cents) if part]


@BOTH
@given(seconds=st.integers(0, 10**9))
def test_a_duration_is_heard_as_it_is(seconds: int, language: str) -> None:
    said = text(language, LANGUAGES[language].duration(seconds))
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    heard = numbers(language, said.replace(" and ", " , ") if seconds < 86_400 * 100 else said)
    assert heard == ([part for part in (*divmod(hours, 24), minute, second) if part] or [0])


@BOTH
@given(day=st.dates(date(1000, 1, 1)), clock=st.times())
def test_a_moment_can_always_be_said(day: date, clock: time, language: str) -> None:
    said = text(language, LANGUAGES[language].moment(datetime.combine(day, clock)))
    assert said.startswith(text(language, LANGUAGES[language].date(day)))
    assert said.endswith(text(language, LANGUAGES[language].time(clock)))
    if language == "zh":
        _, month, day_of_month, hour, *minute = numbers(language, said.replace("点零", "点"))
        assert (month, day_of_month) == (day.month, day.day)
        assert hour % 12 == clock.hour % 12
        assert minute == [clock.minute] * bool(clock.minute)


@BOTH
@given(value=st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + "".join(SIGNS), min_size=1))
def test_whatever_is_spelled_has_prompts(value: str, language: str) -> None:
    assert len(LANGUAGES[language].spelling(value)) == len(value)
    assert "|" not in text(language, LANGUAGES[language].spelling(value))


@BOTH
@given(value=st.integers(1, 10**12))
def test_an_ordinal_is_heard_as_it_is(value: int, language: str) -> None:
    said = text(language, LANGUAGES[language].ordinal(value))
    assert number(language, said.removeprefix("第") if language == "zh" else cardinal_of(said)) == value
