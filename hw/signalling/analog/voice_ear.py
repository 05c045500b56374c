"""Is that a voice, or a call-progress tone? Told by loudness alone, for the inferred answer of an analog trunk. Pure.

A tone is as loud at its end as at its beginning; a voice never is. Loudness is the peak of 40 ms:

    tone     ..########..########..      first and last of a row may be cut; what is between is even
    voice    ..,+#*=-,*#+-...            within a fifth of a second it has changed by 5 dB

Noise is even too, and so is a steady hum. Music counts as voice: nothing here can tell ring-back music from a person.
"""

from __future__ import annotations

LOOK_MS = 40  # what is asked of Ear.LEVEL
QUIET_DBM0 = -38.0  # softer is silence; the detector of speech draws the line there too
ABOVE_NOISE_DB = 6.0
LEAST = 4  # looks of a row, without its first and last: a word lasts a fifth of a second
UNEVEN_DB = 5.0  # white noise 15 dB below a tone makes 2 dB, speech of one syllable more than 8


class VoiceEar:
    """noise_dbm0: of the quiet line, where it was measured."""

    def __init__(self, noise_dbm0: float | None = None) -> None:
        self._quiet = max(QUIET_DBM0, (noise_dbm0 if noise_dbm0 is not None else -90.0) + ABOVE_NOISE_DB)
        self._looks = 0
        self._last = 0.0
        self._low = self._high = 0.0

    def hear(self, peak_dbm0: float) -> bool:
        """The next look. True: a voice, in each look in which it goes on."""
        if peak_dbm0 < self._quiet:
            self._looks = 0
            return False
        self._looks += 1
        if self._looks == 3:  # the first is left out, the second is inner only now
            self._low = self._high = self._last
        elif self._looks > 3:
            self._low, self._high = min(self._low, self._last), max(self._high, self._last)
        self._last = peak_dbm0
        return self._looks >= LEAST + 2 and self._high - self._low >= UNEVEN_DB
