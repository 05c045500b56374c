"""PRI lines over the real driver: D channels with the driver's HDLC, B channels with speech, both ends libpri.

The box is the user on span 1 and the network on span 3; the far ends are lines of the same kind on spans 2 and 4. Four
B channels of each span are used: opening thirty takes long on the emulated processor, and shows nothing more.

The contract (tests/lines/test_pri_contract.py) is kept here too: each way a call can end, by whom, in which state, from
the user's side and from the network's; a cut cable and a vanished card have tests of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
import trio

from hw.clips import Clip
from hw.dahdi.card import DahdiCard
from hw.plane import Plane
from hw.signalling.line import (
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    Idle,
    Line,
    Party,
    Progress,
    Released,
    Seized,
    Service,
    ServiceChanged,
    Telling,
)
from hw.signalling.pri.b_line import PriLine
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.signalling.q850 import Cause
from hw.speech import speech
from hw.timers import Timers
from tests.lab.box import box
from tests.lab.cable import CABLES

pytestmark = pytest.mark.lab

SLOTS = (1, 2, 3, 17)


class Lab:
    """Two spans joined by a cable, with lines on both."""

    def __init__(self, plane: Plane, card: DahdiCard, timers: Timers, pair: int, side: Side, overlap: bool) -> None:
        self.plane = plane
        self.told: list[tuple[Line, Telling]] = []
        self._card = card
        self._timers = timers
        self._pair = pair
        self._overlap = overlap
        self._news = trio.Event()
        self._far_side = Side.NETWORK if side is Side.USER else Side.USER
        self.near = self._trunk(0, side)
        self.far = self._trunk(1, self._far_side)

    def _trunk(self, end: int, side: Side) -> PriTrunk:
        name = f"DYN/loc/{self._pair}:{end}"
        info = next(span for span in self._card.spans() if span.name == name)
        settings = SpanSettings(LinkSettings(side), SLOTS, overlap=self._overlap)
        return PriTrunk(name, self._card, info, settings, self.plane, self._timers, self._tell)

    def new_far(self) -> None:
        """The program at the far end begins anew."""
        self.far = self._trunk(1, self._far_side)

    def _tell(self, line: Line, telling: Telling) -> None:
        self.told.append((line, telling))
        self._news.set()
        self._news = trio.Event()

    async def until(self, condition: Callable[[], object], within: float = 20.0) -> None:
        with trio.move_on_after(within):
            while not condition():
                await self._news.wait()
        assert condition(), [*self.near.trace(), *self.far.trace(), *map(str, self.told)]

    async def hears(self, line: Line, kind: type[Telling], within: float = 20.0) -> None:
        await self.until(lambda: self.of(line, kind), within)

    def of(self, line: Line, kind: type[Telling]) -> list[Telling]:
        return [telling for which, telling in self.told if which is line and isinstance(telling, kind)]

    async def up(self) -> None:
        await self.until(lambda: not (self.near.service or self.far.service), within=40)

    async def call(self, here: PriTrunk, call: Call, index: int = 1) -> tuple[PriLine, PriLine]:
        """(the line that places it, the line that it seizes)"""
        there = self.far if here is self.near else self.near
        self.told.clear()
        line = here.lines[index]
        line.place(call)
        await self.until(lambda: any(isinstance(telling, Seized) for _, telling in self.told))
        (other,) = [each for each in there.lines if self.of(each, Seized)]
        return line, other

    async def idle(self) -> None:
        await self.until(lambda: all(x.connection is Connection.NULL for x in (*self.near.lines, *self.far.lines)))

    async def heard(self, speaker: PriLine, listener: PriLine, path: Path) -> float:
        """Speech from one line to the other: correlation of what was heard with what was said, 1 at most."""
        said = speech("Hello.")
        recording = await self.plane.record(listener.port, path)
        await self.plane.play(speaker.port, [Clip(said)]).wait()
        await trio.sleep(0.4)  # what is still on its way
        self.plane.record_stop(listener.port)
        await recording.closed()
        samples, _ = soundfile.read(path, dtype="int16", always_2d=True)
        came, went = samples[:, 0].astype(float), said.astype(float)
        size = len(came) + len(went)
        product = np.fft.irfft(np.fft.rfft(came, size) * np.conj(np.fft.rfft(went, size)), size)
        return float(product.max() / (np.linalg.norm(came) * np.linalg.norm(went)))


@asynccontextmanager
async def lab(pair: int, side: Side, overlap: bool = False) -> AsyncIterator[Lab]:
    timers = Timers()
    async with box() as (plane, card), trio.open_nursery() as nursery:
        await nursery.start(timers.run)
        world = Lab(plane, card, timers, pair, side, overlap)
        await world.up()
        yield world
        world.near.close()
        world.far.close()
        nursery.cancel_scope.cancel()


async def test_calls_with_speech_each_way_and_released_from_either_side(tmp_path: Path) -> None:
    async with lab(1, Side.USER) as world:
        for outgoing in (True, False):
            here = world.near if outgoing else world.far
            line, other = await world.call(here, Call("8001", complete=True, calling=Party("01066778899")))
            (seized,) = world.of(other, Seized)
            assert isinstance(seized, Seized)
            assert seized.call.called == "8001"
            assert seized.call.calling is not None
            assert seized.call.calling.number == "01066778899"
            other.alert()
            await world.hears(line, Delivered)
            other.answer()
            await world.hears(line, Established)
            assert await world.heard(line, other, tmp_path / f"to-{outgoing}.wav") > 0.9
            assert await world.heard(other, line, tmp_path / f"from-{outgoing}.wav") > 0.9
            (line if outgoing else other).release()
            await world.idle()
            assert [len(world.of(each, Released)) for each in (line, other)] == [1, 1]


# ---- each way a call can end, in which state, by whom ----


async def overlapping(world: Lab, line: PriLine, other: PriLine) -> None:
    line.send("2")
    await world.until(lambda: world.of(other, Dialled))


async def proceeding(world: Lab, line: PriLine, other: PriLine) -> None:
    other.proceed()


async def announced(world: Lab, line: PriLine, other: PriLine) -> None:
    other.progress()
    await world.hears(line, Progress)


async def alerting(world: Lab, line: PriLine, other: PriLine) -> None:
    other.alert()
    await world.hears(line, Delivered)


async def connected(world: Lab, line: PriLine, other: PriLine) -> None:
    other.answer()
    await world.hears(line, Established)


STATES = (overlapping, proceeding, announced, alerting, connected)

Ends = tuple[Callable[[PriLine, PriLine], None], tuple[str, Cause], tuple[str, Cause]]
NORMAL, FAILURE = Cause.NORMAL_CLEARING, Cause.TEMPORARY_FAILURE
ENDS: dict[str, Ends] = {
    "caller": (lambda line, other: line.release(), ("near", NORMAL), ("far", NORMAL)),
    "called": (lambda line, other: other.release(Cause.USER_BUSY), ("far", Cause.USER_BUSY), ("near", Cause.USER_BUSY)),
    "caller resets": (lambda line, other: line.reset(), ("line", FAILURE), ("far", FAILURE)),
    "called resets": (lambda line, other: other.reset(), ("far", FAILURE), ("line", FAILURE)),
}


async def test_every_end_in_every_state() -> None:
    async with lab(2, Side.USER, overlap=True) as world:
        for end, (act, *expected) in ENDS.items():
            for state in STATES:
                for here in (world.near, world.far):
                    story = f"{state.__name__}, {end}, {here.name} calls"
                    line, other = await world.call(here, Call("8001", complete=state is not overlapping))
                    await state(world, line, other)
                    act(line, other)
                    await world.hears(line, Released)
                    await world.hears(other, Released)
                    await world.idle()
                    await world.until(lambda: not any(one.service for one in (*world.near.lines, *world.far.lines)))
                    for one, (by, cause) in zip((line, other), expected, strict=True):
                        (released,) = world.of(one, Released)
                        assert isinstance(released, Released)
                        assert (released.by, released.cause) == (by, cause), story
                        told = [telling for which, telling in world.told if which is one]
                        after = told[told.index(released) + 1 :]
                        assert all(isinstance(telling, Idle | ServiceChanged) for telling in after), story


async def test_as_network_overlap_busy_and_restart() -> None:
    async with lab(2, Side.NETWORK, overlap=True) as world:
        line, other = await world.call(world.far, Call("8", complete=False))
        line.send("001")
        await world.until(lambda: len(world.of(other, Dialled)) == 3)
        other.proceed()
        other.release(Cause.USER_BUSY)
        await world.idle()
        (released,) = world.of(line, Released)
        assert isinstance(released, Released)
        assert (released.cause, released.by) == (Cause.USER_BUSY, "far")

        line, other = await world.call(world.near, Call("8001", complete=True))
        other.answer()
        await world.hears(line, Established)
        line.reset()
        await world.idle()
        assert [len(world.of(each, Released)) for each in (line, other)] == [1, 1]
        await world.up()


async def test_a_cut_cable_releases_its_calls_and_the_span_comes_back() -> None:
    """The driver does not destroy a span that is in use: the program at the far end dies first, without a word."""
    async with lab(1, Side.USER) as world:
        line, other = await world.call(world.near, Call("8001", complete=True))
        other.answer()
        await world.hears(line, Established)
        world.far.close()
        await trio.to_thread.run_sync(CABLES[0].cut)
        try:
            await world.hears(line, Released, within=30)
            assert Service.ALARM in line.service
        finally:
            await trio.to_thread.run_sync(CABLES[0].mend)
        world.new_far()
        await world.up()
        assert [released.by for released in world.of(line, Released) if isinstance(released, Released)] == ["line"]
        line, other = await world.call(world.far, Call("1", complete=True))
        other.release(Cause.CALL_REJECTED)
        await world.idle()


async def test_a_card_pulled_out_in_a_call_works_again_when_it_is_back() -> None:
    async with lab(2, Side.USER) as world:
        line, other = await world.call(world.near, Call("8001", complete=True))
        other.answer()
        await world.hears(line, Established)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, CABLES[1].pull_out)
            await world.hears(line, Released, within=30)
        assert Service.GONE in line.service
        await trio.to_thread.run_sync(CABLES[1].plug_in)
        await world.up()
        assert len(world.of(line, Released)) == 1
        # The far end was not told, and may have the old call until our clearing is repeated.
        line, other = await world.call(world.far, Call("1", complete=True), index=2)
        other.release(Cause.CALL_REJECTED)
        await world.hears(line, Released)
