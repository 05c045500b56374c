"""Call-progress tones as a detector is to find them.

Names and meanings: ITU-T E.180 and E.182. What it does: numbers the tones, describes each by frequency and cadence,
hands them to the native layer (`struct tone_plan` of `hw/native/detect.h`). What it does not: know countries
(`hw.tone_plan` does), hear anything (the detector does). Lengths are milliseconds.

    busy of China, 3 cycles       |450 Hz|______|450 Hz|______|450 Hz|___
                                    350    350    350    350    350      each ms within 15 %: certain

Patterns can also be made of what was measured on a line, and given to a detector like these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import Any

from hw.native import ffi, lib
from hw.tones import ToneError

PATTERNS_MAX = 24  # TONE_PLAN_MAX of detect.h
VARIANT = 0x100  # the numbers of two forms of one tone are this far apart


class CallProgress(IntEnum):
    """The tones, by the number that a detector reports. Fixed: they stand in journals."""

    DIAL = 1
    SPECIAL_DIAL = 2  # dial tone that also says: messages wait, or calls are forwarded
    RINGBACK = 3
    BUSY = 4
    CONGESTION = 5
    VACANT = 6  # number unobtainable
    SPECIAL_INFORMATION = 7  # three rising notes before an announcement
    HOWLER = 8  # the receiver was left off
    CALL_WAITING = 9
    TOLL_NOTICE = 10  # a long-distance call waits for a party in talk
    THREE_WAY = 11  # reminds the parties that a third one hears them
    RECORDER_WARNING = 12

    @classmethod
    def of(cls, code: int) -> CallProgress:
        """Which tone EVENT_TONE_BEGIN and EVENT_TONE_END name by `code`. ValueError: none of ours."""
        return cls(code % VARIANT)


def tone_name(number: int) -> str:
    """For messages: the tone's name, or the number if it is none of ours."""
    try:
        return CallProgress.of(number).name.lower()
    except ValueError:
        return f"pattern {number}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One tone to be found, as struct tone_pattern of detect.h. The ranges are the detector's.

    `number`: what the event's code will be, 1 to 65535. `hz`: one or two at once, 150 to 3700, two at least 35 apart.
    `cadence_ms`: on, off, on, off, ..., one to four pairs of 70 to 60 000 ms each; empty: continuous, reported after
    `min_ms`. `cycles`: whole repetitions wanted, 1 to 8. `tolerance_hz`: 1 to 40. `cadence_tolerance`: of each on and
    off, as a share, 0 to 0.35. Raises ToneError.
    """

    number: int
    hz: tuple[float, ...]
    cadence_ms: tuple[int, ...] = ()
    tolerance_hz: float = 25.0
    cadence_tolerance: float = 0.15
    cycles: int = 1
    min_ms: int = 4000

    def __post_init__(self) -> None:
        if len(self.hz) not in (1, 2):
            raise ToneError(f"{len(self.hz)} frequencies at once to listen for", "give one or two")
        if len(self.hz) == 2 and abs(self.hz[0] - self.hz[1]) < 35:
            raise ToneError(f"{self.hz[0]:g} and {self.hz[1]:g} Hz are too near", "give 35 Hz between them")
        if len(self.cadence_ms) not in (0, 2, 4, 6, 8):
            raise ToneError(f"a cadence of {len(self.cadence_ms)} steps", "give one to four pairs of on and off")
        _check("pattern number", self.number, 1, 0xFFFF)
        for hz in self.hz:
            _check("frequency to listen for", hz, 150, 3700)
        for ms in self.cadence_ms:
            _check("on or off to listen for", ms, 70, 60_000)
        _check("tolerance_hz", self.tolerance_hz, 1, 40)
        _check("cadence_tolerance", self.cadence_tolerance, 0, 0.35)
        _check("cycles", self.cycles, 1, 8)
        _check("min_ms", self.min_ms, 50, 600_000)

    @property
    def longest_on_ms(self) -> float:
        """How long a burst of it may last; 0: it has no bursts."""
        return max(self.cadence_ms[::2], default=0) * (1 + self.cadence_tolerance)

    def sounds_like(self, other: Pattern) -> bool:
        """True if one signal can have the frequencies of both."""
        if len(self.hz) != len(other.hz):
            return False
        reach = self.tolerance_hz + other.tolerance_hz
        if len(self.hz) == 2:  # the detector keeps the two of a pair apart, so each of them may be off by less
            reach = min(reach, 0.6 * min(abs(pattern.hz[0] - pattern.hz[1]) for pattern in (self, other)))
        return all(abs(a - b) < reach for a, b in zip(sorted(self.hz), sorted(other.hz), strict=True))

    def may_be(self, other: Pattern) -> bool:
        """True if one signal can be both, so that a detector could not tell which it hears."""
        if not self.sounds_like(other) or bool(self.cadence_ms) != bool(other.cadence_ms):
            return False
        mine = _repeated(self.cadence_ms, 0)
        return any(
            all(
                abs(a - b) <= a * self.cadence_tolerance + b * other.cadence_tolerance
                for a, b in zip(mine, _repeated(other.cadence_ms, turn), strict=True)
            )
            for turn in range(0, max(1, len(other.cadence_ms)), 2)
        )


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ToneError(f"{what} {value:g} is out of range", f"give {low:g} to {high:g}")


def _repeated(cadence_ms: tuple[int, ...], turn: int) -> tuple[int, ...]:
    """Twelve pairs of it, begun at step `turn`: any two cadences of one to four pairs are whole in that."""
    turned = cadence_ms[turn:] + cadence_ms[:turn]
    return turned * (24 // len(turned)) if turned else ()


class TonePatterns:
    """What a detector is to find: patterns, checked against each other, in the native layer.

    `pointer` is the `struct tone_plan *` for struct detect_settings; all ports of a country share one. Raises
    ToneError: none or more than 24 patterns, a number twice, two that one signal could both be.
    """

    __slots__ = ("patterns", "pointer")

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        if not 1 <= len(patterns) <= PATTERNS_MAX:
            raise ToneError(f"{len(patterns)} tones to be found", f"give 1 to {PATTERNS_MAX}")
        for one, other in combinations(patterns, 2):
            if one.number == other.number:
                raise ToneError(f"{tone_name(one.number)} twice with number {one.number}", "number each pattern apart")
            if one.may_be(other):
                raise ToneError(
                    f"{tone_name(one.number)} and {tone_name(other.number)} cannot be told apart",
                    "leave one of them out, or make their tolerances smaller",
                )
        native = ffi.new("struct tone_pattern[]", len(patterns))
        for to, pattern in zip(native, patterns, strict=True):
            to.number = pattern.number
            to.hz[0 : len(pattern.hz)] = pattern.hz
            to.hz_tolerance = pattern.tolerance_hz
            to.steps = len(pattern.cadence_ms) or 1
            to.cadence_ms[0 : len(pattern.cadence_ms)] = pattern.cadence_ms
            to.cadence_tolerance = pattern.cadence_tolerance
            to.cycles = pattern.cycles
            to.min_ms = pattern.min_ms
        made = lib.tone_plan_new(native, len(patterns))
        if made == ffi.NULL:
            raise MemoryError("no memory for tone patterns")
        self.patterns = tuple(patterns)
        self.pointer: Any = ffi.gc(made, lib.tone_plan_drop)
