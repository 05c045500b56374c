"""The plane as Python sees it: what is refused, what is told, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import trio

from hw.clips import Clip
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.plane import Plane, PlaneError
from hw.playback import PlayEnd
from hw.tones import Tone, sine

pytestmark = pytest.mark.native


@pytest.fixture
def plane() -> Iterator[Plane]:
    plane = Plane(virtual=True)
    yield plane
    plane.close()


def short() -> Clip:
    return Clip(np.zeros(80, np.int16))


def test_a_meter_tells_both_directions_beside_what_the_line_hears_itself(plane: Plane) -> None:
    heard: list[Event] = []
    metered: list[Event] = []
    a, b = plane.open_voice(heard.append), plane.open_voice()
    for port in (a, b):
        plane.activate(port, True)
    plane.connect(a, b)
    plane.detect(a, Ear.LEVEL, level_interval_ms=100)
    plane.meter(a, metered.append, 100)
    plane.play(a, [Tone([sine(1000, ms=60_000)])], loop=True)
    for _frame in range(50):
        plane.step()
    sent = [event for event in metered if event.code == 1]
    assert {event.kind for event in metered} == {EventKind.METER}
    assert len(sent) in (9, 10)
    assert {event.code for event in metered} == {0, 1}
    assert sent[-1].a == pytest.approx(-1000, abs=10)
    assert sent[-1].b >= sent[-1].a
    assert [event.a for event in metered if event.code == 0][-1] < -6500  # the silence of A-law is not quite silent
    assert EventKind.METER not in {event.kind for event in heard}
    plane.meter(a, None)
    plane.step()
    plane.step()
    before = len(metered)
    for _frame in range(50):
        plane.step()
    assert len(metered) == before
    with pytest.raises(PlaneError):
        plane.meter(a, metered.append, 10)


def test_what_does_not_fit_into_c_is_refused_like_any_wrong_value(plane: Plane) -> None:
    port = plane.open_voice()
    with pytest.raises(PlaneError, match=r"connect: .*outside its range"):
        plane.connect(port, -1)  # a line without a channel
    with pytest.raises(PlaneError, match=r"part: .*outside its range"):
        plane.part(-1)
    with pytest.raises(PlaneError, match=r"play: .*outside its range"):
        plane.play(port, [short()], start=-1)
    with pytest.raises(PlaneError, match=r"play: .*outside its range"):
        plane.play(port, [short()] * 257)
    with pytest.raises(PlaneError, match=r"play: .*outside its range"):
        plane.play(port, [Tone([sine(450, ms=100)])], start=80)  # only a clip is begun in its midst
    with pytest.raises(PlaneError, match=r"detect: .*outside its range"):
        plane.detect(port, Ear.SPEECH, speech_min_ms=-5)
    with pytest.raises(PlaneError, match=r"gain: .*outside its range"):
        plane.gain(port, in_db=1e300)
    with pytest.raises(LocalError, match="nothing to play"):
        plane.play(port, [])


def test_one_who_fails_to_take_an_event_does_not_keep_it_from_the_others(plane: Plane) -> None:
    told: list[int] = []
    faults: list[Exception] = []
    plane.faulted = faults.append

    def fail(event: Event) -> None:
        raise ValueError("sink")

    first, second = plane.open_voice(fail), plane.open_voice(lambda event: told.append(event.port))
    for port in (first, second):
        plane.play(port, [short()])
    plane.step(2)
    assert [str(fault) for fault in faults] == ["sink"]
    assert told == [second]
    plane.faulted = None
    plane.play(first, [short()])
    with pytest.raises(ValueError, match="sink"):
        plane.step(2)


def test_a_batch_is_carried_out_in_one_tick_even_around_a_wrong_order(plane: Plane) -> None:
    ports = [plane.open_voice() for _ in range(4)]
    with plane.batch():
        with plane.batch():
            plane.connect(ports[0], ports[1])
        with pytest.raises(PlaneError):
            plane.connect(ports[0], ports[2])
        plane.reset_statistics()
        plane.close_port(ports[3])
        plane.step()
        assert plane.statistics().orders == 8  # none of the batch
    plane.step()
    statistics = plane.statistics()
    assert (statistics.ports, statistics.ticks, statistics.orders) == (3, 1, 2)


def test_thousands_of_events_at_once_come_in_their_order(plane: Plane) -> None:
    told: list[Event] = []
    ports = [plane.open_voice(told.append) for _ in range(1500)]
    with plane.batch():
        for port in ports:
            plane.play(port, [short()])
            plane.play(port, [short()])
    plane.step(2)
    ends = [(event.port, event.code) for event in told if event.kind is EventKind.PLAYED]
    replaced, finished = (
        [port for port, code in ends if code == end.value] for end in (PlayEnd.REPLACED, PlayEnd.FINISHED)
    )
    assert replaced == ports
    assert sorted(finished) == sorted(ports)


def test_tokens_begin_again_after_the_last(plane: Plane) -> None:
    port = plane.open_voice()
    plane._token = 0xFFFFFFFE
    for _ in range(3):
        playback = plane.play(port, [short()])
        plane.step(2)
        assert playback.result is not None


async def test_nobody_waits_for_a_closed_plane(clock: object, tmp_path: Path) -> None:
    plane = Plane(virtual=True)
    port = plane.open_voice(lambda event: pytest.fail("a closed plane tells nothing"))
    playback = plane.play(port, [Tone([sine(450)])])
    recording = await plane.record(port, tmp_path / "open.wav")
    plane.step(50)
    plane.close()
    plane.close()
    assert (await playback.wait()).end is PlayEnd.CLOSED
    assert (await playback.wait()).samples == 8000
    assert (await recording.wait()).milliseconds == 1000
    for order in (plane.step, plane.statistics, plane.dispatch, plane.recorder.statistics, plane.recorder.drain):
        with pytest.raises(LocalError, match=r"is closed|is gone"):
            order()
    with pytest.raises(LocalError, match="is closed"):
        plane.open_voice()
    with pytest.raises(LocalError, match="is closed"):
        plane.time  # noqa: B018


async def test_a_run_that_was_cancelled_may_be_taken_up_again(clock: object) -> None:
    plane = Plane(virtual=True)
    for _ in range(2):
        with trio.move_on_after(1):
            await plane.run()
    assert plane.seconds == pytest.approx(2, abs=0.04)
    plane.close()
