"""The lines of the box, by name: opened on their cards, closed again, and those that could not be opened.

    lines = Lines(plane, timers, told, country="cn", traces=folder)
    lines.station("8001", card, 1, StationSettings())         one FXS port
    lines.trunk("line1", card, 17, LineProfile())             one FXO port
    lines.pri("e1a", card, 3, SpanSettings())                 lines "e1a/1" ... "e1a/31"
    lines.r2("e1b", card, 4, CHINA)                           the same
    lines.by_name["e1a/17"], lines.missing
    lines.lend("line1")                                       its channel is free for a test, a lent line stands there

A line that cannot be opened (no such channel, another program has it, the port cannot what is set) costs nobody else:
it stands in `missing` with the reason until it is opened again or closed, and the others are there.

What it does: puts machine, channel, sounds and traces together. What it does not: read the configuration
(hardware.py), decide anything about a call. How time flows: not at all; lines have their own timers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from core.lent_line import LentLine
from hw.card import Card, Channel, ChannelInfo, ChannelKind, HardwareError, SpanInfo
from hw.errors import LocalError
from hw.plane import Plane
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.station import Station, StationSettings
from hw.signalling.analog.trunk import Trunk
from hw.signalling.captures import Captures
from hw.signalling.line import Line, LineKind, Telling
from hw.signalling.machine import Machine
from hw.signalling.pri.settings import SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import R2Settings
from hw.signalling.shell import ChannelLine
from hw.sounds import CountrySounds
from hw.timers import Timers

log = logging.getLogger(__name__)


def unheard(line: Line, telling: Telling) -> None:
    """What lines tell while there is no exchange yet: their state says the same to whoever looks."""


class Lines:
    """`told` gets what the lines tell; it may be changed line by line (Line.told). traces, captures: where lines keep
    what they did and what they could not understand; None: nowhere.
    """

    def __init__(
        self,
        plane: Plane,
        timers: Timers,
        told: Callable[[Line, Telling], None] = unheard,
        *,
        country: str = "cn",
        traces: Path | None = None,
        captures: Captures | None = None,
    ) -> None:
        self.by_name: dict[str, Line] = {}
        self.missing: dict[str, HardwareError] = {}
        """By the name of the station, trunk or span."""
        self.spans: dict[str, tuple[Line, ...]] = {}
        self.trunks: dict[str, PriTrunk] = {}
        """PRI spans as a whole: data link, trace."""
        self._plane = plane
        self._timers = timers
        self._told = told
        self._sounds = CountrySounds(country)
        self._traces = traces
        self.captures = captures
        self._close: dict[str, Callable[[], None]] = {}

    # ---- opening; True: it is there. LocalError: the name is taken ----

    def station(self, name: str, card: Card, channel: int, settings: StationSettings) -> bool:
        """A telephone of ours on an FXS port."""

        def open() -> dict[str, Line]:
            port = _opened(card, channel, ChannelKind.STATION)
            line = self._on(
                card, port, name, LineKind.STATION, lambda: Station(settings, port.info.abilities), self._sounds
            )
            self._close[name] = line.close
            return {name: line}

        return self._add(name, open)

    def trunk(self, name: str, card: Card, channel: int, profile: LineProfile) -> bool:
        """A line of the public exchange on an FXO port."""

        def open() -> dict[str, Line]:
            port = _opened(card, channel, ChannelKind.TRUNK)
            sounds = _sounds(profile)
            line = self._on(card, port, name, LineKind.TRUNK, lambda: Trunk(profile, port.info.abilities), sounds)
            self._close[name] = line.close
            return {name: line}

        return self._add(name, open)

    def pri(self, name: str, card: Card, span: int, settings: SpanSettings) -> bool:
        """All B channels of a span. Its lines are named after the time slots."""

        def open() -> dict[str, Line]:
            info = span_of(card, span)
            trunk = PriTrunk(name, card, info, settings, self._plane, self._timers, self._told, self._traces)
            self.trunks[name] = trunk
            self._close[name] = trunk.close
            return {line.name: line for line in trunk.lines}

        return self._add(name, open)

    def r2(self, name: str, card: Card, span: int, settings: R2Settings, slots: Iterable[int] = range(1, 32)) -> bool:
        """All CAS channels of a span, or those of `slots`."""

        def open() -> dict[str, Line]:
            wanted = [info for info in span_of(card, span).channels if info.slot in set(slots)]
            circuits = [info for info in wanted if info.kind is ChannelKind.CAS]
            if not circuits:
                raise HardwareError(
                    f"span {span} has no channel with signalling bits",
                    span=span,
                    action="configure cas=1-15,17-31:1101 (of the span's own numbers), or use PRI",
                )
            opened: list[ChannelLine] = []
            try:
                opened.extend(self._circuit(name, card, info, settings) for info in circuits)
            except HardwareError:
                for line in opened:
                    line.close()
                raise

            def close() -> None:
                for line in opened:
                    line.close()

            self._close[name] = close
            return {line.name: line for line in opened}

        return self._add(name, open)

    def refuse(self, name: str, refused: HardwareError) -> bool:
        """The line is missing for this reason. False."""
        log.error("line %s is missing: %s. %s", name, refused, refused.action)
        self.missing[name] = refused
        return False

    def lend(self, name: str) -> LentLine:
        """A line of one channel gives that back, and another stands in its place until close(). LocalError: there is
        none.
        """
        line = self.by_name.get(name)
        if line is None or name in self.spans:
            raise LocalError(f"lines: nothing to be lent is called {name!r}")
        self.close(name)
        stands_in = LentLine(line)
        self._close[name] = stands_in.close
        self.by_name[name] = stands_in
        return stands_in

    def close(self, name: str) -> None:
        """A station, trunk or span gives its channels back; nothing more is told. LocalError: there is none."""
        if self.missing.pop(name, None) is not None:
            return
        if name not in self._close:
            raise LocalError(f"lines: nothing called {name!r}")
        self._close.pop(name)()
        self.trunks.pop(name, None)
        for line in self.spans.pop(name, ()):
            del self.by_name[line.name]
        self.by_name.pop(name, None)

    def close_all(self) -> None:
        for name in list(self._close):
            self.close(name)

    # ---- within ----

    def _add(self, name: str, open: Callable[[], dict[str, Line]]) -> bool:
        if name in self._close:
            raise LocalError(f"lines: {name!r} is there already")
        self.missing.pop(name, None)
        try:
            lines = open()
        except HardwareError as refused:
            return self.refuse(name, refused)
        self.by_name |= lines
        if list(lines) != [name]:
            self.spans[name] = tuple(lines.values())
        return True

    def _circuit(self, span: str, card: Card, info: ChannelInfo, settings: R2Settings) -> ChannelLine:
        port = card.open(info.number)
        return self._on(card, port, f"{span}/{info.slot}", LineKind.TRUNK, lambda: R2Channel(settings), self._sounds)

    def _on(
        self,
        card: Card,
        port: Channel,
        name: str,
        kind: LineKind,
        machine: Callable[[], Machine],
        sounds: CountrySounds,
    ) -> ChannelLine:
        """Gives the port back when the machine refuses it."""
        try:
            return ChannelLine(
                name,
                kind,
                port,
                machine(),
                self._plane,
                self._timers,
                sounds,
                self._told,
                traces=self._traces,
                captures=self.captures,
                card=card,
            )
        except HardwareError:
            port.close()
            raise


def span_of(card: Card, number: int) -> SpanInfo:
    """HardwareError: the card has no such span now."""
    there = card.spans()
    for info in there:
        if info.number == number:
            return info
    listed = ", ".join(f"{info.number} ({info.name})" for info in there) or "none"
    raise HardwareError(
        f"span {number} is not on card {card.name}; there are: {listed}",
        span=number,
        action="check the cable of the card, load its driver, run dahdi_cfg; strowger card lists what there is",
    )


def _opened(card: Card, channel: int, kind: ChannelKind) -> Channel:
    port = card.open(channel)
    if port.info.kind is not kind:
        port.close()
        there = port.info.kind.value if port.info.kind else "not configured"
        raise HardwareError(
            f"channel {channel} of card {card.name} is no {kind.value} but {there}",
            span=port.info.span,
            channel=channel,
            action=f"give the number of a {kind.value} channel; strowger card --channels lists them",
        )
    return port


@lru_cache(maxsize=256)
def _sounds(profile: LineProfile) -> CountrySounds:
    """Shared by lines that are alike: their detectors' patterns are made once."""
    return CountrySounds(profile.country, profile.patterns)
