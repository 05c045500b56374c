"""Line signalling of MFC/R2 on CAS bits, digital version: ITU-T Q.421, Q.422.

                         forward  a b      backward  a b
    idle                          1 0                1 0
    seizure                       0 0                1 0
    seizure acknowledged          0 0                1 1
    answered                      0 0                0 1
    clear-back                    0 0                1 1
    forced release (national)     0 0                0 0
    clear-forward                 1 0                0 1 or 1 1
    release guard = idle          1 0                1 0
    blocked                       1 0                1 1
    fault (Q.424)                 1 1                any

c and d are fixed: 01 in most countries, 11 in China; what comes in them is ignored.
"""

from __future__ import annotations

from enum import IntEnum


class Forward(IntEnum):
    """a and b as the outgoing side sends them."""

    IDLE = 0b10
    SEIZURE = 0b00
    FAULT = 0b11


class Backward(IntEnum):
    """a and b as the incoming side sends them; ACKNOWLEDGED is also clear-back, and blocked in idle."""

    IDLE = 0b10
    ACKNOWLEDGED = 0b11
    ANSWERED = 0b01
    FORCED_RELEASE = 0b00


BLOCKED = Backward.ACKNOWLEDGED
CLEAR_BACK = Backward.ACKNOWLEDGED


def ab(bits: int) -> int:
    """a and b of ABCD as the card gives them (A the highest of four)."""
    return bits >> 2 & 3


def abcd(pair: int, cd: int) -> int:
    return pair << 2 | cd
