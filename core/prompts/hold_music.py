"""Music for those who wait: the folk song 茉莉花 (Jasmine Flower, printed in 1804, public domain) on plucked strings.

Numbered notation, four beats a bar; a comma is the octave below, an apostrophe the one above:

    3 35 61' 1'6 | 5 56 5 - | 3 35 61' 1'6 | 5 56 5 - | 5 5 5 35 | 6 6 5 - | 3 23 5 32 | 1 12 1 -
    32 13 2. 3 | 5 61' 5 - | 2 35 23 16, | 5, - 6, 1 | 2. 3 12 16, | 5, - - -

It is made here, so that nothing has to be brought or paid for. What rings on at the end rings into the beginning:
played in a loop it has no seam. Mean level -22 dBm0, a little below speech. Its key, E, keeps every note out of the 425
to 475 Hz of call-progress tones, and its strings die away and beat against each other, so that no detector takes it for
a tone.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from core.prompts.audio import FULL_SCALE_DBM0
from hw.clips import Clip
from hw.wave import RATE, to_int16

Wave = npt.NDArray[np.float64]

LEVEL_DBM0 = -22.0
BEAT_S = 0.76
DO_HZ = 440 * 2 ** (-5 / 12)  # E4

# Semitones above do, and beats.
_DEGREES = {"1": 0, "2": 2, "3": 4, "5": 7, "6": 9}
_MELODY = (
    "3:1 3:½ 5:½ 6:½ 1':½ 1':½ 6:½  5:1 5:½ 6:½ 5:2  3:1 3:½ 5:½ 6:½ 1':½ 1':½ 6:½  5:1 5:½ 6:½ 5:2 "
    "5:1 5:1 5:1 3:½ 5:½  6:1 6:1 5:2  3:1 2:½ 3:½ 5:1 3:½ 2:½  1:1 1:½ 2:½ 1:2 "
    "3:½ 2:½ 1:½ 3:½ 2:1½ 3:½  5:1 6:½ 1':½ 5:2  2:1 3:½ 5:½ 2:½ 3:½ 1:½ 6,:½  5,:2 6,:1 1:1 "
    "2:1½ 3:½ 1:½ 2:½ 1:½ 6,:½  5,:4"
)
_BEATS = {"½": 0.5, "1": 1.0, "1½": 1.5, "2": 2.0, "4": 4.0}
# A chord a bar, semitones of its notes above do: an octave below the melody, one after the other.
_CHORDS = {"1": (-12, -5, 0, 4), "5": (-17, -10, -5, 2), "6": (-15, -8, -3, 4), "2": (-10, -3, 2, 9)}
_HARMONY = "1 1 6 1 5 6 1 1 1 5 2 5 2 5"
_HARMONY_LEVEL = 0.4
_ECHO_S, _ECHO = 0.31, 0.18


@cache
def hold_music() -> Clip:
    """One round, for `plane.play([...], loop=True)`. Made once, in some 150 ms: for a worker thread."""
    wave = _round()
    wave += _ECHO * np.roll(wave, round(_ECHO_S * RATE))
    wanted = 10 ** ((LEVEL_DBM0 - FULL_SCALE_DBM0) / 20) / np.sqrt(2)
    return Clip(to_int16(wave * wanted / np.sqrt(np.mean(np.square(wave)))))


def _round() -> Wave:
    notes = [_note(word) for word in _MELODY.split()]
    wave = np.zeros(round(sum(beats for _, beats in notes) * BEAT_S * RATE))
    beat = 0.0
    for semitones, beats in notes:
        _add(wave, beat, _string(semitones, 0.5 + beats * 0.6))
        beat += beats
    for bar, chord in enumerate(_HARMONY.split()):
        for half, semitones in enumerate(_CHORDS[chord] + _CHORDS[chord][2:0:-1] + _CHORDS[chord][1:3]):
            _add(wave, bar * 4 + half / 2, _HARMONY_LEVEL * _string(semitones, 0.9))
    return wave


def _note(word: str) -> tuple[int, float]:
    """Semitones above do, and beats, of a word of the melody."""
    name, _, beats = word.partition(":")
    octave = 12 * (name.count("'") - name.count(","))
    return _DEGREES[name[0]] + octave, _BEATS[beats]


@cache
def _string(semitones: int, decay_s: float) -> Wave:
    """A pair of strings a little out of tune, plucked: what is higher dies away sooner."""
    time = np.arange(round(4 * decay_s * RATE)) / RATE
    wave = np.zeros(len(time), np.float32)
    for detuned in (0.9985, 1.0015):
        hz = DO_HZ * 2 ** (semitones / 12) * detuned
        for harmonic, level in enumerate((1.0, 0.55, 0.3, 0.2, 0.12, 0.06), 1):
            if hz * harmonic < 3400:
                # Single precision takes a third of the time; whole turns are taken off before.
                turns = (hz * harmonic * time % 1).astype(np.float32)
                dying = (time * (-harmonic / decay_s)).astype(np.float32)
                wave += level * np.exp(dying) * np.sin(np.float32(2 * np.pi) * turns)
    attack = np.clip(time / 0.006, 0, 1)
    release = np.clip((time[-1] - time) / 0.05, 0, 1)
    return np.asarray(wave * attack * release)


def _add(wave: Wave, beat: float, note: Wave) -> None:
    """From a beat on; what goes over the end goes on at the beginning."""
    at = round(beat * BEAT_S * RATE)
    before_end = note[: len(wave) - at]
    wave[at : at + len(before_end)] += before_end
    wave[: len(note) - len(before_end)] += note[len(before_end) :]
