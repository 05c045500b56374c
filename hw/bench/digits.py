"""The DTMF receiver under ITU-T Q.24's conditions and worse: what it finds, what it takes for digits, what it costs.

Q.24 annex A (limits of administrations), Q.23 (tones). Every trial sends all sixteen digits ten times at phases and
distances drawn from its seed, through A-law, and counts what hw/native/dtmf.c hears; a digit too many or a wrong one is
counted too. Nothing is printed here, and nothing judged: tests/detectors does that with the same trials, and
`strowger bench media` shows figures().

    |pause|digit|pause|digit|...      one Trial: level, twist, error of frequency, noise, dial tone, on and off
"""

from __future__ import annotations

import itertools
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hw.bench.corpus import LANGUAGES, RATE, Wave, amplitude, music, recordings, speech, through_alaw
from hw.native import ffi, lib
from hw.tones import DTMF_HIGH_HZ, DTMF_LOW_HZ
from hw.wave import Samples

KEYS = "123A456B789C*0#D"
ROUNDS = 10  # of all keys in a trial
SENT = ROUNDS * len(KEYS)
LEAD_MS = 50  # before the first digit
FRAME = 160


@dataclass(frozen=True, slots=True)
class Trial:
    """What the digits are sent with. Levels in dBm0 of one tone, errors of frequency in per cent."""

    name: str
    on_ms: float = 50
    off_ms: float = 50
    dbm0: float = -10  # of the stronger tone
    twist_db: float = 0  # positive: the high tone is the stronger one
    low_error: float = 0
    high_error: float = 0
    snr_db: float | None = None  # both tones over white noise of the whole band
    dial_hz: tuple[float, ...] = ()
    dial_dbm0: float = -10  # of each of its tones


@dataclass(frozen=True, slots=True)
class Outcome:
    """Found: in their place in the row of digits sent. Wrong: heard, but not sent there."""

    sent: int
    found: int
    wrong: int


def sine(hz: float, samples: int, dbm0: float, phase: float = 0) -> Wave:
    return np.asarray(amplitude(dbm0) * np.sin(2 * np.pi * hz / RATE * np.arange(samples) + phase))


def digit(key: str, ms: float, trial: Trial, random: np.random.Generator) -> Wave:
    """One press of a key, its two tones at phases of their own."""
    row, column = divmod(KEYS.index(key), 4)
    low_hz = DTMF_LOW_HZ[row] * (1 + trial.low_error / 100)
    high_hz = DTMF_HIGH_HZ[column] * (1 + trial.high_error / 100)
    samples = round(ms * RATE / 1000)
    low = sine(low_hz, samples, trial.dbm0 - max(trial.twist_db, 0), random.uniform(0, 7))
    high = sine(high_hz, samples, trial.dbm0 + min(trial.twist_db, 0), random.uniform(0, 7))
    return low + high


def noise(samples: int, dbm0: float, random: np.random.Generator) -> Wave:
    """White, of that level over the whole band."""
    return np.asarray(random.normal(0, amplitude(dbm0) / np.sqrt(2), samples))


def sound(trial: Trial, keys: str, seed: int = 1) -> Samples:
    """The trial as it comes off the line."""
    random = np.random.default_rng(seed)
    parts = [np.zeros(LEAD_MS * RATE // 1000)]
    for key in keys:
        # Up to 10 ms more, so that digits begin anywhere between the receiver's blocks.
        parts += [
            digit(key, trial.on_ms, trial, random),
            np.zeros(round(trial.off_ms * RATE / 1000) + random.integers(80)),
        ]
    wave = np.concatenate([*parts, np.zeros(RATE // 10)])
    if trial.snr_db is not None:
        weaker = trial.dbm0 - abs(trial.twist_db)
        both = 10 * np.log10(10 ** (trial.dbm0 / 10) + 10 ** (weaker / 10))
        wave = wave + noise(len(wave), both - trial.snr_db, random)
    for hz in trial.dial_hz:
        wave = wave + sine(hz, len(wave), trial.dial_dbm0, random.uniform(0, 7))
    return through_alaw(wave)


class Receiver:
    """A detector for DTMF alone that runs as fast as it can."""

    def __init__(self) -> None:
        settings: Any = ffi.new("struct detect_settings *")
        settings.kinds = lib.DETECT_DTMF
        self._detector = ffi.gc(lib.detector_new(settings), lib.detector_free)
        self._events = ffi.new("struct event[]", 10_000)
        self._blobs = ffi.new("uint8_t[]", 1)

    def hear(self, samples: Samples, frame: int = FRAME) -> str:
        """The digits that went down."""
        raw = ffi.from_buffer("int16_t[]", np.ascontiguousarray(samples))
        count = lib.detector_hear(
            self._detector, raw, len(samples), frame, 0, self._events, len(self._events), self._blobs, 0
        )
        return "".join(chr(event.code) for event in self._events[0:count] if event.kind == lib.EVENT_DTMF_DOWN)


def aligned(sent: str, heard: str) -> int:
    """Length of the longest common subsequence: digits found in the order they were sent."""
    best = np.zeros(len(sent) + 1, int)
    for key in heard:
        same = np.array([key == other for other in sent])
        best[1:] = np.maximum.accumulate(np.maximum(best[1:], np.where(same, best[:-1] + 1, 0)))
    return int(best[-1])


def try_it(trial: Trial, frame: int = FRAME, seed: int = 1) -> Outcome:
    sent = KEYS * ROUNDS
    heard = Receiver().hear(sound(trial, sent, seed), frame)
    found = aligned(sent, heard)
    return Outcome(len(sent), found, len(heard) - found)


# What must be found whole; the names are those of the figures.
MUST = (
    Trial("-36 dBm0", dbm0=-36),
    Trial("0 dBm0", dbm0=0),
    Trial("40 ms on, 40 ms off", on_ms=40, off_ms=40),
    Trial("twist +8 dB", twist_db=8),
    Trial("twist -8 dB", twist_db=-8),
    Trial("frequency +1.5 %", low_error=1.5, high_error=1.5),
    Trial("frequency -1.5 %", low_error=-1.5, high_error=-1.5),
    Trial("frequency +1.5 and -1.5 %", low_error=1.5, high_error=-1.5),
    Trial("frequency -1.5 and +1.5 %", low_error=-1.5, high_error=1.5),
    Trial("12 dB SNR", snr_db=12),
    Trial("12 dB SNR, twist +8 dB", snr_db=12, twist_db=8),
    Trial("12 dB SNR, twist -8 dB", snr_db=12, twist_db=-8),
    Trial("over 450 Hz of -10 dBm0 at -15", dbm0=-15, dial_hz=(450,)),
    Trial("over 425 Hz of -10 dBm0 at -15", dbm0=-15, dial_hz=(425,)),
    Trial("over 350 + 440 Hz of -10 dBm0 at -15", dbm0=-15, dial_hz=(350, 440)),
    Trial("over 450 Hz of -10 dBm0 at -25, twist +8 dB", dbm0=-25, twist_db=8, dial_hz=(450,)),
)
# What must not be found at all.
MUST_NOT = (
    Trial("20 ms on", on_ms=20),
    Trial("frequency +3.5 %", low_error=3.5, high_error=3.5),
    Trial("frequency -3.5 %", low_error=-3.5, high_error=-3.5),
    Trial("frequency +3.5 %, low tone only", low_error=3.5),
    Trial("frequency -3.5 %, high tone only", high_error=-3.5),
    Trial("-50 dBm0", dbm0=-50),
)
# Where it gets difficult.
LIMITS = (
    Trial("-42 dBm0", dbm0=-42),
    Trial("30 ms on", on_ms=30),
    Trial("35 ms on", on_ms=35),
    Trial("twist +10 dB", twist_db=10),
    Trial("10 dB SNR", snr_db=10),
    Trial("9 dB SNR", snr_db=9),
    Trial("8 dB SNR", snr_db=8),
    Trial("frequency +2 %, low tone only", low_error=2),
    Trial("frequency +2.5 %", low_error=2.5, high_error=2.5),
)


def matrix() -> list[dict[str, Any]]:
    """Level by twist by noise by frequency by dial tone, a row each: how many of SENT are found, how many are wrong.

    The weaker tone is never below -36 dBm0, nor more than 15 dB below the dial tone.
    """
    rows = []
    for dbm0, twist_db, snr_db, error, dial_dbm0 in itertools.product(
        (-5.0, -15.0, -25.0, -36.0), (-8.0, 0.0, 8.0), (None, 20.0, 12.0), (-1.5, 0.0, 1.5), (None, -25.0, -10.0)
    ):
        stronger = max(dbm0, -36 + abs(twist_db))
        if dial_dbm0 is not None and stronger - abs(twist_db) < dial_dbm0 - 15:
            continue
        trial = Trial(
            "",
            dbm0=stronger,
            twist_db=twist_db,
            low_error=error,
            high_error=error,
            snr_db=snr_db,
            dial_hz=() if dial_dbm0 is None else (450,),
            dial_dbm0=dial_dbm0 or 0,
        )
        row = {"dbm0": stronger, "twist_db": twist_db, "snr_db": snr_db, "error_percent": error, "dial_dbm0": dial_dbm0}
        rows.append(row | asdict(try_it(trial)))
    return rows


def false_digits(minutes: float = 10) -> dict[str, Any]:
    """Digits heard where none were sent: in so many minutes of speech of each language, of music, and in recordings."""
    sounds = {f"speech {language}": speech(minutes, language) for language in LANGUAGES}
    sounds["music"] = music(minutes)
    sounds |= {what: recordings(what) for what in ("prompts", "hold music")}
    return {
        name: {"minutes": round(len(samples) / RATE / 60, 1), "digits": len(Receiver().hear(samples))}
        for name, samples in sounds.items()
        if len(samples)
    }


def cost() -> dict[str, float]:
    """Microseconds of one port and frame of 160 samples with DTMF detection on, by what it hears, all in the cache."""
    random = np.random.default_rng(1)
    samples = 60 * RATE
    sounds = {
        "speech": speech(1, "en"),
        "silence": np.zeros(samples, np.int16),
        "noise of -30 dBm0": through_alaw(noise(samples, -30, random)),
        "dial tone": through_alaw(sine(450, samples, -10)),
        "a digit for a minute": through_alaw(digit("5", 60_000, Trial(""), random)),
    }
    return {name: _us_per_frame(samples) for name, samples in sounds.items()}


def _us_per_frame(samples: Samples) -> float:
    receiver = Receiver()
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        receiver.hear(samples)
        best = min(best, time.perf_counter() - began)
    return round(best * 1e6 / (len(samples) / FRAME), 3)


def figures() -> dict[str, Any]:
    """For `strowger bench media`: digits found of those sent by trial, false digits, cost."""
    rows = matrix()
    return {
        "sent": SENT,
        "found": {trial.name: try_it(trial).found for trial in (*MUST, *LIMITS)},
        "taken_for_digits": {trial.name: try_it(trial).found for trial in MUST_NOT},
        "matrix": {
            "trials": len(rows),
            "found_least": min(row["found"] for row in rows),
            "wrong": sum(row["wrong"] for row in rows),
        },
        "false": false_digits(),
        "us_per_port_frame": cost(),
    }
