"""What the shell does for a trunk: files of what could not be read, ears of two, a card that vanishes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import soundfile
import trio
import trio.testing

from hw.callerid import CallerId
from hw.card import ChannelKind
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.trunk import Trunk
from hw.signalling.captures import Captures
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Established,
    Line,
    LineKind,
    Released,
    Seized,
    Service,
    Telling,
)
from hw.signalling.q850 import Cause
from hw.signalling.shell import ChannelLine
from hw.sim.public_exchange import PublicExchange
from hw.sim.subscriber_line import Habits, SubscriberLine

from .analog_rig import town
from .conftest import Heard, Town

pytestmark = pytest.mark.native

OURS = "66778899"


class Office:
    """One trunk of the town, with captures."""

    def __init__(self, town_: Town, nursery: trio.Nursery, folder: Path) -> None:
        self.town = town_
        self.exchange = PublicExchange(town_.plane, nursery, town())
        self.captures = Captures(town_.plane, folder, nursery, most=3)
        self.heard = Heard()

    def open(self, habits: Habits) -> ChannelLine:
        channel = self.town.near(ChannelKind.TRUNK)
        self.far = SubscriberLine(self.exchange, OURS, self.town.far(ChannelKind.TRUNK), habits)
        plane, timers, sounds = self.town.plane, self.town.timers, self.town.sounds
        machine = Trunk(LineProfile(), channel.info.abilities)
        self.line = ChannelLine(
            "co 1/1", LineKind.TRUNK, channel, machine, plane, timers, sounds, self.heard, captures=self.captures
        )
        self.town.lines.append(self.line)
        return self.line

    async def call(self, rings: int = 2) -> None:
        outside = self.exchange.call(OURS, CallerId("02155667788"))
        await trio.sleep(5.0 * rings)
        outside.hang_up()
        await trio.sleep(10)


@pytest.fixture
async def office(town: Town, tmp_path: Path) -> AsyncIterator[Office]:
    async with trio.open_nursery() as nursery:
        yield Office(town, nursery, tmp_path / "captures")
        nursery.cancel_scope.cancel()


async def test_a_damaged_message_leaves_a_file_of_the_line(clock: object, office: Office) -> None:
    line = office.open(Habits(damaged=True))
    await office.call()
    (known,) = office.heard.of(CallerKnown)
    assert known.problem.startswith("FSK: checksum")
    (path,) = office.captures.kept()
    assert path.name == "co_1_1-000001.wav"
    assert any(str(path) in row for row in line.trace())
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == 8000
    assert 5.5 <= len(samples) / rate <= 6.5  # from the first ring until a second after the second began
    assert abs(samples[:, 0]).max() > 3000  # the message is on it


async def test_a_caller_who_was_understood_leaves_none(clock: object, office: Office) -> None:
    office.open(Habits())
    await office.call()
    assert office.heard.of(Seized)[0].call.calling is not None
    assert office.captures.kept() == []


async def test_only_the_newest_files_are_kept(clock: object, office: Office) -> None:
    office.open(Habits(caller_id="none"))
    for _ in range(5):
        await office.call()
    assert len(office.heard.of(Released)) == 5
    assert [path.stem[-1] for path in office.captures.kept()] == ["3", "4", "5"]


async def test_a_folder_that_cannot_be_made_costs_no_call(
    clock: object, office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "captures").write_text("a file, not a folder")
    office.open(Habits(damaged=True))
    await office.call()
    assert office.heard.of(CallerKnown)
    assert "captures" in caplog.text


async def test_the_call_may_be_recorded_as_soon_as_it_is_answered(
    clock: object, office: Office, tmp_path: Path
) -> None:
    """The capture of the ringing line has given the port back by then."""
    line = office.open(Habits(caller_id="none"))
    office.exchange.call(OURS, CallerId("1"))
    await trio.sleep(7)
    assert office.heard.of(Seized)
    line.answer()
    recording = await office.town.plane.record(line.port, tmp_path / "call.wav")
    await trio.sleep(3)
    office.town.plane.record_stop(line.port)
    closed = await recording.closed()
    assert closed.ms >= 2900


async def test_the_exchange_hears_its_digits_while_the_line_listens_for_busy_tone(
    clock: object, office: Office
) -> None:
    line = office.open(Habits())
    keys: list[str] = []
    tones: list[Event] = []

    def heard(event: Event) -> None:
        if event.kind is EventKind.DTMF_DOWN:
            keys.append(chr(event.code))
        elif event.kind is not EventKind.DTMF_UP:
            tones.append(event)

    line.heard = heard
    outside = office.exchange.call(OURS, CallerId("02155667788"))
    await trio.sleep(3)
    line.answer()
    line.listen(Ear.DTMF)
    await trio.sleep(1)
    await office.town.plane.play(outside.port, office.town.sounds.digits("12#"), speak=True).wait()
    await trio.sleep(0.5)
    assert "".join(keys) == "12#"
    outside.hang_up()
    await trio.sleep(1.5)
    line.listen(Ear.DTMF)  # the same again: the tone that is being heard is not forgotten
    await trio.sleep(1.0)
    (released,) = office.heard.of(Released)
    assert released.reason.startswith("busy tone")
    assert tones == []


async def test_digits_of_an_idle_line_are_the_lines_own(clock: object, office: Office) -> None:
    line = office.open(Habits(caller_id="dtmf"))
    events: list[Event] = []
    line.heard = events.append
    await office.call(rings=1)
    assert office.heard.of(Seized)
    assert events == []


async def test_a_card_that_vanishes_in_mid_call_releases_it(clock: object, office: Office) -> None:
    line = office.open(Habits())
    office.exchange.call(OURS, CallerId("02155667788"))
    await trio.sleep(3)
    line.answer()
    await trio.sleep(1)
    office.town.card.span(2).remove()
    await trio.sleep(1)
    (released,) = office.heard.of(Released)
    assert (released.cause, released.by) == (Cause.DESTINATION_OUT_OF_ORDER, "line")
    assert line.service is Service.GONE
    assert line.connection is Connection.NULL
    assert any("card refused" in row for row in line.trace())
    with pytest.raises(LocalError, match="out of service"):
        line.place(Call("1", complete=True))


async def test_an_order_out_of_a_telling_is_carried_out_or_refused_there(clock: object, office: Office) -> None:
    line = office.open(Habits())

    def answer_at_once(telling: Telling) -> None:
        if isinstance(telling, Seized):
            line.answer()
            with pytest.raises(LocalError, match="answer in state talking"):
                line.answer()

    office.heard.then = answer_at_once
    await office.call()
    assert [type(told) for told in office.heard.told][:3] == [Seized, Established, Released]


async def test_an_exchange_that_fails_in_one_telling_gets_the_others(clock: object, office: Office) -> None:
    line = office.open(Habits())
    told: list[Telling] = []
    errors: list[Exception] = []
    office.town.timers.faulted = errors.append
    office.town.plane.faulted = errors.append

    def fail(line: Line, telling: Telling) -> None:
        told.append(telling)
        raise RuntimeError("a bug of the exchange")

    line.told = fail
    await office.call()
    assert [type(telling) for telling in told] == [Seized, Released]
    assert [str(error) for error in errors] == ["a bug of the exchange"] * 2
