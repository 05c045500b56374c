"""A D channel: whole HDLC frames (Q.921 without flags) to and from the driver, which stuffs bits and checks the FCS.

    send(frame) ──> write(frame + 2 octets for the driver's FCS) ──> ... ──> read() ──> heard(frame without FCS)

What it does: reads frames as they come, sends without waiting, tells alarms of its span.
What it does not: know LAPD (hw/signalling does); speech.

How time flows: a trio task waits until the driver has a frame or an event; both are taken at once. Events stop reading
and writing (errno 500, ELAST) until they are taken.
"""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trio

from hw.card import ChannelInfo, LineEvent, LineEventKind
from hw.dahdi import driver
from hw.native import lib

if TYPE_CHECKING:
    from hw.plane import Plane

LONGEST = 1000
"""Octets of a frame without its FCS, at most."""
_BUFFER = 1024
_FCS = bytes(2)
_ELAST = 500  # dahdi/user.h: an event waits
_SPOILT = (lib.DAHDI_EVENT_ABORT, lib.DAHDI_EVENT_OVERRUN, lib.DAHDI_EVENT_BADFCS)


@dataclass
class DChannelStatistics:
    """Counted since the channel was opened."""

    received: int = 0
    sent: int = 0
    dropped: int = 0  # the driver had no room: layer 2 sends it again
    spoilt: int = 0  # aborted, too long, or with a wrong FCS


class DahdiDChannel:
    """An open D channel (hw.card.DChannel). Made by DahdiCard.open_dchannel()."""

    def __init__(self, plane: Plane, info: ChannelInfo) -> None:
        self.info = info
        self.heard: Callable[[bytes], None] = lambda frame: None
        self.alarmed: Callable[[LineEvent], None] = lambda event: None
        self.closed: Callable[[DahdiDChannel], None] = lambda channel: None
        self.statistics = DChannelStatistics()
        self._plane = plane
        self._gone = False
        self._running = False
        self._scope = trio.CancelScope()
        self._descriptor: int = lib.dahdi_dchannel_open(info.number)
        if self._descriptor < 0:
            raise driver.refusal(-self._descriptor, "open", channel=info.number, span=info.span, opening=True)
        # trio waits for what can be read; the driver shows events as urgent. An epoll set makes the one of the other.
        self._ready = select.epoll()
        self._ready.register(self._descriptor, select.EPOLLIN | select.EPOLLPRI)

    def send(self, frame: bytes) -> None:
        if not 1 <= len(frame) <= LONGEST:
            raise ValueError(f"frame of {len(frame)} octets: 1 to {LONGEST}")
        if self._gone or self._descriptor < 0:
            raise driver.refusal(errno.ENODEV, "send a frame", channel=self.info.number, span=self.info.span)
        while True:
            try:
                os.write(self._descriptor, frame + _FCS)
                self.statistics.sent += 1
                return
            except OSError as error:
                if error.errno == _ELAST and self._take_events():
                    continue
                self._failed(error.errno or errno.EIO)
                self.statistics.dropped += 1
                return

    def close(self) -> None:
        if self._descriptor < 0:
            return
        if not self._gone:
            self._ready.unregister(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1
        self._scope.cancel()
        if not self._running:
            self._ready.close()
        self.closed(self)

    async def run(self) -> None:
        """Takes frames and events until the channel is closed or gone."""
        if self._descriptor < 0:
            return
        self._running = True
        try:
            with self._scope:
                while not self._gone:
                    await trio.lowlevel.wait_readable(self._ready.fileno())
                    self._take()
        finally:
            self._running = False
            if self._descriptor < 0:
                self._ready.close()

    def _take(self) -> None:
        """All that waits. A listener may close the channel meanwhile."""
        while self._descriptor >= 0 and not self._gone:
            try:
                frame = os.read(self._descriptor, _BUFFER)
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    return
                if error.errno == _ELAST:
                    self._take_events()
                else:
                    self._failed(error.errno or errno.EIO)
                continue
            self.statistics.received += 1
            self.heard(frame[: -len(_FCS)])

    def _take_events(self) -> bool:
        """False: the device is gone."""
        while not self._gone and self._descriptor >= 0:
            event = lib.dahdi_dchannel_event(self._descriptor)
            if event == lib.DAHDI_EVENT_NONE:
                return True
            if event == lib.DAHDI_EVENT_REMOVED or event < 0:
                self._failed(errno.ENODEV)
            elif event in _SPOILT:
                self.statistics.spoilt += 1
            elif event == lib.DAHDI_EVENT_ALARM:
                self._tell(LineEventKind.ALARM)
            elif event == lib.DAHDI_EVENT_NOALARM:
                self._tell(LineEventKind.ALARM_END)
        return False

    def _failed(self, error: int) -> None:
        """No room in the driver is layer 2's matter; all else means that the device is no more."""
        if error == errno.EAGAIN or self._gone:
            return
        self._gone = True
        # The driver lets every call to a vanished channel wait 5 ms: none is made.
        self._ready.unregister(self._descriptor)
        self._tell(LineEventKind.GONE)

    def _tell(self, kind: LineEventKind) -> None:
        self.alarmed(LineEvent(kind, self._plane.time))
