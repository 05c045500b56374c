"""Arrival and loss of spans while the box runs, as the kernel tells them (uevents, by pyudev).

    module loaded, card plugged in    add dahdi_devices ─> add, bind dahdi_spans ─> add, bind dahdi_channels ...
    card pulled out, span unassigned  unbind, remove dahdi_channels ... ─> offline dahdi_spans ─> remove dahdi_devices

What it does: wakes whoever waits when spans came or went. An `offline` names the span by its path only (its number is
0 by then), so it is handed on with the number that the path ends with.
What it does not: tell what came. The channels of a span are configured (dahdi_cfg) after it came and no uevent tells
that, so card.py looks again and again anyway; an event only makes it look sooner.

How time flows: events come in hundreds (one a channel); after the first one of an arrival it is quiet for SETTLE.
Traps: a monitor hears what comes after it was started. There is no `remove` of a span. udevd need not run.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pyudev
import trio

SETTLE = 1.0
"""Seconds from an arrival until its span is looked at: the rules of udev run dahdi_cfg meanwhile."""


class Hotplug:
    """Tells losses at once and arrivals when they have settled. Begins to hear when it is made."""

    def __init__(self, gone: Callable[[int], None], changed: Callable[[], None]) -> None:
        self._gone = gone
        self._changed = changed
        self._monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source="kernel")
        self._monitor.filter_by("dahdi_spans")
        self._monitor.filter_by("dahdi_devices")
        self._monitor.start()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await trio.lowlevel.wait_readable(self._monitor.fileno())
            if self._take():
                await trio.sleep(SETTLE)
                self._take()
                self._changed()

    def _take(self) -> bool:
        """All events that wait; True if something came."""
        arrived = False
        while (device := self._monitor.poll(timeout=0)) is not None:
            span = re.search(r"/span-(\d+)$", device.sys_path)
            if device.action == "offline" and span:
                self._gone(int(span[1]))
            elif device.action in ("add", "bind"):
                arrived = True
        return arrived
