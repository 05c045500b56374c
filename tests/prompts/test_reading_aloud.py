"""Texts as the synthesiser gets them: digits in Hanzi, letters in English, ambiguous characters by their sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.prompts.catalogue import read_catalogue
from core.prompts.reading import readable


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("您好。", [("zh", "您好。")]),
        ("请按1。", [("zh", "请按一。")]),
        ("重听请按10", [("zh", "虫听请按十")]),
        ("等候12分钟", [("zh", "等候十二分钟")]),
        ("订单0012", [("zh", "订单零零一二")]),
        ("电话13800138000", [("zh", "电话一三八零零一三八零零零")]),
        ("2026年3月5日", [("zh", "二零二六年三月五日")]),
        ("涨了5.5%", [("zh", "涨了百分之五点五")]),
        ("共12.50元", [("zh", "共十二点五元")]),
        ("单号AB12，请稍候", [("zh", "单号"), ("en", "A B"), ("zh", "一二，请稍候")]),
        ("VIP客户", [("en", "V I P"), ("zh", "客户")]),
        ("hello world 你好", [("en", "hello world"), ("zh", " 你好")]),
        ("chong2 xin1输入", [("zh", "chong2 xin1输入")]),
        ("重新登记为空闲", [("zh", "虫新登记围控闲")]),
        ("重要", [("zh", "重要")]),
        ("A", [("en", "A")]),
        ("……", []),
        ("", []),
    ],
)
def test_mandarin_is_read_so(text: str, read: list[tuple[str, str]]) -> None:
    assert readable(text, "zh") == read


def test_english_is_read_as_it_stands() -> None:
    assert readable("Press 1.", "en") == [("en", "Press 1.")]
    assert readable("...", "en") == []


@given(st.text(st.sampled_from("一重新AaZ中123.%年 ，-x"), max_size=30))
def test_no_digit_is_left_to_the_mandarin_voice(text: str) -> None:
    """But for the tones of pinyin."""
    for language, words in readable(text, "zh"):
        assert language in ("zh", "en")
        if language == "zh" and not any("a" <= character <= "z" for character in words):
            assert not any(character in "0123456789" for character in words)


def test_everything_in_the_catalogue_can_be_read() -> None:
    for language in ("zh", "en"):
        for piece, _entry in read_catalogue().pieces(language):
            assert readable(piece.say, language), piece
