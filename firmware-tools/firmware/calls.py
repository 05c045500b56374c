"""Test calls by any line: one code path for PRI, R2 and analog, for the acceptance and for the tests at the card.

    attended = Attended(line, plane)
    await reached(attended, "62000001")      out: place ── Established           Unanswered: says why not
    came = await first_seized([attended])    in:  Seized, or None
    await taken(came)                        the number whole, alert, answer ── Established

What it does: makes the calls, notes what the line tells and which keys are heard. What it does not: judge
(pair_tests.py, setup/trials.py), or know who is at the other side. How time flows: on trio's clock, by the plane's
samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import trio

from core.texts import _
from hw.ear import Ear
from hw.event import Event, EventKind
from hw.plane import Plane
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Dialled,
    Established,
    Idle,
    Line,
    Party,
    Released,
    Seized,
    Telling,
)

T = TypeVar("T", bound=Telling)

ANSWER_S = 60.0
CALL_S = 120.0
NUMBER_S = 20.0
"""Longer than any pause between two digits."""
ANSWERED_S = 5.0
FREE_S = 10.0


class Unanswered(Exception):
    """A call of ours came to nothing; says why, in the language in force."""


@dataclass
class Attended:
    """A line whose tellings and keys are noted."""

    line: Line
    plane: Plane
    told: list[Telling] = field(default_factory=list)
    keys: str = ""

    def __post_init__(self) -> None:
        self._news = trio.Event()
        self.line.told = self._tell
        self.line.heard = self._heard  # type: ignore[attr-defined]

    def _tell(self, line: Line, telling: Telling) -> None:
        self.told.append(telling)
        self._woke()

    def _heard(self, event: Event) -> None:
        if event.kind is EventKind.DTMF_DOWN:
            self.keys += chr(event.code)
        self._woke()

    def _woke(self) -> None:
        self._news.set()
        self._news = trio.Event()

    def of(self, kind: type[T]) -> T | None:
        return next((telling for telling in self.told if isinstance(telling, kind)), None)

    @property
    def digits(self) -> str:
        """Of the number called, as the far end sent it: none on an analog trunk."""
        seized = self.of(Seized)
        return (seized.call.called if seized is not None else "") + "".join(
            telling.digits for telling in self.told if isinstance(telling, Dialled)
        )

    @property
    def caller(self) -> Party | None:
        """As far as anything was said about him."""
        seized, known = self.of(Seized), self.of(CallerKnown)
        return known.calling if known is not None else seized.call.calling if seized is not None else None

    async def until(self, condition: Callable[[], object], within_s: float) -> bool:
        with trio.move_on_after(within_s):
            while not condition():
                await self._news.wait()
        return bool(condition())

    async def key_by_key(self, keys: str, within_s: float) -> str:
        """What was heard of these keys, until they are all there, or the time or the call is over."""
        await self.until(lambda: len(self.keys) >= len(keys) or self.of(Released), within_s)
        return self.keys

    def listen(self, on: bool) -> None:
        """For keys, those of before forgotten."""
        self.keys = ""
        self.line.listen(Ear.DTMF if on else Ear(0))

    async def over(self) -> None:
        """Hangs up if need be, and waits until the line is free."""
        if self.line.connection is not Connection.NULL:
            self.line.release()
        await self.until(lambda: self.line.connection is Connection.NULL or self.of(Idle), FREE_S)

    async def anew(self) -> None:
        """Free, and what was told and heard is forgotten."""
        await self.over()
        self.told.clear()
        self.keys = ""


async def reached(attended: Attended, number: str, main: str = "") -> None:
    """Calls, until it is answered; main: our own number, as far as it is to be sent. Unanswered: the line is free."""
    attended.line.place(Call(number, complete=True, calling=Party(main) if main else None))
    await attended.until(lambda: attended.of(Established) or attended.of(Released), ANSWER_S)
    if attended.of(Established) is None:
        released = attended.of(Released)
        await attended.over()
        raise Unanswered(released.reason or _(released.cause.name.lower()) if released else _("nobody answered"))


async def first_seized(lines: Sequence[Attended], within_s: float = CALL_S) -> Attended | None:
    """By which of the lines a call comes."""
    async with trio.open_nursery() as ears:

        async def listen(one: Attended) -> None:
            if await one.until(lambda: one.of(Seized), within_s):
                ears.cancel_scope.cancel()

        for one in lines:
            ears.start_soon(listen, one)
    return next((one for one in lines if one.of(Seized)), None)


async def alerted(attended: Attended) -> None:
    """The number that is called is whole, and it rings; or he has hung up meanwhile."""
    await attended.until(lambda: _whole(attended) or attended.of(Released), NUMBER_S)
    if attended.of(Released) is None:
        attended.line.proceed()
        attended.line.alert()


async def answered(attended: Attended) -> bool:
    """False: he has hung up before; the line is free."""
    if attended.of(Released) is None:
        attended.line.answer()
    await attended.until(lambda: attended.of(Established) or attended.of(Released), ANSWERED_S)
    if attended.of(Established):
        return True
    await attended.over()
    return False


def _whole(attended: Attended) -> bool:
    """As far as the far end says so; an analog line sends none."""
    seized = attended.of(Seized)
    said = (telling.complete for telling in attended.told if isinstance(telling, Dialled))
    return seized is not None and (seized.call.complete or any(said))
