"""Makes any speech a prompt: silence off both ends, one level for all, no direct current.

Level: mean of the active speech after ITU-T P.56 (method B, with frames of 10 ms for its envelope), raised or lowered
to -20 dBm0. That is -26 dBov, the level that ITU-T G.191 and the tests of codecs take for speech: a prompt is as loud
as the people before and after it, loud enough on a long line, and its peaks stay below the overload of A-law (+3.14
dBm0). Where they would not, the level stays lower.

    silence | 20 ms | speech ................................. | 60 ms | silence
            '---- what is kept, with 5 ms of fade at both ends --------'

What lies 35 dB below the active level is silence at an end: breath and noise of the room are, a soft f or s is not.
Pure; it takes some ms for a sentence, so many of them belong into a worker thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hw.wave import RATE, Samples, to_int16

Wave = npt.NDArray[np.float64]  # full scale is 1

LEVEL_DBM0 = -20.0
FULL_SCALE_DBM0 = 3.14  # of a sine, G.711
PEAK = 0.95  # of full scale
QUIET_DBM0 = -45.0  # a recording below it was made too far from the microphone
CLIPPED_SHARE = 0.001  # of the samples, near full scale: it was made too loud

_FRAME = RATE // 100
_MARGIN_DB = 15.9  # P.56: what is further below the active level is a pause
_EDGE_DB = 35.0
_FLOOR_DBM0 = -60.0  # nothing below is speech
_BEFORE, _AFTER, _FADE = RATE * 20 // 1000, RATE * 60 // 1000, RATE * 5 // 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """Of a recording before it was made a prompt. `level_dbm0`: None where nothing is heard."""

    ms: float
    level_dbm0: float | None
    clipped: bool


def measured(samples: Samples) -> Measured:
    wave = _wave(samples)
    clipped = bool(len(wave)) and float(np.mean(np.abs(wave) > 0.985)) > CLIPPED_SHARE
    return Measured(len(samples) * 1000 / RATE, active_level(wave), clipped)


def prompt_of(samples: Samples) -> Samples:
    """Trimmed and at LEVEL_DBM0; empty where nothing is heard."""
    wave = _wave(samples)
    level = active_level(wave)
    if level is None:
        return np.zeros(0, np.int16)
    wave = _trimmed(wave, level)
    gain = min(10 ** ((LEVEL_DBM0 - level) / 20), PEAK / float(np.max(np.abs(wave))))
    return to_int16(wave * gain)


def music_of(samples: Samples, dbm0: float) -> Samples:
    """At that level, from end to end; empty where nothing is heard."""
    wave = _wave(samples)
    level = active_level(wave)
    if level is None:
        return np.zeros(0, np.int16)
    return to_int16(wave * min(10 ** ((dbm0 - level) / 20), PEAK / float(np.max(np.abs(wave)))))


def active_level(wave: Wave) -> float | None:
    """dBm0 of what is not pause; None: nothing is heard."""
    powers = _powers(wave)
    active = powers[powers > _power(_FLOOR_DBM0)]
    # Pauses lower the mean, so that fewer frames are pauses: from below it comes to rest.
    level = -np.inf
    while len(active):
        mean = float(np.mean(active))
        now = _dbm0(mean)
        if now - level < 0.01:
            return now
        level = now
        active = powers[powers > mean * 10 ** (-_MARGIN_DB / 10)]
    return None


def _wave(samples: Samples) -> Wave:
    wave = samples.astype(np.float64) / 32768
    return wave - np.mean(wave) if len(wave) else wave


def _powers(wave: Wave) -> Wave:
    """Of frames of 10 ms; the last is filled up with silence."""
    filled = np.concatenate([wave, np.zeros(-len(wave) % _FRAME)])
    return np.asarray(np.mean(np.square(filled.reshape(-1, _FRAME)), axis=1))


def _power(dbm0: float) -> float:
    return float(10 ** ((dbm0 - FULL_SCALE_DBM0) / 10) / 2)


def _dbm0(power: float) -> float:
    return float(10 * np.log10(power * 2) + FULL_SCALE_DBM0)


def _trimmed(wave: Wave, level: float) -> Wave:
    heard = np.flatnonzero(_powers(wave) > _power(max(level - _EDGE_DB, _FLOOR_DBM0)))
    first = max(0, int(heard[0]) * _FRAME - _BEFORE)
    last = min(len(wave), (int(heard[-1]) + 1) * _FRAME + _AFTER)
    kept = wave[first:last].copy()
    fade = np.linspace(0, 1, min(_FADE, len(kept)))
    kept[: len(fade)] *= fade
    kept[len(kept) - len(fade) :] *= fade[::-1]
    return kept
