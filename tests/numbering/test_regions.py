"""Numbers are at home where they were issued; the table is what its script makes of phonenumbers' data."""

from __future__ import annotations

import pytest
import regions as script
from phonenumbers import geocoder, parse

from core.numbering.regions import TABLE, area_code, region_of, table


@pytest.mark.parametrize(
    ("number", "zh", "en", "area"),
    [
        ("01088886666", "北京市", "Beijing", "10"),
        ("02112345678", "上海市", "Shanghai", "21"),
        ("075512345678", "广东省深圳市", "Shenzhen, Guangdong", "755"),
        ("057112345678", "浙江省杭州市", "Hangzhou, Zhejiang", "571"),
        ("13800138000", "北京市", "Beijing", "10"),
        ("13912345678", "江苏省常州市", "Changzhou, Jiangsu", "519"),
        ("15912345678", "云南省文山壮族苗族自治州", "Wenshan, Yunnan", "876"),
    ],
)
def test_a_number_is_at_home(number: str, zh: str, en: str, area: str) -> None:
    region = region_of(number)
    assert region is not None
    assert (region.zh, region.en, area in region.areas) == (zh, en, True)


@pytest.mark.parametrize(
    "number", ["95588", "0012125550100", "4008001234", "8001", "", "0", "12345678901", "1٣800138000"]
)
def test_other_numbers_have_no_region(number: str) -> None:
    assert region_of(number) is None


def test_area_codes() -> None:
    assert [area_code(number) for number in ("1088886666", "2112345678", "7551234567", "19", "")] == [
        "10",
        "21",
        "755",
        "",
        "",
    ]


def test_the_table_is_small_and_whole() -> None:
    assert TABLE.stat().st_size < 100_000
    assert len(table().mobile) == 2 * 700_000
    assert [region.zh for region in table().regions[1:] if not region.areas] == []


def test_the_table_is_what_the_script_makes() -> None:
    assert script.made() == TABLE.read_bytes(), "make regions"


@pytest.mark.parametrize("first", range(1300000, 2000000, 7919))
def test_the_table_says_what_phonenumbers_says(first: int) -> None:
    number = parse(f"+86{first}0000")
    region = region_of(f"{first}0000")
    told = (geocoder.description_for_number(number, "zh"), geocoder.description_for_number(number, "en"))
    if region is not None:
        assert told == (region.zh, region.en)
    else:
        assert told[1] in ("", "China")
