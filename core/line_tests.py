"""The tests at the card, made on lines of the running box: by its own plane, on channels that their lines have lent.

    verdict = await tests.made("root", Order("echo", "line1"), patience_s=60)

Who makes them is one of the installer's tools, a storey above: it is found by its name, as sub-commands are
(core/command.py), and an installation without these tools says that it has none. The box makes the test, not whoever
asks, because a simulated card lives in the box, and so that the asker needs no right to the driver.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import trio

from core.hardware import Hardware
from core.lending import Borrower, Lending
from core.texts import _
from hw.card import HardwareError

TESTER = "firmware.on_lent"
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """A test as the command line asks for it. line, partner: names, or channels; "": nobody."""

    test: str
    line: str
    partner: str = ""
    long: bool = False
    digit: str = "1"
    own: str = ""
    number: str = ""


class Tester(Protocol):
    """The module of that name."""

    def wrong(self, order: Order) -> str:
        """Why it cannot be asked so, in words; empty: it can."""

    async def made(self, hardware: Hardware, order: Order) -> Mapping[str, Any]:
        """The facts of the verdict (firmware.verdict). The order names lines as configured; they are lent."""


class LineTests:
    """threaded: the tools are read by a thread, because that takes longer than calls should wait."""

    def __init__(self, lending: Lending, hardware: Hardware, *, threaded: bool) -> None:
        self.lending = lending
        self._hardware = hardware
        self._threaded = threaded

    async def made(self, who: str, order: Order, patience_s: float) -> Mapping[str, Any]:
        """HardwareError, Refused: it cannot be made."""
        tester = await self._tester()
        wrong = tester.wrong(order)
        if wrong:
            raise HardwareError(wrong, action=_("strowger test lists the tests"))
        names = [order.line, *([order.partner] if order.partner else [])]
        async with self.lending.lend(names, Borrower(who, order.test, patience_s)):
            return await tester.made(self._hardware, order)

    async def _tester(self) -> Tester:
        if importlib.util.find_spec(TESTER.partition(".")[0]) is None:
            text = _("this installation has no tests")
            raise HardwareError(text, action=_("install the whole package strowger"))
        if self._threaded:
            return cast(Tester, await trio.to_thread.run_sync(importlib.import_module, TESTER))
        return cast(Tester, importlib.import_module(TESTER))
