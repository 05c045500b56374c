"""A question of the setup: its words, its default, and how an answer is read.

    question = Question("extensions.first", N_("Number of the first extension"), "8001", digits(1, 8))
    question.read("")        "8001"
    question.read("80o1")    Wrong: "80o1" is no number. Write 1 to 8 digits.

Answers are texts, in the form that read() gives them. Pure; nothing is asked here (Dialogue does).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.texts import N_, _

Check = Callable[[str], str]
"""The answer as it is kept. Wrong: it cannot be one."""


class Wrong(Exception):
    """What is wrong with an answer; `hint`: what to write instead."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` is kept, `text` (marked English, or a name from outside) is shown."""

    value: str
    text: str
    fills: Mapping[str, object] = field(default_factory=dict)

    def words(self) -> str:
        return _(self.text).format(**self.fills) if self.fills else _(self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """`text` and `why` are marked English; `fills` what stands in their braces. With choices, one of them is taken by
    its place, from 1, or its value; without, `check` reads the answer.
    """

    name: str
    text: str
    default: str = ""
    check: Check = str.strip
    choices: tuple[Choice, ...] = ()
    why: str = ""
    fills: Mapping[str, object] = field(default_factory=dict)

    def words(self) -> str:
        return _(self.text).format(**self.fills)

    def help(self) -> str:
        return _(self.why).format(**self.fills) if self.why else ""

    def read(self, raw: str) -> str:
        """Wrong: it is no answer. Nothing but blanks is the default."""
        written = raw.strip() or self.default
        if not self.choices:
            return self.check(written)
        values = [choice.value for choice in self.choices]
        if written in values:
            return written
        if written.isdecimal() and 1 <= int(written) <= len(values):
            return values[int(written) - 1]
        lowered = _ALSO.get(written.lower(), "")
        if lowered in values:
            return lowered
        raise Wrong(
            _("There is no choice {answer}.").format(answer=written),
            _("Write a number from 1 to {most}.").format(most=len(values)),
        )


_ALSO = {"y": "yes", "是": "yes", "n": "no", "否": "no", "不": "no"}
YES_NO = (Choice("yes", N_("yes")), Choice("no", N_("no")))


def yes_no(name: str, text: str, default: bool = True, why: str = "", **fills: object) -> Question:
    return Question(name, text, "yes" if default else "no", choices=YES_NO, why=why, fills=fills)


# ---- checks ----


def digits(least: int, most: int) -> Check:
    """A number of so many digits; full-width ones and separators are read as they were meant."""

    def check(written: str) -> str:
        plain = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in written)
        plain = plain.replace(" ", "").replace("-", "")
        if not (plain == "" or (plain.isascii() and plain.isdigit())) or not least <= len(plain) <= most:
            raise Wrong(_not_this(written, _("a number")), _between(least, most))
        return plain

    return check


def whole(least: int, most: int) -> Check:
    """A whole number in a range."""

    def check(written: str) -> str:
        if not written.isdecimal() or not least <= int(written) <= most:
            hint = _("Write a whole number from {least} to {most}.").format(least=least, most=most)
            raise Wrong(_not_this(written, _("such a number")), hint)
        return str(int(written))

    return check


def text(most: int, least: int = 0) -> Check:
    """Words, on one line."""

    def check(written: str) -> str:
        if any(ord(letter) < 32 for letter in written):
            raise Wrong(_("There are signs in it that cannot be shown."), _("Write letters, digits and spaces."))
        if not least <= len(written) <= most:
            hint = _("Write {least} to {most} characters.").format(least=least, most=most)
            raise Wrong(_("That is too short or too long."), hint)
        return written

    return check


def _not_this(written: str, what: str) -> str:
    return _('"{answer}" is not {what}.').format(answer=written, what=what)


def _between(least: int, most: int) -> str:
    if least == 0:
        return _("Write at most {most} digits, or nothing.").format(most=most)
    return _("Write {least} to {most} digits.").format(least=least, most=most)
