"""The lab's machine as it comes out of its carton: bare modules, and cables that are plugged in by hand.

    with bare():
        begin([PRI, TELEPHONES])     as when the machine starts: the modules come, and then the devices, in this order
        ...                          their near ends have no spans yet: that is the installer's work
        begin([TELEPHONES, PRI])     the machine starts anew, and another card is found first

Afterwards the lab is as guest.sh made it. The modules are unloaded, so everything that has a channel open must be
closed before. What it does not: give the near ends a span, or signalling.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.cable import DEVICES, address_of, configure, create, destroy, device

LAB = Path(__file__).resolve().parent / "dahdi.conf"
MODULES = ("dahdi", "dahdi_dynamic", "dahdi_dynamic_loc")


@dataclass(frozen=True)
class Plug:
    """A pair of dynamic spans, as cable.Cable; the far end is somebody else's, who has given it the span `far_span`
    with the channels `far_first` on, and the signalling `far`: lines of a system.conf, {0}, {1} ... its channels.
    """

    key: int
    channels: int
    far_span: int
    far_first: int
    far: str

    def put_in(self) -> None:
        create(f"{self.key}:0", self.channels)
        create(f"{self.key}:1", self.channels)
        (device(f"{self.key}:1") / "assign_span").write_text(f"1:{self.far_span}:{self.far_first}")

    def far_lines(self) -> str:
        last = self.far_first + self.channels - 1
        return self.far.format(*range(self.far_first, last + 1)) + f"\nalaw={self.far_first}-{last}\n"


@contextmanager
def bare() -> Iterator[None]:
    try:
        yield
    finally:
        _unload()
        _load(assign=1)
        subprocess.run(["dahdi_cfg", "-c", str(LAB)], check=True)


def begin(plugs: Sequence[Plug]) -> None:
    _unload()
    _load(assign=0)
    for plug in plugs:
        plug.put_in()


def configure_far(plugs: Sequence[Plug]) -> None:
    """Once all devices have spans: dahdi_cfg waits for those that have none."""
    configure("".join(plug.far_lines() for plug in plugs))


def _load(*, assign: int) -> None:
    for module in MODULES:
        options = [f"auto_assign_spans={assign}"] if module == "dahdi" else []
        subprocess.run(["modprobe", module, *options], check=True)


def _unload() -> None:
    """Dynamic spans hold their modules until they are destroyed."""
    for each in list(DEVICES.iterdir()):
        destroy(address_of(each))
    for module in reversed(MODULES):
        subprocess.run(["modprobe", "-r", module], check=True)
