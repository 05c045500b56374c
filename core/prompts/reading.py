"""A text as the synthesiser can read it: in pieces, each with the voice that reads it right.

    "您的订单AB12，请按1"  ->  (zh, "您的订单"), (en, "A B"), (zh, "一二，请按一")

espeak-ng 1.51 in Mandarin reads a character always the same way, digits with a wrong tone, and Latin letters as English
words. So words whose characters have several readings are written with others of the same sound, digits with Hanzi, and
letters are given to the English voice. Pinyin with tone digits (chong2 xin1) stays as it is. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from core.prompts.mandarin import Mandarin

# What espeak-ng reads wrongly, in words that offices say: written with characters of the same sound.
_SAME_SOUND = {
    **{"重" + word: "虫" + word for word in ("新", "复", "拨", "听", "录", "试", "播", "来", "启", "庆", "置", "发")},
    "凌晨": "零臣",
    "清晨": "清臣",
    "早晨": "早臣",
    "班长": "班掌",
    "增长": "增掌",
    "应答": "硬答",
    "供应": "供硬",
    "响应": "响硬",
    "改为": "改围",
    "登记为": "登记围",
    "作为": "作围",
    "处理": "储理",
    "处方": "储方",
    "空闲": "控闲",
    "节假日": "节架日",
    "假期": "架期",
    "放假": "放架",
    "休假": "休架",
    "与会": "预会",
    "更改": "耕改",
    "更新": "耕新",
    "变更": "变耕",
    "更换": "耕换",
    "银行": "银航",
    "行业": "航业",
    "音乐": "音月",
    "会计": "快计",
    "还款": "环款",
    "调整": "条整",
    "调节": "条节",
    "空调": "空条",
    "厦门": "夏门",
    "六安": "路安",
    "出差": "出拆",
    "便宜": "骈宜",
    "中奖": "众奖",
    "尽快": "紧快",
    "了解": "瞭解",
    "着急": "招急",
}
_WORDS = re.compile("|".join(sorted(_SAME_SOUND, key=len, reverse=True)))
_NUMBER = re.compile(r"([0-9]+)(\.[0-9]+)?(%?)(年?)")
_CHARACTERS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_CHARACTERS |= {"liang": "两", "yao": "幺", "hundred": "百", "thousand": "千", "ten-thousand": "万"}
_CHARACTERS |= {"hundred-million": "亿", "10": "十", "point": "点"}
_ONE_BY_ONE = 5  # a number of so many digits is an order or telephone number
_LONGEST, _LONGEST_FRACTION = 15, 6  # of what can be said as one number
# Pinyin syllables end in a tone digit; what else is Latin is for the English voice.
_TOKEN = re.compile(r"(?P<pinyin>[a-zü:]+[1-5](?![A-Za-z0-9]))|(?P<latin>[A-Za-z][A-Za-z']*)|(?P<rest>[^A-Za-z]+)")
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")


def readable(text: str, language: str) -> list[tuple[str, str]]:
    """Pairs of language and text, to be read one after the other; without those that have nothing to read."""
    if language != "zh":
        return [(language, text)] if _spoken(text) else []
    pieces: list[tuple[str, str]] = []
    for latin, run in groupby(_tokens(text), key=lambda token: token[0]):
        words = "".join(word for _, word in run)
        if _spoken(words):
            pieces.append(("en", _CAPITALS.sub(lambda found: " ".join(found[0]), words)) if latin else ("zh", words))
    return pieces


def _tokens(text: str) -> Iterator[tuple[bool, str]]:
    """Whether it is for the English voice, and what is to be read; a space between two Latin words is Latin too."""
    found = list(_TOKEN.finditer(text))
    latin = [one.lastgroup == "latin" for one in found]
    for at, one in enumerate(found):
        if one.lastgroup != "rest":
            yield latin[at], one[0]
        elif one[0].isspace() and 0 < at < len(found) - 1 and latin[at - 1] and latin[at + 1]:
            yield True, one[0]
        else:
            yield False, _WORDS.sub(lambda word: _SAME_SOUND[word[0]], _numbers(one[0], at > 0 and latin[at - 1]))


def _numbers(text: str, after_letters: bool) -> str:
    """Digits in Hanzi. `after_letters`: those at the beginning belong to a code such as AB12."""
    return _NUMBER.sub(lambda found: _in_hanzi(found, after_letters and not found.start()), text)


def _in_hanzi(found: re.Match[str], one_by_one: bool) -> str:
    whole, fraction, percent, year = found[1], found[2] or "", found[3], found[4]
    say = Mandarin()
    if fraction:
        one_by_one |= len(whole) > _LONGEST or len(fraction) > 1 + _LONGEST_FRACTION
    else:
        one_by_one |= (
            len(whole) >= _ONE_BY_ONE or (len(whole) > 1 and whole[0] == "0") or bool(year and len(whole) == 4)
        )
    if one_by_one:
        names = [*say.digits(whole), *(["number.point", *say.digits(fraction[1:])] if fraction else [])]
    else:
        names = say.cardinal(Decimal(whole + fraction))
    return "百分之" * bool(percent) + "".join(_CHARACTERS[name.partition(".")[2]] for name in names) + year


def _spoken(text: str) -> bool:
    return any(character.isalnum() for character in text)
