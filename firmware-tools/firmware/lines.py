"""Lines for tests that make calls: on channels of the bench, or by their names in the box's configuration.

    async with on_bench(bench, profile) as there:       "9", "10": analog, as a line that nobody has looked at
    async with configured(config, data, False) as there: "line1", "e1a/3": as the box would have them, PRI and R2 too
        attended = await there.attended("hang-up", "9")

The line takes calls when it is given out. Ended: it is not there, it is in use, it has no battery, it takes no calls.
What it does not: make calls (calls.py). Whatever happens all lines are given back at the end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from core.config.files import with_shipped
from core.config.mistake import BadConfiguration
from core.config.model.box import Box
from core.config.reading import read
from core.lines import Lines
from core.texts import _
from firmware.bench import Bench, Ended, refusal
from firmware.calls import Attended
from firmware.setup.house import opened
from firmware.setup.site import Site
from firmware.trunk_tests import GUARD_S, HELD_V
from firmware.verdict import Figure, Verdict
from hw.card import Channel, ChannelKind, HardwareError, Unsupported
from hw.plane import Plane
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.station import StationSettings
from hw.signalling.line import Line
from hw.sim.telephone import Telephone
from hw.timers import Timers

READY_S = 30.0
"""So long a line may take until it is in service: a PRI data link comes up, R2 waits for idle bits."""


@dataclass(frozen=True)
class There:
    """line: of a name; HardwareError, Ended. numbers: of lines, by name, where the configuration has them.
    telephones: of stations, by number, where the simulated town has them.
    """

    plane: Plane
    nursery: trio.Nursery
    line: Callable[[str, str], Line]
    numbers: Mapping[str, str] = field(default_factory=dict)
    telephones: Mapping[str, Telephone] = field(default_factory=dict)

    async def attended(self, test: str, name: str) -> Attended:
        """In service. Ended."""
        on = subject(name)
        try:
            line = self.line(test, name)
        except HardwareError as refused:
            raise Ended(refusal(test, on, refused)) from None
        attended = Attended(line, self.plane)
        if not await attended.until(lambda: not line.service, READY_S):
            raise Ended(Verdict(test, on, "TEST-NO-SERVICE", fills={"why": str(line.service.name)}))
        return attended


def subject(name: str) -> str:
    """As a verdict names it."""
    return f"channel {name}" if name.isdecimal() else f"line {name}"


@asynccontextmanager
async def on_bench(bench: Bench, profile: LineProfile) -> AsyncIterator[There]:
    """profile: of the trunks."""
    timers = Timers()
    lines = Lines(bench.plane, timers, country=profile.country)

    def line(test: str, name: str) -> Line:
        kind = _look(bench, test, int(name))
        if kind is ChannelKind.STATION:
            there = lines.station(name, bench.card, int(name), StationSettings())
        else:
            there = lines.trunk(name, bench.card, int(name), profile)
        if not there:
            raise lines.missing[name]
        return lines.by_name[name]

    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run)
        await trio.sleep(GUARD_S)
        try:
            yield There(bench.plane, nursery, line)
        finally:
            lines.close_all()
            nursery.cancel_scope.cancel()


def _look(bench: Bench, test: str, number: int) -> ChannelKind | None:
    """Of the channel. Ended: it is not there, of no analog kind, without battery, or its telephone is off the hook."""
    channel = bench.open(test, number, ChannelKind.TRUNK, ChannelKind.STATION)
    try:
        on = subject(str(number))
        if channel.info.kind is ChannelKind.TRUNK and _volts(channel) < HELD_V:
            raise Ended(Verdict(test, on, "BATTERY-NONE", (Figure("volts", 0.0, "V"),)))
        if channel.info.kind is ChannelKind.STATION and channel.is_off_hook():
            raise Ended(Verdict(test, on, "HOOK-OFF"))
        return channel.info.kind
    finally:
        channel.close()


def _volts(channel: Channel) -> float:
    """Where the port can measure them; else as if it had battery."""
    try:
        return abs(channel.volts())
    except Unsupported:
        return HELD_V


@asynccontextmanager
async def configured(config: Path, data: Path, virtual: bool) -> AsyncIterator[There]:
    """The box may not run. virtual: on a clock that does not wait.

    HardwareError: it runs, or its configuration cannot be used, or has a real card, which does wait.
    """
    box = box_of(config)
    if virtual and any(card.kind != "simulated" for card in box.card):
        raise HardwareError(_("the configuration has a real card"), action=_("test it without --simulated"))
    async with opened(Site(config=config, data=data, virtual=virtual), box) as house:
        numbers = {trunk.name: trunk.number for trunk in house.box.trunk if trunk.number}
        telephones = {name: one for town in house.hardware.towns.values() for name, one in town.telephones.items()}
        yield There(house.hardware.plane, house.nursery, lambda test, name: house.line(name), numbers, telephones)


def box_of(config: Path) -> Box:
    """HardwareError: the configuration cannot be used."""
    try:
        return read(with_shipped(config)).box
    except (BadConfiguration, OSError) as bad:
        action = _("strowger config --folder {folder} check shows each with its line").format(folder=config)
        raise HardwareError(f"{config}: {bad}", action=action) from None
