"""The public exchange over PRI: each behaviour of the town, as one of our lines hears and sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio

from hw.clips import Clip
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.signalling.line import (
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    Line,
    Party,
    Presentation,
    Proceeding,
    Progress,
    Released,
    Seized,
    Telling,
)
from hw.signalling.pri.b_line import PriLine
from hw.signalling.pri.settings import SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.signalling.q850 import Cause
from hw.sim.far import FarSide
from hw.sim.party import listening_plan
from hw.sim.public_plan import TOWN, Plan, Subscriber
from hw.sim.public_pri import PublicPri
from hw.sim.span import E1, Description
from hw.speech import speech
from hw.tone_patterns import tone_name

from .conftest import Heard, Town
from .pri_span import pri_spans

pytestmark = pytest.mark.native


@pytest.fixture
def plugged() -> list[Description]:
    return [E1("pri")]


class Box:
    """Our side: a trunk whose lines are listened to, and the city at the other end."""

    def __init__(self, town: Town, overlap: bool = False, plan: Plan = TOWN) -> None:
        self.told: dict[Line, Heard] = {}
        (info,) = pri_spans(town)
        self.overlap = overlap
        self.trunk = PriTrunk("box", town.card, info, SpanSettings(overlap=overlap), town.plane, town.timers, self.tell)
        self.city = PublicPri(FarSide(town.card), info, town.plane, town.timers, plan, overlap=overlap)
        self.line = self.trunk.lines[0]
        self.sounds: list[str] = []
        self.line.heard = self._heard
        self.line.listen(Ear.TONES | Ear.SPEECH, listening_plan("cn"))

    def tell(self, line: Line, telling: Telling) -> None:
        self.told.setdefault(line, Heard())(line, telling)

    def _heard(self, event: Event) -> None:
        if event.kind is EventKind.TONE_BEGIN:
            self.sounds.append(tone_name(event.code))
        elif event.kind is EventKind.SPEECH_BEGIN:
            self.sounds.append("speech")

    def seized(self) -> PriLine:
        (line,) = [line for line in self.trunk.lines if line in self.told and self.told[line].of(Seized)]
        return line

    def story(self, line: Line | None = None) -> list[str]:
        told = self.told.setdefault(line or self.line, Heard()).told
        return [type(telling).__name__ for telling in told if type(telling).__name__ != "ServiceChanged"]

    def released(self) -> Released:
        (released,) = self.told[self.line].of(Released)
        return released


@pytest.fixture
async def box(clock: object, town: Town) -> AsyncIterator[Box]:
    box = Box(town)
    await trio.sleep(2)
    yield box
    box.city.close()
    box.trunk.close()


async def test_somebody_answers_after_ring_back_in_band(clock: object, box: Box) -> None:
    box.line.place(Call("62000001", complete=True))
    await trio.sleep(2.5)
    assert box.story() == ["Proceeding", "Delivered"]
    assert box.told[box.line].of(Delivered)[0].in_band
    assert "ringback" in box.sounds
    await trio.sleep(1)
    assert box.line.connection is Connection.CONNECTED
    box.line.release()
    await trio.sleep(1)
    assert box.released().by == "near"


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        ("62000002", Cause.USER_BUSY),
        ("62000004", Cause.NO_CIRCUIT),
        ("62000008", Cause.UNALLOCATED),
        ("555", Cause.UNALLOCATED),
    ],
    ids=["busy", "congestion", "vacant", "nobody"],
)
async def test_a_refusal_has_its_cause(clock: object, box: Box, number: str, cause: Cause) -> None:
    box.line.place(Call(number, complete=True))
    await trio.sleep(1)
    assert (box.released().cause, box.released().by) == (cause, "far")
    assert not box.told[box.line].of(Delivered)


async def test_an_announcement_is_heard_before_the_release(clock: object, box: Box) -> None:
    box.line.place(Call("62000005", complete=True))
    await trio.sleep(4)
    (progress,) = box.told[box.line].of(Progress)
    assert (progress.in_band, progress.cause) == (True, Cause.UNALLOCATED)
    assert box.sounds, "the special information tone"
    await trio.sleep(5)
    assert box.released().cause is Cause.UNALLOCATED
    assert not box.told[box.line].of(Established)


async def test_nobody_answers_until_we_give_up(clock: object, box: Box) -> None:
    box.line.place(Call("62000003", complete=True))
    await trio.sleep(60)
    assert box.line.connection.name == "ALERTING"
    box.line.release(Cause.NO_ANSWER)
    await trio.sleep(1)
    assert box.line.connection is Connection.NULL
    assert all(line.connection is Connection.NULL for line in box.city.trunk.lines)


async def test_the_called_party_hangs_up_first(clock: object, box: Box) -> None:
    box.line.place(Call("62000006", complete=True))
    await trio.sleep(6.5)
    assert box.line.connection is Connection.CONNECTED
    await trio.sleep(1)
    assert (box.released().cause, box.released().by) == (Cause.NORMAL_CLEARING, "far")


async def test_speech_after_the_answer(clock: object, town: Town) -> None:
    talk = Clip(speech("You have reached the city."))
    box = Box(town, plan=Plan([Subscriber("1", answer_s=0, talk=talk)]))
    await trio.sleep(2)
    box.line.place(Call("1", complete=True))
    await trio.sleep(3)
    assert set(box.sounds) == {"speech"}


async def test_digits_one_by_one_with_dial_tone_before_the_first(clock: object, town: Town) -> None:
    box = Box(town, overlap=True)
    await trio.sleep(2)
    box.line.place(Call("", complete=False))
    await trio.sleep(3)
    assert box.sounds[-1] == "dial"
    assert box.told[box.line].of(Progress)[0].in_band
    for digit in "62000001":
        assert not box.told[box.line].of(Proceeding)
        box.line.send(digit)
        await trio.sleep(0.3)
    assert box.told[box.line].of(Proceeding)
    await trio.sleep(4)
    assert box.line.connection is Connection.CONNECTED


async def test_a_number_that_is_left_unfinished_is_nobodys(clock: object, town: Town) -> None:
    box = Box(town, overlap=True)
    await trio.sleep(2)
    box.line.place(Call("6200", complete=False))
    await trio.sleep(20)
    assert box.released().cause is Cause.UNALLOCATED


async def test_the_town_calls_with_number_and_name(clock: object, box: Box) -> None:
    call = box.city.call("8001", TOWN["62000006"])
    await trio.sleep(0.5)
    line = box.seized()
    (seized,) = box.told[line].of(Seized)
    assert (seized.call.called, seized.call.complete) == ("8001", True)
    assert seized.call.calling is not None
    assert (seized.call.calling.number, seized.call.calling.name) == ("62000006", "Li Na")
    assert seized.call.calling.screened
    line.alert()
    line.answer()
    await trio.sleep(0.5)
    assert call.answered.is_set()
    await trio.sleep(5)
    assert call.ended.is_set()
    assert box.told[line].of(Released)[0].by == "far"


async def test_a_caller_of_the_town_who_is_not_shown(clock: object, box: Box) -> None:
    box.city.call("8001", TOWN["62000009"])
    await trio.sleep(0.5)
    calling = box.told[box.seized()].of(Seized)[0].call.calling
    assert calling is not None
    assert (calling.number, calling.presentation) == ("62000009", Presentation.RESTRICTED)


@pytest.mark.parametrize("enough", [4, 2])
async def test_the_town_dials_us_digit_by_digit_until_we_have_enough(clock: object, town: Town, enough: int) -> None:
    box = Box(town, overlap=True)
    await trio.sleep(2)
    call = box.city.call("8001", Party("62000001"), overlapped=True)
    dialled = ""
    while len(dialled) < enough:
        await trio.sleep(0.1)
        told = box.told[box.seized()].told if any(line.call for line in box.trunk.lines) else []
        dialled = "".join(
            t.call.called if isinstance(t, Seized) else t.digits for t in told if isinstance(t, Seized | Dialled)
        )
    box.seized().proceed()
    box.seized().answer()
    await trio.sleep(2)
    assert dialled == "8001"[:enough]
    assert call.answered.is_set()
    call.hang_up()
    await trio.sleep(1)
    assert box.told[box.seized()].of(Released)[0].by == "far"
    call.hang_up()


async def test_the_town_sees_our_refusal(clock: object, box: Box) -> None:
    call = box.city.call("9999", TOWN["62000001"])
    await trio.sleep(0.3)
    box.seized().release(Cause.USER_BUSY)
    await call.ended.wait()
    assert call.released is not None
    assert call.released.cause is Cause.USER_BUSY


async def test_thirty_calls_from_town_fill_the_span(clock: object, box: Box) -> None:
    for _ in range(30):
        box.city.call("8001", TOWN["62000001"])
    with pytest.raises(LocalError, match="no line is idle"):
        box.city.call("8001", TOWN["62000001"])
    await trio.sleep(1)
    assert all(line.call is not None for line in box.trunk.lines)
