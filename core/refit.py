"""A new configuration is put to work on the running box: lines, numbering plan, exchange; running calls notice nothing.

    commit ──> prepare: numbering plan of the new one ──> apply:
        settings, routes, users, services      at once, for what begins from now on
        a line that is new                     is opened at once
        a line that has gone, or is another    blocked, and closed when its call is over     ─┐ as soon as it is idle:
        a line with other signalling           when its call is over, it is opened anew      ─┘ looked at each second

A line that is lent to a test (core/lending.py) is not idle: what waits for it is done when it comes back, and then it
is opened as the configuration has it by now. A span is one thing: it is idle when all its lines are. A line that could
not be opened is tried again when another has given its channel back, when its card comes, and when the configuration
says something new about it. One whose card was pulled out is opened anew when it is back (PRI spans see to that
themselves).

What it does not: decide what takes effect when (that is the mark of each setting, core/config/model/kinds.py), or read
files (core/config/configuration.py). How time flows: on trio's clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from typing import Protocol

import trio

from core.alarms import Alarms
from core.config.difference import Difference
from core.config.model.box import Box
from core.config.model.kinds import Effect
from core.exchange.exchange import Exchange
from core.exchange.station import Station
from core.hardware import Hardware
from core.lent_line import LentLine
from core.numbering.plan import NumberingPlan
from hw.card import HardwareError, SpanEvent, SpanEventKind
from hw.errors import LocalError
from hw.signalling.line import Connection, Line, LineKind, Service

log = logging.getLogger(__name__)

LOOK_S = 1.0
SECTIONS = ("station", "trunk", "span")


class Later(Enum):
    CLOSE = "close"
    RESTART = "restart"


class House(Protocol):
    """The running box, as far as it changes with its configuration."""

    box: Box

    def refurnish(self, difference: Difference) -> None:
        """What is neither line nor call: users, limits, prompts, music."""


class Refit:
    """core.config.configuration.Room for the whole box."""

    def __init__(self, house: House, hardware: Hardware, exchange: Exchange, alarms: Alarms) -> None:
        self.later: dict[str, Later] = {}
        """Lines and spans that wait until they are idle, by name."""
        self._lent: dict[str, LentLine] = {}
        self._house = house
        self._hardware = hardware
        self._exchange = exchange
        self._alarms = alarms

    async def prepare(self, old: Box, new: Box, difference: Difference) -> Callable[[], None]:
        plan = NumberingPlan(new)
        await trio.lowlevel.checkpoint()
        return lambda: self._apply(new, plan, difference)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Does what waits, until cancelled."""
        task_status.started()
        while True:
            await trio.sleep(LOOK_S)
            self.look()

    def card_changed(self, card: str, event: SpanEvent) -> None:
        """Something was plugged in, or configured: what waited for it is tried again."""
        if event.kind is not SpanEventKind.ARRIVED:
            return
        lines = self._hardware.lines
        for name in self._hardware.names_on(card):
            gone = any(Service.GONE in line.service for line in self._lines(name)) and name not in lines.trunks
            if name in lines.missing or gone:
                self.later.setdefault(name, Later.RESTART)
        self.look()

    def tell_missing(self) -> None:
        """Lines that could not be opened are alarms, as long as they are missing."""
        missing = self._hardware.lines.missing
        for name, refused in missing.items():
            self._alarms.set(f"line {name}", "critical", f"{name}: {refused}", refused.action)
        for key in list(self._alarms.standing):
            word, _, name = key.partition(" ")
            if word == "line" and name not in missing:
                self._alarms.clear(key)

    def reopen(self, name: str) -> None:
        """When its call is over, as its files say then. LocalError: the configuration has no such line."""
        if self._hardware.row(name) is None:
            raise LocalError(f"the configuration has no line {name!r}")
        self.later.setdefault(name, Later.RESTART)
        self.look()

    # ---- lines that are lent ----

    def may_be_lent(self, name: str) -> bool:
        """Idle, or its telephone was left off the hook: nobody speaks there either."""
        if self.idle(name):
            return True
        forgotten = all(Service.LEFT_OFF_HOOK in line.service and not self._calls(line) for line in self._lines(name))
        return name not in self._lent and forgotten

    def lend(self, name: str) -> None:
        """Its channel is free for a test; it takes no calls until it is taken back. LocalError: it is not idle."""
        if not self.may_be_lent(name):
            raise LocalError(f"line {name} is not idle, and cannot be lent")
        self._exchange.detach(name)
        self._lent[name] = self._hardware.lines.lend(name)
        self._attach(self._lent[name])
        log.info("line lent", extra={"device": name})

    def take_back(self, name: str) -> None:
        """It is opened anew, blocked if that is wished; or closed, if the configuration has it no more."""
        lent = self._lent.pop(name)
        self.later.setdefault(name, Later.RESTART)
        self.look()
        for line in self._lines(name):
            if lent.blocked:
                line.block()

    # ---- now ----

    def _apply(self, new: Box, plan: NumberingPlan, difference: Difference) -> None:
        self._house.box = self._hardware.box = new
        self._exchange.reconfigure(new, plan, self._hardware.lines.by_name)
        self._house.refurnish(difference)
        added: list[str] = []
        for section in SECTIONS:
            rows = difference.rows(section)
            self.later |= dict.fromkeys(rows.removed, Later.CLOSE)
            for name in rows.changed:
                effects = {change.effect for change in difference.settings(section, name).values()}
                if Effect.LINE_RESTART in effects:
                    self.later[name] = Later.RESTART
            added += sorted(rows.added)
        for name in added:
            # Gone a moment ago and here again, perhaps as something else.
            self.later[name] = Later.RESTART
        for name, what in self.later.items():
            if what is Later.CLOSE:
                self._block(name)
        self.look()

    # ---- as soon as it is idle ----

    def look(self) -> None:
        """Closes and opens what can be, in this order, since a channel may go from one to the other."""
        ready = [name for name in self.later if self.idle(name)]
        for name in ready:
            self._close(name)
        opened = [name for name in ready if self.later.pop(name) is Later.RESTART]
        if ready:
            opened += [name for name in self._hardware.lines.missing if name not in opened]
        for name in opened:
            self._open(name)
        if ready:
            self.tell_missing()

    def idle(self, name: str) -> bool:
        """No call on the line, or on any of the span; what is not there is idle."""
        return name not in self._lent and all(self._free(line) for line in self._lines(name))

    def _free(self, line: Line) -> bool:
        return line.connection is Connection.NULL and not self._calls(line)

    def _calls(self, line: Line) -> bool:
        device = self._exchange.device(line.name)
        return bool(device.legs) if isinstance(device, Station) else device is not None and device.leg is not None

    def _lines(self, name: str) -> tuple[Line, ...]:
        lines = self._hardware.lines
        if name in lines.spans:
            return lines.spans[name]
        return (lines.by_name[name],) if name in lines.by_name else ()

    def _block(self, name: str) -> None:
        if name in self._lent:  # it takes no calls, and how it comes back is its borrower's affair
            return
        for line in self._lines(name):
            try:
                line.block()
            except (HardwareError, LocalError) as refused:
                log.warning("line cannot be blocked before it goes: %s", refused, extra={"device": line.name})

    def _close(self, name: str) -> None:
        there = self._lines(name)
        if not there and name not in self._hardware.lines.missing:
            return
        for line in there:
            self._exchange.detach(line.name)
        self._hardware.lines.close(name)
        if self._exchange.changed is not None:
            for line in there:
                self._exchange.changed("lines", line.name, None)
                if line.kind is LineKind.STATION:
                    self._exchange.changed("devices", line.name, None)
        log.info("line closed", extra={"device": name})

    def _open(self, name: str) -> None:
        if self._hardware.open(name):
            for line in self._lines(name):
                self._attach(line)
            log.info("line opened", extra={"device": name})

    def _attach(self, line: Line) -> None:
        self._exchange.attach(line)
        device = self._exchange.device(line.name)
        if device is not None:
            self._exchange.device_touched(device)
