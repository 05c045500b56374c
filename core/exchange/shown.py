"""Who calls, as a telephone of ours may show it, and how it rings for him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.device import DeviceKind
from hw.signalling.line import Party, Presentation

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.leg import Leg


def shown(call: Call) -> Party:
    """The caller of a call."""
    return party_shown(call.calling) if call.calling is not None else Party()


def party_shown(leg: Leg) -> Party:
    """One party of a call."""
    if leg.party.presentation is Presentation.ALLOWED:
        return leg.party
    return Party("", presentation=leg.party.presentation)


def ring_of(call: Call) -> str:
    """The kind of ring for calls of the house, and for calls from the town."""
    caller = call.calling
    return "internal" if caller is not None and caller.device.kind is not DeviceKind.TRUNK else "external"
