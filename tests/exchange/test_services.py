"""Services of the telephone, by their codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trio
import trio.testing

from core.exchange.services.ringing_back import RingBacks
from hw import wall_clock
from hw.sim.telephone import Telephone
from tests.exchange.office import RINGS, SOON, WORDS, Office, configuration, open_office

pytestmark = pytest.mark.native

MORNING = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)


async def code(office: Office, number: str, digits: str) -> None:
    """Lifts, dials a code, hears what it did, hangs up."""
    telephone = office.phone(number)
    await office.dial(telephone, digits)
    await trio.sleep(3)
    telephone.hang_up()
    await trio.sleep(3)


async def test_ben_forwards_all_calls_to_carl(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, carl = office.phone("8001"), office.phone("8003")
        await code(office, "8002", "*57*8003#")
        await office.dial(ann, "8002")
        await carl.rung(within=SOON)
        carl.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)
        ann.hang_up()
        carl.hang_up()
        await trio.sleep(1)
        await code(office, "8002", "#57#")
        await office.dial(ann, "8002")
        await office.phone("8002").rung(within=SOON)


async def test_two_who_forward_to_each_other_do_not_go_round_for_ever(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        await code(office, "8002", "*57*8003#")
        await code(office, "8003", "*57*8002#")
        ann = office.phone("8001")
        ann.lift()
        await ann.dial("8002")
        await ann.hear_tone("vacant", within=WORDS)


async def test_a_speed_dial_to_a_speed_dial_is_refused_and_none_goes_round_for_ever(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(configuration(features={"speed_dial": "7"})) as office:
        ann = office.phone("8001")
        await code(office, "8001", "*51*1*72#")
        assert office.exchange.kept.station("8001").speed_dial == {}
        office.exchange.kept.set("8001", speed_dial={"1": "72", "2": "71"})
        await office.dial(ann, "71#")
        await ann.hear_tone("vacant", within=WORDS)


async def test_unanswered_and_busy_calls_go_elsewhere(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl, dora = (office.phone(f"800{n}") for n in (1, 2, 3, 4))
        await code(office, "8002", "*41*8003#")
        await code(office, "8002", "*40*8004#")
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        await carl.rung(within=30)
        ann.hang_up()
        await trio.sleep(1)
        ben.lift()
        await office.dial(ann, "8002")
        await dora.rung(within=SOON)


async def test_ben_does_not_want_to_be_disturbed(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await code(office, "8002", "*56#")
        await office.dial(ann, "8002")
        await ann.hear_tone("busy", within=WORDS)
        assert not office.phone("8002").rings


async def test_dora_picks_up_what_rings_at_bens(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, dora = (office.phone(f"800{n}") for n in (1, 2, 4))
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        await office.dial(dora, "*8#")
        await trio.sleep(0.5)
        await office.hear_each_other(ann, dora)
        await trio.sleep(7)
        assert not ben.ringing
        assert set(office.exchange.calls) == {1}
        ann.hang_up()
        await dora.hear_tone("busy", within=5)


async def test_dora_picks_up_at_bens_by_his_number(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, dora = (office.phone(f"800{n}") for n in (1, 2, 4))
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        await office.dial(dora, "*8*8002")
        await trio.sleep(0.5)
        await office.hear_each_other(ann, dora)


async def test_nothing_rings_that_could_be_picked_up(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        dora = office.phone("8004")
        await office.dial(dora, "*8#")
        await dora.hear_tone("busy", within=5)


PARK: dict[str, Any] = {"park": {"orbits": "7001-7003", "back_after_s": 20}}


async def test_ann_parks_ben_and_carl_fetches_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(configuration(**PARK)) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ben, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*70#")
        await trio.sleep(1)
        ann.hang_up()
        assert (await ben.listen(1)).dbm0 > -40  # music
        await office.dial(carl, "7001")
        await trio.sleep(0.5)
        await office.hear_each_other(ben, carl)
        assert set(office.exchange.calls) == {1}


async def test_nobody_fetches_ben_and_he_rings_ann_again(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(configuration(**PARK)) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ben, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*70*7002")
        await trio.sleep(1)
        ann.hang_up()
        await ann.rung(within=25)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)
        assert not office.exchange.parked


async def test_ben_gives_up_while_he_is_parked(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(configuration(**PARK)) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ben, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*70*7002")
        await trio.sleep(1)
        ben.hang_up()
        ann.hang_up()
        await office.all_idle()
        assert not office.exchange.parked


async def test_a_conference_is_not_left_to_a_parking_place_alone(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(configuration(**PARK, conference=[{"number": "8600"}])) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8600")
        await trio.sleep(5)
        await office.consult(ann, ben, for_s=0.5)
        await ben.flash()
        await ben.hear_tone("dial", within=SOON)
        await ben.dial("*70*7002")  # Ann, who has the conference on hold
        await trio.sleep(1)
        ben.hang_up()
        ann.hang_up()
        await ann.rung(within=RINGS)  # the conference asks for her again
        await office.all_idle(within=90)
        assert "Transferred" not in office.kinds()
        assert not office.exchange.rooms


async def wants_to_be_rung_back(office: Office, ann: Telephone) -> None:
    """Ben, whom she has called, does not answer."""
    await office.dial(ann, "8002")
    await ann.hear_tone("busy", within=40)
    ann.hang_up()
    await trio.sleep(1)
    await code(office, "8001", "*59#")


async def are_brought_together(office: Office, ann: Telephone, ben: Telephone) -> None:
    await ann.rung(within=RINGS)
    ann.lift()
    await ben.rung(within=RINGS)
    ben.lift()
    await trio.sleep(0.3)
    await office.hear_each_other(ann, ben)


async def test_ann_is_rung_when_ben_is_free(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        ben.lift()
        await office.dial(ann, "8002")
        await ann.hear_tone("busy", within=5)
        ann.hang_up()
        await trio.sleep(1)
        await code(office, "8001", "*59#")
        ben.hang_up()
        await are_brought_together(office, ann, ben)


async def test_ann_is_rung_when_ben_who_did_not_answer_is_there_again(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await wants_to_be_rung_back(office, ann)
        await trio.sleep(30)
        assert not ann.rings
        ben.lift()
        await trio.sleep(2)
        ben.hang_up()
        await ann.rung(within=RINGS)


async def test_ann_is_rung_back_though_the_box_began_anew_meanwhile_and_not_a_second_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann, ben, exchange = office.phone("8001"), office.phone("8002"), office.exchange
        await wants_to_be_rung_back(office, ann)
        exchange.stations["8002"].freed.clear()
        exchange.ring_backs = RingBacks(exchange)  # as the next run makes it
        exchange.ring_backs.again()
        ben.lift()
        await trio.sleep(2)
        ben.hang_up()
        await are_brought_together(office, ann, ben)
        assert not exchange.journal.state.under("ring back/")


async def test_a_ring_back_that_ran_out_while_the_box_was_down_is_forgotten(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        exchange = office.exchange
        exchange.journal.state["ring back/8001/8002"] = round(exchange.utc().timestamp()) - 60
        exchange.ring_backs.again()
        assert exchange.ring_backs.of(exchange.stations["8001"]) == []
        assert not exchange.journal.state.under("ring back/")


async def test_a_hot_line_calls_when_nothing_is_dialled(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await code(office, "8001", "*52*8002#")
        ann.lift()
        await ben.rung(within=8)


async def test_ann_calls_the_number_dialled_last_and_who_called_last(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        ann.hang_up()
        await trio.sleep(8)
        await office.dial(ann, "*66#")
        await ben.rung(within=SOON)
        ann.hang_up()
        await trio.sleep(8)
        await office.dial(ben, "*69#")
        await ann.rung(within=RINGS)


async def test_an_own_short_number(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        await code(office, "8001", "*51*5*8002#")
        await office.dial(office.phone("8001"), "**5")
        await office.phone("8002").rung(within=8)


async def test_the_intercom_rings_its_own_way(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "*15*8002")
        await ben.rung(within=RINGS, rings=2)
        lengths = [ring.end - ring.begin for ring in ben.rings if ring.end]
        assert lengths
        assert lengths[0] < 0.5 * 8000
        ben.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)


async def test_ann_is_woken_at_the_time_she_set(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: MORNING + timedelta(seconds=trio.current_time()))
    async with open_office() as office:
        ann = office.phone("8001")
        await code(office, "8001", "*55*0705#")  # 07:00 in Shanghai now
        await trio.sleep(280)
        assert not ann.rings
        await ann.rung(within=30)
        ann.lift()
        await trio.sleep(3)
        ann.hang_up()
        assert office.exchange.stations["8001"].kept.wake_up == ""


def opened_anew(office: Office, number: str) -> None:
    """As after a change of its signalling."""
    line = office.exchange.stations[number].line
    office.exchange.detach(number)
    office.exchange.attach(line)


async def test_ann_is_woken_though_her_line_was_opened_anew(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: MORNING + timedelta(seconds=trio.current_time()))
    async with open_office() as office:
        ann = office.phone("8001")
        await code(office, "8001", "*55*0705#")
        opened_anew(office, "8001")
        await ann.rung(within=310)
        ann.lift()
        await trio.sleep(3)
        ann.hang_up()
        await trio.sleep(1)
        assert office.kinds().count("ServiceInitiated") == 2, office.story()


async def test_ann_is_rung_back_though_both_lines_were_opened_anew(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await wants_to_be_rung_back(office, ann)
        for number in ("8001", "8002"):
            opened_anew(office, number)
        ben.lift()
        await trio.sleep(2)
        ben.hang_up()
        await are_brought_together(office, ann, ben)


async def test_the_own_number_is_hidden_for_one_call(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "*67*8002#")
        shown = await ben.show(within=8)
        assert not shown.number


async def test_a_pin_lets_a_call_go_further_and_wrong_ones_do_not(autojump_clock: trio.testing.MockClock) -> None:
    tables = configuration(
        pin=[{"name": "Li", "pin": "739154"}],
        class_of_service=[{"name": "guest", "reach": "internal", "pin_reach": "international"}],
    )
    tables["station"][0]["class_of_service"] = "guest"
    async with open_office(tables) as office:
        ann = office.phone("8001")
        await office.dial(ann, "962000003")
        await ann.hear_tone("congestion", within=WORDS)
        ann.hang_up()
        await trio.sleep(3)
        await office.dial(ann, "*54*739154#962000003")
        await ann.hear_tone("ringback", within=WORDS)
        ann.hang_up()
        await trio.sleep(3)
        assert "739154" not in str(office.events)
        for _ in range(3):
            await code(office, "8001", "*54*111111#962000003")
        await trio.sleep(5)
        before = office.kinds().count("TrunkSeized")
        await office.dial(ann, "*54*739154#962000003")
        await trio.sleep(10)
        assert office.kinds().count("TrunkSeized") == before


async def test_the_lamp_shines_again_when_the_line_is_opened_anew(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, station = office.phone("8001"), office.exchange.stations["8001"]
        office.exchange.keep(station, message_waiting=True)
        opened_anew(office, "8001")
        await ann.lamp_is(True, within=10)


async def test_a_telephone_out_of_service_has_its_calls_elsewhere(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await code(office, "8002", "*42*8003#")
        office.exchange.stations["8002"].line.block()
        await trio.sleep(1)
        await office.dial(ann, "8002")
        await carl.rung(within=SOON)
        assert not ben.rings
        carl.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)


async def test_a_common_short_number_goes_where_the_class_does_not(autojump_clock: trio.testing.MockClock) -> None:
    short = [
        {"code": "01", "number": "962000003", "name": "taxi", "bypass": True},
        {"code": "02", "number": "962000004", "name": "bank"},
    ]
    tables = configuration(speed_dial=short)
    tables["station"][0]["class_of_service"] = "internal"
    async with open_office(tables) as office:
        ann = office.phone("8001")
        await office.dial(ann, "**01")
        await ann.hear_tone("ringback", within=RINGS)
        ann.hang_up()
        await trio.sleep(2)
        await office.dial(ann, "**02")
        await ann.hear_tone("congestion", within=WORDS)
        assert office.kinds().count("TrunkSeized") == 1


async def test_parked_ben_rings_ann_whose_line_was_opened_anew(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(configuration(**PARK)) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ben, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*70#")
        await trio.sleep(1)
        ann.hang_up()
        await trio.sleep(2)
        opened_anew(office, "8001")
        await ann.rung(within=70)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)
