"""The exchange over the real DAHDI driver: its main stories, told side by side, with the speech checked as audio.

    box       stations 249-256     ISDN span 1, four channels     analog trunk 280
    far end   telephones 265-272   the town's ISDN on span 2      the town's line 264

Who hears whom is asked of the sound. In real time; the guest's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from core.config.model.box import Box
from core.exchange.exchange import Exchange
from core.exchange.sounds import Sounds
from core.hardware import Hardware
from core.numbering.plan import NumberingPlan
from core.store.journal import Journal
from core.store.records import records
from hw.callerid import CallerId
from hw.dahdi.card import DahdiCard
from hw.dahdi.span import read_spans
from hw.signalling.line import Connection
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.sim.public_exchange import PublicExchange
from hw.sim.public_plan import TOWN
from hw.sim.public_trunk import PublicTrunk
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.telephone import Telephone
from tests.exchange.office import Voices, music

pytestmark = pytest.mark.lab

NEAR, FAR = 249, 265  # the station side and the telephone's side of the first analog pair (dahdi.conf)
STATIONS = 8
SLOTS = (1, 2, 3, 17)
SPEECH_S = 1.0


class LabTown(PublicTrunk):
    """The network at the far end of the box's ISDN span, on as many channels as the stories need."""

    in_band = True

    def __init__(self, hardware: Hardware, card: DahdiCard) -> None:
        super().__init__("town", hardware.plane, hardware.timers, TOWN, "cn")
        info = next(span for span in card.spans() if span.name == "DYN/loc/1:1")
        settings = SpanSettings(LinkSettings(Side.NETWORK), SLOTS)
        self.trunk = PriTrunk("town", card, info, settings, hardware.plane, hardware.timers, self.take)

    @property
    def lines(self) -> Any:
        return self.trunk.lines

    def close(self) -> None:
        super().close()
        self.trunk.close()


class Lab(Voices):
    """The box and its far ends."""

    def __init__(self, exchange: Exchange, journal: Journal, town: LabTown, line: SubscriberLine) -> None:
        super().__init__(journal)
        self.exchange = exchange
        self.town = town
        self.line = line
        self.telephones: dict[str, Telephone] = {}


def configuration(**changes: Any) -> Box:
    """The driver numbers the spans. changes: tables in place of these."""
    span = next(info.number for info in read_spans() if info.name == "DYN/loc/1:0")
    return Box.model_validate(
        {
            "card": [{"name": "dahdi", "kind": "dahdi"}],
            "span": [{"name": "e1", "card": "dahdi", "span": span, "signalling": "pri", "channels": list(SLOTS)}],
            "trunk": [{"name": "line1", "card": "dahdi", "channel": FAR + 15}],
            "station": [
                {"number": str(8001 + at), "card": "dahdi", "channel": NEAR + at, "pickup_group": "all"}
                for at in range(STATIONS)
            ],
            "trunk_group": [
                {"name": "city", "lines": ["e1"], "calling": "66778800"},
                {"name": "analog", "lines": ["line1"], "incoming": "8008"},
            ],
            "route": [{"name": "city", "match": ["9!"], "strip": 1, "groups": [{"group": "city"}]}],
            "conference": [{"number": "8600", "announce": "off"}],
        }
        | changes
    )


@asynccontextmanager
async def lab(**changes: Any) -> AsyncIterator[Lab]:
    box = configuration(**changes)
    hardware = Hardware(box)
    card = hardware.cards["dahdi"]
    assert isinstance(card, DahdiCard)
    journal = Journal(None, threaded=False)
    try:
        async with trio.open_nursery() as below, trio.open_nursery() as above:
            await below.start(hardware.run)
            assert not hardware.lines.missing
            exchange = Exchange(
                box,
                NumberingPlan(box),
                hardware.lines.by_name.values(),
                hardware.plane,
                journal,
                hardware.timers,
                Sounds(box, None, music()),
            )
            await above.start(exchange.run)
            town = LabTown(hardware, card)
            public = PublicExchange(hardware.plane, below)
            line = SubscriberLine(public, "60000001", card.open(NEAR + 15), Habits())
            made = Lab(exchange, journal, town, line)
            for at in range(STATIONS):
                telephone = Telephone(hardware.plane, card.open(FAR + at), name=str(8001 + at))
                made.telephones[telephone.name] = telephone
            with trio.fail_after(30):
                ends = (*hardware.lines.by_name.values(), *town.lines)
                while any(line.service for line in ends):  # noqa: ASYNC110
                    await trio.sleep(0.2)
            yield made
            town.close()
            above.cancel_scope.cancel()
            below.cancel_scope.cancel()
    finally:
        hardware.close()
        journal.close()


async def dial(telephone: Telephone, number: str) -> None:
    telephone.lift()
    await telephone.hear_tone("dial", within=6)
    await telephone.dial(number)


async def a_call_between_two_telephones(lab: Lab, ann: Telephone, ben: Telephone) -> None:
    await dial(ann, ben.name)
    await ben.rung(within=8)
    assert (await ben.show(within=10)).number == ann.name
    ben.lift()
    await trio.sleep(1)
    await lab.hear_each_other(ann, ben, seconds=SPEECH_S)
    ann.hang_up()
    await ben.hear_tone("busy", within=10)
    ben.hang_up()


async def a_caller_by_isdn_is_transferred(lab: Lab, ann: Telephone, ben: Telephone) -> None:
    call = lab.town.call(ann.name, TOWN["62000001"])
    await ann.rung(within=8)
    ann.lift()
    with trio.fail_after(10):
        await call.answered.wait()
    await trio.sleep(1)
    await ann.flash()
    await ann.hear_tone("dial", within=6)
    await ann.dial(ben.name)
    await ben.rung(within=8)
    ben.lift()
    await trio.sleep(1)
    await lab.hear_each_other(ann, ben, seconds=SPEECH_S)
    ann.hang_up()
    await trio.sleep(2)
    (going,) = [one for one in lab.exchange.calls.values() if any(leg.name == ben.name for leg in one.legs)]
    assert any(leg.name.startswith("e1/") for leg in going.legs)
    call.hang_up()
    await ben.hear_tone("busy", within=10)
    ben.hang_up()


async def three_speak(lab: Lab, ann: Telephone, ben: Telephone, carl: Telephone) -> None:
    for one in (ann, ben, carl):
        await dial(one, "8600")
        await trio.sleep(1)
    await lab.hear_each_other(ann, ben, carl, seconds=SPEECH_S)
    for one in (ann, ben, carl):
        one.hang_up()


async def a_caller_by_an_analog_line(lab: Lab, ann: Telephone) -> None:
    call = lab.line.exchange.call("60000001", CallerId(number="62000001"))
    await ann.rung(within=20)
    ann.lift()
    with trio.fail_after(10):
        await call.answered.wait()
    await trio.sleep(1)
    call.hang_up()
    await ann.hear_tone("busy", within=20)
    ann.hang_up()


async def test_the_main_stories_over_the_real_driver() -> None:
    async with lab() as office:
        phones = list(office.telephones.values())
        async with trio.open_nursery() as stories:
            stories.start_soon(a_call_between_two_telephones, office, phones[0], phones[1])
            stories.start_soon(a_caller_by_isdn_is_transferred, office, phones[2], phones[3])
            stories.start_soon(three_speak, office, phones[4], phones[5], phones[6])
            stories.start_soon(a_caller_by_an_analog_line, office, phones[7])
        with trio.move_on_after(20):
            while office.exchange.calls or busy(office.exchange):  # noqa: ASYNC110
                await trio.sleep(0.2)
        assert not office.exchange.calls, office.story()
        assert not busy(office.exchange), office.story()
        found = list(records(office.events))
        assert sorted(record.call for record in found) == sorted({event.call for event in office.events if event.call})
        assert all(record.end for record in found)


def busy(exchange: Exchange) -> list[str]:
    lines = [station.line for station in exchange.stations.values()]
    lines += [trunk.line for trunk in exchange.trunks.values()]
    return [line.name for line in lines if line.connection is not Connection.NULL]
