"""What is set on a PRI span: which side we are, its timers, its channels, how numbers and names travel."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hw.signalling.pri.timers import Timers

E1 = (*range(1, 16), *range(17, 32))  # timeslot 16 is the D channel; EuroISDN's channel number is the timeslot


class Hunt(Enum):
    """Where to begin looking for a free channel."""

    ASCENDING = "from the first"
    DESCENDING = "from the last"
    CIRCULAR = "after the one taken last"


class Side(Enum):
    """Which end of the span we are: towards the public network an exchange is the user."""

    USER = "user"
    NETWORK = "network"


class TraceLevel(Enum):
    ERRORS = 0
    MESSAGES = 1  # every Q.931 message with its elements
    FRAMES = 2  # Q.921 frames and state changes as well


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What may be changed on a running link, and `side`, which may not.

    `names`: send names in the display element; None: as ETSI has it, from the network only.
    `name_encoding`: of names in the display element, a Python codec; ASCII names are the same in all of them.
    """

    side: Side = Side.USER
    timers: Timers = field(default_factory=Timers)
    names: bool | None = None
    name_encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class SpanSettings:
    """`overlap`: digits of incoming calls one by one, where the far end does not say that they are all.

    `exclusive`: ask for a channel so that the far end cannot change it; None: as network yes, as user no.
    `hunt` None: the network from the first channel, the user from the last.
    """

    link: LinkSettings = field(default_factory=LinkSettings)
    channels: tuple[int, ...] = E1
    overlap: bool = False
    exclusive: bool | None = None
    hunt: Hunt | None = None
