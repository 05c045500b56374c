"""Tells systemd how the service is: sd_notify(3) over its datagram socket, and the watchdog's pulse.

    READY=1 when there is dial tone · STATUS=12 calls, 1 alarm · STOPPING=1 · WATCHDOG=1 while all is well

Without systemd (NOTIFY_SOCKET is not set) nothing is sent. The watchdog (WatchdogSec= in the unit) is fed only when the
trio loop turned, the journal's writer answered and the media plane's time moved since the last look; if one of them
stands still, systemd restarts the box after WatchdogSec, and the log says which it was.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping

import trio

log = logging.getLogger(__name__)

WRITER_S = 10.0
"""The journal asks the disk each second; one that syncs slowly is not dead yet."""


class Notify:
    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        microseconds = environment.get("WATCHDOG_USEC", "")
        meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_s = int(microseconds) / 1e6 if microseconds.isdecimal() and meant else 0.0
        """systemd wants a pulse at least so often; 0: it does not."""

    def send(self, **states: str | int) -> None:
        """READY=1, STATUS="..." and so on. A systemd that does not listen is logged, once a message, and no error."""
        if not self._address:
            return
        message = "\n".join(f"{name}={what}" for name, what in states.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
                sender.sendto(message.encode(), self._address)
        except OSError as error:
            log.warning("systemd was not told", extra={"what": message, "why": error.strerror})


class Pulse:
    """What must have moved between two looks. Pure but for what it is given."""

    def __init__(self, plane_time: Callable[[], int], writer_stuck_s: Callable[[], float]) -> None:
        self._plane_time = plane_time
        self._writer_stuck_s = writer_stuck_s
        self._seen = -1

    def standing(self) -> list[str]:
        """What stands still, in words; empty: all is well."""
        now, self._seen, before = self._plane_time(), self._plane_time(), self._seen
        found = []
        if now <= before:
            found.append("the media plane")
        if self._writer_stuck_s() > WRITER_S:
            found.append("the journal's writer")
        return found


async def keep_alive(notify: Notify, pulse: Pulse, status: Callable[[], str]) -> None:
    """Until cancelled. That this task runs is the proof that the trio loop turns."""
    every = notify.watchdog_s / 3 if notify.watchdog_s else 10.0
    while True:
        standing = pulse.standing()
        if standing:
            log.critical("stands still: %s; the watchdog is not fed", " and ".join(standing))
        elif notify.watchdog_s:
            notify.send(WATCHDOG=1)
        notify.send(STATUS=status())
        await trio.sleep(every)
