"""Telephones elsewhere that are used like stations: rung by the trunks, taken by a key, given up when nobody takes."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from core.config.checks import check
from core.config.model import Box
from core.exchange.outside import OutsideLine
from core.numbering.plan import NumberingPlan
from core.queues import log_on, open_line
from hw.playback import Audible
from hw.signalling.line import Connection, Line
from hw.sim.party import Party
from hw.tones import dtmf
from tests.exchange.office import RINGS, SOON, Office, configuration, hears, open_office, voice
from tests.queues.desk import agent, calls, hears_music, queues

pytestmark = pytest.mark.native

MOBILE = "13800138000"
"""Is answered after five seconds."""
PITCH_HZ = 2110


def with_telephone(tables: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    row = {"number": "8090", "name": "Wang Fang", "outside": f"9{MOBILE}", "class_of_service": "long_distance"}
    return {**(tables or configuration()), "outside_telephone": [{**row, **settings}]}


class Mobile:
    """The far end of the call to it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    @property
    def line(self) -> Line | None:
        busy = (one for one in self._office.town.cities["e1"].lines if one.connection is not Connection.NULL)
        return next(busy, None)

    async def answered(self) -> None:
        with trio.fail_after(15):
            while self.line is None or self.line.connection is not Connection.CONNECTED:  # noqa: ASYNC110 - in virtual time
                await trio.sleep(0.1)

    def says(self, *what: Audible, loop: bool = False) -> None:
        assert self.line is not None
        self._office.plane.play(self.line.port, list(what), loop=loop)

    async def presses(self, keys: str) -> None:
        self.says(dtmf(keys))
        await trio.sleep(0.5 + 0.2 * len(keys))

    async def is_heard_by(self, party: Party) -> bool:
        self.says(voice(PITCH_HZ), loop=True)
        await trio.sleep(0.3)
        heard = hears(await party.listen(0.8), PITCH_HZ)
        assert self.line is not None
        self._office.plane.stop(self.line.port)
        return heard

    def hangs_up(self) -> None:
        assert self.line is not None
        self.line.release()


async def test_ann_calls_its_number_and_speaks_with_whoever_takes_the_call(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_telephone()) as office:
        ann, mobile = office.phone("8001"), Mobile(office)
        await office.dial(ann, "8090")
        await ann.hear_tone("ringback", within=RINGS)
        await mobile.answered()
        await trio.sleep(2)
        assert not await mobile.is_heard_by(ann), "he is asked to press 1 first"
        await mobile.presses("1")
        assert await mobile.is_heard_by(ann)
        seized = next(event for event in office.events if event.kind == "TrunkSeized")
        assert (seized.call, seized.data["direction"], seized.data["group"]) == (1, "out", "city")
        mobile.hangs_up()
        await ann.hear_tone("busy", within=SOON)
        ann.hang_up()
        await office.all_idle()
        assert "TrunkReleased" in office.kinds(1)


async def test_a_mailbox_that_answers_takes_no_call(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_telephone(no_answer_s=20, forward_no_answer="8002")) as office:
        ann, ben, mobile = office.phone("8001"), office.phone("8002"), Mobile(office)
        await office.dial(ann, "8090")
        await mobile.answered()
        mobile.says(voice(PITCH_HZ), loop=True)
        await ben.rung(within=20)
        await trio.sleep(0.5)
        assert mobile.line is None
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)


async def test_where_nobody_needs_to_press_whoever_answers_has_the_call(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_telephone(press_to_take=False)) as office:
        ann, mobile = office.phone("8001"), Mobile(office)
        await office.dial(ann, "8090")
        await mobile.answered()
        await trio.sleep(0.3)
        assert await mobile.is_heard_by(ann)


async def test_ann_gives_up_while_it_rings_and_the_circuit_is_free(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_telephone()) as office:
        ann = office.phone("8001")
        await office.dial(ann, "8090")
        await ann.hear_tone("ringback", within=RINGS)
        ann.hang_up()
        await office.all_idle(within=3)
        assert [event.call for event in office.events if event.kind in ("TrunkSeized", "TrunkReleased")] == [1, 1]


async def test_a_telephone_that_withholds_our_number_is_called_so(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_telephone(withhold_number=True)) as office:
        ann = office.phone("8001")
        await office.dial(ann, "8090")
        await ann.hear_tone("ringback", within=RINGS)
        trace = " ".join(office.exchange.trunks["e1/1"].line.trace())
        assert "66778800" in trace
        assert "presentation restricted" in trace
        ann.hang_up()


async def test_it_takes_the_number_of_a_station_when_that_has_gone(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        exchange = office.exchange
        tables = with_telephone(number="8006")
        tables["station"] = [row for row in tables["station"] if row["number"] != "8006"]
        box = Box.model_validate(tables)
        exchange.reconfigure(box, NumberingPlan(box), {})
        assert not isinstance(exchange.stations["8006"].line, OutsideLine), "a call may be on it still"
        exchange.detach("8006")
        assert isinstance(exchange.stations["8006"].line, OutsideLine)


@pytest.mark.parametrize("number", ["62000002", "62000008", "62000004"])
async def test_a_telephone_that_is_not_to_be_had_is_told_to_the_caller(
    number: str, autojump_clock: trio.testing.MockClock
) -> None:
    """It is busy, nobody has the number, no way there is free."""
    async with open_office(with_telephone(outside=f"9{number}")) as office:
        ann = office.phone("8001")
        await office.dial(ann, "8090")
        await trio.sleep(6)
        assert office.exchange.stations["8090"].free
        ann.hang_up()
        await office.all_idle(within=3)


async def test_two_stars_are_the_hook_key(autojump_clock: trio.testing.MockClock) -> None:
    """He holds Ann, calls Ben, and joins the two by hanging up."""
    async with open_office(with_telephone()) as office:
        ann, ben, mobile = office.phone("8001"), office.phone("8002"), Mobile(office)
        await office.dial(ann, "8090")
        await mobile.answered()
        await trio.sleep(1)
        await mobile.presses("1")
        await mobile.presses("**")
        assert await hears_music(ann)
        await mobile.presses("8002")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        assert await mobile.is_heard_by(ben)
        assert not await mobile.is_heard_by(ann)
        mobile.hangs_up()
        await trio.sleep(1)
        await office.hear_each_other(ann, ben)


async def test_an_agent_works_at_it_like_at_any_other(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_telephone(queues()), queues=True) as office:
        mobile = Mobile(office)
        log_on.take_seat(office.queues, "8090", "1001")
        dora = await calls(office)
        await mobile.answered()
        await mobile.presses("1")
        assert await mobile.is_heard_by(dora)
        assert agent(office, "1001").state == "busy"
        dora.hang_up()
        await trio.sleep(1)
        assert mobile.line is None, "the circuit is given back between calls"
        assert agent(office, "1001").state == "ready"


async def test_an_agent_whose_telephone_is_busy_elsewhere_has_refused(autojump_clock: trio.testing.MockClock) -> None:
    tables = with_telephone(queues(group={"reject": "pause", "unreachable": "not ready"}), outside="962000002")
    async with open_office(tables, queues=True) as office:
        log_on.take_seat(office.queues, "8090", "1001")
        dora = await calls(office)
        await trio.sleep(4)
        missed = [event.data["reason"] for event in office.events if event.kind == "OfferWithdrawn"]
        assert missed[:1] == ["reject"], office.story()
        dora.hang_up()


async def test_an_agent_stays_on_the_line_for_his_shift(autojump_clock: trio.testing.MockClock) -> None:
    tables = with_telephone(queues(group={"line": "permanent", "answer": "automatic"}))
    async with open_office(tables, queues=True) as office:
        mobile = Mobile(office)
        await open_line.log_on(office.queues, "8090", "1001", "")
        await mobile.answered()
        await trio.sleep(1)
        await mobile.presses("1")
        await trio.sleep(8)
        dora = await calls(office)
        await trio.sleep(2)
        assert await mobile.is_heard_by(dora)
        dora.hang_up()
        await trio.sleep(2)
        assert mobile.line is not None
        mobile.hangs_up()
        await trio.sleep(1)
        assert agent(office, "1001").state == "logged off"


async def test_an_emergency_takes_the_circuit_of_a_call_to_it(autojump_clock: trio.testing.MockClock) -> None:
    tables = with_telephone()
    tables["trunk_group"][0] = {"name": "city", "lines": ["e1/1"], "calling": "66778800"}
    tables["trunk_group"] = tables["trunk_group"][:1]
    tables["numbering"] = {"emergency": ["110"], "emergency_groups": ["city"]}
    async with open_office(tables) as office:
        ann, ben, mobile = office.phone("8001"), office.phone("8002"), Mobile(office)
        await office.dial(ann, "8090")
        await mobile.answered()
        await trio.sleep(1)
        await mobile.presses("1")
        await office.dial(ben, "110")
        await trio.sleep(4)
        assert office.exchange.trunks["e1/1"].call is not None
        assert office.exchange.trunks["e1/1"].call.emergency
        ben.hang_up()


async def test_it_comes_and_goes_with_the_configuration(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_telephone()) as office:
        ann, mobile, exchange = office.phone("8001"), Mobile(office), office.exchange
        await office.dial(ann, "8090")
        await mobile.answered()
        await trio.sleep(1)
        await mobile.presses("1")
        without = Box.model_validate(configuration())
        exchange.reconfigure(without, NumberingPlan(without), {})
        await ann.hear_tone("busy", within=8)
        ann.hang_up()
        await office.all_idle()
        assert "8090" not in exchange.stations
        again = Box.model_validate(with_telephone())
        exchange.reconfigure(again, NumberingPlan(again), {})
        await office.dial(ann, "8090")
        await ann.hear_tone("ringback", within=RINGS)


def test_a_class_of_service_that_may_not_call_it_is_a_mistake() -> None:
    good = Box.model_validate(with_telephone())
    assert [finding for finding in check(good) if finding.path[0] == "outside_telephone"] == []
    bad = Box.model_validate(with_telephone(class_of_service="internal"))
    (finding,) = (finding for finding in check(bad) if finding.path[0] == "outside_telephone")
    assert finding.path == ("outside_telephone", 0, "outside")
    assert "its class of service does not allow it" in finding.problem
    (twice,) = (one for one in check(Box.model_validate(with_telephone(number="8001"))) if "twice" in one.problem)
    assert "8001" in twice.problem
