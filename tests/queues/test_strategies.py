"""Every strategy with real calls: whose telephone rings next, and that he and the caller speak."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.acd.strategy import PRESETS, STRATEGIES
from core.exchange.call import Call
from core.numbering.target import Target, TargetKind
from hw.sim.party import NotHeardError
from tests.exchange.office import RINGS, Office, open_office
from tests.queues.desk import agent, ask, calls, log_all_on, queues

pytestmark = pytest.mark.native

AGENTS = ("1001", "1002", "1003")
RESTED_S = 4.0
"""A telephone that has been hung up takes no ring for its own before."""


def staff(strategy: str, *people: dict[str, Any], **queue: Any) -> dict[str, Any]:
    """people: settings of agents 1001, 1002 and 1003."""
    tables = queues(strategy=strategy, **queue)
    for at, more in enumerate(people):
        tables["agent"][at] |= more
    return tables


def ringing(office: Office) -> list[str]:
    return [number for number in AGENTS if office.phone(f"800{number[-1]}").ringing]


async def rings(office: Office, within: float = RINGS) -> list[str]:
    """Whose telephones ring, once any does."""
    with trio.move_on_after(within):
        while not ringing(office):  # noqa: ASYNC110 - in virtual time
            await trio.sleep(0.1)
    return ringing(office)


async def served(office: Office, talk_s: float = 1.0, caller: str = "8004") -> str:
    """One call, from the first ring until all have rested. Returns who has spoken with the caller."""
    telephone = await calls(office, caller)
    (number,) = await rings(office)
    phone = office.phone(f"800{number[-1]}")
    phone.lift()
    await trio.sleep(talk_s)
    row = agent(office, number)
    assert row.state == "busy", office.story()
    await office.hear_each_other(telephone, phone)
    telephone.hang_up()
    phone.hang_up()
    await trio.sleep(RESTED_S)
    return number


async def only(office: Office, *numbers: str) -> None:
    """These are ready, the others are not."""
    for number in AGENTS:
        ask(office, number, Act.READY if number in numbers else Act.NOT_READY)


class Known:
    """As a flow would: puts what is known of the caller into his call before it comes into the queue."""

    def __init__(self, office: Office, **data: str) -> None:
        self.data = data
        office.exchange.attendants.insert(0, self)

    async def routed(self, call: Call, target: Target) -> None:
        if target.kind is TargetKind.QUEUE:
            call.data |= self.data

    def settled(self, call: Call) -> None: ...
    def joined(self, stays: Call, goes: Call) -> None: ...
    def queued(self, call: Call, queue: str) -> None: ...
    def finished(self, call: Call) -> None: ...


def test_no_strategy_is_left_out_here() -> None:
    tried = {
        "ring all",
        "ring progressively",
        "longest idle",
        "least recent",
        "round robin",
        "linear",
        "fewest calls",
        "least talk",
        "random",
        "weighted random",
        "last agent",
        "owner agent",
        "region",
        "skill level",
        "intelligent",
    }
    assert set(STRATEGIES) == tried
    assert set(PRESETS.values()) <= tried


async def test_linear_takes_the_first_who_is_free(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("linear"), queues=True) as office:
        log_all_on(office, "1003", "1002", "1001")
        assert [await served(office) for _ in range(2)] == ["1001", "1001"]
        ask(office, "1001", Act.NOT_READY)
        assert await served(office) == "1002"


async def test_round_robin_goes_round(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("rrmemory"), queues=True) as office:
        log_all_on(office, *AGENTS)
        assert [await served(office) for _ in range(4)] == ["1001", "1002", "1003", "1001"]


async def test_least_recent_takes_whose_last_call_ended_first_whoever_was_ready_first(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(staff("least recent"), queues=True) as office:
        log_all_on(office, *AGENTS)
        assert {await served(office) for _ in range(3)} == set(AGENTS)
        order = [event.data["agent"] for event in office.events if event.kind == "Served"]
        ask(office, order[0], Act.NOT_READY)
        ask(office, order[0], Act.READY)  # idle for the shortest time now
        assert await served(office) == order[0]


async def test_longest_idle_takes_who_was_ready_first(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("longest idle"), queues=True) as office:
        for number in ("1003", "1001", "1002"):
            log_all_on(office, number)
            await trio.sleep(2)
        assert [await served(office) for _ in range(4)] == ["1003", "1001", "1002", "1003"]


async def test_fewest_calls_evens_out(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("fewest calls"), queues=True) as office:
        log_all_on(office, *AGENTS)
        await only(office, "1001")
        assert [await served(office) for _ in range(2)] == ["1001", "1001"]
        await only(office, *AGENTS)
        assert sorted([await served(office) for _ in range(4)]) == ["1002", "1002", "1003", "1003"]


async def test_least_talk_takes_who_has_talked_least(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("least talk"), queues=True) as office:
        log_all_on(office, *AGENTS)
        for number, talk_s in zip(AGENTS, (20.0, 5.0, 12.0), strict=True):
            await only(office, number)
            assert await served(office, talk_s) == number
        await only(office, *AGENTS)
        assert await served(office) == "1002"


async def test_random_takes_anybody(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("random"), queues=True) as office:
        log_all_on(office, *AGENTS)
        assert len({await served(office) for _ in range(8)}) > 1


async def test_weighted_random_never_takes_who_has_no_weight(autojump_clock: trio.testing.MockClock) -> None:
    weights = ({"queues": [{"queue": "sales", "weight": weight}]} for weight in (0.0, 1.0, 3.0))
    async with open_office(staff("weighted random", *weights), queues=True) as office:
        log_all_on(office, *AGENTS)
        found = [await served(office) for _ in range(8)]
        assert "1001" not in found
        assert len(set(found)) == 2


async def test_ring_all_rings_all_and_the_others_fall_silent(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("ring all"), queues=True) as office:
        log_all_on(office, *AGENTS)
        caller, ben = await calls(office), office.phone("8002")
        await trio.sleep(1)
        assert ringing(office) == list(AGENTS)
        ben.lift()
        await trio.sleep(1)
        await office.hear_each_other(caller, ben)
        await trio.sleep(8)
        assert ringing(office) == []
        withdrawn = [event.data for event in office.events if event.kind == "OfferWithdrawn"]
        assert {one["agent"]: one["reason"] for one in withdrawn} == dict.fromkeys(
            ("1001", "1003"), "answered elsewhere"
        )


async def test_ring_progressively_rings_one_more_after_the_other(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("ring progressively", widen_every_s=5), queues=True) as office:
        log_all_on(office, *AGENTS)
        caller, cat = await calls(office), office.phone("8003")
        await trio.sleep(1)
        assert ringing(office) == ["1001"]
        await trio.sleep(5)
        assert ringing(office) == ["1001", "1002"]
        await cat.rung(within=6)
        cat.lift()
        await trio.sleep(1)
        await office.hear_each_other(caller, cat)


async def test_last_agent_is_waited_for_and_then_anybody(autojump_clock: trio.testing.MockClock) -> None:
    tables = staff("last agent", fallback="linear", wait_for_agent_s=10)
    async with open_office(tables, queues=True) as office:
        log_all_on(office, *AGENTS)
        await only(office, "1002")
        assert await served(office) == "1002"
        await only(office, *AGENTS)
        assert await served(office) == "1002", "who has served him last"
        assert await served(office, caller="8005") == "1001", "nobody has served her: the fallback"
        office.phone("8002").lift()
        await office.phone("8002").dial("8006")  # busy with a call of his own
        await office.phone("8006").rung(within=RINGS)
        caller = await calls(office)
        with pytest.raises(NotHeardError):
            await office.phone("8001").rung(within=9)
        assert await rings(office) == ["1001"]
        caller.hang_up()


async def test_owner_agent_is_who_keeps_the_customer(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(staff("owner agent", fallback="linear"), queues=True) as office:
        log_all_on(office, *AGENTS)
        known = Known(office, owner="1003")
        assert await served(office) == "1003"
        known.data = {"owner": "1999"}
        assert await served(office) == "1001"


async def test_region_takes_those_who_serve_the_callers_home(autojump_clock: trio.testing.MockClock) -> None:
    tables = staff("region", {}, {}, {"regions": ["北京市"]}, fallback="linear")
    async with open_office(tables, queues=True) as office:
        log_all_on(office, *AGENTS)
        caller = office.call_from_town("8500", "62000001")
        assert await rings(office) == ["1003"], office.story()
        office.phone("8003").lift()
        await trio.sleep(1)
        assert caller.answered.is_set()
        caller.hang_up()
        office.phone("8003").hang_up()
        await trio.sleep(RESTED_S)
        assert await served(office) == "1001", "a telephone of the house has no region"


async def test_skill_level_takes_the_highest_and_required_skills_bar_the_rest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    people = ({"skills": {"english": 3}}, {"skills": {"english": 9}}, {"skills": {"english": 1}})
    tables = staff("skill level", *people, require={"english": 2}) | {"skill": [{"name": "english"}]}
    async with open_office(tables, queues=True) as office:
        log_all_on(office, *AGENTS)
        assert await served(office) == "1002"
        ask(office, "1002", Act.NOT_READY)
        assert await served(office) == "1001"
        ask(office, "1001", Act.NOT_READY)
        caller = await calls(office)
        assert await rings(office) == [], "english 1 is less than 2"
        office.queues.assignments.set_skill("1003", "english", 4, "", "Mei")
        assert await rings(office) == ["1003"], "a skill given at run time counts at once"
        caller.hang_up()


async def test_intelligent_weighs_what_caller_and_agent_have_in_common(
    autojump_clock: trio.testing.MockClock,
) -> None:
    people: tuple[dict[str, Any], ...] = ({}, {"attributes": {"language": "fr"}}, {"attributes": {"language": "en"}})
    weights = {"attribute:language": 5.0, "owner": 20.0, "weight": 1.0}
    async with open_office(staff("intelligent", *people, weights=weights), queues=True) as office:
        log_all_on(office, *AGENTS)
        known = Known(office, language="en")
        assert await served(office) == "1003"
        known.data = {"language": "en", "owner": "1001"}
        assert await served(office) == "1001"
        offered = [event.data["why"] for event in office.events if event.kind == "Offered"]
        assert offered[0]["parts"]["attribute:language"] == 5.0


async def test_agents_of_a_lower_rank_ring_first_and_the_next_ones_when_a_step_says_so(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ranks = ({"queues": [{"queue": "sales", "rank": rank}]} for rank in (2, 1, 2))
    tables = staff("linear", *ranks, ring_up_to=1, recipe=[{"after_s": 10, "ring_up_to": 2}])
    async with open_office(tables, queues=True) as office:
        log_all_on(office, *AGENTS)
        assert await served(office) == "1002"
        ask(office, "1002", Act.NOT_READY)
        caller = await calls(office)
        assert await rings(office, within=6) == []
        assert await rings(office) == ["1001"]
        caller.hang_up()
