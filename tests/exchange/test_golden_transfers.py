"""The exchange plays the golden transfers of tests/store, and its records and segments say the same.

Real telephones on the simulated card act at the moments of the stories written by hand; what the readings then make of
the journal is compared with the golden rows: who spoke with whom, for how long, and who ended it. Telephones and lines
need some tenths of a second for each step; so pieces may differ by SLACK seconds, and shorter ones are left out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio.testing

from core.exchange.acts import Acts
from core.store.closing import closing
from core.store.event import Event
from core.store.life import Life, Lives
from core.store.records import record
from core.store.run import Run
from hw.card import Alarm
from hw.sim.town import IncomingCall
from tests.exchange.office import Office, configuration, open_office
from tests.store import transfers
from tests.store.transfers import CALLER, ROOM, B, C, D

pytestmark = pytest.mark.native

SLACK = 1.2
ALARM_S = 3.0
"""A span must be in alarm for so long before its calls are lost."""
GOLDEN = transfers.stories()


class Play:
    """One story in the office, told in seconds since the caller's trunk was seized."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.acts = Acts(office.exchange)
        self.caller: IncomingCall | None = None
        self._zero = 0.0

    async def at(self, seconds: float) -> None:
        await trio.sleep_until(self._zero + seconds)

    async def begin(self) -> None:
        """The caller's call arrives."""
        self.caller = self.office.call_from_town(B, way="e1a")
        while not self.main:  # noqa: ASYNC110 - in virtual time
            await trio.sleep(0.01)
        self._zero = trio.current_time()

    @property
    def main(self) -> int:
        """The number of the caller's call."""
        return next((e.call for e in self.office.events if e.device == CALLER and e.kind == "TrunkSeized"), 0)

    def lift(self, number: str) -> None:
        self.office.phone(number).lift()

    def hang_up(self, number: str) -> None:
        self.office.phone(number).hang_up()

    async def answered(self) -> None:
        await self.begin()
        await self.at(5)
        self.lift(B)

    async def asks_back(self) -> None:
        await self.answered()
        await self.at(14.6)
        telephone = self.office.phone(B)
        await telephone.flash()
        await self.at(16.3)
        await telephone.dial(C)

    async def consults(self) -> None:
        await self.asks_back()
        await self.at(21)
        self.lift(C)


Script = Callable[[Play], Awaitable[None]]


async def attended(play: Play) -> None:
    await play.consults()
    await play.at(27)
    play.hang_up(B)
    await play.at(57)


async def semi(play: Play) -> None:
    await play.asks_back()
    await play.at(21)
    play.hang_up(B)
    await play.at(24)
    play.lift(C)
    await play.at(54)


async def blind(play: Play) -> None:
    await play.answered()
    await play.at(15)
    play.acts.blind_transfer(B, play.main, C)
    await play.at(18)
    play.lift(C)
    await play.at(48)


async def by_code(play: Play) -> None:
    await play.answered()
    await play.at(14.6)
    telephone = play.office.phone(B)
    await telephone.flash()
    await play.at(15.6)
    await telephone.dial(f"*72*{C}#")
    await play.at(20)
    play.lift(C)
    await play.at(50)


async def back(play: Play) -> None:
    await play.consults()
    await play.at(27)
    play.hang_up(C)
    await play.at(27.3)
    await play.office.phone(B).flash()
    await play.at(57)


async def three_party(play: Play) -> None:
    await play.consults()
    await play.at(27)
    play.acts.conference(B)
    await play.at(47)
    play.hang_up(B)
    await play.at(77)


async def picked_up(play: Play) -> None:
    await play.begin()
    await play.at(3)
    play.lift(C)
    await play.at(4)
    await play.office.phone(C).dial(f"*8*{B}")
    await play.at(35)


async def parked(play: Play) -> None:
    await play.answered()
    await play.at(15)
    play.acts.park(B, play.main, "7001")
    await play.at(25)
    play.lift(C)
    await play.at(26.2)
    await play.office.phone(C).dial("7001")
    await play.at(57)


async def forward(play: Play, kind: str, after: float) -> None:
    play.acts.set_forward(B, kind, C)
    if kind == "busy":
        play.lift(B)
        await trio.sleep(1)
    await play.begin()
    await play.at(after + 4)
    play.lift(C)
    await play.at(after + 34)


async def conference(play: Play) -> None:
    """Two are in the room already; this one asks for no PIN."""
    for number in (D, "8004"):
        await play.office.dial(play.office.phone(number), ROOM)
    await trio.sleep(5)
    await play.answered()
    await play.at(15)
    play.acts.blind_transfer(B, play.main, ROOM)
    await play.at(45)


SCRIPTS: dict[str, Script] = {
    "attended": attended,
    "semi-attended": semi,
    "blind": blind,
    "by code": by_code,
    "consult, then back": back,
    "three-party, then one leaves": three_party,
    "pick-up": picked_up,
    "park and retrieve": parked,
    "forward always": lambda play: forward(play, "always", 0),
    "forward busy": lambda play: forward(play, "busy", 0),
    "forward no answer": lambda play: forward(play, "no answer", 25),
    "into a conference": conference,
}


def test_every_golden_kind_is_played() -> None:
    assert SCRIPTS.keys() == transfers.KINDS.keys()


# ---- who ends it ----


def caller_hangs_up(play: Play) -> None:
    assert play.caller is not None
    play.caller.hang_up()


def called_hangs_up(play: Play, kind: str) -> None:
    play.hang_up(transfers.WITH.get(kind, C))


def alarm(play: Play) -> None:
    play.office.card.span(3).alarm(Alarm.RED)


ENDS = ("the caller hangs up", "the called party hangs up", "alarm on the trunk", "power cut")


async def end(play: Play, kind: str, how: str) -> list[Event]:
    """Ends the call so. Its events."""
    events = play.office.events
    if how == "power cut":
        return [*events, *cut(events)]
    if how == "the caller hangs up":
        caller_hangs_up(play)
    elif how == "alarm on the trunk":
        alarm(play)
    else:
        called_hangs_up(play, kind)
    await trio.sleep(4)
    return list(events)


def cut(events: list[Event]) -> list[Event]:
    """What the next start would note if the power went now."""
    lives = Lives()
    for event in events:
        lives.see(event)
    last = events[-1]
    zero = trio.current_time()
    first = next(event for event in events if event.kind == "TrunkSeized")
    passed = round(zero * 1e6) - last.clock
    assert first.clock <= last.clock
    run = Run(1, 0, last.time + passed, last.clock + passed, ended=False)
    return closing(lives.open.values(), run, last.id + 1)


# ---- moments of their own ----


async def caller_gives_up_while_asking(play: Play) -> None:
    await play.consults()
    await play.at(27)
    caller_hangs_up(play)
    await play.at(37)
    play.hang_up(B)


async def alarm_while_asking(play: Play) -> None:
    await play.consults()
    await play.at(27 - ALARM_S)
    alarm(play)
    await play.at(37)
    play.hang_up(C)


async def semi_caller_gives_up(play: Play) -> None:
    await play.asks_back()
    await play.at(21)
    play.hang_up(B)
    await play.at(24)
    caller_hangs_up(play)


async def sent_on(play: Play) -> None:
    await play.answered()
    await play.at(15)
    play.acts.blind_transfer(B, play.main, C)
    await play.at(18)


async def blind_caller_gives_up(play: Play) -> None:
    await sent_on(play)
    caller_hangs_up(play)


async def blind_comes_back(play: Play) -> None:
    """8002 rings for 23 s, as it is set here."""
    await sent_on(play)
    play.hang_up(B)
    await play.at(42)
    play.lift(B)
    await play.at(52)
    play.hang_up(B)


async def meet(play: Play) -> None:
    await play.consults()
    await play.at(27)
    play.acts.conference(B)
    await play.at(47)


async def third_leaves(play: Play) -> None:
    await meet(play)
    play.hang_up(C)
    await play.at(77)
    play.hang_up(B)


async def caller_leaves(play: Play) -> None:
    await meet(play)
    caller_hangs_up(play)
    await play.at(77)
    play.hang_up(B)


async def park(play: Play) -> None:
    await play.answered()
    await play.at(15)
    play.acts.park(B, play.main, "7001")
    await play.at(20)
    play.hang_up(B)
    await play.at(27)


async def parked_caller_gives_up(play: Play) -> None:
    await park(play)
    caller_hangs_up(play)


async def parked_comes_back(play: Play) -> None:
    """After 72 s, as it is set here."""
    await park(play)
    await play.at(91)
    play.lift(B)
    await play.at(101)
    play.hang_up(B)


async def forward_caller_gives_up(play: Play) -> None:
    play.acts.set_forward(B, "always", C)
    await play.begin()
    await play.at(8)
    caller_hangs_up(play)


MOMENTS: dict[str, Script] = {
    "attended: the caller gives up while 8001 asks back": caller_gives_up_while_asking,
    "attended: alarm on the caller's trunk while 8001 asks back": alarm_while_asking,
    "semi-attended: the caller gives up before the answer": semi_caller_gives_up,
    "blind: the caller gives up before the answer": blind_caller_gives_up,
    "blind: comes back, and the transferring party hangs up": blind_comes_back,
    "three-party: the third leaves, the transferring party hangs up": third_leaves,
    "three-party: the caller leaves, the transferring party hangs up": caller_leaves,
    "park: the caller gives up": parked_caller_gives_up,
    "park: comes back, and the transferring party hangs up": parked_comes_back,
    "forward: the caller gives up": forward_caller_gives_up,
}


# ---- the same? ----


def lives(events: list[Event], main: int) -> list[Life]:
    """The caller's call, and the consultations of it in which somebody was called."""
    found = {life.call: life for life in Lives().see_all(events)}
    consultations = [life for life in found.values() if life.consults == main and not life.services]
    return [found[main], *consultations]


def pieces(life: Life) -> list[tuple[str, set[str], float]]:
    """The segments that are long enough; neighbours of one kind and the same parties are one."""
    told: list[tuple[str, set[str], float]] = []
    for segment in life.segments:
        if segment.us < SLACK * 1e6:
            continue
        kind, parties, seconds = segment.kind, set(segment.parties), segment.us / 1e6
        if told and told[-1][:2] == (kind, parties):
            seconds += told.pop()[2]
        told.append((kind, parties, seconds))
    return told


def facts(life: Life) -> dict[str, object]:
    told = record(life)
    names = ("device", "first", "last", "disposition", "hung_up", "by", "direction", "group_in")
    return {name: getattr(told, name) for name in names} | {
        "transfers": [(move.by, move.transferred, move.to, move.how) for move in told.transfers],
        "diversions": [(move.device, move.to, move.reason) for move in told.diversions],
        "power": told.reason == "power",
        "joined": bool(told.into),
    }


def golden_pieces(kind: str, life: Life) -> list[tuple[str, set[str], float]]:
    """This conference asks for no PIN."""
    return [piece for piece in pieces(life) if kind != "into a conference" or piece[0] != "treated"]


def same(office: Office, events: list[Event], main: int, title: str, late: float = 0.0) -> None:
    """The records and segments are those of the golden story. late: the last segment may be longer by so much."""
    kind = title.partition(":")[0]
    played = lives(events, main)
    golden = lives(GOLDEN[title].events, transfers.FIRST)
    assert len(played) == len(golden), office.story()
    for ours, theirs in zip(played, golden, strict=True):
        assert facts(ours) == facts(theirs), office.story()
        mine, wanted = pieces(ours), golden_pieces(kind, theirs)
        assert [piece[:2] for piece in mine] == [piece[:2] for piece in wanted], office.story()
        for one, other in zip(mine, wanted, strict=True):
            assert -SLACK <= one[2] - other[2] <= SLACK + late * (one is mine[-1]), office.story()


def tables() -> dict[str, Any]:
    """The office of the golden stories: the names of its trunks, a conference, places to park."""
    tables = configuration(
        conference=[{"number": ROOM, "announce": "off"}], park={"orbits": "7001-7005", "back_after_s": 72}
    )
    tables["span"][0]["name"] = "e1a"
    tables["trunk_group"][0]["lines"] = ["e1a"]
    return tables


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("kind", SCRIPTS)
async def test_the_exchange_tells_the_golden_story(kind: str, how: str, autojump_clock: trio.testing.MockClock) -> None:
    if (kind, how) == ("into a conference", "the called party hangs up"):
        return  # nobody could: its chair ends it, see test_conferences.py
    async with open_office(tables()) as office:
        play = Play(office)
        await SCRIPTS[kind](play)
        events = await end(play, kind, how)
        if how == "alarm on the trunk":
            office.card.span(3).alarm(Alarm.NONE)
        # Whoever speaks on after the alarm does so for as long as it takes to be believed.
        same(office, events, play.main, f"{kind}: {how}", ALARM_S * (how == "alarm on the trunk"))
        if how == "power cut" and play.caller is not None:
            play.caller.hang_up()


@pytest.mark.parametrize("title", MOMENTS)
async def test_the_exchange_tells_the_golden_moment(title: str, autojump_clock: trio.testing.MockClock) -> None:
    told = tables()
    for station in told["station"]:
        if station["number"] == C:
            station["no_answer_s"] = 23
    async with open_office(told) as office:
        play = Play(office)
        await MOMENTS[title](play)
        await trio.sleep(4)
        if "alarm" in title:
            office.card.span(3).alarm(Alarm.NONE)
        same(office, list(office.events), play.main, title)
