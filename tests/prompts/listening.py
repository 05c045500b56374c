"""Finds in what somebody heard what was said to him, as a story wants to know it.

    at = found(heard, words)            ms from the beginning of `heard`; None: it is not in there

Two pieces of sound are alike by their correlation: 1 where one is the other at any loudness, about 0 where they have
nothing in common. A-law leaves 0.999 of it, noise of the line 30 dB below 0.99, other words below 0.4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hw.clips import Clip
from hw.wave import RATE, Samples

ALIKE = 0.9


def found(heard: Samples, words: Samples | Clip | Sequence[Clip], alike: float = ALIKE) -> float | None:
    """Where the words begin, ms; the best place where they stand several times."""
    likeness = _likeness(heard, _samples(words))
    best = int(np.argmax(likeness)) if len(likeness) else 0
    return best * 1000 / RATE if len(likeness) and likeness[best] >= alike else None


def _samples(words: Samples | Clip | Sequence[Clip]) -> Samples:
    if isinstance(words, np.ndarray):
        return words
    clips = [words] if isinstance(words, Clip) else words
    return np.concatenate([clip.samples() for clip in clips])


def _likeness(heard: Samples, words: Samples) -> npt.NDArray[np.float64]:
    """Correlation of the words with every stretch of their length."""
    if len(words) > len(heard) or not np.any(words):
        return np.zeros(0)
    there, wanted = heard.astype(np.float64), words.astype(np.float64)
    size = 1 << (len(there) + len(wanted)).bit_length()
    products = np.fft.irfft(np.fft.rfft(there, size) * np.conj(np.fft.rfft(wanted, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(np.square(there))])
    stretches = energy[len(wanted) :] - energy[: len(there) - len(wanted) + 1]
    # A stretch of silence is like nothing, and must not be divided by.
    floor = len(wanted) * 4.0
    return np.asarray(
        products[: len(stretches)] / np.sqrt(np.maximum(stretches, floor) * np.sum(np.square(wanted))), np.float64
    )
