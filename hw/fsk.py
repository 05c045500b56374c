"""FSK at 1200 bit/s, the modem that on-hook data is sent with: bytes to a clip.

Bell 202 as in GR-30-CORE section 2.3 (China, North America), or ITU-T V.23 as in ETSI EN 300 659-1. What it does: frame
and modulate. What it does not: know what the bytes mean (`hw.callerid` does), receive (`DETECT_CALLER_ID` does).

    |<---- channel seizure ---->|<---- mark ---->|<- a byte, 10 bits ->|           |<- end ->|
    | 0 1 0 1 ... 0 1, 300 bits |  1, 180 bits   | 0 d0 d1 .. d6 d7 1  | ... sum   | 1, 10   |
      0.25 s                      0.15 s           8.3 ms

It is made here, in a dozen lines of numpy, and not by spandsp's adsi_tx: a clip is wanted, made once and played like
any other, and adsi_tx builds the messages by rules of its own. The frequency changes at the exact time of the bit,
between two samples if need be, and the phase never jumps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hw.clips import Clip
from hw.wave import RATE, to_int16

BITS_PER_S = 1200
END_BITS = 10  # mark after the last byte, so that a receiver sees its stop bit whole
FULL_SCALE_DBM0 = 3.14  # of a sine, G.711


@dataclass(frozen=True, slots=True)
class Modem:
    """`mark_hz` is sent for 1, `space_hz` for 0."""

    mark_hz: float
    space_hz: float


BELL_202 = Modem(1200, 2200)
V23 = Modem(1300, 2100)


def fsk(
    message: bytes,
    modem: Modem = BELL_202,
    *,
    seizure_bits: int = 300,
    mark_bits: int = 180,
    dbm0: float = -13.5,
) -> Clip:
    """The message as it is sent between two rings: -13.5 dBm0 is GR-30's level, to be kept within 1 dB.

    Off-hook (call waiting) there is no channel seizure and a mark of 80 bits: `seizure_bits=0, mark_bits=80`. The
    silence before it (500 ms after the ring) is the caller's business. ValueError: a level outside -40 to 0 dBm0.
    """
    if not -40 <= dbm0 <= 0:
        raise ValueError(f"FSK at {dbm0:g} dBm0; give -40 to 0")
    data = np.unpackbits(np.frombuffer(message, np.uint8), bitorder="little").reshape(-1, 8)
    framed = np.pad(data, ((0, 0), (1, 0))) if len(data) else np.zeros((0, 9), np.uint8)
    framed = np.pad(framed, ((0, 0), (0, 1)), constant_values=1)
    seizure = np.arange(seizure_bits) % 2
    bits = np.concatenate([seizure, np.ones(mark_bits), framed.reshape(-1), np.ones(END_BITS)])
    hz = np.where(bits == 1, modem.mark_hz, modem.space_hz)
    before = np.concatenate([[0.0], np.cumsum(hz)]) / BITS_PER_S  # turns made when each bit begins
    time = np.arange(len(bits) * RATE // BITS_PER_S) / RATE
    bit = np.floor(time * BITS_PER_S + 1e-9).astype(np.int64)
    turns = before[bit] + hz[bit] * (time - bit / BITS_PER_S)
    amplitude = 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20)
    return Clip(to_int16(amplitude * np.sin(2 * np.pi * turns)))
