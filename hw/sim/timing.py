"""How long things on a simulated line take. One table; the reasons are DAHDI's, so that both cards answer alike.

DAHDI's names and figures are those of its kernel.h (2.11); where another value stands here, the reason says why.
"""

from __future__ import annotations

from dataclasses import dataclass

RATE = 8000  # samples a second of the plane


def samples(ms: float) -> int:
    return round(ms * RATE / 1000)


@dataclass(frozen=True, slots=True)
class Timing:
    """All in ms."""

    # -- what the exchange's end makes of the loop --
    bounce: int = 15  # a shorter break is contact bounce, not a pulse (DAHDI_MINPULSETIME)
    pulse_longest: int = 200  # a longer break is a flash (DAHDI_MAXPULSETIME); dials break for 50 to 80
    flash_longest: int = 800  # a longer break is a hang-up. China's keys flash up to 600 (DAHDI's default: 1250)
    digit_end: int = 250  # after the last pulse the digit is whole (DAHDI_PULSETIMEOUT)
    ring_trip: int = 40  # closed that long in ring current is a lift: one period of 25 Hz ring, as line circuits filter

    # -- what the exchange's end does --
    clear: int = 500  # battery is taken away when we hang up first: the other end's sign (DAHDI_KEWLTIME)
    clear_after: int = 300  # then the line must settle before the loop says anything (DAHDI_AFTERKEWLTIME)

    # -- what the telephone's end makes of the wire --
    ring_over: int = 50  # ring current gone that long is a pause (DAHDI_RINGTRAILER)
    ring_guard: int = 2000  # after hanging up, ring current is the tail of a call (RING_DEBOUNCE_TIME)

    # -- what the telephone's end does --
    settle: int = 100  # after a lift contacts have stopped bouncing: a flash is accepted (DAHDI's default: 600)
    flash_before: int = 50  # still closed before a flash (DAHDI_DEFAULT_PREFLASHTIME)
    flash: int = 500  # open; DAHDI's 750 is too near to a hang-up where flashes end at 600 to 800
    pulse_break: int = 62  # 10 pulses a second, break to make 1.6 to 1 as GB/T 15279 has it (DAHDI's default: 50)
    pulse_make: int = 38  # (DAHDI's default: 50)
    pulse_after: int = 750  # between digits (DAHDI_DEFAULT_PULSEAFTERTIME)

    # -- E1 --
    bits: int = 2  # a CAS multiframe (G.704): ABCD of a channel are sent once in 2 ms
