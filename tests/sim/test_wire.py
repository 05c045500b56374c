"""The wires of the simulated card, tick by tick, without a plane."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from hw.native import ffi, lib
from hw.sim.wire import CLEAR, Condition, Fault, NativeCard, Side

pytestmark = pytest.mark.native

SILENCE = {"a": 0xD5, "mu": 0xFF}


@pytest.fixture
def card() -> Iterator[NativeCard]:
    card = NativeCard(seed=7)
    yield card
    card.free()


def run(card: NativeCard, ends: list[Any], sent: list[bytes], frame: int = 160, start: int = 0) -> list[bytes]:
    """Ticks until everything is sent (all the same length); what each end received, one frame behind."""
    received = [bytearray() for _ in ends]
    out = ffi.new("uint8_t[]", frame * len(ends))
    for at in range(0, len(sent[0]), frame):
        tick = b"".join(octets[at : at + frame] for octets in sent)
        assert lib.sim_test_tick(card.pointer, ends, tick, out, len(ends), frame, start + at) >= 0
        for place, octets in enumerate(received):
            octets += bytes(ffi.buffer(out))[place * frame : (place + 1) * frame]
    return [bytes(octets) for octets in received]


def linear(octets: bytes, law: str = "a") -> np.ndarray[Any, np.dtype[np.float64]]:
    out = ffi.new("int16_t[]", len(octets))
    lib.g711_decode(lib.LAW_A if law == "a" else lib.LAW_MU, octets, out, len(octets))
    return np.frombuffer(bytes(ffi.buffer(out)), dtype=np.int16).astype(np.float64)


def alaw(samples: np.ndarray[Any, Any]) -> bytes:
    out = ffi.new("uint8_t[]", len(samples))
    lib.g711_encode(lib.LAW_A, ffi.from_buffer("int16_t[]", samples.astype(np.int16).tobytes()), out, len(samples))
    return bytes(ffi.buffer(out))


def dbm0(samples: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Full scale is a sine of +3.14 dBm0 (G.711)."""
    return 20 * math.log10(math.sqrt(float(np.mean(samples**2))) / (32768 / math.sqrt(2))) + 3.14


def sine(level_dbm0: float, seconds: float, hz: float = 1020.0) -> np.ndarray[Any, np.dtype[np.float64]]:
    t = np.arange(int(seconds * 8000))
    return 32768 * 10 ** ((level_dbm0 - 3.14) / 20) * np.sin(2 * np.pi * hz * t / 8000)


@pytest.mark.parametrize("law", ["a", "mu"])
@pytest.mark.parametrize("frame", [80, 160])
def test_bytes_pass_both_ways_one_frame_later(card: NativeCard, law: str, frame: int) -> None:
    wire = card.wire(law)
    dice = random.Random(1)
    sent = [dice.randbytes(frame * 50) for _ in range(2)]
    near, far = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], sent, frame)
    assert near == bytes([SILENCE[law]]) * frame + sent[1][:-frame]
    assert far == bytes([SILENCE[law]]) * frame + sent[0][:-frame]


def test_an_end_that_rests_is_silence_not_its_last_word(card: NativeCard) -> None:
    wire = card.wire()
    run(card, [wire.end(Side.FAR)], [bytes(range(160))])
    (first,) = run(card, [wire.end(Side.NEAR)], [bytes(160)], start=160)
    (later,) = run(card, [wire.end(Side.NEAR)], [bytes(320)], start=320)
    assert first == bytes(range(160))
    assert later == bytes([0xD5]) * 320


def test_wires_do_not_hear_each_other(card: NativeCard) -> None:
    wires = [card.wire() for _ in range(20)]
    dice = random.Random(2)
    sent = [dice.randbytes(1600) for _ in wires]
    ends = [w.end(Side.NEAR) for w in wires] + [w.end(Side.FAR) for w in wires]
    received = run(card, ends, sent + [bytes(1600)] * 20)
    assert [r[160:] for r in received[20:]] == [s[:-160] for s in sent]


@pytest.mark.parametrize("loss", [3.0, 6.0, 12.0, 30.0])
def test_loss_is_as_ordered_and_only_that_way(card: NativeCard, loss: float) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(loss_db=loss))
    octets = alaw(sine(-10, 1.0))
    near, far = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], [octets, octets])
    assert dbm0(linear(near)[160:]) == pytest.approx(-10 - loss, abs=0.1)
    assert far[160:] == octets[:-160]


@pytest.mark.parametrize("level", [-25.0, -40.0, -55.0])
def test_noise_has_its_level_and_is_white(card: NativeCard, level: float) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(noise_dbm0=level))
    (near,) = run(card, [wire.end(Side.NEAR)], [bytes(16000)])
    noise = linear(near)
    assert dbm0(noise) == pytest.approx(level, abs=0.3)
    power = np.abs(np.fft.rfft(noise)) ** 2
    bands = [float(np.mean(part)) for part in np.array_split(power[1:], 8)]
    assert max(bands) / min(bands) < 1.5  # 1.8 dB


@pytest.mark.parametrize("delay_ms", [0.0, 4.0, 60.0, 400.0])
@pytest.mark.parametrize("frame", [80, 160])
def test_an_echo_comes_back_as_weak_and_as_late_as_ordered(card: NativeCard, delay_ms: float, frame: int) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(echo_return_loss_db=12.0, echo_delay_ms=delay_ms))
    dice = np.random.default_rng(3)
    spoken = np.clip(dice.normal(0, 3000, 16000), -30000, 30000)
    (near,) = run(card, [wire.end(Side.NEAR)], [alaw(spoken)], frame)
    heard = linear(near)
    lag = int(np.argmax(np.correlate(heard, spoken[:8000], "valid")))
    assert lag == frame + round(delay_ms * 8)
    assert dbm0(heard[4000:]) == pytest.approx(dbm0(spoken) - 12, abs=0.3)


def test_the_far_party_is_heard_together_with_the_echo(card: NativeCard) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(loss_db=6.0, echo_return_loss_db=20.0, noise_dbm0=-50.0))
    near, _ = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], [alaw(sine(-10, 1, 400)), alaw(sine(-10, 1, 1800))])
    spectrum = np.abs(np.fft.rfft(linear(near)[320:7520])) / 3600  # amplitude per 1.11 Hz
    level = {hz: 20 * math.log10(spectrum[round(hz * 0.9)] / 32768) + 3.14 for hz in (400, 1800)}
    assert level[400] == pytest.approx(-30, abs=0.3)
    assert level[1800] == pytest.approx(-16, abs=0.3)


def test_a_cleared_condition_leaves_the_bytes_alone(card: NativeCard) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(loss_db=6.0, echo_return_loss_db=20.0, noise_dbm0=-50.0))
    wire.condition(Side.NEAR, CLEAR)
    sent = random.Random(4).randbytes(1600)
    near, _ = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], [bytes(1600), sent])
    assert near[160:] == sent[:-160]


@pytest.mark.parametrize(
    "bad",
    [
        Condition(loss_db=-1),
        Condition(loss_db=math.nan),
        Condition(noise_dbm0=0.0),
        Condition(noise_dbm0=-1000.0),
        Condition(echo_return_loss_db=61),
        Condition(echo_delay_ms=401),
        Condition(echo_delay_ms=math.nan),
    ],
    ids=str,
)
def test_impossible_conditions_are_refused(card: NativeCard, bad: Condition) -> None:
    with pytest.raises(ValueError, match="must be"):
        card.wire().condition(Side.NEAR, bad)


def test_a_fault_hides_the_other_end(card: NativeCard) -> None:
    wire = card.wire()
    ends = [wire.end(Side.NEAR), wire.end(Side.FAR)]
    octets = bytes(range(160))
    run(card, ends, [octets, octets])
    for start, fault, expected in ((160, Fault.SILENT, 0xD5), (320, Fault.ALL_ONES, 0xFF)):
        wire.fault(Side.NEAR, fault)
        near, far = run(card, ends, [octets, octets], start=start)
        assert near == bytes([expected]) * 160
        assert far == octets
    wire.fault(Side.NEAR, Fault.SOUND)
    assert run(card, ends, [octets, octets], start=480) == [octets, octets]


def test_a_removed_end_is_gone_and_its_successor_is_not(card: NativeCard) -> None:
    wire = card.wire()
    old, far = wire.end(Side.NEAR), wire.end(Side.FAR)
    run(card, [old, far], [bytes(160)] * 2)
    wire.remove(Side.NEAR)
    fresh = wire.end(Side.NEAR)
    assert fresh != old
    out = ffi.new("uint8_t[]", 480)
    sent = bytes([1]) * 160 + bytes([2]) * 160 + bytes([3]) * 160
    for time in (160, 320):
        assert lib.sim_test_tick(card.pointer, [old, fresh, far], sent, out, 3, 160, time) == 1
    received = bytes(ffi.buffer(out))
    assert received == bytes([0xD5]) * 160 + bytes([3]) * 160 + bytes([2]) * 160


def test_a_source_delivers_its_loop_from_its_own_place(card: NativeCard) -> None:
    loop = bytes(range(250))
    supply = card.supply(loop)
    first, second = run(card, [supply.end(), supply.end(249)], [bytes(800)] * 2)
    assert first == (loop * 4)[:800]
    assert second == (loop * 5)[249:1049]
    with pytest.raises(ValueError, match="no bytes"):
        card.supply(b"")


def noisy(seed: int) -> list[bytes]:
    card = NativeCard(seed)
    wires = [card.wire() for _ in range(3)]
    for wire in wires:
        wire.condition(Side.NEAR, Condition(noise_dbm0=-30.0))
    try:
        return run(card, [w.end(Side.NEAR) for w in wires], [bytes(800)] * 3)
    finally:
        card.free()


def test_the_same_seed_gives_the_same_noise_and_another_another() -> None:
    assert noisy(5) == noisy(5)
    assert noisy(5) != noisy(6)
    assert len(set(noisy(5))) == 3


def test_a_looped_end_hears_itself_one_frame_later(card: NativeCard) -> None:
    wire = card.wire()
    wire.fault(Side.NEAR, Fault.LOOPED)
    sent = [random.Random(2).randbytes(1600), random.Random(3).randbytes(1600)]
    near, far = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], sent)
    assert near[160:] == sent[0][:-160]
    assert far[160:] == sent[0][:-160], "the far end hears on"


def test_bit_errors_are_as_many_as_said_and_single(card: NativeCard) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(bit_errors=1e-3))
    sent = random.Random(4).randbytes(160 * 500)
    near, _ = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], [bytes(len(sent)), sent])
    wrong = [bin(a ^ b).count("1") for a, b in zip(near[160:], sent, strict=False)]
    assert max(wrong) == 1
    assert sum(wrong) == pytest.approx(len(sent) * 8 * 1e-3, rel=0.15)


def test_an_error_spoils_as_many_octets_as_said(card: NativeCard) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(bit_errors=4e-6, error_octets=40))
    sent = random.Random(5).randbytes(160 * 500)
    near, _ = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], [bytes(len(sent)), sent])
    places = [at for at, (a, b) in enumerate(zip(near[160:], sent, strict=False)) if a != b]
    bursts = [at for before, at in zip([-100, *places], places, strict=False) if at - before > 40]
    assert 1 <= len(bursts) <= 20
    assert len(places) == pytest.approx(len(bursts) * 40, rel=0.1)


def test_a_slip_says_an_octet_twice_and_the_next_one_leaves_one_out(card: NativeCard) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(slip_samples=800))
    sent = bytes(at % 251 for at in range(3200))
    near, _ = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], [bytes(len(sent)), sent])
    heard = near[160:]
    assert heard[:640] == sent[:640]
    assert heard[640:1440] == sent[639:1439], "late by one octet, the last one before twice"
    assert heard[1440:2240] == sent[1440:2240], "in time again, one octet left out"


def test_an_echo_has_the_shape_of_its_impulse_response(card: NativeCard) -> None:
    wire = card.wire()
    wire.condition(Side.NEAR, Condition(echo_return_loss_db=0.0, echo_shape=(0.0, 0.5, 0.0, -0.25)))
    click = np.zeros(480)
    click[0] = 16000
    near, _ = run(card, [wire.end(Side.NEAR), wire.end(Side.FAR)], [alaw(click), alaw(np.zeros(480))])
    heard = linear(near)[160:168]
    assert heard[1] == pytest.approx(8000, rel=0.05)
    assert heard[3] == pytest.approx(-4000, rel=0.05)
    assert max(abs(heard[[0, 2, 4, 5]])) < 20
