"""Lines of the running box, lent to somebody who tests them; the calls of the others go on.

    async with lending.lend(["line1"], Borrower("root", "echo", patience_s=60)):
        ...                                     its channel is free: card.open() gives it

    asked ── blocked ── its call ends ── closed ───── test ───── opened ── as it was
               │            └─ not within patience_s: unblocked, Refused     │
               └─ unless it was blocked before, and is so afterwards ────────┘

Whatever ends the block gives the line back: the test is over, its asker has gone, the box stops. Nothing of it is kept
on the disk, so that a box that begins anew has all lines. Only lines of one channel are lent: stations and analog
trunks. What it does not: test (core/line_tests.py), close and open lines (refit.py). How time flows: on trio's clock.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from core.alarms import Alarms
from core.config.model.stations import Station
from core.config.model.trunks import Trunk
from core.exchange.exchange import Exchange
from core.exchange.refusal import Refused
from core.hardware import Hardware
from core.refit import Refit
from core.texts import _, speaking
from hw.signalling.line import Line, Service
from hw.signalling.q850 import Cause

LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Borrower:
    """who, as the audit trail calls him. test: what he does with the lines, a word. patience_s: so long he waits for
    the end of their calls.
    """

    who: str
    test: str
    patience_s: float = 0.0


class Lending:
    def __init__(self, refit: Refit, hardware: Hardware, exchange: Exchange, alarms: Alarms) -> None:
        self.borrowers: dict[str, Borrower] = {}
        """By line, from when it was asked for until it is back."""
        self._refit = refit
        self._hardware = hardware
        self._exchange = exchange
        self._alarms = alarms

    def named(self, word: str) -> str:
        """The line that is meant: by its name, or by the number of its channel. Refused: there is none to be lent."""
        hardware = self._hardware
        row = hardware.row(word)
        if isinstance(row, Station | Trunk):
            return word
        if row is not None or word in hardware.lines.by_name:
            text = _("{line} is of a span: only telephones and analog lines are lent one by one").format(line=word)
            raise _refused(text)
        of_channel = [name for name in hardware.names() if str(_channel(hardware, name)) == word]
        if len(of_channel) == 1:
            return of_channel[0]
        if of_channel:
            names = ", ".join(of_channel)
            text = _("channel {channel} is there on several cards: say {names}")
            raise _refused(text.format(channel=word, names=names))
        raise Refused(Cause.UNALLOCATED, "vacant", _("there is no line {line}").format(line=word))

    def ask(self, names: Sequence[str]) -> None:
        """Whether they can be lent, once their calls are over. Refused: one is lent already, is not there, or twice."""
        if len(set(names)) < len(names):
            raise _refused(_("a line is lent once"))
        for name in names:
            self._refuse_what_cannot_be_lent(name)

    @asynccontextmanager
    async def lend(self, names: Sequence[str], borrower: Borrower) -> AsyncIterator[None]:
        """Names of stations and analog trunks. Refused: one is lent already, is not there, or its call does not end."""
        self.ask(names)
        self.borrowers |= dict.fromkeys(names, borrower)
        blocked = [name for name in names if Service.BLOCKED_HERE not in self._line(name).service]
        lent: list[str] = []
        try:
            for name in blocked:
                self._line(name).block()
            await self._until_idle(names, borrower.patience_s)
            for name in names:
                self._refit.lend(name)
                lent.append(name)
                self._tell(name, borrower)
            for name in blocked:
                self._line(name).unblock()  # as it is to come back
            yield
        finally:
            for name in lent:
                self._take_back(name, borrower)
            for name in names:
                del self.borrowers[name]
                if name in blocked and name not in lent and name in self._hardware.lines.by_name:
                    self._line(name).unblock()

    # ---- within ----

    def _line(self, name: str) -> Line:
        return self._hardware.lines.by_name[name]

    def _refuse_what_cannot_be_lent(self, name: str) -> None:
        if name in self.borrowers:
            borrower = self.borrowers[name]
            text = _("line {line} is lent to {who} for the test {test}")
            raise _refused(text.format(line=name, who=borrower.who, test=borrower.test))
        missing = self._hardware.lines.missing.get(name)
        if missing is not None:
            raise missing
        if name not in self._hardware.lines.by_name:
            raise Refused(Cause.UNALLOCATED, "vacant", _("there is no line {line}").format(line=name))

    async def _until_idle(self, names: Sequence[str], patience_s: float) -> None:
        with trio.move_on_after(patience_s):
            while not self._may_be_lent(names):  # noqa: ASYNC110 - lines tell their exchange alone
                await trio.sleep(LOOK_S)
        for name in names:
            if name not in self._hardware.lines.by_name:  # the configuration has changed meanwhile
                raise Refused(Cause.UNALLOCATED, "vacant", _("there is no line {line}").format(line=name))
            if not self._may_be_lent([name]):
                text = _("line {line} is in use, and was not free within {seconds:g} s")
                raise _refused(text.format(line=name, seconds=patience_s))

    def _may_be_lent(self, names: Sequence[str]) -> bool:
        return all(self._refit.may_be_lent(name) for name in names)

    def _tell(self, name: str, borrower: Borrower) -> None:
        with speaking(self._hardware.box.box.languages[0]):  # it is for all, not for who asks
            text = _("line {line} is lent to {who} for the test {test}")
            said = text.format(line=name, who=borrower.who, test=borrower.test)
            remedy = _("it comes back by itself when the test is over, or whoever tests ends it")
        self._exchange.service_changed(name, self._line(name).service, said)
        self._exchange.journal.note("LineLent", device=name, by=borrower.who, test=borrower.test)
        self._alarms.set(f"lent {name}", "notice", said, remedy)

    def _take_back(self, name: str, borrower: Borrower) -> None:
        self._refit.take_back(name)
        line = self._hardware.lines.by_name.get(name)
        if line is not None:
            self._exchange.service_changed(name, line.service, f"test {borrower.test} is over")
        self._exchange.journal.note("LineReturned", device=name, by=borrower.who, test=borrower.test)
        self._alarms.clear(f"lent {name}")


def _channel(hardware: Hardware, name: str) -> int | None:
    row = hardware.row(name)
    return row.channel if isinstance(row, Station | Trunk) else None


def _refused(text: str) -> Refused:
    return Refused(Cause.FACILITY_REJECTED, "not-possible", text)
