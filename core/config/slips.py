"""What people really type into a TOML file, found and read as it was meant.

    slips = find(text)
    slips.found        each slip: where, a sentence, what to write
    slips.repaired     the text as it was meant, so that the rest of its mistakes is found too
    slips.original(n)  where the n-th character of it stands in the text

Found: full-width quotes, signs and digits (a Chinese input method was on), bare words for texts, True, yes, units after
numbers, zeros before numbers, a decimal comma, a colon for =, a key of two words, quotes and brackets that are not
closed, commas forgotten. A key in Chinese is only made readable here: that there is no such setting is said when the
settings are looked at.
What it does not: everything else that is no TOML; the reader says that in its own words. Pure; one pass over the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.config.tokens import OPEN, Token, is_value, lines, plain
from core.texts import _

_SECONDS = {
    "ms": 0.001,
    "毫秒": 0.001,
    "s": 1,
    "sec": 1,
    "秒": 1,
    "min": 60,
    "分": 60,
    "分钟": 60,
    "h": 3600,
    "小时": 3600,
}
_UNITS = "|".join(
    [*_SECONDS, "db", "dbm0", "dbm", "hz", "khz", "%", "天", "d", "days", "m", "kb", "mb", "gb", "位", "个", "次"]
)
_WITH_UNIT = re.compile(rf"([+-]?[0-9]+(?:\.[0-9]+)?)\s*({_UNITS})", re.IGNORECASE)
_YES = {"true": "true", "yes": "true", "on": "true", "是": "true", "开": "true"}
_NO = {"false": "false", "no": "false", "off": "false", "否": "false", "关": "false"}
_FACTORS = {"_ms": 0.001, "_s": 1, "_minutes": 60, "_hours": 3600}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Slip:
    """start, end: characters of the text. guess: the value in that line is not known for sure, so that nothing more
    should be said about it.
    """

    start: int
    end: int
    problem: str
    hint: str = ""
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters start to end become `text`."""

    start: int
    end: int
    text: str


@dataclass
class Slips:
    """What find() has found, and how the text was meant."""

    text: str
    found: list[Slip] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    repaired: str = ""
    _pieces: list[tuple[int, int, int]] = field(default_factory=list)  # start in repaired; start, end in the text

    def close(self) -> None:
        """Makes `repaired`. Of two edits in one place the first counts."""
        parts, at, length = [], 0, 0
        self._pieces = []
        for edit in sorted(self.edits, key=lambda edit: edit.start):
            if edit.start < at:
                continue
            parts += [self.text[at : edit.start], edit.text]
            self._pieces.append((length, at, edit.start))
            length += edit.start - at
            self._pieces.append((length, edit.start, edit.end))
            length += len(edit.text)
            at = edit.end
        self._pieces.append((length, at, len(self.text)))
        self.repaired = "".join([*parts, self.text[at:]])
        self.found.sort(key=lambda slip: slip.start)

    def original(self, offset: int) -> int:
        length = len(self.text)
        piece, start, end = self._pieces[bisect_right(self._pieces, (offset, length, length)) - 1]
        return min(start + offset - piece, end)


def find(text: str, tables: Mapping[str, bool] | None = None) -> Slips:
    """tables: those that there are; True: written [[so]], because there may be more than one."""
    slips = Slips(text)
    scan = _Scan(slips, tables or {})
    for line in lines(text):
        scan.line(line)
    scan.end()
    slips.close()
    return slips


class _Scan:
    """Goes through the lines; knows which brackets are open."""

    def __init__(self, slips: Slips, tables: Mapping[str, bool]) -> None:
        self._slips = slips
        self._tables = tables
        self._open: list[Token] = []
        self._valued = False  # a value has just ended: a comma or a closing bracket must follow
        self._last = 0  # where the last token ended
        self._key = ""

    def line(self, tokens: list[Token]) -> None:
        if not tokens:
            return
        self._unclosed_text(tokens)
        self._full_width(tokens)
        if self._open and _begins_statement(tokens, inline=self._open[-1].plain == "{"):
            self._close_all()
        if self._open:
            self._values(tokens)
        elif tokens[0].plain == "[":
            self._header(tokens)
        else:
            self._statement(tokens)
        self._last = tokens[-1].end

    def end(self) -> None:
        if self._open:
            self._close_all()

    # ---- a whole line ----

    def _unclosed_text(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.kind == "text" and not token.closed:
                self._say(token, _("This text is not closed."), _("Put {quote} at its end.").format(quote=token.quote))
                self._edit(token.end, token.end, token.quote)

    def _full_width(self, tokens: list[Token]) -> None:
        wide = [(token, letters) for token in tokens if (letters := token.wide())]
        if not wide:
            return
        letters = " ".join(dict.fromkeys("".join(letters for _token, letters in wide)))
        signs = " ".join(dict.fromkeys(plain(letter) for letter in letters if letter != " "))
        self._say(
            wide[0][0],
            _("Full-width characters: {letters}").format(letters=letters),
            _("Switch the input method to half width (English) and type {signs}").format(signs=signs),
        )
        for token, _letters in wide:
            self._edits(token.repairs())

    def _header(self, tokens: list[Token]) -> None:
        depth = 2 if len(tokens) > 1 and tokens[1].plain == "[" and tokens[1].start == tokens[0].end else 1
        names = [token for token in tokens[depth:] if token.plain not in ("[", "]")]
        closing = [token for token in tokens[depth:] if token.plain == "]"]
        for token in names:
            self._readable(token)
        if len(names) == 1 and names[0].plain in self._tables:
            depth = 2 if self._tables[names[0].plain] else 1
        opening = sum(token.plain == "[" for token in tokens[:2])
        right = len(closing) == depth == opening
        if names and not right:
            whole = "[" * depth + self._slips.text[names[0].start : names[-1].end] + "]" * depth
            self._say(
                Token("word", tokens[0].start, tokens[-1].end, ""),
                _("The brackets of this header are wrong."),
                _("Write {value}").format(value=whole),
            )
            self._edit(tokens[0].start, tokens[-1].end, whole)

    def _statement(self, tokens: list[Token]) -> None:
        self._valued = False
        at = next((i for i, token in enumerate(tokens) if token.plain == "="), None)
        if at is None:
            at = self._without_equals(tokens)
            if at is None:
                return
        key = tokens[:at]
        self._key = " ".join(token.plain for token in key)
        words = [token for token in key if token.kind == "word"]
        if len(words) > 1 and not any(token.plain == "." for token in key):
            joined = "_".join(token.plain for token in words)
            self._say(
                Token("word", key[0].start, key[-1].end, ""),
                _("The name of a setting is one word."),
                _("Write {value}").format(value=joined),
            )
            self._edit(key[0].start, key[-1].end, joined if _BARE.fullmatch(joined) else f'"{joined}"')
        else:
            for token in key:
                self._readable(token)
        rest = tokens[at + 1 :]
        if not rest:
            self._say(
                tokens[-1], _("There is no value."), _('Write name = value; texts stand in "quotes".'), guess=True
            )
            self._edit(tokens[-1].end, tokens[-1].end, ' ""')
            return
        self._values(rest)

    def _without_equals(self, tokens: list[Token]) -> int | None:
        """Where the value of a line without = begins, less one; None: it has none, and was said so."""
        first = tokens[0]
        if first.plain.endswith(":") and len(tokens) > 1 and first.kind == "word" and len(first.plain) > 1:
            colon = Token("sign", first.end - 1, first.end, "=")
            self._say(colon, _("A colon stands where = belongs."), _("Write name = value"))
            self._edit(colon.start, colon.end, " =")
            tokens[0] = Token("word", first.start, first.end - 1, first.plain[:-1])
            return 0
        after = tokens[1] if len(tokens) > 1 else None
        valued = after and (after.kind == "text" or after.plain in OPEN or is_value(after.plain))
        if after is not None and valued and first.kind == "word":
            self._say(after, _("There is no = between name and value."), _("Write name = value"))
            self._edit(first.end, first.end, " =")
            return 0
        whole = Token("word", first.start, tokens[-1].end, "")
        self._say(whole, _("This is no setting."), _("Write name = value, or # before a remark."), guess=True)
        self._edit(whole.start, whole.end, "")
        return None

    # ---- values ----

    def _values(self, tokens: list[Token]) -> None:
        position = 0
        while position < len(tokens):
            token = tokens[position]
            sign = token.plain if token.kind == "sign" else ""
            if sign in OPEN:
                self._comma(token)
                self._open.append(token)
                self._valued = False
            elif sign in ("]", "}"):
                self._closing(token)
            elif sign == ",":
                if not self._open and self._decimal(tokens, position):
                    position += 1
                self._valued = False
            elif sign == "=":
                self._valued = False
            else:
                position += self._one(tokens, position)
            position += 1

    def _one(self, tokens: list[Token], position: int) -> int:
        """A text or words at that position; how many further tokens belong to it."""
        token = tokens[position]
        self._comma(token)
        if token.kind == "text":
            self._valued = True
            return 0
        more = 0
        while position + more + 1 < len(tokens) and tokens[position + more + 1].kind == "word":
            more += 1
        last = tokens[position + more]
        following = tokens[position + more + 1] if position + more + 1 < len(tokens) else None
        if self._open and self._open[-1].plain == "{" and following is not None and following.plain == "=":
            self._key = token.plain
            self._readable(token)
            return more
        said = self._slips.text[token.start : last.end]
        self._word(Token("word", token.start, last.end, "".join(plain(letter) for letter in said)))
        self._valued = True
        return more

    def _word(self, token: Token) -> None:
        """A value without quotes."""
        word = token.plain
        lower = word.lower()
        if is_value(word):
            return
        if lower in _YES or lower in _NO:
            meant = _YES.get(lower) or _NO[lower]
            hint = _("Write {value}").format(value=meant)
            if lower in ("on", "off"):
                hint = _('Write {meant}; or "{word}" in quotes if a text is meant').format(meant=meant, word=lower)
            self._say(token, _("{word} is no value here.").format(word=word), hint, guess=lower in ("on", "off"))
            self._edit(token.start, token.end, meant)
        elif re.fullmatch(r"[+-]?0[0-9]+", word):
            self._say(
                token,
                _("A number does not begin with 0."),
                _('For a telephone number write "{word}" in quotes, else {number}').format(word=word, number=int(word)),
                guess=True,
            )
            self._edit(token.start, token.end, f'"{word}"')
        elif number := with_unit(word, self._key):
            self._say(
                token,
                _("A unit stands after the number; the name of the setting says it already."),
                _("Write {value}").format(value=number),
                guess="." in number,
            )
            self._edit(token.start, token.end, number)
        else:
            quoted = word.replace("\\", "\\\\").replace('"', '\\"')
            self._say(token, _("A text stands in quotes."), _("Write {value}").format(value=f'"{word}"'))
            self._edit(token.start, token.end, f'"{quoted}"')

    def _comma(self, token: Token) -> None:
        """Before a value: has the one before it ended?"""
        if not self._valued:
            return
        self._valued = False
        if self._open:
            self._say(token, _("A comma is missing before this."), "")
            self._edit(self._last_of(token), self._last_of(token), ",")
        else:
            self._say(token, _("Something stands after the value."), _("One setting, one line."))
            self._edit(token.start, token.end, "")

    def _last_of(self, token: Token) -> int:
        """Where what stands before a token ends."""
        before = self._slips.text[: token.start].rstrip()
        return len(before) if len(before) > self._last else self._last

    def _decimal(self, tokens: list[Token], position: int) -> bool:
        """3,5 for 3.5"""
        around = tokens[position - 1 : position + 2]
        if position and len(around) == 3 and all(re.fullmatch(r"[+-]?[0-9]+", around[i].plain) for i in (0, 2)):
            number = f"{around[0].plain}.{around[2].plain}"
            whole = Token("word", around[0].start, around[2].end, "")
            self._say(whole, _("The decimal sign is a point."), _("Write {value}").format(value=number), guess=True)
            self._edit(around[1].start, around[1].end, ".")
            self._valued = True
            return True
        return False

    def _closing(self, token: Token) -> None:
        if self._open and OPEN[self._open[-1].plain] == token.plain:
            self._open.pop()
        else:
            self._say(token, _("Nothing is open that this closes."), "")
            self._edit(token.start, token.end, "")
        self._valued = True

    def _close_all(self) -> None:
        for token in reversed(self._open):
            closing = OPEN[token.plain]
            self._say(token, _("This bracket is not closed."), _("Put {bracket} at the end.").format(bracket=closing))
        self._edit(self._last, self._last, "".join(OPEN[token.plain] for token in reversed(self._open)))
        self._open.clear()

    # ---- what was found ----

    def _readable(self, token: Token) -> None:
        """A bare key in another script gets quotes."""
        if token.kind == "word" and not _BARE.fullmatch(token.plain) and token.plain != ".":
            parts = token.plain.split(".")
            quoted = [part if not part or _BARE.fullmatch(part) else f'"{part}"' for part in parts]
            self._edit(token.start, token.end, ".".join(quoted))

    def _say(self, token: Token, problem: str, hint: str, guess: bool = False) -> None:
        self._slips.found.append(Slip(token.start, token.end, problem, hint, guess))

    def _edit(self, start: int, end: int, text: str) -> None:
        self._slips.edits = [edit for edit in self._slips.edits if not (start < edit.end and edit.start < end)]
        self._slips.edits.append(Edit(start, end, text))

    def _edits(self, repairs: list[tuple[int, str]]) -> None:
        for at, letter in repairs:
            self._edit(at, at + 1, letter)


def _begins_statement(tokens: list[Token], inline: bool) -> bool:
    """Whether a line can only be the next table or setting, so that a bracket before it was forgotten."""
    words = "".join(token.plain if token.kind == "sign" or token.plain == "." else "w" for token in tokens)
    bare = all(token.kind != "text" for token in tokens)
    header = bool(re.fullmatch(r"\[{1,2}w+(\.w+)*\]{1,2}", words)) and bare
    return header or (not inline and len(tokens) > 1 and tokens[0].kind == "word" and tokens[1].plain == "=")


def with_unit(word: str, key: str) -> str:
    """The number of a number with its unit, as it belongs under that key; "": it is none."""
    found = _WITH_UNIT.fullmatch(word.strip())
    return _converted(found[1], found[2].lower(), key) if found else ""


def _converted(number: str, unit: str, key: str) -> str:
    """In the unit that the key ends in, where both are times."""
    suffix = next((suffix for suffix in _FACTORS if key.endswith(suffix)), "")
    if unit not in _SECONDS or not suffix:
        return number
    value = float(number) * _SECONDS[unit] / _FACTORS[suffix]
    return f"{value:g}"
