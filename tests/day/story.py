"""A working day: callers come in from town by three kinds of line, and everything a call centre does is done with them.

    Anna   ISDN    menu 1 ── agent 2001 ── hold, retrieve ── a supervisor listens ── hangs up
    Boris  R2      menu 1 ── agent 2002 ── consults 8005 and transfers ── hangs up
    Clara  analog  menu 1 ── agent 2003 (who logged on by code) ── the agent hangs up
    David  ISDN    menu 1 ── all are busy, music ── gives up
    Erika  ISDN    menu 9 ── leaves a message
    Frank  ISDN    with agent 2001 when the cable is cut ── lost; calls again by R2
    Greta  ISDN    with agent 2001 when the box is killed ── lost; calls again when it is back

At the end: every call is in the records exactly once, every recording plays and holds the right words on the right
side, no line is seized, and the report says what the callers have counted themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import trio

from hw import wall_clock
from hw.sim.telephone import Telephone
from tests.day.office import BOX, MENU, PRI_SLOTS, QUEUE, R2_SLOTS, STATIONS, Place, asked
from tests.day.people import HEARS_S, Caller, converse, lifts_when_it_rings, read, said_in, who_is_in

SOON_S = 20.0
LOOK_S = 0.25
WAITS_S = 5.0
"""So long David waits for an agent."""


class Counted:
    """What the callers have counted: calls, and of those to the queue what became of them."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()  # by the caller's number
        self.queue: Counter[str] = Counter()  # offered, answered, abandoned


async def until(what: str, condition: Callable[[], Any], within: float = SOON_S) -> Any:
    """Asks again and again, and gives what came: `condition` may be async."""
    with trio.move_on_after(within):
        while True:
            found = condition()
            if hasattr(found, "__await__"):
                found = await found
            if found:
                return found
            await trio.sleep(LOOK_S)
    raise AssertionError(f"not within {within:g} s: {what}")


class Day:
    """place: where it is told. tapes: a folder for what people heard. tell: gets the name of each chapter."""

    def __init__(self, place: Place, tapes: Path, tell: Callable[[str], None] = lambda chapter: None) -> None:
        self.place = place
        self.tell = tell
        self.tapes = tapes
        self.counted = Counted()
        self.callers: list[Caller] = []

    async def live(self) -> None:
        """AssertionError, NotHeardError: what went wrong; its notes say what the box did lately."""
        try:
            await self._live()
        except BaseException as error:
            with trio.CancelScope(shield=True), trio.move_on_after(5):
                events = (await asked(self.place, "journal.read", limit=1000))["events"]
                error.add_note("\n".join(f"{event}" for event in events[-60:]))
            raise

    async def _live(self) -> None:
        for chapter in (
            self.a_telephone_tries_the_menu,
            self.agents_log_on,
            self.the_busy_hour,
            self.a_cable_is_cut,
            self.the_box_is_killed,
            self.nothing_is_left,
            self.every_call_is_recorded_once,
            self.every_recording_holds_the_right_words,
            self.the_report_says_what_was_counted,
        ):
            self.tell(chapter.__name__.replace("_", " "))
            await chapter()

    # ---- who is there ----

    def phone(self, number: str) -> Telephone:
        return self.place.telephones[number]

    def caller(self, name: str, number: str, way: str) -> Caller:
        made = Caller(self.place, name, number, way, self.tapes / f"{len(self.callers)}.wav")
        self.callers.append(made)
        return made

    @asynccontextmanager
    async def called(self, caller: Caller, outcome: str = "") -> Any:
        """He is in his call; outcome: what became of it in the queue, if he asked for it."""
        self.counted.calls[caller.number] += 1
        if outcome:
            self.counted.queue["offered"] += 1
            self.counted.queue[outcome] += 1
        async with caller.calling():
            yield

    async def call_of(self, device: str) -> int:
        """The call in which a telephone is."""
        found = await asked(self.place, "call.list")
        mine = [call["id"] for call in found["calls"] if any(leg["device"] == device for leg in call["connections"])]
        assert mine, f"{device} is in no call"
        return int(mine[0])

    async def agents_log_on(self) -> None:
        for agent, device in (("2001", "8001"), ("2002", "8002")):
            await asked(self.place, "agent.log_on", agent=agent, device=device)
        phone = self.phone("8003")
        phone.lift()
        await phone.hear_tone("dial", within=6)
        await phone.dial("*81*2003#")
        await until("2003 is logged on", lambda: self.state_is("2003", "ready"))
        await trio.sleep(2)  # it says so
        phone.hang_up()

    async def state_is(self, agent: str, *states: str) -> bool:
        found = await asked(self.place, "agent.list")
        return any(row["number"] == agent and row["state"] in states for row in found["agents"])

    async def a_telephone_tries_the_menu(self) -> None:
        """Before the office opens somebody listens to what callers will hear, to the tone of the mailbox. (What is said
        for the first time is synthesised then, which in the slow guest of the lab takes seconds.)
        """
        phone = self.phone("8004")
        phone.lift()
        await phone.hear_tone("dial", within=6)
        await phone.dial(MENU)
        await trio.sleep(HEARS_S)
        await phone.dial("9")
        await self.tone_of_the_mailbox()
        phone.hang_up()

    async def tone_of_the_mailbox(self) -> None:
        incoming = self.place.data / "voicemail" / BOX / "incoming"
        await until("the tone", lambda: list(incoming.glob("*.wav")), within=90)

    # ---- the busy hour ----

    async def the_busy_hour(self) -> None:
        talking = [trio.Event() for _ in range(3)]
        self.all_may_go = trio.Event()
        async with trio.open_nursery() as stories:
            stories.start_soon(self.anna, talking[0])
            await talking[0].wait()
            stories.start_soon(self.boris, talking[1])
            await talking[1].wait()
            stories.start_soon(self.clara, talking[2])
            await talking[2].wait()
            stories.start_soon(self.erika)
            await self.david()
            self.all_may_go.set()

    async def anna(self, talking: trio.Event) -> None:
        anna, phone = self.caller("anna", "62000001", "pri"), self.phone("8001")
        async with self.called(anna, "answered"):
            await anna.keys("1")
            await lifts_when_it_rings(phone)
            talking.set()
            await converse(anna, phone, "2001")
            call = await self.call_of("8001")
            await asked(self.place, "call.hold", device="8001", call=call)
            await trio.sleep(2)
            await asked(self.place, "call.retrieve", device="8001", call=call)
            await self.the_supervisor_listens(anna)
            await self.all_may_go.wait()
        await phone.hear_tone("busy", within=SOON_S)
        phone.hang_up()

    async def the_supervisor_listens(self, anna: Caller) -> None:
        supervisor = self.phone("8006")
        await asked(self.place, "agent.listen", device="8006", agent="2001")
        await lifts_when_it_rings(supervisor)
        async with trio.open_nursery() as both:
            both.start_soon(anna.speaks)
            heard = await supervisor.listen(8)
        assert said_in(heard.samples, "anna")
        supervisor.hang_up()

    async def boris(self, talking: trio.Event) -> None:
        boris, phone, workshop = self.caller("boris", "62000002", "r2"), self.phone("8002"), self.phone("8005")
        async with self.called(boris, "answered"):
            await boris.keys("1")
            await lifts_when_it_rings(phone)
            talking.set()
            await converse(boris, phone, "2002")
            await self.all_may_go.wait()
            await asked(self.place, "call.consult", device="8002", call=await self.call_of("8002"), number="8005")
            await lifts_when_it_rings(workshop)
            await asked(self.place, "call.transfer", device="8002")
            await trio.sleep(1)
            phone.hang_up()
            await converse(boris, workshop, "8005")
        await workshop.hear_tone("busy", within=SOON_S)
        workshop.hang_up()

    async def clara(self, talking: trio.Event) -> None:
        clara, phone = self.caller("clara", "62000003", "fxo"), self.phone("8003")
        async with self.called(clara, "answered"):
            await clara.keys("1")
            await lifts_when_it_rings(phone)
            talking.set()
            await converse(clara, phone, "2003")
            await self.all_may_go.wait()
            phone.hang_up()
            await clara.gone()

    async def david(self) -> None:
        david = self.caller("david", "62000004", "pri")
        async with self.called(david, "abandoned"):
            await david.keys("1")
            await until("David waits", self.somebody_waits)
            await trio.sleep(WAITS_S)

    async def somebody_waits(self) -> bool:
        (queue,) = (await asked(self.place, "queue.list"))["queues"]
        return bool(queue["waiting"])

    async def erika(self) -> None:
        erika = self.caller("erika", "62000005", "pri")
        async with self.called(erika):
            await erika.keys("9")
            await self.tone_of_the_mailbox()
            await trio.sleep(0.5)
            await erika.speaks()

    # ---- trouble ----

    async def with_the_first_agent(self, caller: Caller) -> Telephone:
        phone = self.phone("8001")
        await until("2001 is ready", lambda: self.state_is("2001", "ready"))
        await caller.keys("1")
        await lifts_when_it_rings(phone)
        await converse(caller, phone, "2001")
        return phone

    async def a_cable_is_cut(self) -> None:
        frank = self.caller("frank", "62000006", "pri")
        async with self.called(frank, "answered"):
            phone = await self.with_the_first_agent(frank)
            await self.place.cut()
            await phone.hear_tone("busy", within=SOON_S)
            phone.hang_up()
        await until("an alarm of the span", self.span_alarm)
        again = self.caller("frank", "62000006", "r2")
        async with self.called(again, "answered"):
            phone = await self.with_the_first_agent(again)
            phone.hang_up()
            await again.gone()
        await self.place.mend()
        await until("the span is in order", self.span_in_order, within=60)

    async def span_alarm(self) -> bool:
        alarms = (await asked(self.place, "alarm.list"))["alarms"]
        return any(alarm["key"].startswith(("span pri", "link pri")) for alarm in alarms)

    async def span_in_order(self) -> bool:
        lines = (await asked(self.place, "line.list"))["lines"]
        out = any(line["service"] for line in lines if line["name"].startswith("pri/"))
        return not out and not await self.span_alarm()

    async def the_box_is_killed(self) -> None:
        greta = self.caller("greta", "62000007", "pri")
        async with self.called(greta, "answered"):
            await self.with_the_first_agent(greta)
            await trio.sleep(1.5)  # the journal is on the disk each second at the latest
            await self.place.kill()
        self.phone("8001").hang_up()
        await until("2001 is logged on again", lambda: self.state_is("2001", "ready"), within=30)
        await until("the span is in order", self.span_in_order, within=60)
        again = self.caller("greta", "62000008", "pri")
        async with self.called(again, "answered"):
            phone = await self.with_the_first_agent(again)
        await phone.hear_tone("busy", within=SOON_S)
        phone.hang_up()

    # ---- the end of the day ----

    async def nothing_is_left(self) -> None:
        async def idle() -> bool:
            lines = (await asked(self.place, "line.list"))["lines"]
            calls = (await asked(self.place, "call.list"))["calls"]
            return not calls and all(line["connection"] == "null" for line in lines)

        await until("no call and no seized line", idle)
        lines = (await asked(self.place, "line.list"))["lines"]
        assert len(lines) == len(STATIONS) + len(PRI_SLOTS) + len(R2_SLOTS) + 1

    async def every_call_is_recorded_once(self) -> None:
        records = (await asked(self.place, "record.list"))["records"]
        incoming = [record for record in records if record["direction"] == "in"]
        assert Counter(record["calling"] for record in incoming) == self.counted.calls
        assert all(record["end"] for record in records)
        assert {record["calling"]: record["trunk_in"].partition("/")[0] for record in incoming}["62000003"] == "fxo"

    async def every_recording_holds_the_right_words(self) -> None:
        found = (await asked(self.place, "recording.search"))["recordings"]
        assert (await asked(self.place, "recording.verify"))["faults"] == []
        said: Counter[tuple[frozenset[str], frozenset[str]]] = Counter()
        for recording in found:
            assert recording["ended"], recording
            caller, office = read(self.place.data / "recordings" / recording["lies"])
            said[frozenset(who_is_in(caller)), frozenset(who_is_in(office))] += 1
        assert said == {
            (frozenset({"anna"}), frozenset({"2001"})): 1,
            (frozenset({"boris"}), frozenset({"2002", "8005"})): 1,
            (frozenset({"clara"}), frozenset({"2003"})): 1,
            (frozenset({"frank"}), frozenset({"2001"})): 2,
            (frozenset({"greta"}), frozenset({"2001"})): 2,  # one of them up to the kill
        }
        (message,) = (self.place.data / "voicemail" / BOX).rglob("*.wav")
        assert [who_is_in(side) for side in read(message)] == [{"erika"}]
        assert [(caller.name, who_is_in(caller.heard)) for caller in self.callers] == [
            ("anna", {"2001"}),
            ("boris", {"2002", "8005"}),
            ("clara", {"2003"}),
            ("david", set()),
            ("erika", set()),
            *[("frank", {"2001"})] * 2,
            *[("greta", {"2001"})] * 2,
        ]

    async def the_report_says_what_was_counted(self) -> None:
        # In virtual time the second box may begin before the first has ended, by the wall clock.
        tomorrow = wall_clock.utc() + timedelta(days=1)
        until = round(tomorrow.timestamp() * 1e6)
        (row,) = (await asked(self.place, "report.make", report="queues", since=1, until=until))["rows"]
        assert {name: row[name] for name in self.counted.queue} == self.counted.queue
        assert row["queue"] == QUEUE
