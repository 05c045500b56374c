"""Level meters of lines: how loud it is on them, in both directions, for as long as somebody looks.

    meters = Meters(exchange)
    level = meters.level("e1a/3")        what the media plane has measured last; the first answer is empty
    await meters.run()                   who asks no more for IDLE_S looks no more, and nothing is measured for him

A meter stands beside detectors and recordings and disturbs neither. A line whose call gets another port of the media
plane, or none, is followed. What it does not: keep anything.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trio

from hw.event import Event
from hw.plane import PlaneError

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

IDLE_S = 4.0
INTERVAL_MS = 500


@dataclass(frozen=True, slots=True)
class Level:
    """dBm0: mean of the interval, and of its loudest frame."""

    mean: float
    peak: float


@dataclass
class _Meter:
    port: int
    asked: float = field(default_factory=trio.current_time)
    ways: dict[int, Level] = field(default_factory=dict)

    def told(self, event: Event) -> None:
        self.ways[event.code] = Level(event.a / 100, event.b / 100)


class Meters:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._meters: dict[str, _Meter] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await trio.sleep(IDLE_S / 4)
            for line, meter in list(self._meters.items()):
                if trio.current_time() - meter.asked > IDLE_S:
                    self._stop(line)

    @property
    def looked_at(self) -> list[str]:
        return sorted(self._meters)

    def level(self, line: str) -> tuple[Level | None, Level | None] | None:
        """Received and sent, None as long as nothing was measured or the line has no speech path; None alone: there is
        no such line.
        """
        device = self._exchange.device(line)
        if device is None:
            self._stop(line)
            return None
        meter = self._meters.get(line)
        port = device.line.port
        if meter is None or meter.port != port:
            self._stop(line)
            if port < 0:
                return None, None
            meter = self._meters[line] = _Meter(port)
            self._exchange.plane.meter(port, meter.told, INTERVAL_MS)
        meter.asked = trio.current_time()
        return meter.ways.get(0), meter.ways.get(1)

    def _stop(self, line: str) -> None:
        meter = self._meters.pop(line, None)
        if meter is None:
            return
        with suppress(PlaneError):  # the port is closed, and its meter with it
            self._exchange.plane.meter(meter.port, None)
