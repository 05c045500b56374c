"""The raw side of an E1, alarms, plugging, and runs that repeat."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import trio
import trio.testing

from hw.card import Alarm, HardwareError, LineEvent, LineEventKind, SpanEvent, SpanEventKind
from hw.ear import Ear
from hw.event import Event, EventKind
from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.dchannel import Errors
from hw.sim.e1 import E1Side
from hw.sim.party import NotHeardError
from hw.sim.span import E1, Stations
from hw.sim.telephone import Telephone
from hw.sim.wire import Condition, Side
from hw.tones import r2_forward
from tests.sim.conftest import Office

pytestmark = pytest.mark.native

Clock = trio.testing.MockClock
PRI, CAS = 3, 4  # spans
PRI_1, PRI_D, CAS_1 = 6, 21, 37  # channels


async def test_bits_pass_both_ways_with_their_times(office: Office, autojump_clock: Clock) -> None:
    near = office.card.open(CAS_1)
    slot = E1Side.far_of(office.card, CAS, office.plane).slot(1)
    assert slot.bits == 0b1101  # nobody had opened it
    near.set_bits(0b0001)
    await slot.see_bits(0b0001, within=0.1)
    slot.set_bits(0b1001)
    await trio.sleep(0.1)
    assert near.bits() == 0b1001
    with pytest.raises(NotHeardError, match="bits 1111 within 1 s; heard bits 0001"):
        await slot.see_bits(0b1111, within=1)
    near.close()
    await slot.see_bits(0b1101, within=0.1)
    assert [(event.kind, event.value) for event in slot.log] == [(LineEventKind.BITS, 1), (LineEventKind.BITS, 13)]


async def test_bits_take_a_multiframe(office: Office, autojump_clock: Clock) -> None:
    near = office.card.open(CAS_1)
    slot = E1Side.far_of(office.card, CAS, office.plane).slot(1)
    await trio.sleep(1)
    ordered = office.plane.time
    near.set_bits(0b0001)
    near.set_bits(0b1001)
    await trio.sleep(0.1)
    assert [(e.time, e.value) for e in slot.log] == [(ordered + 16, 1), (ordered + 16, 9)]


async def test_r2_codes_and_speech_pass_in_a_slot(office: Office, autojump_clock: Clock) -> None:
    near = office.card.open(CAS_1 + 4)
    near.activate()
    codes: list[int] = []
    near.media = lambda e: codes.append(e.code) if e.kind is EventKind.R2_ON else None
    office.plane.detect(near.port, Ear.R2_FORWARD)
    slot = E1Side.far_of(office.card, CAS, office.plane).slot(5)
    for code in (5, 15, 1):
        await slot.speak(r2_forward(code, ms=100))
        await trio.sleep(0.1)
    assert codes == [5, 15, 1]


async def test_frames_are_gathered_and_taken_one_by_one(office: Office, autojump_clock: Clock) -> None:
    near = office.card.open_dchannel(PRI_D)
    arrived: list[bytes] = []
    near.heard = arrived.append
    e1 = E1Side.far_of(office.card, PRI, office.plane)
    e1.open_dchannel()
    for octet in b"abc":
        near.send(bytes([octet]) * 100)
    assert [await e1.frame(within=1) for _ in range(3)] == [b"a" * 100, b"b" * 100, b"c" * 100]
    e1.send(b"\x02\x01\x7f")
    await trio.sleep(0.1)
    assert arrived == [b"\x02\x01\x7f"]
    with pytest.raises(NotHeardError, match=r"no frame within 0\.5 s"):
        await e1.frame(within=0.5)


async def test_a_frame_takes_its_time_on_the_line(office: Office, autojump_clock: Clock) -> None:
    """1000 octets and four of framing at 64 kbit/s: 125.5 ms; the plane's frame comes on top."""
    near, far = office.card.open_dchannel(PRI_D), office.card.far_dchannel(PRI_D)
    arrived: list[float] = []
    far.heard = lambda frame: arrived.append(trio.current_time())
    begin = trio.current_time()
    near.send(bytes(1000))
    near.send(bytes(1000))
    await trio.sleep(1)
    assert arrived[0] - begin == pytest.approx(0.1255, abs=0.021)
    assert arrived[1] - begin == pytest.approx(0.2510, abs=0.021)


async def test_a_full_queue_drops_and_counts(office: Office, autojump_clock: Clock) -> None:
    near, far = office.card.open_dchannel(PRI_D), office.card.far_dchannel(PRI_D)
    arrived: list[bytes] = []
    far.heard = arrived.append
    for octet in range(40):
        near.send(bytes([octet]))
    await trio.sleep(1)
    assert arrived == [bytes([octet]) for octet in range(32)]
    counts = office.card.frame_counts(PRI_D, Side.FAR)
    assert (counts.sent, counts.arrived, counts.dropped) == (40, 32, 8)


async def test_frames_are_lost_and_changed_as_ordered(office: Office, autojump_clock: Clock) -> None:
    near, far = office.card.open_dchannel(PRI_D), office.card.far_dchannel(PRI_D)
    office.card.set_errors(PRI_D, Side.FAR, Errors(lost=0.2, changed=0.1))
    arrived: list[bytes] = []
    far.heard = arrived.append
    for _ in range(500):
        near.send(bytes(10))
        await trio.sleep(0.01)
    await trio.sleep(1)
    counts = office.card.frame_counts(PRI_D, Side.FAR)
    assert counts.bad == 500 - len(arrived)
    assert 60 < counts.bad < 140
    assert counts.changed == sum(frame != bytes(10) for frame in arrived)
    assert 20 < counts.changed < 65
    assert {len(frame) for frame in arrived} == {10}


@pytest.mark.parametrize(
    ("near_alarm", "far_alarm", "near_hears", "far_hears"),
    [
        (Alarm.RED, Alarm.YELLOW, False, True),
        (Alarm.BLUE, Alarm.YELLOW, False, True),
        (Alarm.YELLOW, Alarm.RED, True, False),
        (Alarm.LOOPBACK, Alarm.NONE, True, True),
    ],
)
async def test_an_alarm_silences_its_direction(
    office: Office, autojump_clock: Clock, near_alarm: Alarm, far_alarm: Alarm, near_hears: bool, far_hears: bool
) -> None:
    card, span = office.card, office.card.span(PRI)
    near, far = card.open_dchannel(PRI_D), card.far_dchannel(PRI_D)
    heard: dict[str, list[bytes]] = {"near": [], "far": []}
    near.heard, far.heard = heard["near"].append, heard["far"].append
    told: list[SpanEvent] = []
    alarms: list[LineEventKind] = []
    card.watch(told.append)
    near.alarmed = lambda e: alarms.append(e.kind)
    span.alarm(near_alarm)
    near.send(b"1")
    far.send(b"2")
    await trio.sleep(0.1)
    assert heard == {"near": [b"2"] if near_hears else [], "far": [b"1"] if far_hears else []}
    assert span.alarms[Side.FAR] is far_alarm
    assert [(e.kind, e.span.alarms) for e in told] == [(SpanEventKind.ALARM, near_alarm)]
    span.clear()
    near.send(b"3")
    far.send(b"4")
    await trio.sleep(0.1)
    assert heard["near"][-1:] == [b"4"]
    assert heard["far"][-1:] == [b"3"]
    assert alarms == [LineEventKind.ALARM, LineEventKind.ALARM_END]


async def test_bits_that_changed_in_an_alarm_are_told_after_it(office: Office, autojump_clock: Clock) -> None:
    near, far = office.card.open(CAS_1), office.card.far(CAS_1)
    events: list[LineEvent] = []
    near.heard = events.append
    office.card.span(CAS).alarm(Alarm.RED)
    far.set_bits(0b0101)
    await trio.sleep(0.1)
    assert near.bits() == 0b1101
    office.card.span(CAS).clear()
    await trio.sleep(0.1)
    assert near.bits() == 0b0101
    assert [e.kind for e in events] == [LineEventKind.ALARM, LineEventKind.ALARM_END, LineEventKind.BITS]


async def test_a_span_is_pulled_out_and_put_back(office: Office, autojump_clock: Clock) -> None:
    card, span = office.card, office.card.span(CAS)
    told: list[SpanEvent] = []
    card.watch(told.append)
    old, far = card.open(CAS_1), card.far(CAS_1)
    far.set_bits(0b0101)
    await trio.sleep(0.1)
    span.remove()
    span.remove()
    await trio.sleep(0.1)
    assert span.alarms[Side.FAR] is Alarm.RED
    with pytest.raises(HardwareError, match="gone"):
        old.set_bits(1)
    with pytest.raises(HardwareError, match="gone"):
        card.open(CAS_1)
    span.insert()
    fresh = card.open(CAS_1)  # the old one is not even closed
    assert fresh.bits() == 0b0101
    fresh.set_bits(0b1001)
    old.close()
    await trio.sleep(0.1)
    assert far.bits() == 0b1001
    assert [(e.kind, e.span.number) for e in told] == [(SpanEventKind.GONE, CAS), (SpanEventKind.ARRIVED, CAS)]


async def test_telephones_stay_when_their_card_is_changed(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    span = office.card.span(1)
    telephone.lift()
    await trio.sleep(0.5)
    span.remove()
    await trio.sleep(0.5)
    assert telephone.dead
    near.close()
    span.insert()
    near = office.card.open(1)
    await trio.sleep(0.5)
    assert not telephone.dead
    assert near.is_off_hook()
    near.activate()
    events: list[LineEvent] = []
    near.heard = events.append
    telephone.hang_up()
    await trio.sleep(1)
    assert [event.kind for event in events] == [LineEventKind.ON_HOOK]


async def test_far_ends_are_opened_once_and_closed_with_the_card(office: Office, autojump_clock: Clock) -> None:
    office.card.far(1)
    with pytest.raises(HardwareError, match="in use"):
        office.card.far(1)
    with pytest.raises(HardwareError, match="no speech"):
        office.card.far(PRI_D)
    with pytest.raises(HardwareError, match="not a D channel"):
        office.card.far_dchannel(PRI_1)
    with pytest.raises(HardwareError, match="time slot 16"):
        office.card.open(CAS_1 + 15)
    office.card.close()
    await trio.sleep(0.1)
    assert office.plane.statistics().ports == 0
    office.card.far(1)


async def _one_run(seed: int, folder: Path) -> tuple[list[object], bytes]:
    """Noise on a line, random frames on a D channel with errors, a few pulses: all that is left to chance."""
    dice = random.Random(3)
    plane = Plane(virtual=True)
    card = SimCard(plane, [Stations(1), E1("pri")], seed=seed)
    log: list[object] = []
    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        nursery.start_soon(card.run)
        near = card.open(1)
        near.heard = log.append

        def media(event: Event) -> None:
            log.append((event.kind, event.time, event.code, event.a, event.b))

        near.media = media
        near.activate()
        plane.detect(near.port, Ear.DTMF | Ear.LEVEL, level_interval_ms=100)
        card.wire(1).condition(Side.NEAR, Condition(noise_dbm0=-30))
        one, other = card.open_dchannel(17), card.far_dchannel(17)
        other.heard = log.append
        card.set_errors(17, Side.FAR, Errors(lost=0.3, changed=0.2))
        telephone = Telephone(plane, card.far(1))
        recording = await plane.record(near.port, folder / "run.wav")
        telephone.lift()
        for _ in range(20):
            one.send(dice.randbytes(20))
            await trio.sleep(0.05)
        await telephone.dial("12", pulses=True)
        await telephone.dial("34")
        telephone.hang_up()
        await trio.sleep(1)
        plane.record_stop(near.port)
        await recording.closed()
        card.close()
        nursery.cancel_scope.cancel()
    plane.close()
    card.free()
    return log, (folder / "run.wav").read_bytes()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_bytes_and_events(seed: int, tmp_path: Path) -> None:
    runs = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        runs.append(trio.run(_one_run, seed, folder, clock=trio.testing.MockClock(autojump_threshold=0)))
    assert runs[0] == runs[1]
    assert len(runs[0][0]) > 20


def test_another_seed_gives_others(tmp_path: Path) -> None:
    logs = []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        logs.append(trio.run(_one_run, seed, folder, clock=trio.testing.MockClock(autojump_threshold=0)))
    assert logs[0] != logs[1]
