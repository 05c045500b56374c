"""Who is at the other side of a line that is tested: a person who is told what to do, or another line of the box.

    partner = OtherLine(attended, nursery)
    await partner.calls("channel 9", "66778801")      he dials the number of the line that is tested
    await partner.hangs_up()
    await partner.saw_the_end()                       whether his line showed within two seconds that we hung up

A line does what a person would do, so that a test has one course for both (pair_tests.py). It greets when it has
answered: where an answer is not signalled, a voice is the sign of it. What it does not: judge.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Protocol

import numpy as np
import trio

from firmware.calls import Attended, Unanswered, alerted, answered, first_seized, reached
from firmware.setup.person import Person, Told
from hw.clips import Clip
from hw.levels import RATE, SENT_DBM0, SENT_HZ
from hw.signalling.line import Released
from hw.tones import Tone, dtmf, sine

HANG_UP_S = 2.0
"""Within which each side is to see that the other has hung up."""
UNDERSTOOD_S = 8.0
"""A tone may take so long to be understood; the moment at which it began counts."""
HEARD_S = 1.0
VOICE_S, VOICE_DBM0, SYLLABLES = 1.6, -14.0, 5
PERSON_KEYS, LINE_KEYS = "123", "1234567890*#"


class Partner(Person, Protocol):
    keys: str
    """That he presses, and is sent."""

    @property
    def port(self) -> int | None:
        """Of the media plane, where what he hears can be measured."""

    async def heard(self, keys: str) -> str:
        """Of the keys that we have sent just now."""

    def listens(self) -> None:
        """For keys, from now on."""


class ToldPartner(Told):
    keys = PERSON_KEYS
    port: int | None = None

    def listens(self) -> None:
        """As long as he is there."""


class OtherLine:
    """nursery: what it does by itself ends with it."""

    keys = LINE_KEYS

    def __init__(self, attended: Attended, nursery: trio.Nursery) -> None:
        self.attended = attended
        self._nursery = nursery
        self._greeted = trio.Event()
        self._doing = trio.CancelScope()

    @property
    def port(self) -> int | None:
        return self.attended.line.port

    async def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        """Whatever he did in a call before is over: a late greeting would be heard in this one."""
        self._doing.cancel()
        await self.attended.anew()
        self._greeted = trio.Event()
        self._doing = trio.CancelScope()
        self._nursery.start_soon(self._do, self._doing, work)

    async def _do(self, scope: trio.CancelScope, work: Callable[[], Awaitable[None]]) -> None:
        with scope:
            await work()

    async def answers(self, way: str) -> None:
        await self._begin(self._answers)

    async def _answers(self) -> None:
        if await first_seized([self.attended]) is None:
            return
        await alerted(self.attended)
        if await answered(self.attended):
            await trio.sleep(1.0)  # until whoever called listens for a voice
            await greet(self.attended)
            self._greeted.set()

    async def calls(self, way: str, number: str) -> None:
        await self._begin(partial(self._calls, number))

    async def _calls(self, number: str) -> None:
        try:
            await reached(self.attended, number)
            self._greeted.set()  # who has called is greeted
        except Unanswered:
            return  # the other side sees that no call comes

    async def speaks(self) -> None:
        """The signal of hw/levels.py."""
        signal = Tone([sine(*SENT_HZ, dbm0=SENT_DBM0, ms=1000)])
        self.attended.plane.play(self.attended.line.port, [signal], loop=True)
        await trio.sleep(0.5)

    async def is_quiet(self) -> None:
        with trio.move_on_after(UNDERSTOOD_S):
            await self._greeted.wait()
        self.attended.plane.stop(self.attended.line.port)
        await trio.sleep(0.5)

    async def presses(self, keys: str) -> None:
        self.attended.plane.play(self.attended.line.port, [dtmf(keys)])

    def listens(self) -> None:
        self.attended.listen(True)

    async def heard(self, keys: str) -> str:
        within = HEARD_S + 0.3 * len(keys)
        try:
            return await self.attended.key_by_key(keys, within)
        finally:
            self.attended.listen(False)

    async def hangs_up(self) -> None:
        self.attended.line.release()

    async def saw_the_end(self) -> bool:
        seen = await end_seen(self.attended, self.attended.plane.time, UNDERSTOOD_S)
        return seen is not None and seen <= HANG_UP_S


async def greet(attended: Attended) -> None:
    """Says something, as whoever answers does."""
    await attended.plane.play(attended.line.port, [voice()]).wait()


@cache
def voice() -> Clip:
    """Noise that swells and fades like syllables, five a second: a voice to who waits for one (voice_ear.py), on any
    machine and at once, which synthetic speech is not.
    """
    times = np.arange(round(VOICE_S * RATE)) / RATE
    swell = 0.08 + np.square(np.sin(np.pi * SYLLABLES * times))
    rms = 32768 / 2**0.5 * 10 ** ((VOICE_DBM0 - 3.14) / 20)
    wave = np.random.default_rng(1).normal(0, rms, len(times)) * swell
    return Clip(np.clip(wave, -32000, 32000).astype(np.int16))


async def end_seen(attended: Attended, begun: int, within_s: float) -> float | None:
    """So many seconds after `begun` (samples) the line shows that the other side has hung up. None: not in time."""
    await attended.until(lambda: attended.of(Released), within_s)
    released = attended.of(Released)
    if released is None:
        return None
    return max(0.0, ((released.since if released.since is not None else released.time) - begun) / RATE)
