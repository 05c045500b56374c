"""The hardware of the box, without an exchange above it, for as long as the setup measures.

    async with opened(site, box) as house:
        house.hardware.lines.by_name["line1"]
        house.channel("line1")             its channel, lent by the line, for a probe

The data folder is locked meanwhile: where a box runs, that one has the lines, and HardwareError says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import trio

from core.config.model.box import Box
from core.config.model.trunks import Trunk
from core.daemon import locked
from core.hardware import Hardware
from core.texts import _
from firmware.setup.site import Site
from hw.card import HardwareError
from hw.signalling.analog.probe import Probe
from hw.signalling.line import Line

READY_S = 30.0
"""So long a line may take until it is in service: a PRI data link comes up, R2 waits for idle bits."""
SETTLED_S = 3.0
"""So long it must then stay there. The far end may begin its data link once more when its own T200 (Q.921: 1 s) runs
out, and forgets what came before; or it restarts the channels one by one."""


LOOK_S = 0.2


@dataclass
class House:
    """`box`: what its lines are."""

    box: Box
    hardware: Hardware
    nursery: trio.Nursery
    """Ends with the house."""

    def line(self, name: str) -> Line:
        """HardwareError: it could not be opened."""
        lines = self.hardware.lines
        if name not in lines.by_name:
            missing = lines.missing.get(name.partition("/")[0])
            raise missing or HardwareError(_("there is no line {line}").format(line=name))
        return lines.by_name[name]

    @contextmanager
    def probe(self, name: str) -> Iterator[Probe]:
        """A line's port, without its signalling; the line is there again afterwards."""
        self.line(name)
        self.hardware.lines.close(name)
        try:
            with probing(self.hardware, name) as probe:
                yield probe
        finally:
            self.hardware.open(name)

    async def in_service(self, lines: list[Line]) -> list[Line]:
        """Those that come into service in time, once they have settled."""
        with trio.move_on_after(READY_S):
            since = trio.current_time()
            while trio.current_time() - since < SETTLED_S:
                if any(line.service for line in lines):
                    since = trio.current_time()
                await trio.sleep(LOOK_S)
        return [line for line in lines if not line.service]


@contextmanager
def probing(hardware: Hardware, name: str) -> Iterator[Probe]:
    """The port of an analog trunk that no line has."""
    row = hardware.row(name)
    assert isinstance(row, Trunk)
    channel = hardware.cards[row.card].open(row.channel)
    try:
        probe = Probe(hardware.plane, channel)
        try:
            yield probe
        finally:
            probe.released()
    finally:
        channel.close()


@asynccontextmanager
async def opened(site: Site, box: Box) -> AsyncIterator[House]:
    """HardwareError: a box runs, or the driver refuses."""
    with locked(site.data):
        hardware = Hardware(box, site.data, virtual=site.virtual)
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(hardware.run)
                yield House(box, hardware, nursery)
                nursery.cancel_scope.cancel()
        finally:
            hardware.close()
