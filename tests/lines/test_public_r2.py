"""The public exchange over MFC/R2: each behaviour of the town, as one of our circuits hears and sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from dataclasses import replace

import pytest
import trio

from hw.card import ChannelKind, channels
from hw.clips import Clip
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Delivered,
    Dialled,
    Established,
    Line,
    LineKind,
    Party,
    Presentation,
    Released,
    Seized,
    Telling,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA, ITU, R2Settings
from hw.signalling.shell import ChannelLine
from hw.sim.far import FarSide
from hw.sim.party import listening_plan
from hw.sim.public_plan import TOWN, Behaviour, Plan, Subscriber
from hw.sim.public_r2 import PublicR2
from hw.sim.span import E1, Description
from hw.speech import speech
from hw.tone_patterns import tone_name

from .conftest import Heard, Town

pytestmark = pytest.mark.native

OURS = replace(CHINA, called_digits=4, ask_caller_after=1)
"""Of our side: numbers in the box have four digits."""

REGISTER_S = 5.0
"""Longer than the codes of any number here take."""


@pytest.fixture
def plugged() -> list[Description]:
    return [E1("cas")]


class Box:
    """Our side: circuits that are listened to, and the city at the other end."""

    def __init__(self, town: Town, city: R2Settings = CHINA, ours: R2Settings = OURS, plan: Plan = TOWN) -> None:
        self.told: dict[Line, Heard] = {}
        self.sounds: list[str] = []
        (info,) = town.card.spans()
        self.city = PublicR2(FarSide(town.card), info, town.plane, town.timers, plan, settings=city)
        self.lines: list[ChannelLine] = []
        for channel in channels([info], ChannelKind.CAS):
            near = town.card.open(channel.number)
            machine = R2Channel(ours)
            line = ChannelLine(
                near.info.name, LineKind.TRUNK, near, machine, town.plane, town.timers, town.sounds, self.tell
            )
            self.lines.append(line)
            town.lines.append(line)
        self.line = self.lines[0]
        self.line.heard = self._heard

    def tell(self, line: Line, telling: Telling) -> None:
        self.told.setdefault(line, Heard())(line, telling)
        if isinstance(telling, Delivered):
            line.listen(Ear.TONES | Ear.SPEECH, listening_plan("cn"))

    def _heard(self, event: Event) -> None:
        if event.kind is EventKind.TONE_BEGIN:
            self.sounds.append(tone_name(event.code))
        elif event.kind is EventKind.SPEECH_BEGIN:
            self.sounds.append("speech")

    def seized(self) -> ChannelLine:
        (line,) = [line for line in self.lines if line in self.told and self.told[line].of(Seized)]
        return line

    def story(self) -> list[str]:
        told = self.told.setdefault(self.line, Heard()).told
        return [type(telling).__name__ for telling in told if type(telling).__name__ != "ServiceChanged"]

    def released(self) -> Released:
        (released,) = self.told[self.line].of(Released)
        return released

    def tones(self) -> list[str]:
        """A tone is taken for speech, too, until it is known."""
        return [sound for sound in self.sounds if sound != "speech"]

    def timers(self) -> list[Hashable]:
        """Of the city's, not of its circuits."""
        return [key for key in self.city.timers.running() if isinstance(key, tuple) and key[0] is self.city]

    def free(self) -> bool:
        """On both sides."""
        return all(line.connection is Connection.NULL and not line.service for line in (*self.lines, *self.city.lines))


async def opened(box: Box) -> Box:
    await trio.sleep(1)
    assert box.free()
    return box


@pytest.fixture
async def box(clock: object, town: Town) -> AsyncIterator[Box]:
    box = await opened(Box(town))
    yield box
    box.city.close()


@pytest.mark.parametrize("city", [CHINA, replace(CHINA, ask_caller_after=1), ITU], ids=["cn", "cn with caller", "itu"])
async def test_somebody_answers_after_ring_back_in_band(clock: object, town: Town, city: R2Settings) -> None:
    plan = Plan([Subscriber("62000001", answer_s=10)])
    box = await opened(Box(town, city, replace(city, ask_caller_after=0), plan))
    box.line.place(Call("62000001", complete=True, calling=Party("8001")))
    await trio.sleep(9)
    assert box.story() == ["Proceeding", "Delivered"]
    assert box.tones() == ["ringback"]
    await trio.sleep(6)
    assert box.line.connection is Connection.CONNECTED
    box.line.release()
    await trio.sleep(1)
    assert box.released().by == "near"
    assert box.free()
    box.city.close()


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        ("62000002", Cause.USER_BUSY),
        ("62000004", Cause.NO_CIRCUIT),
        ("62000008", Cause.UNALLOCATED),
        ("555", Cause.UNALLOCATED),
        ("6200", Cause.UNALLOCATED),
    ],
    ids=["busy", "congestion", "vacant", "nobody", "unfinished"],
)
async def test_a_refusal_has_its_cause(clock: object, box: Box, number: str, cause: Cause) -> None:
    box.line.place(Call(number, complete=True))
    await trio.sleep(10)
    assert (box.released().cause, box.released().by) == (cause, "far")
    assert not box.told[box.line].of(Delivered)
    assert box.free()


async def test_an_announcement_is_heard_when_the_codes_are_done_and_congestion_tone_after_it(
    clock: object, town: Town
) -> None:
    talk = Clip(speech("The number you have dialled is not in service."))
    box = await opened(Box(town, plan=Plan([Subscriber("1", Behaviour.ANNOUNCEMENT, talk=talk)])))
    box.line.place(Call("1", complete=True))
    await trio.sleep(7)
    assert set(box.sounds) == {"speech"}
    await trio.sleep(8)
    assert box.tones() == ["congestion"]
    assert not box.told[box.line].of(Established)
    box.line.release()
    await trio.sleep(1)
    assert box.free()
    box.city.close()


async def test_an_announcement_that_we_do_not_wait_for(clock: object, box: Box) -> None:
    """It is forgotten: the next call on the circuit has its own sounds."""
    box.line.place(Call("62000005", complete=True))
    await trio.sleep(1.5)
    assert box.line.connection is Connection.INITIATED, "the number is complete, the codes are not done"
    box.line.release()
    await trio.sleep(1)
    assert box.free()
    assert not box.timers()
    box.line.place(Call("62000003", complete=True))
    await trio.sleep(10)
    assert box.tones() == ["ringback"]


async def test_nobody_answers_until_we_give_up(clock: object, box: Box) -> None:
    box.line.place(Call("62000003", complete=True))
    await trio.sleep(50)
    assert box.line.connection is Connection.ALERTING
    box.line.release(Cause.NO_ANSWER)
    await trio.sleep(1)
    assert box.free()


async def test_the_called_party_hangs_up_first(clock: object, box: Box) -> None:
    box.line.place(Call("62000006", complete=True))
    await trio.sleep(REGISTER_S + 2)
    assert box.line.connection is Connection.CONNECTED
    await trio.sleep(5)
    assert (box.released().cause, box.released().by) == (Cause.NORMAL_CLEARING, "far")
    assert box.free()


async def test_speech_after_an_answer_without_ringing(clock: object, town: Town) -> None:
    """The answer waits until the codes are done, and the speech for the answer."""
    talk = Clip(speech("You have reached the city."))
    box = await opened(Box(town, plan=Plan([Subscriber("1", answer_s=0, talk=talk)])))
    box.line.place(Call("1", complete=True))
    await trio.sleep(REGISTER_S)
    assert box.line.connection is Connection.CONNECTED
    assert set(box.sounds) == {"speech"}
    box.city.close()


async def test_digits_one_by_one(clock: object, box: Box) -> None:
    """No dial tone: codes have the way. No waiting either: the town knows when a number is complete."""
    box.line.place(Call("6", complete=False))
    for digit in "2000001":
        await trio.sleep(0.3)
        assert not box.told[box.line].of(Delivered)
        box.line.send(digit)
    await trio.sleep(2)
    assert box.story() == ["Proceeding", "Delivered"]


async def test_the_town_calls_with_number_and_category(clock: object, town: Town) -> None:
    caller = Subscriber("62000006", hang_up_s=5, category=3, talk=Clip(speech("Good morning.")))
    box = await opened(Box(town))
    call = box.city.call("8001", caller)
    await trio.sleep(REGISTER_S)
    line = box.seized()
    told = box.told[line]
    assert "".join(telling.digits for telling in told.of(Dialled)) == "8001"
    (known,) = told.of(CallerKnown)
    assert (known.calling.number, known.category) == ("62000006", 3)
    line.heard = box._heard
    line.alert()
    await trio.sleep(1)
    line.answer()
    line.listen(Ear.SPEECH)
    await trio.sleep(2)
    assert call.answered.is_set()
    assert set(box.sounds) == {"speech"}
    await trio.sleep(4)
    assert call.ended.is_set()
    assert told.of(Released)[0].by == "far"
    assert box.free()
    box.city.close()


async def test_a_caller_of_the_town_who_is_not_shown(clock: object, box: Box) -> None:
    box.city.call("8001", TOWN["62000009"])
    await trio.sleep(REGISTER_S)
    (known,) = box.told[box.seized()].of(CallerKnown)
    assert (known.calling.number, known.calling.presentation) == ("", Presentation.UNAVAILABLE)


async def test_the_town_dials_us_digit_by_digit(clock: object, box: Box) -> None:
    call = box.city.call("8001", Party("62000001"), overlapped=True)
    await trio.sleep(REGISTER_S)
    line = box.seized()
    assert "".join(telling.digits for telling in box.told[line].of(Dialled)) == "8001"
    line.alert()
    line.answer()
    await trio.sleep(2)
    assert call.answered.is_set()
    call.hang_up()
    await trio.sleep(1)
    assert box.told[line].of(Released)[0].by == "far"
    assert box.free()
    call.hang_up()


async def test_the_town_stops_dialling_when_we_have_enough(clock: object, town: Town) -> None:
    box = await opened(Box(town, ours=CHINA))
    heard = box.told[box.line] = Heard()

    def enough(telling: Telling) -> None:
        if isinstance(telling, Dialled) and len(heard.of(Dialled)) == 2:
            box.line.proceed()
            box.line.alert()

    heard.then = enough
    call = box.city.call("8001234567", Party("62000001"), overlapped=True)
    await trio.sleep(REGISTER_S)
    assert "".join(telling.digits for telling in heard.of(Dialled)) == "80"
    assert any(isinstance(telling, Delivered) for telling in call.told)
    assert not any("too late" in row for row in box.city.circuits[0].trace())
    box.city.close()


async def test_the_town_sees_our_refusal(clock: object, box: Box) -> None:
    call = box.city.call("9999", TOWN["62000001"])
    await trio.sleep(REGISTER_S)
    box.seized().release(Cause.USER_BUSY)
    await call.ended.wait()
    assert call.released is not None
    assert call.released.cause is Cause.USER_BUSY


async def test_a_number_that_r2_cannot_carry_leaves_the_circuit_to_the_next_call(clock: object, box: Box) -> None:
    with pytest.raises(LocalError, match="it carries 0 to 9"):
        box.city.call("80*1", Subscriber("1", hang_up_s=1))
    assert box.free()
    box.line.place(Call("62000001", complete=True))
    await trio.sleep(REGISTER_S + 3)
    assert box.line.connection is Connection.CONNECTED, "not hung up by who could not call"


async def test_thirty_calls_from_town_fill_the_span(clock: object, box: Box) -> None:
    for _ in range(30):
        box.city.call("8001", TOWN["62000001"])
    with pytest.raises(LocalError, match="no line is idle"):
        box.city.call("8001", TOWN["62000001"])
    await trio.sleep(REGISTER_S)
    assert all(box.told[line].of(CallerKnown) for line in box.lines)
