"""Is that a voice, or a call-progress tone? Told by loudness alone, for the inferred answer of an analog trunk. Pure.

A tone is as loud at its end as at its beginning; a voice never is. Loudness is the peak of 20 ms:

    tone     ..########..########..      first and last of a row may be cut; what is between is even
    voice    ..,+#*=-,*#+-...            within a syllable it has changed by 4 dB
    noise    ''''''''''''''''''''        the softest of the last seconds: what is little louder is a pause

Music counts as voice: nothing here can tell ring-back music from a person.
"""

from __future__ import annotations

from collections import deque

LOOK_MS = 20  # what is asked of Ear.LEVEL
QUIET_DBM0 = -42.0  # softer is silence
ABOVE_NOISE_DB = 6.0  # looks of white noise differ by 3 dB
NOISE_LOOKS = 100  # 2 s: nobody speaks so long without a pause, and a ring-back tone pauses for longer
LEAST = 6  # looks of a row, without its first and last: the shortest word
ROW = 100  # a row is looked at over so many
UNEVEN_DB = 4.0  # noise 10 dB below a tone makes 2 dB, the flattest syllable of speech 6
SOFTER = 3  # so many looks must be softer by that: the tail of an echo is not longer


class VoiceEar:
    """Begins to listen in a pause, or in a tone that ends."""

    def __init__(self) -> None:
        self._past: deque[float] = deque(maxlen=NOISE_LOOKS)
        self._row: deque[float] = deque(maxlen=ROW)

    def hear(self, peak_dbm0: float) -> bool:
        """The next look. True: a voice, in each look in which it goes on."""
        self._past.append(peak_dbm0)
        if peak_dbm0 < max(QUIET_DBM0, min(self._past) + ABOVE_NOISE_DB):
            self._row.clear()
            return False
        self._row.append(peak_dbm0)
        inner = list(self._row)[1:-1]
        return len(inner) >= LEAST and sum(look < max(inner) - UNEVEN_DB for look in inner) >= SOFTER
