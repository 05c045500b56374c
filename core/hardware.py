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
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from core.config.model.box import Box
from core.config.model.cards import Card as CardTable
from core.config.model.spans import PriSpan, R2Span, Span
from core.config.model.stations import Station
from core.config.model.trunks import Trunk
from core.lines import Lines, unheard
from core.texts import _
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
        self._ends: dict[tuple[str, str, int], str] = {}
        """Far ends that are there: by card, kind and channel or span, their names."""
        self._data = data
        self._frees: list[Callable[[], None]] = []
        self._over = False
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
                self._build_towns(nursery)
                for name in self.names():
                    self.open(name)
                task_status.started()
                await trio.sleep_forever()
            finally:
                self._over = True
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

    @property
    def box(self) -> Box:
        return self._box

    @box.setter
    def box(self, box: Box) -> None:
        """Counts for what is opened from now on."""
        self._box = box
        self._rows: dict[str, Station | Trunk | Span] = {station.number: station for station in box.station}
        self._rows |= {trunk.name: trunk for trunk in box.trunk} | {span.name: span for span in box.span}

    def names(self) -> Iterator[str]:
        """Of stations, trunks and spans."""
        yield from self._rows

    def row(self, name: str) -> Station | Trunk | Span | None:
        """Of the configuration; None: it has no such line."""
        return self._rows.get(name)

    def names_on(self, card: str) -> list[str]:
        return [name for name, row in self._rows.items() if row.card == card]

    def open(self, name: str, among: Lines | None = None) -> bool:
        """Opens the station, trunk or span of that name. False: it cannot be opened, lines.missing says why; or the
        box's own lines are closed for good, and one that comes back from a test only now stays so.

        among: lines of somebody else, who was lent its channel; None: the box's own.
        """
        if self._over and among is None:
            return False
        row, lines = self._rows[name], among or self.lines
        card = self.cards.get(row.card)
        if card is None:
            remedy = _("start the box anew: cards are brought up then")
            text = _("there is no card {card} yet").format(card=row.card)
            return lines.refuse(name, HardwareError(text, action=remedy))
        # The far end first: one that is there when a line begins costs no time-out.
        self._furnish(row)
        match row:
            case Station():
                return lines.station(name, card, row.channel, row.settings())
            case Trunk():
                return self._open_trunk(row, card, lines)
            case PriSpan():
                return lines.pri(name, card, row.span, row.settings())
            case R2Span():
                return lines.r2(name, card, row.span, row.settings(), row.channels)

    def _open_trunk(self, trunk: Trunk, card: Card, lines: Lines) -> bool:
        try:
            profile = self.profile(trunk)
        except ProfileError as wrong:
            refused = HardwareError(str(wrong), channel=trunk.channel, action=wrong.remedy)
            return lines.refuse(trunk.name, refused)
        return lines.trunk(trunk.name, card, trunk.channel, profile)

    def profile(self, trunk: Trunk) -> LineProfile:
        """What the line is like. ProfileError: its file cannot be used."""
        if not trunk.profile:
            return LineProfile(country=self.box.box.country, area_code=self.box.box.area_code)
        return read_profile((self._data or Path()) / PROFILES / trunk.profile)

    # ---- the world of simulated cards ----

    def _build_towns(self, nursery: trio.Nursery) -> None:
        simulated = [table.name for table in self.box.card if table.kind == "simulated"]
        if not simulated:
            return
        from hw.sim.card import SimCard
        from hw.sim.town import Town

        for name in simulated:
            card = self.cards[name]
            assert isinstance(card, SimCard)
            self.towns[name] = Town(card, self.plane, self.timers, nursery, country=self.box.box.country)

    def _furnish(self, row: Station | Trunk | Span) -> None:
        """Puts somebody at the far end, once. What cannot be there is as if nothing was plugged in."""
        town = self.towns.get(row.card)
        end = (row.card, type(row).__name__, row.channel if isinstance(row, Station | Trunk) else row.span)
        name = row.number if isinstance(row, Station) else row.name
        if town is None:
            return
        if end in self._ends:
            town.rename(self._ends[end], name)
            self._ends[end] = name
            return
        try:
            match row:
                case Station():
                    town.telephone(row.channel, name)
                case Trunk():
                    town.line(row.channel, name, row.number or f"6000{row.channel:04}")
                case PriSpan():
                    side = Side.USER if row.side == "network" else Side.NETWORK
                    town.pri(row.span, name, side=side)
                case R2Span():
                    # Codes are the same at both ends; how many digits come, and whose number, is the town's own affair.
                    codes = replace(row.settings(), called_digits=0, ask_caller_after=0, own_number="")
                    town.r2(row.span, name, codes)
        except HardwareError as refused:
            log.warning("nothing is at the far end of %s: %s", name, refused)
        else:
            self._ends[end] = name
