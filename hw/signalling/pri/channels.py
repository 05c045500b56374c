"""The B channels of a span: which is free, which to take, which are in service. Q.931 5.1.2, 5.2.3, 5.7.

    IDLE <──> BUSY          by calls, span.py
    IDLE <──> BLOCKED       by order; a call that is up goes on
    any  ──> RESTARTING ──> IDLE or FAILED, restarts.py
    FAILED ──> IDLE         data link back, call or RESTART from the far end, unblock

The two ends look for a free channel from opposite ends of the span, so that they seldom want the same one. Every
change but IDLE/BUSY is told, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from hw.errors import LocalError
from hw.signalling.pri.calls import Call
from hw.signalling.pri.settings import Hunt
from hw.signalling.pri.states import State
from hw.signalling.q850 import Cause


class NoChannel(Exception):
    """There is no channel for a call now. `cause` is for the caller: 34 none free, 38 span down, 44 not this one."""

    def __init__(self, message: str, cause: Cause) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Choice:
    """`channel` None: the call is refused with `cause`. `rival`: our call that had asked for the same channel."""

    channel: Channel | None
    cause: Cause
    rival: Call | None


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
        self.doubt = False  # it may be taken at the far end still
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

    def pick(self, number: int | None) -> Channel:
        """For an outgoing call: this channel, or the next free one. Raises NoChannel, and LocalError for no channel."""
        if number is None:
            hunted = self.hunt()
            if hunted is None:
                raise NoChannel("no B channel is free", Cause.NO_CIRCUIT)
            return hunted
        channel = self.of(number)
        if not channel.free:
            raise NoChannel(f"B channel {number} is {channel.state.value}", Cause.CHANNEL_UNAVAILABLE)
        return channel

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

    def changed(self, channel: Channel, reason: str) -> None:
        """Tells of a change in what a channel is good for."""
        self._changed(channel, reason)

    def alive(self, channel: Channel, reason: str) -> None:
        """The far end gave a sign of it: a failed restart is forgiven."""
        if channel.failed:
            channel.failed = False
            self._changed(channel, reason)

    # ---- two-way seizure ----

    def choose(self, wanted: int | None, open_choice: bool, exclusive: bool, ours_first: bool) -> Choice:
        """The channel for an incoming call that asks for `wanted`.

        `open_choice`: the far end leaves it to us; `exclusive`: it takes that channel or none. `ours_first` (network
        side): an outgoing call of ours that has asked for the same channel keeps it; else it loses it (Q.931 5.7).
        """
        channel = self.get(wanted)
        rival = None
        if channel is not None:
            if channel.call is not None and channel.call.state is State.CALL_INITIATED:
                rival = channel.call
                if not ours_first:
                    rival.channel = channel.call = None  # the network assigns it another, or clears it
            self.alive(channel, "call from the far end")
            if channel.free:
                return Choice(channel, Cause.NORMAL_CLEARING, rival)
        if exclusive and not open_choice:
            missing = channel is None and wanted is not None
            return Choice(None, Cause.CHANNEL_DOES_NOT_EXIST if missing else Cause.CHANNEL_UNAVAILABLE, rival)
        other = self.hunt() if open_choice or wanted is not None else None
        return Choice(other, Cause.NO_CIRCUIT, rival)
