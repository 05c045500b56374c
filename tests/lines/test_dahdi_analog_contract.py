"""The contract of analog lines on DAHDI's real driver: sixteen lines at a time, in real time.

Each way a call can end, by whom, in which state; of kinds of caller ID, of tones and causes as many as there are lines.
The stories are told side by side on the pairs of the lab, for a call takes as long as it takes. The driver's dynamic
spans turn no polarity, and their lines cannot be cut.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import trio

from hw.card import Card, Channel, ChannelKind
from hw.plane import Plane
from hw.signalling.q850 import Cause
from hw.sim.public_exchange import PublicExchange
from hw.timers import Timers
from tests.lab.box import box
from tests.lines import station_contract as stations
from tests.lines import trunk_contract as trunks
from tests.lines.analog_rig import BUSY, CONGESTED, VACANT, LinesUnderTest, town

pytestmark = pytest.mark.lab

STATIONS, PAIRS = 249, 16  # dahdi.conf: the first station side, and the distance to its telephone's side


class DahdiLine(LinesUnderTest):
    """One pair of the lab's: the box has either end."""

    polarity = False
    can_cut = False

    def __init__(self, plane: Plane, timers: Timers, card: Card, exchange: PublicExchange, index: int) -> None:
        self.plane = plane
        self.timers = timers
        self.exchange = exchange
        self._card = card
        self._index = index

    def near(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self._card.open(STATIONS + self._index + (PAIRS if kind is ChannelKind.TRUNK else 0))

    def far(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self._card.open(STATIONS + self._index + (0 if kind is ChannelKind.TRUNK else PAIRS))

    def cut(self, kind: ChannelKind, index: int = 0) -> None:
        raise AssertionError("no test may cut a line here")

    mend = cut


Story = Callable[[LinesUnderTest], Awaitable[None]]


def caller(kind: str, framing: str) -> Story:
    return lambda rig: trunks.test_callers_are_known_by_fsk_and_by_dtmf(None, rig, kind, framing)


def called(state: str, who: str) -> Story:
    return lambda rig: trunks.test_a_trunk_is_called_and_the_call_ends(None, rig, state, who)


def calls(state: str) -> Story:
    return lambda rig: trunks.test_a_trunk_calls_and_the_call_ends(None, rig, state, "near")


def over(sign: str, direction: str) -> Story:
    return lambda rig: trunks.test_an_answered_call_is_ended_by_the_other_side(None, rig, sign, direction)


def refused(number: str, cause: Cause) -> Story:
    return lambda rig: trunks.test_what_the_exchange_says_to_a_number(None, rig, number, cause)


def hung_up(state: str) -> Story:
    return lambda rig: stations.test_a_telephone_calls_and_hangs_up(None, rig, state)


def released(state: str, cause: Cause) -> Story:
    return lambda rig: stations.test_a_telephone_whose_call_is_released_hears_why(None, rig, state, cause)


def rung(state: str, who: str, caller_id: str) -> Story:
    return lambda rig: stations.test_a_telephone_is_called_and_the_call_ends(None, rig, state, who, caller_id)


STORIES: dict[str, list[Story]] = {
    "a trunk is called": [
        caller("mdmf", "DC"),
        caller("sdmf", "DC"),
        caller("dtmf", "DC"),
        caller("dtmf", "A#"),
        *(called(*how) for how in trunks.INCOMING_ENDS if how[1] != "line"),
        *(over(sign, "incoming") for sign in ("busy tone", "congestion tone", "howler", "loop break")),
        lambda rig: trunks.test_a_call_that_goes_while_another_comes_is_settled_as_the_other(None, rig),
    ],
    "a trunk calls": [
        *map(calls, trunks.OUTGOING),
        *(over(sign, "outgoing") for sign in ("busy tone", "dial tone that came back", "loop break", "silence")),
        refused(BUSY, Cause.USER_BUSY),
        refused(CONGESTED, Cause.NO_CIRCUIT),
        refused(VACANT, Cause.UNALLOCATED),
        lambda rig: trunks.test_a_party_who_speaks_is_an_inferred_answer(None, rig),
        lambda rig: trunks.test_a_number_is_dialled_by_pulses(None, rig),
        lambda rig: trunks.test_digits_may_follow_one_by_one(None, rig),
    ],
    "a telephone": [
        *map(hung_up, stations.CALLING),
        released("dialling", Cause.NORMAL_CLEARING),
        released("waiting", Cause.NO_CIRCUIT),
        released("alerting", Cause.UNALLOCATED),
        released("talking", Cause.NORMAL_CLEARING),
        *(rung(state, who, "fsk") for state in stations.CALLED for who in ("far", "near")),
        rung("ringing", "near", "dtmf"),
        rung("talking", "far", "dtmf"),
        lambda rig: stations.test_a_hook_flash_is_told_and_is_no_hang_up(None, rig),
    ],
}


@pytest.fixture
async def lines() -> AsyncIterator[list[DahdiLine]]:
    plan = town()
    async with box() as (plane, card), trio.open_nursery() as nursery:
        timers = Timers()
        await nursery.start(timers.run)
        exchange = PublicExchange(plane, nursery, plan)
        yield [DahdiLine(plane, timers, card, exchange, index) for index in range(PAIRS)]
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("chapter", STORIES)
async def test_stories_told_side_by_side(lines: list[DahdiLine], chapter: str) -> None:
    assert len(STORIES[chapter]) <= len(lines)
    failures: list[str] = []

    async def tell(line: DahdiLine, number: int, story: Story) -> None:
        try:
            await story(line)
        except Exception as error:
            failures.append(f"story {number} of {chapter}: {error!r}\n{traceback.format_exc()}")

    async with trio.open_nursery() as nursery:
        for number, (line, story) in enumerate(zip(lines, STORIES[chapter], strict=False), 1):
            nursery.start_soon(tell, line, number, story)
    assert not failures, "\n\n".join(failures)
