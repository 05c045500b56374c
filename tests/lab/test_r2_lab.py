"""The contract of R2 circuits on DAHDI's real driver: bits and tones through the CAS channels of an E1, in real time.

Each way a call can end, by whom, in which state; of the rest of the contract (tests/lines/r2_contract.py) one story of
each kind. They are told side by side, each on a circuit of its own. Our line is at either end of each, so that the near
end calls in every other story, and the far end in the rest.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import trio

from hw.card import Card
from hw.plane import Plane
from hw.signalling.line import LineKind, Service
from hw.signalling.q850 import Cause
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import R2Settings
from hw.signalling.shell import ChannelLine
from hw.sounds import CountrySounds
from hw.timers import Timers
from tests.lab.box import box
from tests.lab.cable import CABLES
from tests.lines import r2_contract as contract
from tests.lines.r2_rig import SETTINGS, Circuit, End, R2Rig

pytestmark = pytest.mark.lab

CABLE = CABLES[2]
CIRCUITS = [CABLE.first + slot for slot in range(CABLE.channels) if slot != 15]  # timeslot 16 carries the bits


class DahdiR2Rig(R2Rig):
    """One circuit of the cable: the box has either end."""

    def __init__(self, plane: Plane, timers: Timers, card: Card, sounds: CountrySounds, number: int) -> None:
        self._plane = plane
        self._timers = timers
        self._card = card
        self._sounds = sounds
        self._number = number

    def circuit(self, near: R2Settings, far: R2Settings | None = None, index: int = 0) -> Circuit:
        assert index == 0, "a story has one circuit here"
        ends = End("near"), End("far")
        numbers = self._number, self._number + CABLE.channels
        for end, number, settings in zip(ends, numbers, (near, far or near), strict=True):
            end.line = ChannelLine(
                f"channel {number}",
                LineKind.TRUNK,
                self._card.open(number),
                R2Channel(settings),
                self._plane,
                self._timers,
                self._sounds,
                end,
                card=self._card,
            )
        return Circuit(self, *ends)

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)

    def alarm(self) -> None:
        raise AssertionError("no story may cut the cable: the others have their circuits on it")

    clear = alarm


Story = Callable[[R2Rig], Awaitable[None]]
CHINA, ITU = "china, length known, caller asked", "itu, end code, caller asked"


def goes_through(settings: str, near_calls: bool) -> Story:
    """Dialled with the caller's number, answered, cleared by the caller."""
    return lambda rig: contract.test_a_call_is_dialled_answered_and_cleared(None, rig, SETTINGS[settings], near_calls)


def ends(state: str, who: str, what: str, near_calls: bool) -> Story:
    return lambda rig: contract.test_every_end_in_every_state(None, rig, state, who, what, near_calls)


def refused(settings: str, state: str, cause: Cause, near_calls: bool) -> Story:
    return lambda rig: contract.test_a_refusal_says_why(None, rig, SETTINGS[settings], state, cause, cause, near_calls)


OTHERS: list[Story] = [
    *(goes_through(settings, near_calls) for settings in (CHINA, ITU) for near_calls in (True, False)),
    goes_through("china, by time-out, caller asked", True),
    refused(CHINA, "complete", Cause.USER_BUSY, True),
    refused(CHINA, "register", Cause.UNALLOCATED, False),
    refused(ITU, "complete", Cause.UNALLOCATED, True),
    refused(ITU, "register", Cause.USER_BUSY, False),
    lambda rig: contract.test_both_seize_at_once_and_neither_is_stuck(None, rig),
    lambda rig: contract.test_a_blocked_circuit_takes_no_call_and_comes_back(None, rig, True),
]
CHAPTERS = {
    "the ends of calls": [ends(*how, number % 2 == 0) for number, how in enumerate(contract.ENDS)],
    "other stories": OTHERS,
}


@pytest.fixture
async def rigs() -> AsyncIterator[list[DahdiR2Rig]]:
    async with box() as (plane, card), trio.open_nursery() as nursery:
        timers = Timers()
        await nursery.start(timers.run)
        sounds = CountrySounds("cn")
        yield [DahdiR2Rig(plane, timers, card, sounds, number) for number in CIRCUITS]
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("chapter", CHAPTERS)
async def test_stories_told_side_by_side(rigs: list[DahdiR2Rig], chapter: str) -> None:
    assert len(CHAPTERS[chapter]) <= len(rigs)
    failures: list[str] = []

    async def tell(rig: DahdiR2Rig, number: int, story: Story) -> None:
        try:
            await story(rig)
        except Exception as error:
            failures.append(f"story {number} of {chapter}: {error!r}\n{traceback.format_exc()}")

    async with trio.open_nursery() as nursery:
        for number, (rig, story) in enumerate(zip(rigs, CHAPTERS[chapter], strict=False), 1):
            nursery.start_soon(tell, rig, number, story)
    assert not failures, "\n\n".join(failures)


async def test_a_circuit_comes_back_when_its_card_does(rigs: list[DahdiR2Rig]) -> None:
    circuit = rigs[0].circuit(SETTINGS[CHINA])
    near, far = circuit.near, circuit.far
    await circuit.ready()
    await circuit.reach("connected", True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, CABLE.pull_out)
        await circuit.until(lambda: bool(near.endings), 20)
    assert near.endings == [(Cause.DESTINATION_OUT_OF_ORDER, "line")]
    assert Service.GONE in near.line.service
    await trio.to_thread.run_sync(CABLE.plug_in)
    await circuit.until(lambda: not near.line.service and not far.line.service, 40)
    await circuit.free()
    await circuit.works()
