"""A TOML text line by line in tokens, as generously as a person reads it: full-width signs are what they stand for.

    for tokens in lines('name = “张三”  # who'):     word name, sign =, text “张三”

A text may be opened by any quote, straight or full-width, and closed by any of its kind; what stands in it is left
alone. Remarks and blanks give no tokens. A text of several lines counts to the line where it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPEN = {"[": "]", "{": "}"}
_WIDE_QUOTES = {**dict.fromkeys("“”„＂", '"'), **dict.fromkeys("‘’＇", "'")}
_SIGNS = {"［": "[", "］": "]", "【": "[", "】": "]", "｛": "{", "｝": "}", "，": ",", "、": ",", "＝": "=", "＃": "#"}
_LETTERS = {"：": ":", "。": ".", "．": ".", "－": "-", "＿": "_", "＋": "+", "；": ";", "（": "(", "）": ")"}
_PLAIN = {
    **_WIDE_QUOTES,
    **_SIGNS,
    **_LETTERS,
    **{
        chr(ord(letter) + 0xFEE0): letter for letter in "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    },
    "\u3000": " ",
}
_BLANK = " \t\r\ufeff\u3000\xa0"

_SCALARS = re.compile(
    r"true|false|[+-]?(inf|nan)"
    r"|0x[0-9A-Fa-f](_?[0-9A-Fa-f])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*"
    r"|[+-]?(0|[1-9](_?[0-9])*)(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
    r"|[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
)


def plain(letter: str) -> str:
    """The half-width sign that a full-width one stands for."""
    return _PLAIN.get(letter, letter)


def is_value(word: str) -> bool:
    """Whether TOML takes the word for a number, a truth value or a time."""
    return _SCALARS.fullmatch(word) is not None


@dataclass(frozen=True, slots=True)
class Token:
    """kind: "word", "text" or "sign". plain: it in half width, of a text its source. closed: a text has its end."""

    kind: str
    start: int
    end: int
    plain: str
    closed: bool = True
    source: str = ""

    @property
    def quote(self) -> str:
        """What closes a text."""
        first = plain(self.source[:1])
        return first * 3 if self.source.startswith(first * 3) else first

    def wide(self) -> str:
        """Its full-width characters that should be half width: of a text, its quotes."""
        if self.kind == "text":
            ends = self.source[:1] + (self.source[-1:] if self.closed else "")
            return "".join(letter for letter in ends if letter in _WIDE_QUOTES)
        return "".join(letter for letter in self.source if letter in _PLAIN)

    def repairs(self) -> list[tuple[int, str]]:
        """Where they stand, and what each should be."""
        if self.kind == "text":
            places = [self.start] + ([self.end - 1] if self.closed else [])
            found = [(at, self.source[at - self.start]) for at in places]
            return [(at, plain(letter)) for at, letter in found if letter in _WIDE_QUOTES]
        return [(self.start + i, plain(letter)) for i, letter in enumerate(self.source) if letter in _PLAIN]


def lines(text: str) -> Iterator[list[Token]]:
    """Each line's tokens; empty lines too."""
    at = 0
    tokens: list[Token] = []
    while at < len(text):
        letter = text[at]
        if letter == "\n":
            yield tokens
            tokens = []
            at += 1
        elif letter in _BLANK:
            at += 1
        elif plain(letter) == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            token = _token(text, at)
            tokens.append(token)
            at = token.end
    yield tokens


def _token(text: str, at: int) -> Token:
    letter = plain(text[at])
    if letter in "\"'":
        end, closed = _text_end(text, at)
        return Token("text", at, end, text[at:end], closed, text[at:end])
    if letter in "[]{},=":
        return Token("sign", at, at + 1, letter, source=text[at])
    end = at
    while end < len(text) and text[end] not in _BLANK and text[end] != "\n" and plain(text[end]) not in "[]{},=#\"'":
        end += 1
    return Token("word", at, end, "".join(map(plain, text[at:end])), source=text[at:end])


def _text_end(text: str, at: int) -> tuple[int, bool]:
    """Where a text ends, and whether it was closed."""
    quote = text[at]
    if text.startswith(quote * 3, at) and quote in "\"'":
        found = text.find(quote * 3, at + 3)
        while found > 0 and text[found : found + 4] == quote * 4:
            found += 1
        return (len(text), False) if found < 0 else (found + 3, True)
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    kind = plain(quote)
    position = at + 1
    while position < end:
        letter = text[position]
        if letter == "\\" and quote == '"':
            position += 2
        elif letter == quote or (quote in _WIDE_QUOTES and plain(letter) == kind):
            return position + 1, True
        else:
            position += 1
    # A straight quote closed by a full-width one, or not at all.
    wide = [i for i in range(at + 1, end) if plain(text[i]) == kind and text[i] in _WIDE_QUOTES]
    if wide:
        return wide[-1] + 1, True
    stripped = text[at:end].rstrip(_BLANK + ",]}")
    return at + max(1, len(stripped)), False
