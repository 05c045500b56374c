"""How a simulated trunk's port is matched to its line, and what of its own signal comes back. Pure.

    sent ──┬─────────────> line              the line's impedance differs from the port's: it reflects
           └─ taps ─(-)                      the port's digital hybrid takes away what its taps say
    heard <──────┴──────── line + rest

After the Si3050: eight taps of 8 bits, a sample each, and sixteen impedances. A wrong impedance reflects by itself, as
much as three steps of it make; the taps can take that away as well, as far as they go.
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.card import Balance

TAP = 1 / 256
"""What one step of a tap takes away, of the signal sent."""
MISMATCH = (0.12, 0.0, -0.08, 0.0, 0.06, 0.0, -0.05, 0.04)
"""What an impedance that is wrong by three steps or more reflects beside."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """A line as its port sees it. impedance: the one of the port's sixteen that fits; taps: its echo then, in steps of
    the port's taps.
    """

    impedance: int = 0
    taps: tuple[float, ...] = (0.0,) * 8

    def shape(self, balance: Balance) -> tuple[float, ...]:
        """Impulse response of what comes back through a port that is set so."""
        wrong = min(3, abs(self.impedance - balance.impedance)) / 3
        return tuple(
            (line - tap) * TAP + wrong * more for line, tap, more in zip(self.taps, balance.taps, MISMATCH, strict=True)
        )
