"""The B channels of a span: which is free, which to take, which are in service. Q.931 5.1.2, 5.2.3, 5.5 (restart).

    IDLE <──> BUSY                       by calls, span.py
    IDLE <──> BLOCKED                    by order; a call that is up goes on
    any ── RESTART ──> RESTARTING ── RESTART ACKNOWLEDGE ──> IDLE
                          └── T316, N316 times ──> FAILED ── data link back, call from there, unblock ──> IDLE

A channel is doubtful when its last call ended here without the far end's word: it may be taken there still. Doubtful
channels are restarted one after the other and may be used until it is their turn, since a call that gets through
settles the doubt as well. When the far end does not answer a RESTART of that kind, the channel is idle again and the
other doubts are dropped: there are exchanges that do not know RESTART. Only one ordered by a person ends in FAILED.

The two ends look for a free channel from opposite ends of the span, so that they seldom want the same one. Every
change but IDLE/BUSY is told, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from hw.errors import LocalError
from hw.signalling.pri.calls import Call

E1 = (*range(1, 16), *range(17, 32))  # timeslot 16 is the D channel; EuroISDN's channel number is the timeslot


class Hunt(Enum):
    """Where to begin looking for a free channel."""

    ASCENDING = "from the first"
    DESCENDING = "from the last"
    CIRCULAR = "after the one taken last"


class ChannelState(Enum):
    IDLE = "idle"
    BUSY = "busy"
    BLOCKED = "blocked"
    RESTARTING = "restarting"
    FAILED = "out of service"


class Channel:
    """One B channel. Seen by everybody, changed by the span only."""

    __slots__ = ("blocked", "by_order", "call", "doubt", "failed", "number", "restarting")

    def __init__(self, number: int) -> None:
        self.number = number
        self.call: Call | None = None
        self.blocked = False
        self.doubt = ""  # why it may be taken at the far end still
        self.restarting = False
        self.by_order = False  # the RESTART was
        self.failed = False

    @property
    def free(self) -> bool:
        """A new call may begin on it."""
        return self.call is None and not (self.blocked or self.restarting or self.failed)

    @property
    def state(self) -> ChannelState:
        """What to show: a blocked channel shows as busy until its call has ended."""
        if self.call is not None:
            return ChannelState.BUSY
        if self.restarting:
            return ChannelState.RESTARTING
        if self.failed:
            return ChannelState.FAILED
        return ChannelState.BLOCKED if self.blocked else ChannelState.IDLE

    def __repr__(self) -> str:
        return f"<B channel {self.number} {self.state.value}>"


class Channels:
    """All B channels of a span, by number. `changed` is called with the channel and the reason."""

    def __init__(self, numbers: Sequence[int], hunt: Hunt, changed: Callable[[Channel, str], None]) -> None:
        if not numbers or len(set(numbers)) != len(numbers) or not all(1 <= n <= 31 for n in numbers):
            raise LocalError(f"B channels {list(numbers)}: each of 1 to 31 once, at least one")
        order = sorted(numbers, reverse=hunt is Hunt.DESCENDING)
        self._channels = {number: Channel(number) for number in order}
        self._order = list(self._channels.values())
        self._circular = hunt is Hunt.CIRCULAR
        self._changed = changed

    def __iter__(self) -> Iterator[Channel]:
        return iter(sorted(self._order, key=lambda channel: channel.number))

    def __len__(self) -> int:
        return len(self._order)

    def get(self, number: int | None) -> Channel | None:
        """None: the span has no such B channel."""
        return None if number is None else self._channels.get(number)

    def of(self, number: int) -> Channel:
        """Raises LocalError where the span has no such B channel."""
        channel = self._channels.get(number)
        if channel is None:
            raise LocalError(f"the span has no B channel {number}; it has {sorted(self._channels)}")
        return channel

    def hunt(self) -> Channel | None:
        """The next free channel; None: all are taken or out of service."""
        for channel in self._order:
            if channel.free:
                if self._circular:
                    at = self._order.index(channel) + 1
                    self._order = self._order[at:] + self._order[:at]
                return channel
        return None

    # ---- in service or not ----

    def block(self, number: int) -> None:
        channel = self.of(number)
        if not channel.blocked:
            channel.blocked = True
            self._changed(channel, "blocked by order")

    def unblock(self, number: int) -> None:
        """Also where a restart failed."""
        channel = self.of(number)
        if channel.blocked or channel.failed:
            channel.blocked = channel.failed = False
            self._changed(channel, "unblocked by order")

    def restarting(self, channel: Channel, reason: str, by_order: bool) -> bool:
        """A RESTART is to be sent. False: one is under way already."""
        channel.doubt = ""
        channel.by_order |= by_order
        if channel.restarting:
            return False
        channel.restarting = True
        self._changed(channel, reason)
        return True

    def restarted(self, number: int, answered: bool) -> None:
        """A RESTART has ended."""
        channel = self.of(number)
        if not answered:
            for other in self._order:
                other.doubt = ""
        channel.restarting = False
        channel.failed = channel.by_order and not answered
        channel.by_order = False
        self._changed(channel, "restarted" if answered else "RESTART was not answered")

    def next_doubtful(self) -> Channel | None:
        """The channel to restart now; None: none, or another one is being restarted."""
        doubtful = None
        for channel in self._order:
            if channel.restarting:
                return None
            if channel.doubt and channel.call is None and doubtful is None:
                doubtful = channel
        return doubtful

    def alive(self, channel: Channel, reason: str) -> None:
        """The far end gave a sign of it: a failed restart is forgiven."""
        if channel.failed:
            channel.failed = False
            self._changed(channel, reason)
