"""The tests that can be made at the card: what each tests, on what, how long it takes, what it needs.

    strowger test NAME SPAN|CHANNEL [--long]

One row a test; the command, the console and docs/card-tests.md read it. What a test finds is in codes.py.
What it does not: make a test (each has its own file).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from core.texts import N_


class Subject(Enum):
    """What a test is made on."""

    SPAN = "span"
    TRUNK = "trunk"  # an analog line of the exchange (FXO port)
    LINE = "line"  # any line of the exchange: an analog one by its channel, PRI and R2 by their names
    STATION = "station"  # a telephone (FXS port)


@dataclass(frozen=True, slots=True)
class Test:
    """`short_s`, `long_s`: seconds, without calls being set up. `disturbs`: nobody can telephone there meanwhile.
    `codes`: prefixes of the codes that it may end with.
    """

    name: str
    subject: Subject
    short_s: float
    long_s: float
    disturbs: bool
    text: str
    codes: tuple[str, ...]


TESTS = {
    test.name: test
    for test in (
        Test("span", Subject.SPAN, 3, 3, False, N_("alarm of a span, its meaning and remedy"), ("SPAN",)),
        Test(
            "counters",
            Subject.SPAN,
            10,
            60,
            False,
            N_("error counters and clock slips stay where they are"),
            ("COUNT",),
        ),
        Test(
            "loop",
            Subject.SPAN,
            3,
            30,
            True,
            N_("what is sent comes back over a loop, in the card or at the far end"),
            ("LOOP",),
        ),
        Test(
            "bit-error",
            Subject.SPAN,
            10,
            60,
            True,
            N_("PRBS-15 over every timeslot: bit errors, bursts, slips"),
            ("BER",),
        ),
        Test("battery", Subject.TRUNK, 1, 1, False, N_("voltage and polarity of a line"), ("BATTERY",)),
        Test("dial-tone", Subject.TRUNK, 3, 3, True, N_("dial tone comes, with its level and frequency"), ("TONE",)),
        Test("noise", Subject.TRUNK, 2, 10, True, N_("noise and hum of a line that is seized and silent"), ("NOISE",)),
        Test("echo", Subject.TRUNK, 2, 5, True, N_("echo return loss of a line"), ("ECHO",)),
        Test(
            "busy-tone",
            Subject.TRUNK,
            10,
            30,
            True,
            N_("the tone by which the exchange says that the other has hung up"),
            ("BUSY",),
        ),
        Test(
            "hang-up",
            Subject.LINE,
            30,
            30,
            True,
            N_("each side sees that the other hangs up"),
            ("HANGUP",),
        ),
        Test("caller-id", Subject.LINE, 10, 10, True, N_("the caller's number comes, and how"), ("CALLER",)),
        Test("digits", Subject.LINE, 20, 20, True, N_("keys are heard, both ways"), ("DIGITS",)),
        Test("level", Subject.LINE, 20, 30, True, N_("how loud the other side is heard"), ("LEVEL",)),
        Test("hook", Subject.STATION, 5, 5, True, N_("lifting and hanging up of a telephone are seen"), ("HOOK",)),
        Test("ring", Subject.STATION, 10, 10, True, N_("a telephone rings, and the lift ends it"), ("RING",)),
        Test("keys", Subject.STATION, 10, 10, True, N_("the keys of a telephone are heard"), ("KEYS", "HOOK")),
        Test("lamp", Subject.STATION, 5, 5, True, N_("the message lamp of a telephone"), ("LAMP",)),
    )
}
