"""Every way out of a queue, and every race at its door, with real calls."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.config.model.box import Box
from core.exchange.refusal import Refused
from core.numbering.plan import NumberingPlan
from core.queues import log_on
from hw.card import Alarm
from tests.exchange.office import RINGS, SOON, WORDS, Office, open_office
from tests.queues.desk import agent, ask, calls, hears_music, hears_words, log_all_on, queues

pytestmark = pytest.mark.native

AT_ONCE: dict[str, Any] = {"max_waiting": 0}
WAITED: dict[str, Any] = {"max_wait_s": 5}
NOBODY: dict[str, Any] = {"needs_agents": True}


def with_two(**queue: Any) -> dict[str, Any]:
    """Another queue beside sales, service (8510), which agent 1003 serves, too."""
    tables = queues(**queue)
    tables["queue"].append({"name": "service", "number": "8510"})
    tables["agent"][2]["queues"] = [{"queue": "service"}]
    return tables


def reasons(office: Office) -> list[str]:
    return [event.data["reason"] for event in office.events if event.kind == "Dequeued"]


async def commit(office: Office, tables: dict[str, Any]) -> None:
    box = Box.model_validate(tables)
    exchange = office.exchange
    exchange.reconfigure(box, NumberingPlan(box), {name: one.line for name, one in exchange.stations.items()})
    office.queues.reconfigure(box)


# ---- by the queue's will ----


@pytest.mark.parametrize(
    ("limit", "reason"), [(WAITED, "waited too long"), (NOBODY, "no agents"), (AT_ONCE, "full")], ids=str
)
async def test_limits_send_him_to_another_number(
    autojump_clock: trio.testing.MockClock, limit: dict[str, Any], reason: str
) -> None:
    async with open_office(queues(instead={"to": "number", "name": "8005"}, **limit), queues=True) as office:
        caller, eve = await calls(office), office.phone("8005")
        await eve.rung(within=10)
        eve.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, eve)
        diverted = next(event for event in office.events if event.kind == "Diverted")
        assert (diverted.device, diverted.data["to"], diverted.data["reason"]) == ("sales", "8005", "queue")
        assert reasons(office) == ([] if reason in ("full", "no agents") else [reason])


async def test_the_last_agent_who_logs_off_sends_all_who_wait_elsewhere(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(instead={"to": "number", "name": "8005"}, **NOBODY), queues=True) as office:
        log_all_on(office, "1001")
        ask(office, "1001", Act.NOT_READY)
        caller, eve = await calls(office), office.phone("8005")
        await trio.sleep(3)
        assert await hears_music(caller)
        ask(office, "1001", Act.LOG_OFF)
        await eve.rung(within=RINGS)
        assert reasons(office) == ["no agents"]


async def test_to_another_queue_he_takes_his_time_of_entry(autojump_clock: trio.testing.MockClock) -> None:
    tables = with_two(recipe=[{"after_s": 10, "overflow": {"to": "queue", "name": "service"}}])
    async with open_office(tables, queues=True) as office:
        first = await calls(office)
        await trio.sleep(8)
        second = await calls(office, "8005", "8510")
        await trio.sleep(5)
        assert office.queues.rows.queue("service").calls == [1, 2], office.story()
        log_all_on(office, "1003")
        cat = office.phone("8003")
        await cat.rung(within=SOON)
        cat.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(first, cat)
        assert await hears_music(second)


async def test_to_a_queue_and_back_is_no_circle_without_end(autojump_clock: trio.testing.MockClock) -> None:
    tables = with_two(recipe=[{"after_s": 0, "overflow": {"to": "queue", "name": "service"}}])
    tables["queue"][1]["recipe"] = [{"after_s": 0, "overflow": {"to": "queue", "name": "sales"}}]
    async with open_office(tables, queues=True) as office:
        caller = await calls(office)
        await caller.hear_tone("busy", within=WORDS)
        assert "moved in a circle" in office.story()


async def test_to_the_mailbox_he_is_told_to_speak(autojump_clock: trio.testing.MockClock) -> None:
    tables = queues(instead={"to": "mailbox", "name": "8700"}, **WAITED) | {"mailbox": [{"number": "8700"}]}
    async with open_office(tables, queues=True) as office:
        await calls(office)
        await trio.sleep(8)
        routed = [event.data["target_kind"] for event in office.events if event.kind == "Routed"]
        assert routed == ["queue", "mailbox"]


async def test_an_announcement_is_heard_before_the_end(autojump_clock: trio.testing.MockClock) -> None:
    tables = queues(instead={"to": "announcement", "name": "queue.full"}, **AT_ONCE)
    async with open_office(tables, queues=True) as office:
        caller = await calls(office)
        await trio.sleep(0.5)
        assert await hears_words(caller)
        await caller.hear_tone("busy", within=WORDS)


async def test_released_he_hears_busy(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(**WAITED), queues=True) as office:
        caller = await calls(office)
        await caller.hear_tone("busy", within=WORDS)
        assert reasons(office) == ["waited too long"]
        row = office.queues.rows.queue("sales")
        assert (row.offered, row.elsewhere, row.abandoned) == (1, 1, 0)


async def test_from_town_he_is_sent_to_no_other_number_in_town_without_permission(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Overflow to an outside number goes with the caller's own rights: trunk to trunk is off."""
    async with open_office(queues(instead={"to": "number", "name": "962000003"}, **WAITED), queues=True) as office:
        call = office.call_from_town("8500", "62000001")
        await trio.sleep(20)
        assert "NetworkReached" not in office.kinds(), office.story()
        call.hang_up()
        await trio.sleep(2)


async def test_whose_line_fails_is_cut_off_and_has_his_place_back_when_he_rings_again(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(place_kept_s=60), queues=True) as office:
        office.call_from_town("8500", "62000001")
        await trio.sleep(2)
        await calls(office)
        office.card.span(3).alarm(Alarm.RED)
        await trio.sleep(8)
        assert reasons(office) == ["cut off"]
        office.card.span(3).clear()
        await trio.sleep(10)
        again = office.call_from_town("8500", "62000001")
        await trio.sleep(2)
        assert office.queues.rows.queue("sales").calls == [3, 2], office.story()
        again.hang_up()
        await trio.sleep(2)


# ---- commits ----


async def test_a_commit_while_an_agent_is_rung_changes_nothing_of_the_offer(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001", "1002")
        caller, ann = await calls(office), office.phone("8001")
        await ann.rung(within=SOON)
        await commit(office, queues(strategy="linear", ring_s=60, priority=3))
        await trio.sleep(2)
        assert ann.ringing
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ann)


async def test_a_commit_that_takes_the_agent_out_while_he_is_rung_gives_the_caller_to_another(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(strategy="linear"), queues=True) as office:
        log_all_on(office, "1001", "1002")
        caller, ann, ben = await calls(office), office.phone("8001"), office.phone("8002")
        await ann.rung(within=SOON)
        tables = queues(strategy="linear")
        del tables["agent"][0]
        await commit(office, tables)
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ben)
        assert [row.number for row in office.queues.rows.agents()] == ["1002", "1003"]


async def test_a_commit_that_takes_the_queue_away_sends_its_callers_where_its_limits_would(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tables = with_two(instead={"to": "number", "name": "8005"})
    async with open_office(tables, queues=True) as office:
        log_all_on(office, "1001")
        caller, ann, eve = await calls(office), office.phone("8001"), office.phone("8005")
        await ann.rung(within=SOON)
        fewer = with_two()
        del fewer["queue"][0]
        fewer["agent"] = fewer["agent"][2:]
        await commit(office, fewer)
        await eve.rung(within=RINGS)
        eve.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, eve)
        assert reasons(office) == ["queue is gone"]


@pytest.mark.parametrize("act", [Act.NOT_READY, Act.READY, Act.WORK])
async def test_who_is_taken_out_in_mid_call_leaves_his_telephone_to_others_whatever_he_asks_meanwhile(
    autojump_clock: trio.testing.MockClock, act: Act
) -> None:
    async with open_office(queues(group={"after_call": "by hand"}), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann = await calls(office), office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        tables = queues(group={"after_call": "by hand"})
        del tables["agent"][0]
        await commit(office, tables)
        with pytest.raises(Refused):
            ask(office, "1001", act)
        await office.hear_each_other(caller, ann)
        caller.hang_up()
        ann.hang_up()
        await trio.sleep(2)
        assert [row.number for row in office.queues.rows.agents()] == ["1002", "1003"]
        log_on.take_seat(office.queues, "8001", "1002")
        assert agent(office, "1002").device == "8001"


async def test_who_is_taken_out_in_mid_call_and_put_in_again_stays_logged_on(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann = await calls(office), office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        tables = queues()
        del tables["agent"][0]
        await commit(office, tables)
        await commit(office, queues())
        caller.hang_up()
        ann.hang_up()
        await trio.sleep(2)
        row = agent(office, "1001")
        assert (row.state, row.device, row.queues) == ("ready", "8001", ["sales"])


async def test_a_commit_that_takes_a_telephone_away_logs_off_who_sits_there(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001", "1002")
        tables = queues()
        tables["station"] = [row for row in tables["station"] if row["number"] != "8001"]
        await commit(office, tables)
        assert (agent(office, "1001").state, agent(office, "1001").device) == ("logged off", "")
        assert agent(office, "1002").state == "ready"
        log_on.take_seat(office.queues, "8003", "1001")


# ---- races ----


async def test_he_lifts_in_the_instant_in_which_his_time_to_ring_is_over(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(ring_s=6), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann = await calls(office), office.phone("8001")
        rung = next(event for event in office.events if event.kind == "Offered").clock / 1e6
        await ann.rung(within=SOON)
        await trio.sleep_until(rung + 6 - 0.06)  # a lift in ring current takes 40 ms to be one
        ann.lift()
        await trio.sleep(2)
        row = agent(office, "1001")
        if row.state == "busy":
            await office.hear_each_other(caller, ann)
        else:
            assert (row.state, row.reason) == ("not ready", "no answer")
            assert await hears_music(caller)
        waiting = office.queues.rows.queue("sales").waiting
        assert waiting == (0 if row.state == "busy" else 1), office.story()


@pytest.mark.parametrize("later_s", [0.0, 0.02, 0.04, 0.06, 0.1])
async def test_the_caller_hangs_up_about_when_the_agent_lifts_and_nobody_is_left(
    autojump_clock: trio.testing.MockClock, later_s: float
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann = await calls(office), office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(later_s)
        caller.hang_up()
        await trio.sleep(3)
        ann.hang_up()
        await office.all_idle()
        assert agent(office, "1001").state == "ready"
        row = office.queues.rows.queue("sales")
        assert (row.answered + row.abandoned, row.waiting) == (1, 0)


async def test_he_goes_not_ready_while_he_is_rung_and_still_gets_that_call(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann = await calls(office), office.phone("8001")
        await ann.rung(within=SOON)
        ask(office, "1001", Act.NOT_READY, "lunch")
        await trio.sleep(1)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ann)
        caller.hang_up()
        ann.hang_up()
        await trio.sleep(2)
        assert (agent(office, "1001").state, agent(office, "1001").reason) == ("not ready", "lunch")


async def test_a_key_in_the_instant_in_which_the_agent_lifts_loses_nobody(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(recipe=[{"after_s": 1, "offer": ["wait", "call back"]}]), queues=True) as office:
        caller, ann = await calls(office), office.phone("8001")
        await trio.sleep(2)
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        async with trio.open_nursery() as both:
            both.start_soon(caller.dial, "3")
            ann.lift()
        await trio.sleep(1)
        await office.hear_each_other(caller, ann)


async def test_agents_who_all_log_off_while_all_are_rung_leave_the_caller_in_his_place(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(strategy="ring all"), queues=True) as office:
        log_all_on(office, "1001", "1002", "1003")
        caller = await calls(office)
        await office.phone("8001").rung(within=SOON)
        for number in ("1001", "1002", "1003"):
            ask(office, number, Act.LOG_OFF)
        await trio.sleep(2)
        assert await hears_music(caller)
        assert office.queues.rows.queue("sales").calls == [1]
