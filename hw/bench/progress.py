"""Call-progress tones: how surely and how soon China's are told, what is told where there are none, and the cost.

Conditions: tones made here, not by the media plane, with white noise below them (SNR: power of the tone while it sounds
against the noise from 0 to 4 kHz), through A-law, in frames of 20 ms. The time to tell runs from the first sample of
the tone to the end of the frame with which the detector has told it. Half of the tones begin somewhere in their
cadence.

    tone        .....|####|____|####|____|####|____        begins anywhere: in a burst, or in a pause that nobody hears
    told             |<------ time to tell ------>|
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from hw.bench import corpus
from hw.bench.corpus import RATE, Wave, amplitude, through_alaw
from hw.native import ffi, lib
from hw.tone_patterns import CallProgress, TonePatterns, tone_name
from hw.tone_plan import tone_plan
from hw.wave import Samples

FRAME = 160
LEVELS_DBM0 = (-35.0, -20.0, -5.0)
SNRS_DB = (20.0, 30.0)
# Frequency in Hz, over the whole tolerance of China's plan; and how much longer the ons and the offs are than nominal.
FREQUENCIES = (425.0, 430.0, 440.0, 450.0, 460.0, 470.0, 475.0)
SKEWS = ((0.85, 0.85), (0.85, 1.15), (1.0, 1.0), (1.15, 0.85), (1.15, 1.15))
CADENCES = {
    CallProgress.BUSY: (350, 350),
    CallProgress.CONGESTION: (700, 700),
    CallProgress.RINGBACK: (1000, 4000),
    CallProgress.VACANT: (100, 100, 100, 100, 100, 100, 400, 400),
    CallProgress.DIAL: (),
}
# What sounds in a conversation of the corpus, and is rightly told.
TRUE = {("conversation", CallProgress.RINGBACK), ("conversation", CallProgress.CALL_WAITING)}
# What ends a call on an analog trunk.
HANG_UP = {CallProgress.DIAL, CallProgress.BUSY, CallProgress.CONGESTION, CallProgress.VACANT, CallProgress.HOWLER}


class Told(NamedTuple):
    """An event of the detector: `ms` since the samples began; Hz and dBm0 of a begin, length in ms of an end."""

    begins: bool
    number: int
    ms: float
    hz: float
    dbm0: float
    length_ms: float


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone on a line.

    `skew`: the ons and the offs are so much longer than said; `skip_ms`: how far in its cadence it begins; `snr_db`
    None: no noise; `am`: depth of a modulation by 25 Hz; `before_ms`: of noise alone.
    """

    hz: tuple[float, ...] = (450.0,)
    cadence_ms: tuple[float, ...] = ()
    seconds: float = 5.0
    dbm0: float = -10.0
    snr_db: float | None = None
    skew: tuple[float, float] = (1.0, 1.0)
    skip_ms: float = 0.0
    am: float = 0.0
    before_ms: float = 500.0
    seed: int = 1

    @property
    def steps_ms(self) -> tuple[float, ...]:
        return tuple(ms * self.skew[i % 2] for i, ms in enumerate(self.cadence_ms))

    @property
    def begin_ms(self) -> float:
        """When it is first heard."""
        if not self.cadence_ms:
            return self.before_ms
        at = self.skip_ms % sum(self.steps_ms)
        for i, end in enumerate(np.cumsum(self.steps_ms)):
            if at < end:
                return self.before_ms + (float(end) - at if i % 2 else 0.0)
        return self.before_ms

    def wave(self) -> Wave:
        """Before A-law."""
        random = np.random.default_rng(self.seed)
        seconds = np.arange(int(self.seconds * RATE)) / RATE
        wave = np.zeros(len(seconds))
        for hz in self.hz:
            wave += np.sin(2 * np.pi * hz * seconds + random.uniform(0, 2 * np.pi)) / np.sqrt(len(self.hz))
        if self.am:
            wave *= (1 + self.am * np.cos(2 * np.pi * 25 * seconds)) / np.sqrt(1 + self.am**2 / 2)
        if self.cadence_ms:
            at = (seconds * 1000 + self.skip_ms) % sum(self.steps_ms)
            wave *= np.searchsorted(np.cumsum(self.steps_ms), at, side="right") % 2 == 0
        line = np.concatenate([np.zeros(int(self.before_ms * RATE / 1000)), wave * amplitude(self.dbm0)])
        if self.snr_db is not None:
            line += random.normal(size=len(line)) * amplitude(self.dbm0 - self.snr_db) / np.sqrt(2)
        return line

    def samples(self) -> Samples:
        return through_alaw(self.wave())


class Listener:
    """One detector, listening for the tones of a plan and nothing else. Time goes on from call to call."""

    def __init__(self, patterns: TonePatterns, frame: int = FRAME) -> None:
        settings: Any = ffi.new("struct detect_settings *")
        settings.kinds = lib.DETECT_TONES
        settings.plan = patterns.pointer
        self._detector: Any = ffi.gc(lib.detector_new(settings), lib.detector_free)
        self._events: Any = ffi.new("struct event[]", 4096)
        self._blob: Any = ffi.new("uint8_t[]", 1)
        self.frame = frame
        self.time = 0

    def hear(self, samples: Samples) -> list[Told]:
        """Whole frames of it; what is left over is not heard."""
        data = ffi.from_buffer("int16_t[]", np.ascontiguousarray(samples))
        count = lib.detector_hear(
            self._detector, data, len(samples), self.frame, self.time, self._events, 4096, self._blob, 1
        )
        self.time += len(samples) // self.frame * self.frame
        return [
            Told(
                begins=event.kind == lib.EVENT_TONE_BEGIN,
                number=event.code,
                ms=event.time * 1000 / RATE,
                hz=event.a / 10 if event.kind == lib.EVENT_TONE_BEGIN else 0.0,
                dbm0=event.b / 100 if event.kind == lib.EVENT_TONE_BEGIN else 0.0,
                length_ms=event.a * 1000 / RATE if event.kind == lib.EVENT_TONE_END else 0.0,
            )
            for event in self._events[0:count]
        ]


def told(patterns: TonePatterns, samples: Samples, frame: int = FRAME) -> list[Told]:
    return Listener(patterns, frame).hear(samples)


def told_after(patterns: TonePatterns, tone: Tone, number: int, frame: int = FRAME) -> float | None:
    """Milliseconds from the first sample of the tone until it is told; None: never."""
    listener, samples = Listener(patterns, frame), tone.samples()
    for begin in range(0, len(samples) - frame + 1, frame):
        if any(event.begins and event.number == number for event in listener.hear(samples[begin : begin + frame])):
            return listener.time * 1000 / RATE - tone.begin_ms
    return None


def cases(which: CallProgress) -> list[Tone]:
    """The matrix of a tone: level, noise, frequency, error of the cadence, from its beginning and from somewhere.

    Busy, which ends most calls, is tried at more frequencies than the others.
    """
    cadence = CADENCES[which]
    random = np.random.default_rng(which)
    frequencies = FREQUENCIES if which is CallProgress.BUSY else FREQUENCIES[::3]
    skews = SKEWS if cadence else SKEWS[2:3]
    seconds = max(6.0, 3.5 * sum(cadence) / 1000)
    matrix = product(LEVELS_DBM0, SNRS_DB, frequencies, skews, (0.0, sum(cadence)))
    return [
        Tone((hz,), cadence, seconds, dbm0, snr, skew, random.uniform(0, within), seed=int(random.integers(9999)))
        for dbm0, snr, hz, skew, within in matrix
    ]


def matrix(which: CallProgress) -> dict[str, Any]:
    """Share of the cases that are told, and after how many seconds (of those that are)."""
    patterns = tone_plan("cn").listen()
    times = [told_after(patterns, tone, which) for tone in cases(which)]
    found = np.array([ms / 1000 for ms in times if ms is not None])
    return {
        "cases": len(times),
        "found": round(len(found) / len(times), 4),
        "p95_s": round(float(np.percentile(found, 95)), 3) if len(found) else None,
        "max_s": round(float(found.max()), 3) if len(found) else None,
    }


def sounds(minutes: float) -> dict[str, Samples]:
    """Everything that is no signal: so many minutes of each synthetic kind, and what recordings are installed."""
    made = {f"speech {language}": corpus.speech(minutes, language) for language in corpus.LANGUAGES}
    made |= {
        "conversation": corpus.conversation(minutes),
        "music": corpus.music(minutes),
        "digits": corpus.digits(minutes),
    }
    installed = {what: corpus.recordings(what) for what in corpus.RECORDINGS}
    return made | {what: samples for what, samples in installed.items() if len(samples)}


def false_tones(minutes: float) -> dict[str, Any]:
    """What is told in them that does not sound: how often each tone, how many would end a call, in how many hours."""
    patterns = tone_plan("cn").listen()
    hours, by_sound, hang_ups = 0.0, {}, 0
    for name, samples in sounds(minutes).items():
        tones = [CallProgress.of(event.number) for event in told(patterns, samples) if event.begins]
        wrong = Counter(which for which in tones if (name, which) not in TRUE)
        hours += len(samples) / RATE / 3600
        hang_ups += sum(count for which, count in wrong.items() if which in HANG_UP)
        by_sound[name] = ", ".join(f"{count} {tone_name(which)}" for which, count in wrong.items()) or "none"
    return {"hours": round(hours, 2), "hang_ups": hang_ups, **by_sound}


def cost(countries: Sequence[str] = ("cn", "us")) -> dict[str, Any]:
    """Microseconds for one port and frame of 20 ms, the best of some rounds over 20 s of each kind of sound."""
    seconds = 20
    kinds = {
        "silence": np.zeros(seconds * RATE, np.int16),
        "busy": Tone(cadence_ms=CADENCES[CallProgress.BUSY], seconds=seconds, snr_db=20.0).samples(),
        "speech": corpus.speech(1)[: seconds * RATE],
        "music": corpus.music(1)[: seconds * RATE],
    }

    def best(country: str, samples: Samples) -> float:
        listener, rounds = Listener(tone_plan(country).listen()), []
        for _ in range(7):
            began = time.perf_counter()
            listener.hear(samples)
            rounds.append(time.perf_counter() - began)
        return round(min(rounds) / (len(samples) / FRAME) * 1e6, 3)

    return {country: {kind: best(country, samples) for kind, samples in kinds.items()} for country in countries}


def figures(minutes: float = 10.0) -> dict[str, Any]:
    """Everything, for `strowger bench`; `minutes` of each kind of sound. The first time it also makes the sounds."""
    return {
        "found": {tone_name(which): matrix(which) for which in CADENCES},
        "false": false_tones(minutes),
        "us_per_frame": cost(),
    }
