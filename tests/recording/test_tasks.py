"""Recording tasks: a supervisor orders that calls of agents are recorded, by hours, by share, by number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
import trio.testing
from hypothesis import assume, given
from hypothesis import strategies as st

from core.api.errors import Refusal
from core.api.roles import Credentials
from core.exchange.refusal import Refused
from core.recording.task import RecordingTask, Talk, wanting, wants
from core.store.recordings import recordings
from tests.core.house import House
from tests.desk.office import PIN, TABLES, TOM, answers, desks, dials
from tests.exchange.office import RINGS, SOON, Office, open_office
from tests.queues.desk import calls, log_all_on, queues
from tests.recording.shelves import Clock
from tests.recording.test_stories import RULE, Tape, speak

SUE = Credentials(1, 1004, 1004, "sue")
MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
"""Nine o'clock in Shanghai."""
ZONE = "Asia/Shanghai"


def task(number: int = 1, **facts: Any) -> RecordingTask:
    facts = {"agents": [], "groups": [], "direction": "any", "days": "mon-sun", "hours": [], **facts}
    facts = {"share_percent": 100.0, "most": 0, "since": 0.0, "until": 0.0, "notice": False, "retention": "", **facts}
    return RecordingTask(id=number, by="Sue", at=0.0, made=facts.pop("made", {}), **facts)


def talk(call: int = 7, agent: str = "1001", direction: str = "in", at: datetime = MONDAY) -> Talk:
    return Talk(call, agent, "desk", direction, at)


# ---- which talk ----


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({}, True),
        ({"agents": ["1001"]}, True),
        ({"agents": ["1002"]}, False),
        ({"groups": ["desk"]}, True),
        ({"groups": ["night"]}, False),
        ({"agents": ["1001"], "groups": ["night"]}, True),
        ({"direction": "in"}, True),
        ({"direction": "out"}, False),
        ({"days": "mon"}, True),
        ({"days": "tue-sun"}, False),
        ({"hours": ["09:00-09:01"]}, True),
        ({"hours": ["08:00-09:00", "10:00-12:00"]}, False),
        ({"hours": ["22:00-09:30"], "days": "sun"}, True),  # Sunday's night goes on into Monday
        ({"most": 2, "made": {"1001": 1, "1002": 5}}, True),
        ({"most": 2, "made": {"1001": 2}}, False),
        ({"since": MONDAY.timestamp() + 1}, False),
        ({"until": MONDAY.timestamp()}, False),
        ({"stopped": 1.0}, False),
    ],
)
def test_a_task_wants_a_talk_that_is_all_that_it_says(facts: dict[str, Any], wanted: bool) -> None:
    assert wants(task(**facts), talk(), ZONE) is wanted


def test_a_share_is_a_share_and_each_agent_of_a_call_is_drawn_for_himself() -> None:
    half = task(share_percent=50.0)
    mine = [wants(half, talk(call), ZONE) for call in range(2000)]
    hers = [wants(half, talk(call, "1002"), ZONE) for call in range(2000)]
    assert 900 < sum(mine) < 1100
    assert 800 < sum(one != other for one, other in zip(mine, hers, strict=True)) < 1200


@given(
    st.integers(1, 10**9),
    st.floats(0, 100),
    st.floats(0, 100),
    st.integers(0, 50),
    st.integers(1, 50),
    st.integers(-(10**6), 10**6),
)
def test_the_choice_is_the_same_when_asked_again_and_more_is_never_less(
    call: int, share: float, more: float, made: int, most: int, seconds: int
) -> None:
    at = MONDAY + timedelta(seconds=seconds)
    few = task(share_percent=min(share, more), most=most, made={"1001": made}, hours=["09:00-12:00"])
    many = msgspec.structs.replace(few, share_percent=max(share, more), most=0, hours=[])
    asked = talk(call, at=at)
    assert wants(few, asked, ZONE) == wants(few, asked, ZONE)
    assert not wants(few, asked, ZONE) or wants(many, asked, ZONE)
    assert not wants(few, asked, ZONE) or made < most


@given(st.lists(st.integers(1, 9), unique=True), st.sets(st.integers(1, 9)), st.integers(1, 1000))
def test_tasks_do_not_know_of_each_other(numbers: list[int], stopped: set[int], call: int) -> None:
    assume(numbers)
    tasks = [task(n, share_percent=50.0, stopped=float(n in stopped)) for n in numbers]
    assert wanting(tasks, talk(call), ZONE) == [one for one in tasks if wants(one, talk(call), ZONE)]


# ---- the recorder ----


def tasked(office: Office, **facts: Any) -> RecordingTask:
    return office.recorder.tasks.order(task(**facts))


async def served(office: Office, number: str, seconds: float = 1.0) -> int:
    """A caller of the queue is served by the agent at that telephone, and hangs up. Returns his call."""
    before = max(office.exchange.calls, default=0)
    caller, clerk = await calls(office), office.phone(number)
    await clerk.rung(within=SOON)
    clerk.lift()
    await trio.sleep(seconds)
    (call,) = (one for one in office.exchange.calls if one > before)
    caller.hang_up()
    await trio.sleep(3)
    clerk.hang_up()
    await trio.sleep(1)
    return call


def noted(office: Office, kind: str) -> list[dict[str, Any]]:
    return [event.data for event in office.events if event.kind == kind]


def begun(office: Office) -> list[tuple[int, Any]]:
    return [(event.call, event.data.get("tasks")) for event in office.events if event.kind == "RecordingBegan"]


@pytest.mark.native
async def test_calls_of_the_agents_of_a_task_are_recorded_and_nobody_elses(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(queues(), recordings=tmp_path, queues=True) as office:
        one = tasked(office, agents=["1001"])
        log_all_on(office, "1001")
        caller, ann = await calls(office), office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await speak(office, "8001", "8004")
        caller.hang_up()
        await trio.sleep(3)
        tape = Tape(office, tmp_path)
        assert tape.has("8001")
        assert tape.has("8004")
        assert begun(office) == [(1, [one.id])]
        ann.hang_up()
        await trio.sleep(1)
        log_all_on(office, "1002")
        await office.connect(office.phone("8005"), office.phone("8002"))
        await trio.sleep(2)
        assert len(begun(office)) == 1


@pytest.mark.native
async def test_so_many_calls_of_each_agent_and_no_more_and_none_after_it_is_stopped(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(queues(), recordings=tmp_path, queues=True) as office:
        two, all_ = tasked(office, most=2), tasked(office, groups=["desk"])
        log_all_on(office, "1001")
        first = [await served(office, "8001") for _ in range(3)]
        assert begun(office) == [(first[0], [1, 2]), (first[1], [1, 2]), (first[2], [2])], office.story()
        assert [one.made for one in office.recorder.tasks.all()] == [{"1001": 2}, {"1001": 3}]
        assert office.recorder.tasks.stop(all_.id).state == "stopped"
        await served(office, "8001")
        assert len(begun(office)) == 3
        with pytest.raises(Refused):
            office.recorder.tasks.stop(all_.id)
        office.recorder.tasks.delete(two.id)
        with pytest.raises(Refused):
            office.recorder.tasks.delete(two.id)


@pytest.mark.native
async def test_a_call_that_a_rule_has_recorded_already_says_that_a_task_wants_it_too(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    tables = queues() | {"recording_rule": [{**RULE, "stations": ["8001"]}]}
    async with open_office(tables, recordings=tmp_path, queues=True) as office:
        one = tasked(office, agents=["1002"])
        log_all_on(office, "1001", "1002")
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(office.phone("8004"), ann)
        await trio.sleep(1)
        await office.consult(ann, ben, for_s=1)
        ann.hang_up()
        await trio.sleep(2)
        ben.hang_up()
        await trio.sleep(3)
        assert begun(office)[0] == (1, None)
        assert [row["rule"] for row in noted(office, "RecordingBegan")] == ["all"] * len(begun(office))
        assert [row["task"] for row in noted(office, "RecordingTasked")] == [one.id], office.story()
        assert next(row.tasks for row in recordings(office.events)) == (one.id,)


@pytest.mark.native
async def test_a_caller_who_is_transferred_is_drawn_for_the_second_agent_too_and_cannot_be_stopped(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(queues(), recordings=tmp_path, queues=True) as office:
        first, second = tasked(office, agents=["1001"]), tasked(office, agents=["1002"])
        log_all_on(office, "1001")
        await calls(office)
        ann, ben = office.phone("8001"), office.phone("8002")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        log_all_on(office, "1002")
        (call,) = office.exchange.calls.values()
        with pytest.raises(Refused, match=f"task {first.id}"):
            office.recorder.stop(call)
        await office.consult(ann, ben, for_s=1)
        ann.hang_up()
        await trio.sleep(2)
        tape = office.recorder.tapes[call]
        assert tape.tasks == [first.id, second.id], office.story()


@pytest.mark.native
async def test_a_task_says_to_the_outside_party_that_the_call_is_recorded_unless_it_says_not(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(queues(), recordings=tmp_path, queues=True) as office:
        silent = tasked(office)
        log_all_on(office, "1001")
        ann = office.phone("8001")
        for wanted in (0, 1):
            office.call_from_town("8001", "62000009")
            await ann.rung(within=RINGS)
            ann.lift()
            await trio.sleep(5)
            names = [row["name"] for row in noted(office, "TreatmentBegan")]
            assert names == ["prompt:recording.notice-short"] * wanted, office.story()
            ann.hang_up()
            await trio.sleep(8)
            if not wanted:
                office.recorder.tasks.delete(silent.id)
                tasked(office, notice=True)


@pytest.mark.native
async def test_who_is_recorded_by_a_rule_of_the_agents_telephone_hears_the_notice_too(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    """It is known only when he lifts, and the file is opened after that."""
    tables = queues() | {"recording_rule": [{"name": "ann", "stations": ["8001"]}]}
    async with open_office(tables, recordings=tmp_path, queues=True) as office:
        log_all_on(office, "1001")
        office.call_from_town("8500", "62000009")
        ann = office.phone("8001")
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(5)
        names = [row["name"] for row in noted(office, "TreatmentBegan")]
        assert "prompt:recording.notice-short" in names, office.story()


# ---- in a whole box ----

NIGHT: dict[str, Any] = {
    "agent_group": [*TABLES["agent_group"], {"name": "night"}],
    "agent": [TABLES["agent"][0], {**TABLES["agent"][1], "group": "night"}],
    "retention": [{"name": "week", "max_days": 7}],
    "user": [*TABLES["user"], {"name": "Sue", "role": "supervisor", "unix_user": "sue", "groups": ["desk"]}],
}


async def rings_ann(house: House) -> None:
    await dials(house, "8003", "8001")
    await answers(house, "8001")
    house.telephone("8003").hang_up()
    house.telephone("8001").hang_up()
    await trio.sleep(4)


@pytest.mark.native
async def test_a_task_survives_a_restart_and_what_it_has_had_recorded_is_found_by_its_number_and_goes_in_time(
    autojump_clock: object, tmp_path: Path, clock: Clock
) -> None:
    async with desks(tmp_path, **NIGHT) as house, house.client(SUE) as sue:
        made = await sue.ask("recording.order_task", agents=["1001"], most=2, retention="week", notice=False)
        assert (made["id"], made["by"], made["state"]) == (1, "Sue", "runs")
        await sue.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        await rings_ann(house)
    async with desks(tmp_path, **NIGHT) as house, house.client(SUE) as sue:
        await rings_ann(house)
        await rings_ann(house)
        (kept,) = (await sue.ask("recording.tasks"))["tasks"]
        assert kept["made"] == {"1001": 2}
        found = (await sue.ask("recording.search", task=1))["recordings"]
        assert [(row["tasks"], row["by"], row["retention"]) for row in found] == [([1], "Sue", "week")] * 2
        assert (await sue.ask("recording.search", task=2))["recordings"] == []
        await sue.ask("recording.delete_task", task=1)
        assert (await sue.ask("recording.order_task", share_percent=10))["id"] == 2, "no number comes twice"
        clock.days(8)
        await trio.sleep(3700)
        assert (await sue.ask("recording.search", task=1))["recordings"] == []
        assert len((await sue.ask("recording.search", task=1, erased=True))["recordings"]) == 2


@pytest.mark.native
async def test_a_supervisor_orders_for_his_groups_alone_and_everything_is_in_the_audit_trail(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path, **NIGHT) as house, house.client(SUE) as sue, house.client() as root:
        with pytest.raises(Refusal, match="night"):
            await sue.ask("recording.order_task", agents=["1001", "1002"])
        with pytest.raises(Refusal, match="night"):
            await sue.ask("recording.order_task", groups=["night"])
        mine = await sue.ask("recording.order_task")
        assert mine["groups"] == ["desk"], "all whom she looks after"
        everyone = await root.ask("recording.order_task")
        theirs = await root.ask("recording.order_task", groups=["night"])
        seen = [one["id"] for one in (await sue.ask("recording.tasks"))["tasks"]]
        assert seen == [mine["id"], everyone["id"]]
        for number in (everyone["id"], theirs["id"]):
            with pytest.raises(Refusal, match="no groups of yours"):
                await sue.ask("recording.stop_task", task=number)
        assert (await sue.ask("recording.stop_task", task=mine["id"]))["state"] == "stopped"
        acts = [(data["actor"], data["act"], data["result"]) for kind, data in house.events if kind == "Audit"]
        assert ("Sue", "recording.order_task", "done") in acts
        assert any(act[1] == "recording.stop_task" and act[2].startswith("refused") for act in acts)


@pytest.mark.native
async def test_an_order_that_cannot_be_is_refused_with_what_to_mend(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path, **NIGHT) as house, house.client() as root, house.client(TOM) as tom:
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"agents": ["1009"]}, "no agent 1009"),
            ({"groups": ["morning"]}, "morning"),
            ({"retention": "year"}, "year"),
            ({"hours": ["9-12"]}, "09:00-12:00"),
            ({"days": "monday"}, "mon-fri"),
            ({"until": 1.0}, "later end"),
        ]
        for params, text in wrong:
            with pytest.raises(Refusal, match=text):
                await root.ask("recording.order_task", **params)
        assert (await root.ask("recording.tasks"))["tasks"] == []
        with pytest.raises(Refusal):
            await tom.ask("recording.order_task", agents=["1001"])
