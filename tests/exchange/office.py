"""A small office in virtual time: the whole exchange on a simulated card, telephones and the town at its far ends.

    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await ann.calls("8002")
        await ben.rung(within=2)
        ben.lift()
        await office.hear_each_other(ann, ben)

Four things are looked at: what people hear (real audio), what their telephones do, what the journal says, and that at
the end nothing is left: no call, no seized line, nobody joined in the plane.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import trio

from core.config.model.box import Box
from core.exchange.exchange import Exchange
from core.exchange.sounds import Sounds
from core.hardware import Hardware
from core.numbering.plan import NumberingPlan
from core.prompts.catalogue import read_catalogue
from core.prompts.store import PromptStore
from core.queues import codes
from core.queues.room import QueueRoom
from core.recording.recorder import Recorder
from core.store.event import Event
from core.store.journal import Journal
from core.store.records import records, segments
from hw.clips import Clip
from hw.plane import Plane
from hw.signalling.line import Connection
from hw.sim.card import SimCard
from hw.sim.party import Party, Speech
from hw.sim.telephone import Telephone
from hw.sim.town import IncomingCall, Town

STATIONS = ("8001", "8002", "8003", "8004", "8005", "8006")
SOON = 3.0
RINGS = 8.0
WORDS = 15.0
"""What is heard after it was said in words why."""

# Each person has a voice of one pitch (Hz), so that it is known who is heard. None is a harmonic of another, or a tone.
VOICES = (610, 730, 860, 1010, 1190, 1370, 1610, 1830)


def configuration(**changes: Any) -> dict[str, Any]:
    """Six telephones, two analog trunks, one E1; tables in `changes` replace these."""
    tables: dict[str, Any] = {
        "box": {"area_code": "10", "languages": ["en", "zh"]},
        "card": [
            {
                "name": "sim",
                "kind": "simulated",
                "spans": [{"kind": "stations", "count": 8}, {"kind": "trunks", "count": 2}, {"kind": "pri"}],
            }
        ],
        "span": [{"name": "e1", "card": "sim", "span": 3, "signalling": "pri"}],
        "trunk": [{"name": f"line{at}", "card": "sim", "channel": 8 + at} for at in (1, 2)],
        "station": [
            {"number": number, "name": f"Station {number}", "card": "sim", "channel": at, "pickup_group": "office"}
            for at, number in enumerate(STATIONS, 1)
        ],
        "trunk_group": [
            {"name": "city", "lines": ["e1"], "calling": "66778800", "did": {"strip": 0, "add": ""}},
            {"name": "analog", "lines": ["line1", "line2"], "incoming": "8001"},
        ],
        "route": [{"name": "city", "match": ["9!"], "strip": 1, "groups": [{"group": "city"}]}],
    }
    return {**tables, **changes}


@cache
def voice(hz: int) -> Clip:
    """Four seconds of one pitch, as no tone of the country sounds, some -16 dBm0."""
    return Clip((5000 * np.sin(2 * math.pi * hz / 8000 * np.arange(32000))).astype(np.int16))


class Voices:
    """Who hears whom, and the story as the journal tells it."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.events: list[Event] = []
        journal.watch(self.events.append)
        self._voices: dict[str, int] = {}

    def hz(self, name: str) -> int:
        if name not in self._voices:
            self._voices[name] = VOICES[len(self._voices) % len(VOICES)]
        return self._voices[name]

    async def heard_by(self, *parties: Party, seconds: float = 0.8) -> dict[str, set[str]]:
        """All speak at once, each with the own voice: whom does each of them hear?"""
        heard: dict[str, Speech] = {}

        async def listen(party: Party) -> None:
            heard[party.name] = await party.listen(seconds)

        async with trio.open_nursery() as speaking:
            for party in parties:
                speaking.start_soon(party.speak, voice(self.hz(party.name)))
            await trio.sleep(0.2)
            async with trio.open_nursery() as listening:
                for party in parties:
                    listening.start_soon(listen, party)
            speaking.cancel_scope.cancel()
        names = [party.name for party in parties]
        return {name: {one for one in names if hears(heard[name], self.hz(one))} for name in names}

    async def hear_each_other(self, *parties: Party, seconds: float = 0.8) -> None:
        names = {party.name for party in parties}
        assert await self.heard_by(*parties, seconds=seconds) == {name: names - {name} for name in names}, self.story()

    async def hear_nobody(self, party: Party, *others: Party) -> None:
        assert not (await self.heard_by(party, *others))[party.name], self.story()

    def story(self) -> str:
        return "\n".join(
            f"{event.clock / 1e6:9.3f}  {event.call or '':>4} {event.device:8} {event.kind} {event.data}"
            for event in self.events
        )


class Office(Voices):
    """What a story needs; open_office() makes it."""

    def __init__(self, plane: Plane, exchange: Exchange, journal: Journal, card: SimCard, town: Town) -> None:
        super().__init__(journal)
        self.plane = plane
        self.exchange = exchange
        self.card = card
        self.town = town
        self.recorder: Recorder
        self.queues: QueueRoom

    def phone(self, number: str) -> Telephone:
        return self.town.telephones[number]

    def call_from_town(self, number: str, caller: str = "62000001", way: str = "e1") -> IncomingCall:
        return self.town.call(way, number, caller)

    async def dial(self, telephone: Telephone, number: str) -> None:
        """Lifts, waits for dial tone, dials."""
        telephone.lift()
        await telephone.hear_tone("dial", within=SOON)
        await telephone.dial(number)

    async def connect(self, caller: Telephone, called: Telephone) -> None:
        """One calls the other, who answers."""
        await self.dial(caller, called.name)
        await called.rung(within=SOON)
        called.lift()
        await trio.sleep(0.3)

    async def consult(self, asking: Telephone, asked: Telephone, *, for_s: float = 0.3) -> None:
        """In conversation one asks another, who answers; they speak for so long."""
        await asking.flash()
        await asking.hear_tone("dial", within=SOON)
        await asking.dial(asked.name)
        await asked.rung(within=SOON)
        asked.lift()
        await trio.sleep(for_s)

    # ---- what the journal says ----

    def kinds(self, call: int = 0) -> list[str]:
        return [event.kind for event in self.events if not call or event.call == call]

    def check_records(self) -> None:
        """Every call has one record, it is closed, and its segments tile it to the microsecond."""
        found = list(records(self.events))
        calls = {event.call for event in self.events if event.call}
        assert sorted(record.call for record in found) == sorted(calls), self.story()
        for record in found:
            pieces = [piece for piece in segments(self.events) if piece.call == record.call]
            assert record.end, f"{record}\n{self.story()}"
            assert sum(piece.us for piece in pieces) == record.end - record.begin, f"{record}\n{self.story()}"

    # ---- nothing is left ----

    async def all_idle(self, within: float = 10.0) -> None:
        with trio.move_on_after(within):
            while self.left():  # noqa: ASYNC110 - in virtual time
                await trio.sleep(0.1)
        assert self.left() == [], self.story()

    def left(self) -> list[str]:
        exchange = self.exchange
        found = [repr(call) for call in exchange.calls.values()]
        found += [repr(station) for station in exchange.stations.values() if station.legs]
        lines = [station.line for station in exchange.stations.values()]
        lines += [trunk.line for trunk in exchange.trunks.values()]
        found += [line.name for line in lines if line.connection is not Connection.NULL]
        statistics = self.plane.statistics()
        return found + ["bridges"] * statistics.bridges


def faulted(error: Exception) -> None:
    """A fault of ours that cost no call fails its story."""
    raise error


def hears(speech: Speech, hz: int) -> bool:
    """That voice is in it: at least a tenth of its usual amplitude."""
    samples = speech.samples.astype(float)
    if not len(samples):
        return False
    turns = np.exp(-2j * math.pi * hz / 8000 * np.arange(len(samples)))
    amplitude = 2 * abs(np.dot(samples, turns)) / len(samples)
    return bool(amplitude > 300)


@asynccontextmanager
async def open_office(
    tables: dict[str, Any] | None = None, *, recordings: Path | None = None, queues: bool = False
) -> AsyncIterator[Office]:
    """Needs trio's virtual clock. Whoever is off the hook at the end hangs up, and nothing may be left.

    recordings: the folder where calls are recorded that rules want. queues: calls are distributed to agents.
    """
    box = Box.model_validate(tables or configuration())
    hardware = Hardware(box, virtual=True)
    journal = Journal(None, threaded=False)
    try:
        async with trio.open_nursery() as below, trio.open_nursery() as above:
            await below.start(hardware.run)
            lines = hardware.lines.by_name.values()
            sounds = Sounds(box, prompts(), music())
            exchange = Exchange(box, NumberingPlan(box), lines, hardware.plane, journal, hardware.timers, sounds)
            await above.start(exchange.run)
            if recordings is not None:

                def agent_at(device: str) -> str:
                    return room.desks.agent_at.get(device, "") if queues else ""

                recorder = Recorder(exchange, recordings, agent_at=agent_at, threaded=False)
                await above.start(recorder.run)
            if queues:
                room = QueueRoom(exchange, faulted)
                codes.add(room)
                await above.start(room.run)
            town, card = hardware.towns["sim"], hardware.cards["sim"]
            assert isinstance(card, SimCard)
            office = Office(hardware.plane, exchange, journal, card, town)
            if recordings is not None:
                office.recorder = recorder
            if queues:
                office.queues = room
            await trio.sleep(2)  # data links come up
            yield office
            for telephone in town.telephones.values():
                if telephone.off_hook:
                    telephone.hang_up()
            await office.all_idle(within=90)
            office.check_records()
            above.cancel_scope.cancel()
            below.cancel_scope.cancel()
    finally:
        hardware.close()
        journal.close()


@cache
def spoken() -> Path:
    """Where the prompts that stories need are kept once they were made."""
    return Path(__file__).resolve().parents[2] / "build" / "prompts"


def prompts() -> PromptStore:
    return PromptStore(read_catalogue(), spoken(), threaded=False)


@cache
def music() -> Clip:
    """A chord that nobody's voice is in."""
    seconds = np.arange(8000 * 4) / 8000
    chord = np.sum([np.sin(2 * math.pi * hz * seconds) for hz in (523, 659, 784)], axis=0)
    return Clip((chord * 1500).astype(np.int16))
