"""Feature codes and PINs: what is dialled can be told apart, and a secret is none that everybody tries first.

What it does not: say what a code does (core/exchange), or who may use a PIN (core/numbering). Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from core.config.finding import Finding, Path
from core.config.model import Box
from core.config.model.features import DIAL_TONE, context, syntax
from core.config.references import numbers
from core.texts import _


def codes(box: Box) -> Iterator[Finding]:
    by_context: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in type(box.features).model_fields:
        if code := getattr(box.features, name):
            by_context[context(name)].append((code, name))
    for where, codes in by_context.items():
        codes.sort(key=lambda entry: len(entry[0]))
        for number, (code, name) in enumerate(codes):
            for other_code, other in codes[:number]:
                yield from _confused(box, code, name, other_code, other)
        if where == DIAL_TONE:
            yield from _codes_and_numbers(box, codes)


def _confused(box: Box, code: str, name: str, shorter: str, other: str) -> Iterator[Finding]:
    # Of the two, the one that was written is told first.
    defaults = type(box.features)()
    written, also = (other, name) if getattr(defaults, name) == code else (name, other)
    path: Path = ("features", written)
    first: tuple[tuple[Path, str], ...] = ((("features", also), _("The other code")),)
    if code == shorter:
        yield Finding(path, _("The code {code} is given twice.").format(code=code), "", first)
    elif code.startswith(shorter) and not (syntax(other) and code[len(shorter)] in "*#"):
        # *8* and digits can be told from *8*#: no number begins with a sign.
        yield Finding(
            path,
            _("The code {code} cannot be dialled: {shorter} is complete before it.").format(code=code, shorter=shorter),
            "",
            first,
        )


def _codes_and_numbers(box: Box, codes: list[tuple[str, str]]) -> Iterator[Finding]:
    plan = [*numbers(box), *((number, ("numbering", "emergency")) for number in box.numbering.emergency)]
    for code, name in codes:
        for number, path in plan:
            if number.startswith(code) or code.startswith(number):
                yield Finding(
                    ("features", name),
                    _("The code {code} and the number {number} cannot be told apart.").format(code=code, number=number),
                    _("Let the code begin with * or #."),
                    ((path, _("The number")),),
                )
                break


def conference_pins(box: Box) -> Iterator[Finding]:
    for row, room in enumerate(box.conference):
        for name in ("pin", "chair_pin"):
            pin = getattr(room, name)
            if pin and weak(pin, room.number):
                yield _guessed(("conference", row, name))
        if room.pin and room.pin == room.chair_pin:
            path: Path = ("conference", row, "chair_pin")
            yield Finding(path, _("The chair's PIN is that of everybody."), "", ((("conference", row, "pin"), ""),))
        if (room.wait_for_chair or room.end_with_chair) and not room.chair_pin:
            name = "wait_for_chair" if room.wait_for_chair else "end_with_chair"
            yield Finding(("conference", row, name), _('There is no chair without "chair_pin".'))


def calling_pins(box: Box) -> Iterator[Finding]:
    stations = [number for number in box.stations if len(number) > 2]
    for row, person in enumerate(box.pin):
        own = next((number for number in stations if number in person.pin), "")
        if weak(person.pin, own):
            yield _guessed(("pin", row, "pin"))


def mailbox_pins(box: Box) -> Iterator[Finding]:
    for row, mailbox in enumerate(box.mailbox):
        if mailbox.pin and weak(mailbox.pin, mailbox.number):
            yield _guessed(("mailbox", row, "pin"))


def mails(box: Box) -> Iterator[Finding]:
    """Nobody sends what has no sender or no server."""
    if box.mail.server and not box.mail.sender:
        yield Finding(("mail", "sender"), _("Mail needs an address that it comes from."))
    for row, mailbox in enumerate(box.mailbox):
        if mailbox.mail and not box.mail.server:
            yield Finding(("mailbox", row, "mail"), _('No mail is sent without [mail] "server".'), warning=True)


def _guessed(path: Path) -> Finding:
    hint = _("Avoid one digit over and over, digits in order, a date, the own number.")
    return Finding(path, _("This PIN is guessed at once."), hint)


def weak(pin: str, number: str = "") -> bool:
    """Whether a PIN is among the first that anybody tries: one digit, digits in order, a date, the own number."""
    digits = [int(digit) for digit in pin]
    steps = {(b - a) % 10 for a, b in pairwise(digits)}
    date = len(pin) == 8 and pin[:2] in ("19", "20") and "01" <= pin[4:6] <= "12" and "01" <= pin[6:] <= "31"
    short = len(pin) == 6 and "01" <= pin[2:4] <= "12" and "01" <= pin[4:] <= "31"
    return (len(steps) == 1 and steps <= {0, 1, 9}) or date or short or (len(number) > 2 and number in pin)
