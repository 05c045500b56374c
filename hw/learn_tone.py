"""What an unknown call-progress tone is: its frequencies, level and cadence, from a recording of a line.

Exchanges and the converters at the end of a fibre differ, and ITU-T E.180 gives ranges, not values. Where nobody knows
the hang-up tone of a line, the box records it once (another line of its own hangs up, or a guided call) and measures it
here. Pure: samples in, a `LearntTone` or None out; it neither records nor decides what the tone means.

    recording     hello?.. bye   |####|____|####|____|####|____|####|__
    1 pitch       looks of 64 ms .####.____.####.____.####.____.####.__   where do most tonal ones have their peak?
    2 power       at that pitch  ,----.____,----.____,----.____,----.__   through 20 ms: half the height is the flank
    3 cadence                     on   off  on   off  on   off            the longest row of runs that repeats

Speech before the tone does no harm; speech over it spoils the runs it touches. Frequencies are good to 1 Hz, lengths to
3 ms, with noise 20 dB below.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hw.tone_patterns import Pattern
from hw.tones import DTMF_HIGH_HZ, DTMF_LOW_HZ
from hw.wave import Samples

Floats = npt.NDArray[np.float64]

RATE = 8000
FULL_SCALE_DBM0 = 3.14  # a sine of full scale, see hw/native/media.h
FULL_SCALE_POWER = 32768**2 / 2

LOOK = 512  # samples: 64 ms, so that two tones 35 Hz apart are two peaks
HOP = 80
SEE = 160  # samples: 20 ms, the window through which flanks are seen
FFT = 4096
QUIETEST_DBM0 = -45.0
TONAL = 0.85  # share of one or two peaks in all that is heard, for a look to be a tone
SECOND_DB = -10.0  # a second peak this far below the first is no tone of its own
SAME_HZ = 10.0
NEAREST_HZ = 37.0  # of a pair, a little more than a detector needs; nearer ones are one modulated tone
HZ = (200.0, 3600.0)

DROP_OUT_MS = 45.0  # shorter gaps are a modulation's trough, shorter sounds no burst
SHORTEST_MS = 70.0  # on or off of a pattern
CONTINUOUS_MS = 3000.0
ALIKE = 0.06  # share by which the lengths of one step of a cadence may differ, and
ALIKE_MS = 12.0  # at least so much
PAIRS = 4
BURSTS = 3  # so many whole ones must be heard at least
EVEN_MS = 1500.0  # and so long
SAME_DB = 2.0  # bursts of a generator are as loud as each other, and as their own halves
PURE = 0.85  # share of a burst that must be the tone and little else
QUIET_DB = -6.0  # gaps against bursts
LONG_ENOUGH_MS = 2000.0  # of a pattern, before it is believed: speech is never so even for so long
CONTINUOUS_MIN_MS = 4000  # a continuous tone counts as hang-up after that


@dataclass(frozen=True, slots=True)
class LearntTone:
    """What was measured.

    `hz`: one or two; `dbm0`: level while it sounds; `cadence_ms`: on, off, ..., from the 'on' after the longest off,
    empty if continuous; `heard_ms`: how much of the recording it rests on.
    """

    hz: tuple[float, ...]
    dbm0: float
    cadence_ms: tuple[int, ...]
    heard_ms: int

    def pattern(self, number: int) -> Pattern:
        """For a detector; as many cycles as make 2 s, two at least."""
        if not self.cadence_ms:
            return Pattern(number, self.hz, min_ms=CONTINUOUS_MIN_MS)
        cycles = min(8, max(2, -int(-LONG_ENOUGH_MS // sum(self.cadence_ms))))
        return Pattern(number, self.hz, self.cadence_ms, cycles=cycles)


@dataclass(frozen=True, slots=True)
class _Run:
    """An on or off between two samples."""

    on: bool
    begin: int
    end: int

    @property
    def ms(self) -> float:
        return (self.end - self.begin) / RATE * 1000

    def inside(self, of: Floats) -> Floats:
        """Without 20 ms at both ends, where a window sees more than the run."""
        margin = min(160, (self.end - self.begin) // 4)
        return of[self.begin + margin : self.end - margin]


def learn_tone(samples: Samples) -> LearntTone | None:
    """The tone that most of a recording (8 kHz, 16 bit) consists of; None if nothing is even enough to be one.

    Five seconds of busy tone are plenty: a cadence must be heard whole twice, and three bursts of it; a continuous tone
    for 3 s. It may be ring-back or dial tone as well as busy: the caller knows what he recorded.
    """
    wave = samples.astype(np.float64)
    hz, where = _pitch(wave)
    if not hz or _is_digit(hz):
        return None
    tone, heard = _power(wave, hz)
    full = np.median(tone[where])
    purity = tone / np.maximum(heard, 1.0)
    runs = _runs((tone > full / 4) & (tone < full * 4) & (purity > 0.5))
    row, pairs = _repeating(runs)
    if pairs:
        believed = _even(row, tone, heard)
    else:
        row = [max((run for run in runs if run.on), key=lambda run: run.ms, default=_Run(True, 0, 0))]
        believed = row[0].ms >= CONTINUOUS_MS and _pure(row, tone, heard)
    if not believed:
        return None
    bursts = [run for run in row if run.on]
    return LearntTone(
        tuple(_refined(wave, each, bursts) for each in hz),
        round(_dbm0(np.concatenate([run.inside(heard) for run in bursts])), 2),
        _cadence(row, pairs) if pairs else (),
        round(_ms(row)),
    )


def _dbm0(power: Floats) -> float:
    return float(10 * np.log10(np.mean(power) / FULL_SCALE_POWER + 1e-12)) + FULL_SCALE_DBM0


def _pitch(wave: Floats) -> tuple[tuple[float, ...], npt.NDArray[np.intp]]:
    """The frequency, or pair, that most tonal looks have in common, and the sample in the middle of each of them."""
    if len(wave) < LOOK:
        return (), np.zeros(0, np.intp)
    window = np.hanning(LOOK)
    looks = np.lib.stride_tricks.sliding_window_view(wave, LOOK)[::HOP] * window
    power = np.sum(np.square(looks), axis=1) / np.sum(np.square(window))
    found: list[tuple[float, ...]] = []
    places: list[int] = []
    for row in np.flatnonzero(power > FULL_SCALE_POWER * 10 ** ((QUIETEST_DBM0 - FULL_SCALE_DBM0) / 10)):
        peaks = _peaks(np.square(np.abs(np.fft.rfft(looks[row], FFT))))
        if peaks:
            found.append(peaks)
            places.append(int(row) * HOP + LOOK // 2)
    if not found:
        return (), np.zeros(0, np.intp)
    # The lower frequency where it is thickest; then single or pair, whichever most of these are.
    lower = np.array([peaks[0] for peaks in found])
    near = np.abs(lower[:, None] - lower[None, :]) < SAME_HZ
    those = np.flatnonzero(near[int(np.argmax(near.sum(axis=1)))])
    count = 2 if 2 * sum(len(found[i]) == 2 for i in those) > len(those) else 1
    those = np.array([i for i in those if len(found[i]) == count])
    hz = tuple(float(np.median([found[i][k] for i in those])) for k in range(count))
    return hz, np.array(places)[those]


def _peaks(spectrum: Floats) -> tuple[float, ...]:
    """One or two frequencies that hold nearly all power of a look; empty if it is not a tone."""
    total = float(spectrum.sum())
    lobe = 2 * FFT // LOOK  # Hann's main lobe, half its width
    left = spectrum.copy()
    peaks: list[tuple[float, float]] = []
    for _ in range(2):
        at = int(np.argmax(left))
        low, high = max(at - lobe, 0), at + lobe + 1
        peaks.append((at * RATE / FFT, float(left[low:high].sum())))
        left[low:high] = 0
    (first, strong), (second, weak) = peaks
    if weak < strong * 10 ** (SECOND_DB / 10) or abs(first - second) < NEAREST_HZ:
        chosen = [first] if strong >= TONAL * total else []
    else:
        chosen = sorted((first, second)) if strong + weak >= TONAL * total else []
    return tuple(chosen) if all(HZ[0] <= hz <= HZ[1] for hz in chosen) else ()


def _is_digit(hz: tuple[float, ...]) -> bool:
    """A pair of DTMF (ITU-T Q.23), by Q.24's 1.8 %: somebody dials evenly."""
    return len(hz) == 2 and all(
        any(abs(each - key) < 0.018 * key for key in group)
        for each, group in zip(hz, (DTMF_LOW_HZ, DTMF_HIGH_HZ), strict=True)
    )


def _smooth(wave: npt.NDArray[np.generic], length: int) -> npt.NDArray[np.complex128]:
    """Mean through Hann's window of `length` samples, of every sample."""
    window = np.hanning(length + 2)[1:-1]
    window /= window.sum()
    size = 1 << (len(wave) + length).bit_length()
    mean = np.fft.ifft(np.fft.fft(wave, size) * np.fft.fft(window, size))
    return np.asarray(mean[(length - 1) // 2 : (length - 1) // 2 + len(wave)])


def _demodulated(wave: Floats, hz: float) -> npt.NDArray[np.complex128]:
    return np.asarray(2 * wave * np.exp(-2j * np.pi * hz / RATE * np.arange(len(wave))))


def _power(wave: Floats, hz: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Of the tone, and of all that is heard; mean squares at every sample."""
    length = SEE if len(hz) == 1 else min(3 * SEE, max(SEE, int(2 * RATE / (hz[1] - hz[0]))))
    tone = sum(np.square(np.abs(_smooth(_demodulated(wave, each), length))) for each in hz) / 2
    return np.asarray(tone), np.real(_smooth(np.square(wave), length))


def _runs(sounds: npt.NDArray[np.bool_]) -> list[_Run]:
    """Ons and offs in turn, without drop-outs, then without clicks. The recording has cut the first and the last."""
    runs = _in_turn(sounds)
    for on in (False, True):
        for run in runs[1:-1]:
            if run.on is on and run.ms < DROP_OUT_MS:
                sounds[run.begin : run.end] = not on
        runs = _in_turn(sounds)
    return runs


def _in_turn(sounds: npt.NDArray[np.bool_]) -> list[_Run]:
    edges = [0, *(int(edge) + 1 for edge in np.flatnonzero(np.diff(sounds))), len(sounds)]
    return [_Run(bool(sounds[begin]), begin, end) for begin, end in pairwise(edges)]


def _ms(row: list[_Run]) -> float:
    return sum(run.ms for run in row)


def _alike(lengths: list[float]) -> bool:
    middle = float(np.median(lengths))
    return all(abs(length - middle) <= max(ALIKE * middle, ALIKE_MS) for length in lengths)


def _repeating(runs: list[_Run]) -> tuple[list[_Run], int]:
    """The longest row of whole runs that repeats every so many pairs of on and off, and the fewest such pairs.

    Heard twice, but for an off, and three bursts at least. Pairs 0: there is none.
    """
    whole = runs[1:-1]
    best: list[_Run] = []
    best_pairs = 0
    for pairs in range(1, PAIRS + 1):
        for begin in range(len(whole)):
            end = begin
            while end < len(whole) and whole[end].ms >= SHORTEST_MS:
                if not _alike([run.ms for run in whole[begin + (end - begin) % (2 * pairs) : end + 1 : 2 * pairs]]):
                    break
                end += 1
            row = whole[begin:end]
            enough = len(row) >= max(2 * BURSTS - 1, 4 * pairs - 1)
            if enough and _ms(row) > 1.3 * _ms(best):
                best, best_pairs = row, pairs
    return best, best_pairs


def _pure(bursts: list[_Run], tone: Floats, heard: Floats) -> bool:
    """Is little else in the bursts?"""
    parts = [float(sum(run.inside(power).sum() for run in bursts)) for power in (tone, heard)]
    return parts[0] >= PURE * parts[1]


def _even(row: list[_Run], tone: Floats, heard: Floats) -> bool:
    """Is that a generator, and not somebody who speaks or plays? Of one level throughout, pure, and quiet between."""
    bursts = [run for run in row if run.on]
    halves = [_dbm0(half) for run in bursts for half in np.array_split(run.inside(tone), 2)]
    gaps = _dbm0(np.concatenate([run.inside(heard) for run in row if not run.on]))
    return (
        _ms(row) >= EVEN_MS
        and max(halves) - min(halves) <= 2 * SAME_DB
        and gaps <= _dbm0(np.concatenate([run.inside(heard) for run in bursts])) + QUIET_DB
        and _pure(bursts, tone, heard)
    )


def _cadence(row: list[_Run], pairs: int) -> tuple[int, ...]:
    """The median length of each step, from the 'on' that follows the longest off."""
    row = row if row[0].on else row[1:]
    steps = [float(np.median([run.ms for run in row[step :: 2 * pairs]])) for step in range(2 * pairs)]
    longest = max(range(1, 2 * pairs, 2), key=lambda step: steps[step])
    return tuple(round(ms) for ms in steps[longest + 1 :] + steps[: longest + 1])


def _refined(wave: Floats, hz: float, bursts: list[_Run]) -> float:
    """From the turn of the phase over 20 ms, inside the bursts."""
    carrier = _smooth(_demodulated(wave, hz), LOOK)
    turns = np.conj(carrier[:-SEE]) * carrier[SEE:]
    turn = np.angle(np.sum([np.sum(turns[run.begin : run.end - SEE]) for run in bursts]))
    return round(hz + float(turn) / (2 * np.pi) * RATE / SEE, 1)
