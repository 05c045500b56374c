"""A telephone on a station line: what a person does with it, and what it shows and hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import trio
import trio.testing

from hw.callerid import CallerId, CallTime, Presentation, dtmf_caller_id, mdmf, message_waiting, sdmf
from hw.card import HardwareError, LineEvent, LineEventKind, RingCadence
from hw.clips import Clip
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.fsk import fsk
from hw.sim.party import NotHeardError
from hw.sim.telephone import Telephone
from hw.sim.wire import Condition, Side
from hw.tone_patterns import CallProgress
from hw.tone_plan import tone_plan
from hw.tones import Tone, silence, sine
from tests.sim.conftest import Office

pytestmark = pytest.mark.native

CHINA = tone_plan("cn")
Clock = trio.testing.MockClock


def a_tone(dbm0: float, seconds: float, hz: float = 1000.0) -> Tone:
    return Tone([sine(hz, dbm0=dbm0, ms=seconds * 1000)])


async def test_dial_tone_is_heard_until_the_first_digit(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    heard: list[str] = []

    def media(event: Event) -> None:
        if event.kind is EventKind.DTMF_DOWN:
            heard.append(chr(event.code))
            office.plane.stop(near.port)

    near.media = media
    office.plane.detect(near.port, Ear.DTMF)
    telephone.lift()
    office.plane.play(near.port, [CHINA.tone(CallProgress.DIAL)])
    tone = await telephone.hear_tone("dial", within=3)
    assert tone.hz == pytest.approx(450, abs=5)
    assert tone.dbm0 == pytest.approx(-10, abs=1)
    await telephone.dial("13800138000#*")
    assert "".join(heard) == "13800138000#*"
    await telephone.hear_silence(within=1)


async def test_pulses_are_dialled_to_the_end(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    digits: list[str] = []
    near.heard = lambda e: digits.append(str(e.value)) if e.kind is LineEventKind.PULSE_DIGIT else None
    telephone.lift()
    await trio.sleep(0.5)
    begin = trio.current_time()
    await telephone.dial("8002", pulses=True)
    assert "".join(digits) == "8002"
    pulses = 8 + 10 + 10 + 2
    assert trio.current_time() - begin == pytest.approx(pulses * 0.1 + 4 * 0.75, abs=0.05)


async def test_a_flash_ends_with_the_line_held(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    events: list[LineEventKind] = []
    near.heard = lambda e: events.append(e.kind)
    telephone.lift()
    await trio.sleep(0.5)
    await telephone.flash()
    assert events == [LineEventKind.OFF_HOOK, LineEventKind.FLASH]
    await telephone.flash()
    assert events[2:] == [LineEventKind.FLASH]
    assert telephone.off_hook


async def test_what_needs_a_lifted_telephone_says_so(office: Office, autojump_clock: Clock) -> None:
    _, telephone = office.station(1)
    for act in (
        lambda: telephone.dial("1"),
        lambda: telephone.dial("1", pulses=True),
        telephone.flash,
        lambda: telephone.speak(a_tone(-10, 1)),
    ):
        with pytest.raises(LocalError, match=r"telephone 1: .* lift it first"):
            await act()


async def test_the_bell_keeps_count_of_its_rings(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    assert not telephone.ringing
    near.ring(RingCadence((400, 200, 400, 2000)))
    await telephone.rung(within=10, rings=5)
    assert telephone.cadence_ms == (450, 150, 450, 1950, 450, 150, 450, 1950)
    assert telephone.ringing
    near.on_hook()
    await trio.sleep(5)
    assert telephone.ringing  # it might ring again
    await trio.sleep(2)
    assert not telephone.ringing
    near.ring(RingCadence())
    await telephone.rung(within=1)
    assert len(telephone.rings) == 1
    telephone.lift()
    assert not telephone.ringing


@pytest.mark.parametrize("message", [mdmf, sdmf])
async def test_a_caller_sent_between_rings_is_on_the_display(
    office: Office, autojump_clock: Clock, message: object
) -> None:
    near, telephone = office.station(1)
    caller = CallerId("01065551234", when=CallTime(7, 14, 9, 30))
    near.ring(RingCadence())
    await telephone.rung(within=1)
    assert telephone.display is None
    await trio.sleep(1.5)
    office.plane.play(near.port, [Tone([silence(50)]), fsk(message(caller))])  # type: ignore[operator]
    shown = await telephone.show(within=2)
    assert (shown.number, shown.when) == (caller.number, caller.when)
    assert len(telephone.rings) == 1


async def test_a_name_in_chinese_and_a_hidden_number_are_shown(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    office.plane.play(near.port, [Tone([silence(50)]), fsk(mdmf(CallerId("8001", "王小明")))])
    assert (await telephone.show(within=3)).name == "王小明"
    telephone.lift()
    telephone.hang_up()
    office.plane.play(near.port, [fsk(mdmf(CallerId(presentation=Presentation.PRIVATE)))])
    assert (await telephone.show(within=3)).presentation is Presentation.PRIVATE


async def test_a_caller_sent_by_dtmf_before_the_first_ring_is_on_the_display(
    office: Office, autojump_clock: Clock
) -> None:
    near, telephone = office.station(1)
    await office.plane.play(near.port, [dtmf_caller_id("075512345678")]).wait()
    near.ring(RingCadence())
    await telephone.rung(within=1)
    assert telephone.display is not None
    assert telephone.display.number == "075512345678"
    near.on_hook()
    await trio.sleep(10)
    near.ring(RingCadence())  # somebody else, who sends no number
    await telephone.rung(within=1)
    assert telephone.display is None


async def test_a_message_that_noise_has_hit_is_not_shown(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    office.card.wire(1).condition(Side.FAR, Condition(loss_db=20, noise_dbm0=-25))
    await office.plane.play(near.port, [Tone([silence(50)]), fsk(mdmf(CallerId("8001")))]).wait()
    await trio.sleep(1)
    assert telephone.display is None


async def test_the_lamp_is_lit_and_put_out(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    for multiple in (True, False):
        for lit in (True, False):
            office.plane.play(near.port, [Tone([silence(50)]), fsk(message_waiting(lit, multiple=multiple))])
            await telephone.lamp_is(lit, within=2)
    assert telephone.display is None


async def test_two_telephones_talk(office: Office, autojump_clock: Clock, tmp_path: Path) -> None:
    (one, caller), (other, called) = office.station(1), office.station(2)
    caller.lift()
    called.lift()
    office.plane.connect(one.port, other.port)
    clip = Clip(np.frombuffer(a_tone(-13, 0.5, 700).preview(500), np.int16))
    path = tmp_path / "spoken.wav"
    soundfile.write(path, np.frombuffer(a_tone(-20, 2).preview(2000), np.int16), 8000)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(caller.speak, path)
        nursery.start_soon(called.speak, clip, clip, clip, clip)
        await trio.sleep(0.3)
        from_caller = await called.listen(1.0)
        assert from_caller.dbm0 == pytest.approx(-20, abs=0.2)
        assert len(from_caller.samples) == 8000
        nursery.cancel_scope.cancel()
    await trio.sleep(0.1)  # the frames under way
    assert (await caller.listen(0.5)).dbm0 < -60
    from_caller.save(tmp_path / "heard.wav")
    back, rate = soundfile.read(tmp_path / "heard.wav", dtype="int16")
    assert rate == 8000
    assert np.array_equal(back, from_caller.samples)


async def test_a_pair_is_joined_by_the_card_until_somebody_else_must_be_heard(
    office: Office, autojump_clock: Clock
) -> None:
    (one, caller), (other, called) = office.station(1), office.station(2)
    joined: list[int] = []
    keys: list[str] = []

    def media(event: Event) -> None:
        if event.kind is EventKind.JOINED:
            joined.append(event.code)
        elif event.kind is EventKind.DTMF_DOWN:
            keys.append(chr(event.code))

    one.media = media
    office.plane.detect(one.port, Ear.DTMF)
    caller.lift()
    called.lift()
    office.plane.connect(one.port, other.port)
    await caller.dial("5")
    assert joined == [1]
    assert keys == ["5"]  # still heard by the box
    await called.hear_keys("5", within=1)
    office.plane.play(one.port, [a_tone(-10, 1)])
    assert (await caller.listen(0.5)).dbm0 == pytest.approx(-10, abs=0.3)
    await trio.sleep(2)
    assert joined == [1, 0, 1]
    await caller.dial("6")
    await called.hear_keys("56", within=1)


async def test_a_long_line_is_heard_weaker_and_noisier(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    office.card.wire(1).condition(Side.FAR, Condition(loss_db=7.0, noise_dbm0=-40.0))
    telephone.lift()
    quiet = await telephone.listen(1.0)
    assert quiet.dbm0 == pytest.approx(-40, abs=0.5)
    office.plane.play(near.port, [a_tone(-10, 10)])
    await trio.sleep(0.1)
    assert (await telephone.listen(1.0)).dbm0 == pytest.approx(-17, abs=0.3)


@pytest.mark.parametrize("which", [CallProgress.BUSY, CallProgress.CONGESTION, CallProgress.RINGBACK])
async def test_tones_are_known_by_name(office: Office, autojump_clock: Clock, which: CallProgress) -> None:
    near, telephone = office.station(1)
    telephone.lift()
    office.plane.play(near.port, [CHINA.tone(which)])
    tone = await telephone.hear_tone(which.name.lower(), within=12)
    assert tone.end is None
    await trio.sleep(6)
    office.plane.stop(near.port)
    await telephone.hear_silence(within=8)


async def test_what_was_not_heard_is_said_with_what_was(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    telephone.lift()
    office.plane.play(near.port, [CHINA.tone(CallProgress.BUSY)])
    with pytest.raises(NotHeardError, match=r"telephone 1: no tone 'dial' within 4 s; heard busy 450 Hz -10 dBm0"):
        await telephone.hear_tone("dial", within=4)


async def test_hanging_up_forgets(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    near.ring(RingCadence())
    await telephone.rung(within=1)
    telephone.lift()
    office.plane.play(near.port, [CHINA.tone(CallProgress.BUSY)])
    await telephone.hear_tone("busy", within=4)
    telephone.hang_up()
    assert telephone.account() == "nothing"
    assert not telephone.rings


async def test_a_dead_line_is_noticed(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    office.card.line(1).cut()
    await trio.sleep(0.1)
    assert telephone.dead
    near.activate()
    office.plane.play(near.port, [a_tone(-10, 5)])
    assert (await telephone.listen(0.5)).dbm0 < -60
    office.card.line(1).mend()
    await trio.sleep(0.1)
    assert not telephone.dead
    assert (await telephone.listen(0.5)).dbm0 == pytest.approx(-10, abs=0.3)


async def test_a_reversal_is_noted(office: Office, autojump_clock: Clock) -> None:
    near, telephone = office.station(1)
    telephone.lift()
    await trio.sleep(0.2)
    near.set_polarity(True)
    await trio.sleep(0.2)
    near.set_polarity(False)
    await trio.sleep(0.2)
    assert [value for _, value in telephone.reversals] == [True, False]


async def test_a_telephone_without_display_costs_nothing_on_hook(office: Office, autojump_clock: Clock) -> None:
    near = office.card.open(1)
    telephone = Telephone(office.plane, office.card.far(1), caller_id=False)
    await trio.sleep(0.1)
    assert office.plane.statistics().active_ports == 0
    telephone.lift()
    await trio.sleep(0.1)
    assert office.plane.statistics().active_ports == 1
    telephone.hang_up()
    await trio.sleep(0.1)
    assert office.plane.statistics().active_ports == 0
    near.close()


async def test_a_telephone_needs_a_telephones_end(office: Office, autojump_clock: Clock) -> None:
    with pytest.raises(LocalError, match="TRUNK"):
        Telephone(office.plane, office.card.open(1))


async def test_the_boxs_trunk_calls_a_telephone_of_the_world(office: Office, autojump_clock: Clock) -> None:
    """A trunk's far end is an exchange's station: the world rings the box through it."""
    trunk, world = office.card.open(4), office.card.far(4)
    events: list[LineEvent] = []
    trunk.heard = events.append
    world.ring(RingCadence())
    await trio.sleep(0.5)
    trunk.off_hook()
    await trio.sleep(0.5)
    assert world.is_off_hook()
    assert [event.kind for event in events] == [LineEventKind.RING_BEGIN, LineEventKind.RING_END]
    with pytest.raises(HardwareError):
        trunk.ring(RingCadence())
