"""The cables of the lab: pairs of spans of dahdi.conf, which a test can cut, mend, pull out and plug in again.

Cutting a cable destroys the span at its far end, so that the near one hears nothing any more: RED after a second.
Pulling out takes the near span from its device (unassign_span), which is what a driver does when its card goes.
"""

from __future__ import annotations

import fcntl
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

DEVICES = Path("/sys/bus/dahdi_devices/devices")
_SPAN = struct.Struct("20s40siii")  # struct dahdi_dynamic_span of dahdi/user.h
_DYNAMIC_CREATE = 3 << 30 | _SPAN.size << 16 | 0xDA << 8 | 80
_DYNAMIC_DESTROY = 1 << 30 | _SPAN.size << 16 | 0xDA << 8 | 81


@dataclass(frozen=True)
class Cable:
    """Pair `key` of dahdi.conf: its near span has channels `first` on, its far span `channels` more."""

    key: int
    first: int
    channels: int
    signalling: str
    """Lines of dahdi.conf for either end; {0}, {1} ... stand for the end's first channels of timeslots 1, 2 ..."""

    @property
    def span(self) -> int:
        return 2 * self.key - 1

    def lines(self, first: int) -> str:
        last = first + self.channels - 1
        return f"alaw={first}-{last}\n" + self.signalling.format(*range(first, last + 1))

    def cut(self) -> None:
        destroy(f"{self.key}:1")

    def mend(self) -> None:
        configure(f"dynamic=loc,{self.key}:1,{self.channels},0\n" + self.lines(self.first + self.channels))

    def pull_out(self) -> None:
        """Takes a second while channels of the span are open: the driver waits for their users."""
        (self._device() / "unassign_span").write_text("1")

    def plug_in(self) -> None:
        (self._device() / "assign_span").write_text(f"1:{self.span}:{self.first}")
        configure(self.lines(self.first))

    def _device(self) -> Path:
        return device(f"{self.key}:0")


_PRI = "bchan={0}-{14},{16}-{30}\ndchan={15}\n"
CABLES = (
    Cable(1, 1, 31, _PRI),
    Cable(2, 63, 31, _PRI),
    Cable(3, 125, 31, "cas={0}-{14},{16}-{30}:1101\n"),
    Cable(4, 187, 31, "bchan={0}-{30}\n"),
)


def cable_of(number: int) -> Cable:
    """The E1 cable whose near end has this channel."""
    return next(c for c in CABLES if c.first <= number < c.first + c.channels)


def create(address: str, channels: int) -> None:
    """A dynamic span, by its key and side: "1:0". With auto_assign_spans=0 it is a device without a span."""
    _order(_DYNAMIC_CREATE, address, channels)


def destroy(address: str) -> None:
    _order(_DYNAMIC_DESTROY, address, 0)


def _order(number: int, address: str, channels: int) -> None:
    with open("/dev/dahdi/ctl", "rb+", buffering=0) as control:
        fcntl.ioctl(control, number, _SPAN.pack(b"loc", address.encode(), channels, 0, 0))


def device(address: str) -> Path:
    """StopIteration: there is none."""
    return next(each for each in DEVICES.iterdir() if address_of(each) == address)


def address_of(device: Path) -> str:
    return (device / "hardware_id").read_text().strip().removeprefix("DYN/loc/")


def configure(lines: str) -> None:
    """Has dahdi_cfg apply some lines of a system.conf."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write("loadzone=cn\ndefaultzone=cn\n" + lines)
        conf.flush()
        subprocess.run(["dahdi_cfg", "-c", conf.name], check=True)
