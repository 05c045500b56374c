"""Flows on real calls, in virtual time with real audio: what callers hear, what their keys do, whom they reach."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import trio
import trio.testing

from core.ivr.acts import Value
from core.ivr.destination import Flows, Hands
from core.ivr.library import Library
from core.ivr.spoken import parts
from hw.clips import Clip
from hw.sim.party import Party, Speech
from hw.sim.public_trunk import TownCall
from hw.sim.telephone import Telephone
from tests.exchange.office import RINGS, SOON, Office, configuration, open_office, prompts, voice
from tests.ivr.world import edition
from tests.prompts.listening import found

pytestmark = pytest.mark.native

Doing = Callable[[], Awaitable[object]]

HEAD = """
[flow]
start = "menu"
[defaults]
give_up = "bye"
tries = 2
invalid = ["menu.wrong-key"]
silent = ["menu.nothing-heard"]
[node.bye]
kind = "hangup"
prompts = ["call.goodbye"]
"""
MENU = """
[[variable]]
name = "keys"
[[variable]]
name = "score"
type = "number or nothing"
travels = true
[node.menu]
kind = "menu"
prompts = ["menu.language"]
choices = { "1" = "number", "3" = "people", "4" = "gone", "5" = "words", "8XXX" = "dial" }
into = "keys"
[node.number]
kind = "play"
prompts = ["flow.balance-is", { say = "12.5", as = "money" }]
next = "bye"
[node.dial]
kind = "dial"
number = "keys"
no_answer_s = 10
next = "score"
busy = "busy"
no_answer = "silence"
failed = "bye"
[node.people]
kind = "queue"
queue = "8700"
next = "score"
timeout = "silence"
full = "busy"
[node.gone]
kind = "transfer"
number = "'8003'"
failed = "busy"
[node.busy]
kind = "play"
prompts = ["call.busy"]
next = "menu"
[node.silence]
kind = "play"
prompts = ["call.no-answer"]
next = "menu"
[node.score]
kind = "survey"
prompts = ["sample.score"]
question = "service"
into = "score"
next = "bye"
[node.words]
kind = "record"
into = "keys"
silence_s = 2
longest_s = 20
next = "bye"
nothing = "menu"
""".replace('"flow.balance-is", ', "")
PIN = """
[flow]
start = "ask"
[defaults]
give_up = "back"
[[variable]]
name = "pin"
initial = "''"
result = true
[node.ask]
kind = "collect"
prompts = ["pin.enter"]
into = "pin"
secret = true
next = "back"
[node.back]
kind = "return"
"""


class Service:
    """The flows of an office, with the words that its people hear."""

    def __init__(self, office: Office, recordings: Path | None, texts: dict[str, str]) -> None:
        self.office, self.store = office, prompts()
        self.library = Library()
        self.faults: list[str] = []
        hands = Hands(recordings=recordings, faulted=self.faults.append)
        self.flows = Flows(office.exchange, self.library, self.store, hands)
        self.publish(texts)

    def publish(self, texts: dict[str, str]) -> None:
        self.library.publish(edition(**texts).flows)

    async def words(self, name: str) -> list[Clip]:
        return await self.store.clips(self.store.catalogue.phrase(name, "en"), "en")

    async def hears(self, party: Party, name: str, seconds: float = 10.0, doing: Doing | None = None) -> Speech:
        """The words are in what the party hears for so long, while he does something."""
        heard: list[Speech] = []

        async def listen() -> None:
            heard.append(await party.listen(seconds))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            if doing is not None:
                await doing()
        assert found(heard[0].samples, await self.words(name)) is not None, f"{name}\n{self.office.story()}"
        return heard[0]

    async def calls(self, telephone: Telephone) -> None:
        """Calls the flow, and hears its menu."""
        await self.hears(telephone, "menu.language", 9, partial(self.office.dial, telephone, "8600"))

    def ended(self) -> list[str]:
        return [event.data["how"] for event in self.office.events if event.kind == "FlowEnded"]


@asynccontextmanager
async def service(
    menu: str = MENU, recordings: Path | None = None, **changes: Any
) -> AsyncIterator[tuple[Office, Service]]:
    tables = configuration(
        flow=[{"number": "8600", "flow": "office"}, {"number": "8601", "flow": "pin"}],
        hunt_group=[{"number": "8700", "members": ["8004"], "no_answer_s": 10}],
        **changes,
    )
    async with open_office(tables) as office:
        made = Service(office, recordings, {"office": HEAD + menu, "pin": PIN})
        yield office, made
        for telephone in office.town.telephones.values():
            if telephone.off_hook:
                telephone.hang_up()
        await office.all_idle()
        assert [each.calls for each in made.library.editions()] == [0]


async def test_a_caller_hears_the_menu_and_the_words_for_what_he_presses(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann = office.phone("8001")
        await flows.calls(ann)
        heard = await flows.hears(ann, "call.goodbye", 10, partial(ann.dial, "1"))
        money = await flows.store.clips(parts(flows.store.catalogue, [Value(Decimal("12.5"), "money")], "en"), "en")
        assert found(heard.samples, money) is not None, office.story()
        ann.hang_up()
        assert flows.ended() == ["finished"]


async def test_who_calls_while_the_flows_of_a_box_are_being_loaded_waits_for_them(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        flows.flows.loaded = trio.Event()
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await ann.hear_tone("ringback", within=RINGS)
        eve = office.call_from_town("8600")
        await trio.sleep(5)
        assert not eve.answered.is_set()
        flows.flows.loaded.set()
        await trio.sleep(1)
        assert eve.answered.is_set()
        await flows.hears(ann, "call.goodbye", 10, partial(ann.dial, "1"))
        ann.hang_up()
        eve.hang_up()
        await trio.sleep(1)
        assert flows.ended() == ["finished", "hung up"]


async def test_a_key_silences_the_prompt_within_60_ms(autojump_clock: trio.testing.MockClock) -> None:
    nodes = (
        MENU.replace('"1" = "number"', '"1" = "quiet"')
        + """
[node.quiet]
kind = "collect"
into = "keys"
next = "bye"
timeout_s = 20
"""
    )
    nodes = nodes[: nodes.index("[node.number]")] + nodes[nodes.index("[node.dial]") :]
    async with service(nodes) as (office, _flows):
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await trio.sleep(1.5)
        heard: list[Speech] = []

        async def listen() -> None:
            heard.append(await ann.listen(2))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            await trio.sleep(0.5)
            pressed = trio.current_time()
            await ann.dial("1")
        assert pressed
        # The key goes down half a second after we began to listen, some 40 ms later it is one.
        samples = heard[0].samples.astype(float)
        loud = [at for at in range(0, len(samples) - 80, 80) if abs(samples[at : at + 80]).max() > 300]
        assert loud, "nothing was heard before the key"
        assert max(loud) / 8 <= 500 + 60 + 40, f"{max(loud) / 8} ms\n{office.story()}"


async def test_silence_and_wrong_keys_are_answered_until_patience_is_over(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await flows.hears(ann, "menu.wrong-key", 8, partial(ann.dial, "7"))
        await flows.hears(ann, "call.goodbye", 25)


async def test_after_the_talk_with_an_extension_the_flow_goes_on(autojump_clock: trio.testing.MockClock) -> None:
    async with service() as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("8002")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)

        async def hang_up() -> None:
            ben.hang_up()

        await flows.hears(ann, "sample.score", doing=hang_up)
        await flows.hears(ann, "call.goodbye", doing=partial(ann.dial, "4"))
        ann.hang_up()
        (scored,) = [event for event in office.events if event.kind == "Scored"]
        assert scored.data == {"question": "service", "score": 4, "station": "8002"}
        assert flows.ended() == ["finished"]


async def test_a_caller_from_town_goes_through_a_flow(autojump_clock: trio.testing.MockClock) -> None:
    async with service() as (office, _flows):
        caller, ben = office.call_from_town("8600"), office.phone("8002")
        assert isinstance(caller, TownCall)
        with trio.fail_after(SOON):
            await caller.answered.wait()
        await trio.sleep(1)
        caller.line.send("8002")
        await ben.rung(within=SOON)
        assert (await ben.show(within=SOON)).number == "62000001"
        ben.lift()
        await trio.sleep(1)
        ben.hang_up()
        await trio.sleep(2)
        caller.line.send("5")
        with trio.fail_after(10):
            await caller.ended.wait()
        assert [event.data["score"] for event in office.events if event.kind == "Scored"] == [5]


async def test_a_busy_extension_and_one_where_nobody_answers_lead_back(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        ben.lift()
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await flows.hears(ann, "call.busy", 8, partial(ann.dial, "8002"))
        ben.hang_up()
        await trio.sleep(1)
        await flows.hears(ann, "call.no-answer", 20, partial(ann.dial, "8002"))
        assert not ben.ringing


async def test_a_transfer_leaves_the_two_alone(autojump_clock: trio.testing.MockClock) -> None:
    async with service() as (office, flows):
        ann, carl = office.phone("8001"), office.phone("8003")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("4")
        await carl.rung(within=SOON)
        carl.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, carl)
        assert flows.ended() == ["transferred"]
        carl.hang_up()
        await ann.hear_tone("busy", within=10)


async def test_the_people_of_a_group_are_called_and_may_pass_the_caller_on(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann, dora, ben = office.phone("8001"), office.phone("8004"), office.phone("8002")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("3")
        await dora.rung(within=SOON)
        dora.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, dora)
        await office.consult(dora, ben, for_s=0.5)
        dora.hang_up()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)

        async def hang_up() -> None:
            ben.hang_up()

        await flows.hears(ann, "sample.score", doing=hang_up)  # the flow goes on, whoever he spoke with last
        await ann.dial("2")
        await trio.sleep(0.5)
        (scored,) = [event for event in office.events if event.kind == "Scored"]
        assert scored.data["station"] == "8002"
        ann.hang_up()
        await office.all_idle()
        assert len(flows.ended()) == 1


async def test_a_caller_who_hangs_up_ends_the_flow_in_the_middle_of_a_word(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await trio.sleep(1.2)
        ann.hang_up()
        await office.all_idle()
        assert flows.ended() == ["hung up"]


async def test_a_caller_who_hangs_up_while_an_extension_rings_stops_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("8002")
        await ben.rung(within=SOON)
        ann.hang_up()
        await office.all_idle()
        assert flows.ended() == ["hung up"]


async def test_what_a_caller_says_is_recorded_until_he_is_silent(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with service(recordings=tmp_path) as (office, flows):
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("5")
        await trio.sleep(1)
        await flows.hears(ann, "call.goodbye", 12, partial(ann.speak, voice(610)))
        (file,) = tmp_path.glob("*.wav")  # noqa: ASYNC240 - in virtual time
        samples, _rate = soundfile.read(file, dtype="int16", always_2d=True)
        assert samples.shape[1] == 1
        assert found(samples[:, 0], voice(610).samples()[800:-800]) is not None
        assert 3.9 < len(samples) / 8000 < 5.5  # without the silence that has ended it


async def test_a_key_ends_a_recording_and_is_not_in_it(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with service(recordings=tmp_path) as (office, flows):
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("5")
        await trio.sleep(1)
        await ann.speak(voice(610))
        await flows.hears(ann, "call.goodbye", 6, partial(ann.dial, "#"))
        (file,) = tmp_path.glob("*.wav")  # noqa: ASYNC240 - in virtual time
        samples, _rate = soundfile.read(file, dtype="int16", always_2d=True)
        assert found(samples[:, 0], voice(610).samples()[800:-4000]) is not None
        last = np.abs(np.fft.rfft(samples[-1600:, 0].astype(float)))  # 941 and 1477 Hz are the key
        assert last[int(1477 / 5)] < last[int(610 / 5)] + 1000


async def test_a_caller_who_hangs_up_while_he_is_recorded_leaves_no_recording(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with service(recordings=tmp_path) as (office, flows):
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("5")
        await trio.sleep(2)
        assert len(list(tmp_path.glob("*"))) == 1  # noqa: ASYNC240 - in virtual time
        ann.hang_up()
        await office.all_idle()
        assert flows.ended() == ["hung up"]
        assert list(tmp_path.glob("*")) == []  # noqa: ASYNC240 - in virtual time


async def test_a_caller_who_says_nothing_leaves_no_recording(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with service(recordings=tmp_path) as (office, flows):
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await flows.hears(ann, "menu.language", 12, partial(ann.dial, "5"))
        assert list(tmp_path.glob("*")) == []  # noqa: ASYNC240 - in virtual time


async def test_a_new_edition_is_for_new_calls_and_the_old_one_goes_with_its_last(
    autojump_clock: trio.testing.MockClock,
) -> None:
    patient = MENU.replace('into = "keys"', 'into = "keys"\ntries = 9', 1)
    async with service(patient) as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        flows.publish({"office": HEAD + patient.replace("menu.language", "menu.yes-or-no"), "pin": PIN})
        await flows.hears(ben, "menu.yes-or-no", doing=partial(office.dial, ben, "8600"))
        assert [each.number for each in flows.library.editions()] == [1, 2]
        await flows.hears(ann, "menu.language", 12, partial(ann.dial, "7"))  # as in the edition that he began with
        ann.hang_up()
        await trio.sleep(1)
        assert [each.number for each in flows.library.editions()] == [2]


async def test_a_prompt_that_cannot_be_said_is_told_and_the_flow_goes_on(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service(MENU.replace('prompts = ["menu.language"]', 'prompts = ["no.such.prompt"]')) as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8600")
        await trio.sleep(1)
        await ann.dial("8002")
        await ben.rung(within=SOON)
        assert any("no.such.prompt" in fault for fault in flows.faults)


async def test_a_database_that_is_gone_costs_the_node_and_not_the_call(
    autojump_clock: trio.testing.MockClock,
) -> None:
    nodes = """
[[variable]]
name = "n"
type = "number"
[node.menu]
kind = "query"
database = "d"
sql = "SELECT 1 AS n"
into = { n = "n" }
next = "bye"
none = "bye"
on_error = "sorry"
[node.sorry]
kind = "play"
prompts = ["flow.unavailable"]
next = "bye"
"""
    async with service(nodes) as (office, flows):
        ann = office.phone("8001")
        await flows.hears(ann, "flow.unavailable", doing=partial(office.dial, ann, "8600"))


async def test_a_number_whose_flow_is_not_there_is_refused(autojump_clock: trio.testing.MockClock) -> None:
    async with service() as (office, flows):
        flows.publish({"pin": PIN})
        ann = office.phone("8001")
        await office.dial(ann, "8600")
        await ann.hear_tone("congestion", within=20)
