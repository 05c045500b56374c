"""The bit pattern of bit-error tests, and what is wrong with it when it comes back. Pure.

ITU-T O.150, 5.3: a pseudo-random sequence of 2^15 - 1 bits, x^15 + x^14 + 1, inverted. Eight times the sequence are as
many whole octets, so one loop of 32767 octets is played for ever without a seam, in the order of bits of a timeslot
(the first one sent is the highest).

    sent      . . . 5C 91 0E 77 ...                      32767 octets, then from the beginning
    received  . . . 91 0E 37 A8 ...                      any two octets say at which place of the loop they are
              place - time = delay                        the same throughout: in step
              37 is not 77                                one bit error
              the delay changes by one                    an octet came twice or not at all: a slip

The delay is found in windows of 25 ms, by the most of their octets, up to one wrong bit in some fifteen. Where a window
shows none, the pattern is lost there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Octets = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

RATE = 8000
LENGTH = 32767
WINDOW = 200  # octets
IN_STEP = 0.25  # share of a window that must say the same delay; by chance two octets do so once in 32767
BURST_GAP = 10  # octets: errors nearer than this belong to one burst
BURST_BITS = 10  # fewer are no burst
IDLE = 0.98  # share of one octet from which on what comes in is nothing


@dataclass(frozen=True, slots=True)
class Received:
    """What was counted on one timeslot or, added up, on many. Of `octets` received, `lost` were not in step with the
    pattern; `errors` are wrong bits of the others, `burst_errors` those of them in bursts. idle: nothing came in but
    one octet again and again.
    """

    octets: int
    lost: int
    errors: int
    burst_errors: int
    slips: int
    errored_seconds: int
    idle: bool = False

    @property
    def in_step(self) -> bool:
        """The pattern was found, most of the time."""
        return self.octets > 0 and self.lost * 2 < self.octets

    @property
    def ratio(self) -> float:
        """Wrong bits of all that could be compared."""
        return self.errors / bits if (bits := (self.octets - self.lost) * 8) else 0.0


def pattern() -> Octets:
    """The loop to be played."""
    return np.packbits(np.tile(_bits(), 8))


def compare(received: Octets) -> Received:
    """What came back against the pattern, at whatever place of it the beginning is."""
    if len(received) < 2 * WINDOW:
        return Received(len(received), len(received), 0, 0, 0, 0)
    if np.bincount(received, minlength=256).max() >= IDLE * len(received):
        return Received(len(received), len(received), 0, 0, 0, 0, idle=True)
    loop = pattern()
    first = _most(_delays(received[:WINDOW]))
    if first >= 0 and np.array_equal(received, np.resize(np.roll(loop, -first), len(received))):
        return Received(len(received), 0, 0, 0, 0, 0)  # as on every good line, at a tenth of the cost
    delays = _delays(received)
    wrong = np.zeros(len(received), np.int64)  # bits, of each octet in step
    lost = np.zeros(len(received), bool)
    slips = 0
    before = -1
    for begin in range(0, len(received), WINDOW):
        end = min(begin + WINDOW, len(received))
        delay = _most(delays[begin : end - 1])
        if delay < 0:
            lost[begin:end] = True
            continue
        wrong[begin:end] = _wrong(received, loop, delay, begin, end)
        if before >= 0 and delay != before:
            slips += 1
            # The slip is somewhere in this window or the one before: where fewest bits are wrong.
            start = max(0, begin - WINDOW)
            old, new = (_wrong(received, loop, one, start, end) for one in (before, delay))
            at = int(np.argmin(np.cumsum(np.append(0, old - new))))
            wrong[start : start + at] = old[:at]
            wrong[start + at : end] = new[at:]
        before = delay
    seconds = [bool(wrong[at : at + RATE].any() or lost[at : at + RATE].any()) for at in range(0, len(wrong), RATE)]
    return Received(len(received), int(lost.sum()), int(wrong.sum()), _in_bursts(wrong), slips, sum(seconds))


def total(each: Iterable[Received]) -> Received:
    """Added up; errored seconds of the worst, idle if all are."""
    parts = list(each)
    return Received(
        sum(one.octets for one in parts),
        sum(one.lost for one in parts),
        sum(one.errors for one in parts),
        sum(one.burst_errors for one in parts),
        max((one.slips for one in parts), default=0),
        max((one.errored_seconds for one in parts), default=0),
        bool(parts) and all(one.idle for one in parts),
    )


@cache
def _bits() -> npt.NDArray[np.uint8]:
    register, bits = LENGTH, np.zeros(LENGTH, np.uint8)
    for place in range(LENGTH):
        bit = (register >> 14 ^ register >> 13) & 1
        register = (register << 1 | bit) & LENGTH
        bits[place] = bit ^ 1
    return bits


@cache
def _places() -> Ints:
    """From fifteen bits to the octet of the loop that begins with them; -1: fifteen that are nowhere in it."""
    twice = np.tile(_bits(), 2).astype(np.int64)
    words = sum(twice[shift : shift + LENGTH] << (14 - shift) for shift in range(15))
    places = np.full(1 << 15, -1, np.int64)
    # Bit 8n of the sequence begins octet n; 8 times 4096 is 1 modulo its length.
    places[words] = np.arange(LENGTH) * 4096 % LENGTH
    return places


def _delays(received: Octets) -> Ints:
    """Place in the loop less time, of each two octets."""
    wide = received.astype(np.int64)
    places = _places()[(wide[:-1] << 8 | wide[1:]) >> 1]
    return np.asarray(np.where(places < 0, -1, (places - np.arange(len(places))) % LENGTH))


def _most(delays: Ints) -> int:
    """The delay that most of a window say; -1: there is none."""
    found, counts = np.unique(delays[delays >= 0], return_counts=True)
    if not len(found) or counts.max() < max(2, IN_STEP * len(delays)):
        return -1
    return int(found[np.argmax(counts)])


def _wrong(received: Octets, loop: Octets, delay: int, begin: int, end: int) -> Ints:
    """Wrong bits of each octet."""
    expected = loop[(np.arange(begin, end) + delay) % LENGTH]
    bits = np.unpackbits(received[begin:end] ^ expected).reshape(-1, 8)
    return np.asarray(bits.sum(axis=1), np.int64)


def _in_bursts(wrong: Ints) -> int:
    """How many of the errors are in bursts."""
    places = np.flatnonzero(wrong)
    if not len(places):
        return 0
    groups = np.split(places, np.flatnonzero(np.diff(places) > BURST_GAP) + 1)
    sums = [int(wrong[group].sum()) for group in groups]
    return sum(bits for bits in sums if bits >= BURST_BITS)
