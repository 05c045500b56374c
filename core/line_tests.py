"""The tests at the card, made on lines of the running box: by its own plane, on channels that their lines have lent.

    verdict = await tests.made(asker, Order("echo", "line1"))
    learned = await tests.learned(asker, LearnOrder(["line1", "line2"]))

Who makes them is one of the installer's tools, a storey above: it is found by its name, as sub-commands are
(core/command.py), and an installation without these tools says that it has none. The box makes the test, not whoever
asks, because a simulated card lives in the box, and so that the asker needs no right to the driver.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

import trio

from core.config.model.trunks import Trunk
from core.hardware import Hardware
from core.lending import Borrower, Lending
from core.testing_talk import PATIENCE_S, Talk, TestView
from core.texts import _
from hw.card import HardwareError

TESTER = "firmware.on_lent"
LEARN = "learn"
"""What the lines are lent for, when they are learned."""


@dataclass(frozen=True, slots=True)
class Asker:
    """who, as the audit trail calls him. run: a word of his own, to know his row by. patience_s: see Borrower."""

    who: str
    run: str = ""
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class Order:
    """A test as the command line asks for it. line, partner: names; "": nobody."""

    test: str
    line: str
    partner: str = ""
    long: bool = False
    digit: str = "1"
    own: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class LearnOrder:
    """helper: somebody outside is told what to do; else the lines call each other. call: he is called there, too."""

    lines: Sequence[str]
    helper: bool = False
    call: str = ""


class Tester(Protocol):
    """The module of that name. The lines of an order are lent, and named as configured."""

    def wrong(self, order: Order) -> str:
        """Why it cannot be asked so, in words; empty: it can."""

    async def made(self, hardware: Hardware, order: Order, talk: Talk) -> Mapping[str, Any]:
        """The facts of the verdict (firmware.verdict)."""

    async def learned(self, hardware: Hardware, order: LearnOrder, talk: Talk) -> Mapping[str, Any]:
        """profiles, words, failed: by line (firmware.setup.learning)."""


class LineTests:
    """threaded: the tools are read by a thread, because that takes longer than calls should wait. changed: is told the
    rows of the tests that are being made, by line; None: it is over.
    """

    def __init__(
        self,
        lending: Lending,
        hardware: Hardware,
        changed: Callable[[str, TestView | None], None],
        *,
        threaded: bool,
    ) -> None:
        self.lending = lending
        self.talks: dict[str, Talk] = {}
        self._hardware = hardware
        self._changed = changed
        self._threaded = threaded

    async def made(self, asker: Asker, order: Order) -> Mapping[str, Any]:
        """HardwareError, Refused: it cannot be made."""
        tester = await self._tester()
        wrong = tester.wrong(order)
        if wrong:
            raise HardwareError(wrong, action=_("strowger test lists the tests"))
        names = [order.line, *([order.partner] if order.partner else [])]
        async with self._lent(asker, order.test, names) as talk:
            return await tester.made(self._hardware, order, talk)

    async def learned(self, asker: Asker, order: LearnOrder) -> Mapping[str, Any]:
        """HardwareError, Refused: the lines cannot be had."""
        for line in order.lines:
            if not isinstance(self._hardware.row(line), Trunk):
                raise HardwareError(
                    _("{line} is no analog line of the exchange").format(line=line),
                    action=_("strowger lines lists them"),
                )
        tester = await self._tester()
        async with self._lent(asker, LEARN, order.lines) as talk:
            return await tester.learned(self._hardware, order, talk)

    def views(self) -> list[tuple[str, TestView]]:
        return [(line, talk.view) for line, talk in self.talks.items()]

    # ---- within ----

    @asynccontextmanager
    async def _lent(self, asker: Asker, test: str, names: Sequence[str]) -> AsyncIterator[Talk]:
        self.lending.ask(names)
        line = names[0]
        talk = self.talks[line] = Talk(names, test, asker.who, asker.run, lambda view: self._changed(line, view))
        self._changed(line, talk.view)
        try:
            async with self.lending.lend(names, Borrower(asker.who, test, asker.patience_s)):
                talk.begun()
                yield talk
        finally:
            del self.talks[line]
            self._changed(line, None)

    async def _tester(self) -> Tester:
        if importlib.util.find_spec(TESTER.partition(".")[0]) is None:
            text = _("this installation has no tests")
            raise HardwareError(text, action=_("install the whole package strowger"))
        if self._threaded:
            return cast(Tester, await trio.to_thread.run_sync(importlib.import_module, TESTER))
        return cast(Tester, importlib.import_module(TESTER))
