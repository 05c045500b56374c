"""RESTART of B channels, Q.931 5.5: both ends forget what was on a channel.

    order()  ──────────────> RESTARTING ── RESTART ACKNOWLEDGE ──> IDLE
    doubt() ──> (its turn) ──────┘ └────── T316, N316 times ─────> FAILED, or IDLE

A channel is doubtful when its last call ended here without the far end's word: it may be taken there still. Doubtful
channels are restarted one after the other, and may be used until it is their turn: a call that gets through settles the
doubt as well. When the far end does not answer such a RESTART, the channel is idle again and the other doubts are
dropped, for there are exchanges that do not know RESTART. Only one that a person ordered ends in FAILED.
"""

from __future__ import annotations

from hw.signalling.pri.channels import Channel, Channels
from hw.signalling.pri.link import DChannelLink


class Restarts:
    """Time is in seconds, as everywhere."""

    def __init__(self, channels: Channels, link: DChannelLink) -> None:
        self._channels = channels
        self._link = link
        self._up = False

    def order(self, channel: Channel, now: float) -> None:
        """Now; several wait for each other. The data link must be up."""
        channel.by_order = True
        self._begin(channel, "reset by order", now)

    def doubt(self, channel: Channel, now: float) -> None:
        """Its last call ended without the far end's word."""
        channel.doubt = True
        self._next(now)

    def up(self, now: float) -> None:
        """The data link is back: what was lost with it is sent again."""
        self._up = True
        for channel in self._channels:
            self._channels.alive(channel, "data link established")
            if channel.restarting:
                self._link.restart(channel.number, now)
        self._next(now)

    def down(self) -> None:
        self._up = False

    def ended(self, number: int, answered: bool, now: float) -> None:
        channel = self._channels.of(number)
        if not answered:
            for other in self._channels:
                other.doubt = False
        channel.restarting = False
        channel.failed = channel.by_order and not answered
        channel.by_order = False
        self._channels.changed(channel, "restarted" if answered else "RESTART was not answered")
        self._next(now)

    def _begin(self, channel: Channel, reason: str, now: float) -> None:
        channel.doubt = False
        if not channel.restarting:
            channel.restarting = True
            self._channels.changed(channel, reason)
            self._link.restart(channel.number, now)

    def _next(self, now: float) -> None:
        """The first doubtful channel, unless another one is being restarted."""
        if not self._up or any(channel.restarting for channel in self._channels):
            return
        for channel in self._channels:
            if channel.doubt and channel.call is None:
                self._begin(channel, "call ended without the far end", now)
                return
