"""What one analog trunk line is like: a profile that the box learns, and that a person can read and edit.

Lines differ by exchange and by the converter at the end of a fibre (FIELD: hang-up tone, reversal, loop break, kind of
caller ID). A line that nobody has looked at has the defaults, which are China's.

What it does: names the properties with their ranges, reads and writes them as TOML, gives the tones to listen for.
What it does not: find them out (learn.py), act on them (trunk.py).

    # How the far end's answer is known: "reversal" of polarity, "inferred" from the speech path, or "either".
    answer = "reversal"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

from hw.tone_patterns import VARIANT, CallProgress, Pattern
from hw.tone_plan import CONTINUOUS_MS, parse_cadence, tone_plan, tone_plans
from hw.tones import ToneError

HANG_UP_TONES = frozenset(
    {CallProgress.BUSY, CallProgress.CONGESTION, CallProgress.VACANT, CallProgress.HOWLER, CallProgress.DIAL}
)
OUR_TONES_DBM0 = -10.0
_CERTAIN_MS = 2000  # a learned cadence is believed after so much of it, two cycles at least
_LEARNED = 0xF * VARIANT  # variant number of a learned pattern; a country has few forms of one tone


class ProfileError(ValueError):
    """A profile that cannot be used: which file, which line (1 the first; None: the whole), what, and the remedy."""

    def __init__(self, problem: str, remedy: str, path: Path | None = None, line: int | None = None) -> None:
        where = f"{path or 'line profile'}{f', line {line}' if line else ''}"
        super().__init__(f"{where}: {problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.path = path
        self.line = line


# ---- what a property may be; each says what is wrong with a value, or nothing ----

Check = Callable[[Any], str]


def _one_of(*choices: str) -> Check:
    return lambda value: "" if value in choices else "use " + " or ".join(f'"{choice}"' for choice in choices)


def _number(low: float, high: float, unit: str) -> Check:
    def check(value: Any) -> str:
        good = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"give {low:g} to {high:g} {unit}".rstrip()

    return check


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "give true or false"


def _country(value: Any) -> str:
    return "" if isinstance(value, str) and value in tone_plans() else f"use one of {', '.join(tone_plans())}"


def _digits(value: Any) -> str:
    good = isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{1,3}", value)
    return "" if good or value == "" else 'give the area code without its 0, as "10", or ""'


def _tone(value: Any) -> str:
    if not isinstance(value, str):
        return 'write it as "450/350,0/350", or ""'
    try:
        _ = _learned(value) if value else None
    except ToneError as error:
        return f"{error}"
    return ""


def _optional(check: Check) -> Check:
    return lambda value: "" if value is None else check(value)


def _is(default: Any, check: Check, comment: str) -> Any:
    return field(default=default, metadata={"check": check, "comment": comment})


@dataclass(frozen=True)
class LineProfile:
    """One trunk line. ProfileError: a value outside its range. The comments are written into the file."""

    country: str = _is("cn", _country, "Whose tones the line has (ISO 3166, lower case).")

    caller_id: str = _is(
        "both",
        _one_of("both", "fsk", "dtmf", "none"),
        'How the exchange sends the caller\'s number: "fsk" between rings, "dtmf" before the first, "both": listen for '
        'either, "none": not at all.',
    )
    wait_for_caller: bool = _is(
        True, _flag, "Is a call told only when its caller is known (1 s after the second ring at the latest)?"
    )
    area_code: str = _is(
        "", _digits, 'Own area code without its 0, so that callers\' numbers can be dialled; "": as is.'
    )
    local_digits: int = _is(8, _number(3, 8, "digits"), "Digits of a local number here.")

    dial: str = _is("dtmf", _one_of("dtmf", "pulse"), 'How numbers are dialled: "dtmf" or "pulse".')
    dial_tone: str = _is("wait", _one_of("wait", "pause"), 'Before dialling: "wait" for dial tone, or just a "pause".')
    dial_tone_s: float = _is(5.0, _number(0.5, 30, "s"), "So long dial tone is waited for, s.")
    pause_s: float = _is(1.5, _number(0.3, 10, "s"), "So long is the pause instead, s.")

    answer: str = _is(
        "either",
        _one_of("either", "reversal", "inferred"),
        'How the far end\'s answer is known: "reversal" of polarity, "inferred" from the speech path, or "either".',
    )
    hang_up_tone: str = _is(
        "",
        _tone,
        'Tone after the far end has hung up, as learned: "450/350,0/350" is 450 Hz, 350 ms on, 350 ms off; "": the '
        "country's busy.",
    )
    hang_up_by_reversal: bool = _is(False, _flag, "Does polarity turn when a caller hangs up?")
    loop_break_ms: int = _is(
        200, _number(0, 2000, "ms"), "Battery gone for so long is a hang-up, ms; 0: it is not one."
    )
    silence_minutes: float = _is(
        10.0, _number(0, 600, "min"), "Nothing heard for so long ends a call (safety net), min; 0: never."
    )
    refuse: str = _is(
        "ring out",
        _one_of("ring out", "answer"),
        'A call that is refused: let it "ring out", or "answer" and hang up at once (the caller pays).',
    )
    ring_pause_s: float = _is(4.0, _number(1, 8, "s"), "Longest pause between two rings, s.")
    guard_s: float = _is(
        2.0, _number(0.3, 10, "s"), "After hanging up, so long before the next seizure, s: the exchange must see it."
    )

    loss_db: float | None = _is(None, _optional(_number(-10, 40, "dB")), "Measured: loss from party to us, dB.")
    noise_dbm0: float | None = _is(None, _optional(_number(-90, 0, "dBm0")), "Measured: noise of the quiet line, dBm0.")
    tone_dbm0: float | None = _is(
        None, _optional(_number(-60, 3, "dBm0")), "Measured: level of the exchange's tones, dBm0."
    )
    echo_return_loss_db: float | None = _is(
        None, _optional(_number(-10, 60, "dB")), "Measured: by how much our own speech comes back weaker, dB."
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            wrong = one.metadata["check"](value)
            if wrong:
                raise ProfileError(f"{one.name} = {value!r}", wrong)

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """What to listen for on this line: the country's tones, with the learned hang-up tone instead of those that
        could be mistaken for it.

        A learned tone that is also a country's hang-up tone keeps that name (congestion); any other is called busy.
        """
        country = tone_plan(self.country).patterns()
        if not self.hang_up_tone:
            return country
        learned = _learned(self.hang_up_tone)
        rivals = [pattern for pattern in country if pattern.may_be(learned)]
        names = [CallProgress.of(rival.number) for rival in rivals]
        name = next((name for name in names if name in HANG_UP_TONES), CallProgress.BUSY)
        kept = [pattern for pattern in country if pattern not in rivals]
        return (*kept, Pattern(name + _LEARNED, learned.hz, learned.cadence_ms, cycles=learned.cycles))

    @property
    def softest_tone_dbm0(self) -> float | None:
        """A hang-up tone softer than this is the echo of a tone that we play; None: the line was not measured.

        Half way between the exchange's tones and what comes back of ours (-10 dBm0, E.180), where these are 6 dB apart.
        """
        if self.tone_dbm0 is None or self.echo_return_loss_db is None:
            return None
        echo = OUR_TONES_DBM0 - self.echo_return_loss_db
        return (self.tone_dbm0 + echo) / 2 if self.tone_dbm0 - echo >= 6.0 else None


def _learned(text: str) -> Pattern:
    """Raises ToneError."""
    hz, cadence_ms = parse_cadence(text)
    cycles = min(8, max(2, -(-_CERTAIN_MS // sum(cadence_ms)))) if cadence_ms else 1
    return Pattern(CallProgress.BUSY, hz, cadence_ms, cycles=cycles, min_ms=CONTINUOUS_MS)


def tone_text(hz: tuple[float, ...], cadence_ms: tuple[int, ...]) -> str:
    """A tone as the file writes it."""
    pitch = "+".join(f"{each:g}" for each in hz)
    if not cadence_ms:
        return pitch
    pairs = zip(cadence_ms[::2], cadence_ms[1::2], strict=True)
    return ",".join(f"{pitch}/{on},0/{off}" for on, off in pairs)


# ---- the file ----

_ABOVE = """\
# An analog line: what it is like. What is left out has the default.
"""


def write_profile(profile: LineProfile) -> str:
    """The profile as TOML, every property with its comment; what was not measured stands as a comment."""
    lines = [_ABOVE]
    for one in fields(profile):
        value = getattr(profile, one.name)
        lines.append(f"\n# {one.metadata['comment']}\n")
        lines.append(f"#{one.name} =\n" if value is None else f"{one.name} = {_toml(value)}\n")
    return "".join(lines)


def _toml(value: str | bool | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, int) else f"{float(value)!r}"


def read_profile(path: Path) -> LineProfile:
    """Raises ProfileError: the first thing wrong in the file, and its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProfileError(f"cannot be read ({error.strerror})", "check path and permissions", path) from None
    except UnicodeDecodeError as error:
        raise ProfileError(f"byte {error.start} is not UTF-8", "save the file as UTF-8", path) from None
    return parse_profile(text, path)


def parse_profile(text: str, path: Path | None = None) -> LineProfile:
    """The same from text that is already in memory."""
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        remedy = 'write name = value, texts in "quotes"'
        raise ProfileError(f"is not TOML: {error}", remedy, path, int(found[1]) if found else None) from None
    known = {one.name: one for one in fields(LineProfile)}
    for name, value in values.items():
        line = _line_of(text, name)
        if name not in known:
            raise ProfileError(f"{name!r} is not a property of a line", f"use {', '.join(known)}", path, line)
        wrong = known[name].metadata["check"](value)
        if wrong:
            raise ProfileError(f"{name} = {value!r}", wrong, path, line)
    return LineProfile(**values)


def _line_of(text: str, name: str) -> int | None:
    pattern = re.compile(rf"\s*[\[\"']*{re.escape(name)}\b")
    return next((at for at, line in enumerate(text.splitlines(), 1) if pattern.match(line)), None)
