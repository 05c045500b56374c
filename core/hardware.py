"""What is below the exchange, from the configuration: media plane, cards, timers and lines; in which order they live.

    hardware = Hardware(box, data, virtual=True)
    await nursery.start(hardware.run)         plane, cards and timers are running, every line is open or in `missing`
    hardware.lines.by_name["8001"]
    hardware.close()                          after run() has ended

    run     plane ──> cards ──> timers ──> lines ──> started            cancelled: lines, cards
    close   plane, then the memory of the cards

A simulated card has the town at its far ends (hw/sim/town.py): a telephone on each station, the public exchange on each
trunk and span. They are alive as long as the card is: whoever tries the box without hardware finds the world there.

What it does not: decide anything about a call. Time: real, or virtual with the plane stepped by trio's clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from core.config.model.box import Box
from core.config.model.cards import Card as CardTable
from core.config.model.spans import PriSpan, Span
from core.config.model.trunks import Trunk
from core.lines import Lines, unheard
from hw.card import Card, HardwareError
from hw.plane import Plane
from hw.signalling.analog.profile import LineProfile, ProfileError, read_profile
from hw.signalling.captures import Captures
from hw.signalling.line import Line, Telling
from hw.signalling.pri.settings import Side
from hw.timers import Timers

if TYPE_CHECKING:
    from hw.dahdi.card import DahdiCard
    from hw.sim.card import SimCard
    from hw.sim.town import Town

log = logging.getLogger(__name__)

TRACES, CAPTURES, PROFILES = "traces", "captures", "lines"
"""Folders below the data folder."""


class Hardware:
    """`data`: for traces, captures and line profiles; None: none are kept. `told`: what lines tell, see Lines."""

    def __init__(
        self,
        box: Box,
        data: Path | None = None,
        *,
        virtual: bool = False,
        priority: int = 50,
        told: Callable[[Line, Telling], None] = unheard,
    ) -> None:
        self.box = box
        self.plane = Plane(frame_ms=box.box.frame_ms, virtual=virtual, priority=priority)
        self.timers = Timers()
        self.cards: dict[str, Card] = {}
        self.towns: dict[str, Town] = {}
        """By simulated card."""
        self._data = data
        self._frees: list[Callable[[], None]] = []
        for table in box.card:
            card = self._card(table)
            self.cards[table.name] = card
            self._frees.append(card.free)
        self.lines = Lines(
            self.plane,
            self.timers,
            told,
            country=box.box.country,
            traces=data / TRACES if data is not None else None,
        )

    def _card(self, table: CardTable) -> SimCard | DahdiCard:
        # Only what is needed is loaded: the box shall have dial tone within a second.
        if table.kind == "simulated":
            from hw.sim.card import SimCard

            return SimCard(self.plane, [span.description() for span in table.spans], seed=table.seed)
        from hw.dahdi.card import DahdiCard

        return DahdiCard(self.plane)

    # ---- life ----

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled; then the lines are closed, what runs on them is lost."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self.plane.run)
            for card in self.cards.values():
                nursery.start_soon(card.run)
            await nursery.start(self.timers.run)
            if self._data is not None:
                self.lines.captures = Captures(self.plane, self._data / CAPTURES, nursery)
            try:
                # The towns first: a far end that is there when a line begins costs no time-out.
                self._build_towns(nursery)
                for name in self.names():
                    self.open(name)
                task_status.started()
                await trio.sleep_forever()
            finally:
                self.lines.close_all()
                for town in self.towns.values():
                    town.close()
                for card in self.cards.values():
                    card.close()

    def close(self) -> None:
        """Gives all memory back; run() must have ended."""
        self.plane.close()
        for free in self._frees:
            free()
        self._frees.clear()

    # ---- lines, by the names of the configuration ----

    def names(self) -> Iterator[str]:
        """Of stations, trunks and spans."""
        for station in self.box.station:
            yield station.number
        for trunk in self.box.trunk:
            yield trunk.name
        for span in self.box.span:
            yield span.name

    def open(self, name: str) -> bool:
        """Opens the station, trunk or span of that name. False: it cannot be opened, lines.missing says why."""
        for station in self.box.station:
            if station.number == name:
                return self.lines.station(name, self.cards[station.card], station.channel, station.settings())
        for trunk in self.box.trunk:
            if trunk.name == name:
                return self._open_trunk(trunk)
        span = next(span for span in self.box.span if span.name == name)
        card = self.cards[span.card]
        if isinstance(span, PriSpan):
            return self.lines.pri(name, card, span.span, span.settings())
        return self.lines.r2(name, card, span.span, span.settings(), span.channels)

    def _open_trunk(self, trunk: Trunk) -> bool:
        try:
            profile = self.profile(trunk)
        except ProfileError as wrong:
            refused = HardwareError(str(wrong), channel=trunk.channel, action=wrong.remedy)
            return self.lines.refuse(trunk.name, refused)
        return self.lines.trunk(trunk.name, self.cards[trunk.card], trunk.channel, profile)

    def profile(self, trunk: Trunk) -> LineProfile:
        """What the line is like. ProfileError: its file cannot be used."""
        if not trunk.profile:
            return LineProfile(country=self.box.box.country, area_code=self.box.box.area_code)
        return read_profile((self._data or Path()) / PROFILES / trunk.profile)

    # ---- the world of simulated cards ----

    def _build_towns(self, nursery: trio.Nursery) -> None:
        for table in self.box.card:
            if table.kind == "simulated":
                self.towns[table.name] = self._build_town(table.name, nursery)

    def _build_town(self, name: str, nursery: trio.Nursery) -> Town:
        from hw.sim.card import SimCard
        from hw.sim.town import Town

        card = self.cards[name]
        assert isinstance(card, SimCard)
        town = Town(card, self.plane, self.timers, nursery, country=self.box.box.country)
        for station in self.box.station:
            if station.card == name:
                _put(partial(town.telephone, station.channel, station.number), station.number)
        for trunk in self.box.trunk:
            if trunk.card == name:
                number = trunk.number or f"6000{trunk.channel:04}"
                _put(partial(town.line, trunk.channel, trunk.name, number), trunk.name)
        for span in self.box.span:
            if span.card == name:
                _put(partial(self._build_city, town, span), span.name)
        return town

    @staticmethod
    def _build_city(town: Town, span: Span) -> None:
        if isinstance(span, PriSpan):
            side = Side.USER if span.side == "network" else Side.NETWORK
            town.pri(span.span, span.name, side=side)
        else:
            # Codes are the same at both ends; how many digits come, and whose number, is the town's own affair.
            town.r2(span.span, span.name, replace(span.settings(), called_digits=0, ask_caller_after=0, own_number=""))


def _put(far_end: Callable[[], object], name: str) -> None:
    """What cannot be at the far end of a line is as if nothing was plugged in there."""
    try:
        far_end()
    except HardwareError as refused:
        log.warning("nothing is at the far end of %s: %s", name, refused)
