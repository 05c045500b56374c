"""Tones: programmes of segments, and the two kinds of digits that are made of them (DTMF, R2).

DTMF: ITU-T Q.23 (frequencies), Q.24 (levels and times). R2 multi-frequency codes: ITU-T Q.441 table 5, level Q.454.
What it does: checks a programme, hands it to the native layer (`hw/native/tone.h`), owns it. What it does not: play it
(the plane does), know national tone plans (`hw.tone_plan`).

    Tone(segments, loop_from=2)      |  0  |  1  |  2  |  3  |  2  |  3  |  2  | ...
                                      heard once  '-- from here again and again

Time flows in samples of the plane, 8 a millisecond; lengths are given in milliseconds.
"""

from __future__ import annotations

import array
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from hw.native import ffi, lib

SAMPLES_PER_MS = 8
COMPONENTS = 4  # sines in one segment, TONE_COMPONENTS of tone.h
SEGMENTS_MAX = 512  # TONE_SEGMENTS_MAX of tone.h
HZ = (20.0, 3900.0)
DBM0 = (-70.0, 3.0)
AM_HZ = (1.0, 200.0)
LONGEST_MS = 86_400_000.0  # a segment that is to last longer than a day is one for ever


class ToneError(ValueError):
    """A tone cannot be made.

    `problem` says what is wrong, `remedy` how to mend it; `file`, `country` and `tone` where it stands, if in a file.
    """

    def __init__(
        self,
        problem: str,
        remedy: str,
        *,
        file: Path | None = None,
        country: str | None = None,
        tone: str | None = None,
    ) -> None:
        where = [str(file)] if file else []
        where += [f"country {country}"] if country else []
        where += [f"tone {tone}"] if tone else []
        super().__init__(f"{', '.join(where)}: {problem}; {remedy}" if where else f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.file = file
        self.country = country
        self.tone = tone


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a tone: up to four sines at once, or silence.

    `hz`: 20 to 3900 each; empty: silence. `dbm0`: the level of each sine, -70 to +3. `ms`: its length; None: for ever.
    `am_hz`, `am_depth`: amplitude modulation of the whole, 1 to 200 Hz (0: none) and 0 to 1; `dbm0` stays the level
    that a meter shows. Raises ToneError.
    """

    hz: tuple[float, ...] = ()
    dbm0: tuple[float, ...] = ()
    ms: float | None = None
    am_hz: float = 0.0
    am_depth: float = 0.0

    def __post_init__(self) -> None:
        if len(self.hz) > COMPONENTS:
            raise ToneError(f"{len(self.hz)} frequencies at once", f"give {COMPONENTS} at most")
        if len(self.dbm0) != len(self.hz):
            raise ToneError(f"{len(self.hz)} frequencies but {len(self.dbm0)} levels", "give each frequency its level")
        for hz in self.hz:
            _check("frequency", hz, *HZ, "Hz")
        for dbm0 in self.dbm0:
            _check("level", dbm0, *DBM0, "dBm0")
        if self.ms is not None:
            _check("length", self.ms, 1 / SAMPLES_PER_MS, LONGEST_MS, "ms")
        if self.am_hz != 0:
            _check("modulation frequency", self.am_hz, *AM_HZ, "Hz")
        _check("modulation depth", self.am_depth, 0.0, 1.0, "")

    @property
    def samples(self) -> int:
        """Its length; 0: for ever."""
        return 0 if self.ms is None else round(self.ms * SAMPLES_PER_MS)


def _check(what: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        text = f"{value:g} {unit}".rstrip()
        raise ToneError(f"{what} {text} is out of range", f"give {low:g} to {high:g} {unit}".rstrip())


def sine(*hz: float, dbm0: float = -10.0, ms: float | None = None) -> Segment:
    """One segment of sines that together have `dbm0`, each the same share."""
    each = dbm0 - 10 * math.log10(max(1, len(hz)))
    return Segment(hz, (each,) * len(hz), ms)


def silence(ms: float | None = None) -> Segment:
    return Segment(ms=ms)


class Tone:
    """An immutable programme of segments, as the plane plays it.

    `loop_from`: index of the segment to go back to after the last; None: the programme is heard once, unless its last
    segment lasts for ever. `pointer` is the native `struct tone *`; it lives as long as this object, and longer while
    it is being played. Raises ToneError.
    """

    __slots__ = ("loop_from", "pointer", "segments")

    def __init__(self, segments: Sequence[Segment], loop_from: int | None = None) -> None:
        if not segments:
            raise ToneError("a tone without segments", "give at least one")
        if len(segments) > SEGMENTS_MAX:
            raise ToneError(f"{len(segments)} segments", f"give {SEGMENTS_MAX} at most, or play it in parts")
        if loop_from is not None and not 0 <= loop_from < len(segments):
            raise ToneError(f"loop from segment {loop_from} of {len(segments)}", f"give 0 to {len(segments) - 1}")
        for index, segment in enumerate(segments):
            if segment.ms is None and index < len(segments) - 1:
                raise ToneError(f"segment {index} lasts for ever, but {index + 1} follows", "give it a length")
        if loop_from is not None and segments[-1].ms is None:
            raise ToneError("a loop that never comes to its end", "give the last segment a length, or do not loop")
        native = ffi.new("struct tone_segment[]", len(segments))
        for to, segment in zip(native, segments, strict=True):
            for i, (hz, dbm0) in enumerate(zip(segment.hz, segment.dbm0, strict=True)):
                to.hz[i] = hz
                to.dbm0[i] = dbm0
            to.am_hz = segment.am_hz
            to.am_depth = segment.am_depth
            to.samples = segment.samples
        made = lib.tone_new(native, len(segments), -1 if loop_from is None else loop_from)
        if made == ffi.NULL:
            raise MemoryError("no memory for a tone")
        self.segments = tuple(segments)
        self.loop_from = loop_from
        self.pointer: Any = ffi.gc(made, lib.tone_drop)

    @property
    def samples(self) -> int | None:
        """Its whole length; None: for ever."""
        if self.loop_from is not None or self.segments[-1].ms is None:
            return None
        return sum(segment.samples for segment in self.segments)

    @property
    def ms(self) -> float | None:
        samples = self.samples
        return None if samples is None else samples / SAMPLES_PER_MS

    def preview(self, ms: float) -> array.array[int]:
        """Its first `ms` as 16-bit samples; less if it ends before."""
        wanted = round(ms * SAMPLES_PER_MS)
        out = ffi.new("int16_t[]", max(1, wanted))
        made = lib.tone_preview(self.pointer, out, wanted)
        return array.array("h", bytes(ffi.buffer(out, made * 2)))

    def __repr__(self) -> str:
        length = "endless" if self.ms is None else f"{self.ms:g} ms"
        return f"<Tone of {len(self.segments)} segments, {length}>"


# ITU-T Q.23: a row and a column frequency for each key.
DTMF_LOW_HZ = (697.0, 770.0, 852.0, 941.0)
DTMF_HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
DTMF_KEYS = ("123A", "456B", "789C", "*0#D")
DTMF_HZ = {
    key: (low, high)
    for low, row in zip(DTMF_LOW_HZ, DTMF_KEYS, strict=True)
    for high, key in zip(DTMF_HIGH_HZ, row, strict=True)
}


def dtmf(
    digits: str,
    *,
    on_ms: float = 80.0,
    off_ms: float = 80.0,
    pause_ms: float = 1000.0,
    dbm0: float = -9.0,
    twist_db: float = 2.0,
) -> Tone:
    """DTMF digits `0-9 * # A-D`, each followed by `off_ms` of silence; a comma is a pause of `pause_ms`.

    `dbm0` is the level of the low group, the high one is `twist_db` louder: -9 and -7 as telephones in China send
    (GB/T 15279; ITU-T Q.23 leaves the levels to the country). 80 ms are twice what Q.24 asks a receiver to take.
    Raises ToneError.
    """
    segments = []
    for at, digit in enumerate(digits, start=1):
        if digit == ",":
            segments.append(silence(pause_ms))
        elif digit.upper() in DTMF_HZ:
            segments.append(Segment(DTMF_HZ[digit.upper()], (dbm0, dbm0 + twist_db), on_ms))
            segments.append(silence(off_ms))
        else:
            raise ToneError(f"{digit!r}, place {at} of {digits!r}, is no DTMF digit", "use 0-9 * # A-D, comma: a pause")
    if not segments:
        raise ToneError("no digits", "give at least one of 0-9 * # A-D")
    return Tone(segments)


R2_FORWARD_HZ = (1380.0, 1500.0, 1620.0, 1740.0, 1860.0, 1980.0)
R2_BACKWARD_HZ = (1140.0, 1020.0, 900.0, 780.0, 660.0, 540.0)
# ITU-T Q.441 table 5: which two of the six make codes 1 to 15. China sends 1 to 6 backward, two of the first four.
R2_CODES = tuple((x, y) for y in range(6) for x in range(y))


def r2_forward(code: int, *, ms: float | None = None, dbm0: float = -11.5) -> Tone:
    """A forward code, 1 to 15 (groups I and II; China's KA, KD), until it is stopped: the codes are compelled.

    `ms`: for that long only. `dbm0`: of each frequency, -11.5 as Q.454 says. Raises ToneError.
    """
    return _r2(R2_FORWARD_HZ, code, ms, dbm0)


def r2_backward(code: int, *, ms: float | None = None, dbm0: float = -11.5) -> Tone:
    """A backward code, 1 to 15 (groups A and B; China uses 1 to 6), until it is stopped.

    `ms`: for that long only; a backward code that nothing compels is a pulse of 150 ms (Q.442). Raises ToneError.
    """
    return _r2(R2_BACKWARD_HZ, code, ms, dbm0)


@lru_cache(maxsize=128)
def _r2(hz: tuple[float, ...], code: int, ms: float | None, dbm0: float) -> Tone:
    if not 1 <= code <= 15:
        raise ToneError(f"R2 code {code}", "give 1 to 15")
    x, y = R2_CODES[code - 1]
    return Tone([Segment((hz[x], hz[y]), (dbm0, dbm0), ms)])
