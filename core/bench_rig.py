"""What the benches of calls measure on: PRI spans and telephones of the simulated card, both ends in one process.

    rig = Rig(model, Plane(), told)          model: made of tables()
    exchange = Exchange(model, …, rig.lines.by_name.values(), rig.plane, journal, rig.timers)
    await rig.start(nursery)                 before the exchange
    rig.trunks, rig.telephone(1)             the network's ends, and what stands on the desks
    rig.lines.close_all(), then rig.close() when nothing runs any more

D channel frames are handed over in memory (hw/sim/jumper.py): on a line of 64 kbit/s each takes some 5 ms more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import trio

from core.config.model.box import Box
from core.config.model.spans import PriSpan
from core.lines import Lines
from hw.plane import Plane
from hw.signalling.line import Line, Telling
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.sim.card import SimCard
from hw.sim.channel import SimChannel
from hw.sim.jumper import jumper
from hw.timers import Timers

STATIONS_A_SPAN = 128


def tables(pri: int, stations: int = 0) -> dict[str, Any]:
    """Of the configuration: so many PRI spans, all in the group "city", behind so many stations from 8001."""
    counts = [min(STATIONS_A_SPAN, stations - at) for at in range(0, stations, STATIONS_A_SPAN)]
    spans = [*({"kind": "stations", "count": count} for count in counts), *[{"kind": "pri"}] * pri]
    numbers = range(1, pri + 1)
    return {
        "card": [{"name": "sim", "kind": "simulated", "spans": spans}],
        "span": [{"name": f"e{at}", "card": "sim", "span": len(counts) + at, "signalling": "pri"} for at in numbers],
        "station": [
            {"number": str(8000 + at), "card": "sim", "channel": at, "caller_id": "off"}
            for at in range(1, stations + 1)
        ],
        "trunk_group": [{"name": "city", "lines": [f"e{at}" for at in numbers]}],
    }


class Rig:
    """told: what the network's ends of the trunks are told."""

    def __init__(self, model: Box, plane: Plane, told: Callable[[Line, Telling], None]) -> None:
        self.plane = plane
        self.timers = Timers()
        self._card = SimCard(plane, [span.description() for span in model.card[0].spans])
        near, far = jumper(self._card)
        self.lines = Lines(plane, self.timers)
        for station in model.station:
            self.lines.station(station.number, near, station.channel, station.settings())
        for span in model.span:
            assert isinstance(span, PriSpan)
            self.lines.pri(span.name, near, span.span, span.settings())
        network = SpanSettings(LinkSettings(Side.NETWORK))
        spans = [info for info in far.spans() if info.kind == "E1"]
        self.trunks = [PriTrunk(f"net{info.number}", far, info, network, plane, self.timers, told) for info in spans]

    def telephone(self, channel: int) -> SimChannel:
        return self._card.far(channel)

    def circuits(self) -> list[Line]:
        """The network's, the first of each span before the second of any."""
        return [line for each in zip(*(trunk.lines for trunk in self.trunks), strict=True) for line in each]

    async def start(self, nursery: trio.Nursery) -> None:
        await nursery.start(self.plane.run)
        nursery.start_soon(self._card.run)
        await nursery.start(self.timers.run)

    def close(self) -> None:
        for trunk in self.trunks:
            trunk.close()
        self._card.close()
        self.plane.close()
        self._card.free()
