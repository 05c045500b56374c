"""MFC/R2 against libopenr2 over the real driver: our circuit at one end, a program that knows nothing of it at the
other.

    our R2Channel ── bits, tones ── DAHDI ── openr2_far (openr2_far.c, compiled by run.py)

ITU both ways with the caller's number; China towards us without it, and from us with it: Debian's library cannot place
a China call with caller (it sends the called number's digits for his), and counts his digits when called instead of
waiting for their end. The stories are told side by side, each on a circuit of its own.
"""

from __future__ import annotations

import subprocess
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import pytest
import trio

from hw.card import Card
from hw.plane import Plane
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Delivered,
    Established,
    LineKind,
    Party,
    Released,
    SpeechOpen,
    Telling,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA, ITU, R2Settings
from hw.signalling.shell import ChannelLine
from hw.sounds import CountrySounds
from hw.timers import Timers
from tests.lab.box import box
from tests.lab.cable import CABLES
from tests.lab.far_end import OPENR2_FAR
from tests.lines.r2_rig import CALL, CALLER, NUMBER, End

pytestmark = pytest.mark.lab

T = TypeVar("T", bound=Telling)
CABLE = CABLES[2]
PATIENCE_S = 15.0
WITH_CALLER = "itu", len(CALLER) + 1
WITHOUT_CALLER = "cn", 0


class Far:
    """openr2_far on a channel: what it said, and orders to it."""

    def __init__(self, process: trio.Process) -> None:
        self.all: list[str] = []
        self.said: list[str] = []  # and not waited for yet
        self.log = ""
        self._process = process
        self._news = trio.Event()

    async def listen(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        async for octets in self._process.stdout:
            *lines, rest = (rest + octets).split(b"\n")
            self.all += [line.decode() for line in lines]
            self.said += [line.decode() for line in lines]
            self._news.set()
            self._news = trio.Event()

    async def keep_log(self) -> None:
        assert self._process.stderr is not None
        async for octets in self._process.stderr:
            self.log += octets.decode()

    async def order(self, line: str) -> None:
        assert self._process.stdin is not None
        await self._process.stdin.send_all(line.encode() + b"\n")

    async def until(self, line: str) -> None:
        """What it said before that is forgotten."""
        while line not in self.said:
            await self._news.wait()
        del self.said[: self.said.index(line) + 1]


class Circuit:
    """Our line and the far end."""

    def __init__(self, end: End, far: Far) -> None:
        self.end = end
        self.line = end.line
        self.far = far
        self._news = trio.Event()
        end.then = self._told

    def _told(self, _: Telling) -> None:
        self._news.set()
        self._news = trio.Event()

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            await self._news.wait()

    async def hears(self, kind: type[T]) -> T:
        """The first of its kind."""
        await self.until(lambda: self.end.of(kind))
        return self.end.of(kind)[0]

    async def dialled(self) -> str:
        await self.until(lambda: self.end.complete)
        return self.end.dialled

    async def idle(self) -> None:
        await self.far.until("over")
        await self.until(lambda: self.line.connection is Connection.NULL and not self.line.service)
        assert len(self.end.of(Released)) == 1


@dataclass(frozen=True)
class World:
    plane: Plane
    card: Card
    timers: Timers
    sounds: CountrySounds


@asynccontextmanager
async def circuit(
    world: World, number: int, settings: R2Settings, variant: str, max_ani: int
) -> AsyncIterator[Circuit]:
    """Channel `number` and its far end, both idle."""
    end = End("near")
    near = world.card.open(number)
    line = ChannelLine(
        near.info.name, LineKind.TRUNK, near, R2Channel(settings), world.plane, world.timers, world.sounds, end
    )
    end.line = line
    command = [str(OPENR2_FAR), variant, str(max_ani), str(len(NUMBER)), str(number + CABLE.channels)]
    process = await trio.lowlevel.open_process(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    far = Far(process)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(far.listen)
        nursery.start_soon(far.keep_log)
        ours = Circuit(end, far)
        try:
            with trio.fail_after(PATIENCE_S):
                await far.until("idle")
                await ours.until(lambda: not line.service)
                yield ours
        except trio.TooSlowError:
            raise AssertionError("\n".join([*line.trace(), "far end:", *far.all, far.log])) from None
        finally:
            line.close()
            assert process.stdin is not None
            await process.stdin.aclose()
            with trio.CancelScope(shield=True):
                await process.wait()
            nursery.cancel_scope.cancel()


# ---- stories ----


async def it_calls(our: Circuit, caller: str) -> None:
    """It calls, hears ring-back from us, is answered, and hangs up."""
    await our.far.order(f"call {caller} {NUMBER}")
    assert await our.dialled() == NUMBER
    our.line.alert(in_band=True)
    await our.hears(SpeechOpen)
    await our.far.until("accepted")
    our.line.answer()
    await our.far.until("answered")
    await our.far.order("clear normal")
    assert (await our.hears(Released)).by == "far"
    await our.idle()


async def itu_calls_with_its_number(our: Circuit) -> None:
    await it_calls(our, CALLER)
    (known,) = our.end.of(CallerKnown)
    assert (known.calling.number, known.category) == (CALLER, 1)


async def itu_calls_and_we_hang_up(our: Circuit) -> None:
    await our.far.order(f"call {CALLER} {NUMBER}")
    assert await our.dialled() == NUMBER
    our.line.answer()
    await our.far.until("answered")
    our.line.release()
    await our.far.until("cleared normal")
    await our.idle()


async def itu_is_refused(our: Circuit) -> None:
    await our.far.order(f"call {CALLER} {NUMBER}")
    await our.dialled()
    our.line.release(Cause.USER_BUSY)
    await our.far.until("cleared busy")
    await our.idle()


async def itu_is_called(our: Circuit) -> None:
    """We call with our caller's number, it answers, we hang up."""
    our.line.place(replace(CALL, category=None))
    await our.far.until(f"offered {CALLER} {NUMBER} 0")
    await our.far.order("accept")
    await our.hears(Delivered)
    await our.far.order("answer")
    assert (await our.hears(Established)).charged
    our.line.release()
    await our.far.until("cleared normal")
    await our.idle()


async def itu_is_called_and_hangs_up(our: Circuit) -> None:
    our.line.place(CALL)
    await our.far.until(f"offered {CALLER} {NUMBER} 1")
    await our.far.order("accept")
    await our.hears(Delivered)
    await our.far.order("answer")
    await our.hears(Established)
    await our.far.order("clear normal")
    assert (await our.hears(Released)).by == "far"
    await our.idle()


async def itu_is_busy(our: Circuit) -> None:
    our.line.place(CALL)
    await our.far.until(f"offered {CALLER} {NUMBER} 1")
    await our.far.order("clear busy")
    assert (await our.hears(Released)).cause is Cause.USER_BUSY
    await our.idle()


async def china_calls(our: Circuit) -> None:
    await it_calls(our, "-")
    assert not our.end.of(CallerKnown)


async def china_is_called(our: Circuit) -> None:
    """It asks for our category and for no number."""
    our.line.place(Call(NUMBER, complete=True, calling=Party(CALLER)))
    await our.far.until(f"offered - {NUMBER} 0")
    await our.far.order("accept")
    await our.hears(Delivered)
    await our.far.order("answer")
    await our.hears(Established)
    our.line.release()
    await our.far.until("cleared normal")
    await our.idle()


async def china_is_busy(our: Circuit) -> None:
    our.line.place(Call(NUMBER, complete=True))
    await our.far.until(f"offered - {NUMBER} 0")
    await our.far.order("clear busy")
    assert (await our.hears(Released)).cause is Cause.USER_BUSY
    await our.idle()


ITU_HERE = replace(ITU, called_digits=len(NUMBER), ask_caller_after=1)
CHINA_HERE = replace(CHINA, called_digits=len(NUMBER))
STORIES: list[tuple[Callable[[Circuit], Awaitable[None]], R2Settings, str, int]] = [
    *((story, ITU_HERE, "ITU", len(CALLER) + 1) for story in (itu_calls_with_its_number, itu_calls_and_we_hang_up)),
    *((story, ITU_HERE, "ITU", len(CALLER) + 1) for story in (itu_is_refused, itu_is_called)),
    *((story, ITU_HERE, "ITU", len(CALLER) + 1) for story in (itu_is_called_and_hangs_up, itu_is_busy)),
    *((story, CHINA_HERE, "CN", 0) for story in (china_calls, china_is_called, china_is_busy)),
]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with box() as (plane, card), trio.open_nursery() as nursery:
        timers = Timers()
        await nursery.start(timers.run)
        yield World(plane, card, timers, CountrySounds("cn"))
        nursery.cancel_scope.cancel()


async def test_stories_told_side_by_side(world: World) -> None:
    failures: list[str] = []

    async def tell(number: int, story: Callable[[Circuit], Awaitable[None]], *how: object) -> None:
        try:
            async with circuit(world, number, *how) as our:  # type: ignore[arg-type]
                await story(our)
        except Exception as error:
            failures.append(f"{story.__name__}: {error!r}\n{traceback.format_exc()}")

    async with trio.open_nursery() as nursery:
        for place, (story, *how) in enumerate(STORIES):
            nursery.start_soon(tell, CABLE.first + place, story, *how)
    assert not failures, "\n\n".join(failures)
