"""The end of a message: busy tone after the caller has hung up, the key that ended it, silence. Pure.

    speech speech speech . . . beep . beep . beep . |        an analog trunk tells of a hang-up by the tone alone
    '------ kept -------'300 ms

A frame of 40 ms is of a call-progress tone when nearly all of its power lies within 350 to 500 Hz, where the tones of
China, Europe and half of America's are; a voice has harmonics above. What sounds so from somewhere to the end is cut.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hw.wave import RATE, Samples

_FRAME = RATE // 25
_BAND_HZ = (350.0, 500.0)
_SHARE = 0.95
_SILENCE = 60.0  # root of the mean square; about -48 dBm0
_AFTER = RATE * 3 // 10


def without_tail(samples: Samples) -> Samples:
    """Up to 300 ms after the last speech; empty where there is none."""
    frames = len(samples) // _FRAME
    if not frames:
        return samples[:0]
    wave = samples[: frames * _FRAME].astype(np.float64).reshape(frames, _FRAME)
    power = np.square(np.abs(np.fft.rfft(wave * np.hanning(_FRAME), axis=1)))
    hz = np.fft.rfftfreq(_FRAME, 1 / RATE)
    # A frame's edge smears a tone over two bins more.
    width = RATE / _FRAME * 1.5
    within = power[:, (hz >= _BAND_HZ[0] - width) & (hz <= _BAND_HZ[1] + width)].sum(axis=1)
    tone = within >= _SHARE * power.sum(axis=1)
    silent = np.sqrt(np.mean(np.square(wave), axis=1)) < _SILENCE
    speech = np.flatnonzero(~(tone | silent | _edges(tone, silent)))
    if not len(speech):
        return samples[:0]
    return samples[: min(len(samples), (int(speech[-1]) + 1) * _FRAME + _AFTER)]


def _edges(tone: npt.NDArray[np.bool_], silent: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Single frames in which a tone begins or ends: hard, so that it sounds like anything."""
    padded_tone, padded = np.pad(tone, 1), np.pad(tone | silent, 1, constant_values=True)
    beside_tone = padded_tone[:-2] | padded_tone[2:]
    alone = padded[:-2] & padded[2:]
    return np.asarray(beside_tone & alone)
