"""Caller ID by FSK: bytes from type to checksum, both modems, bad lines, damage told as damage, nothing from speech."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.bench.corpus import RATE, Wave, amplitude, music, speech, through_alaw
from hw.bench.digits import KEYS, Trial, noise, sound
from hw.callerid import CallerId, CallTime, mdmf, sdmf
from hw.native import lib
from hw.wave import Samples
from tests.detectors.ear import Detectors, silence

pytestmark = pytest.mark.native

BELL_202, V23 = (1200, 2200), (1300, 2100)
RANDOM = np.random.default_rng(4)
CALLER = CallerId("01065551234", "LI MING", CallTime(11, 23, 9, 32))
MESSAGES = {"SDMF": sdmf(CALLER), "MDMF": mdmf(CALLER)}


def bits_of(message: bytes, seizure: int = 300, mark: int = 180, after: int = 10) -> list[int]:
    """GR-30: seizure, mark, bytes with start and stop bit from the lowest bit, mark."""
    data = [bit for byte in message for bit in (0, *(byte >> place & 1 for place in range(8)), 1)]
    return [place % 2 for place in range(seizure)] + [1] * mark + data + [1] * after


def modulated(
    bits: list[int], modem: tuple[float, float] = BELL_202, dbm0: float = -13.5, baud: float = 1200, space_db: float = 0
) -> Wave:
    """FSK with unbroken phase; space_db: how much louder the space is than the mark."""
    place = (np.arange(int(len(bits) * RATE / baud)) * baud / RATE).astype(int)
    marks = np.array(bits)[place] == 1
    phase = 2 * np.pi * np.cumsum(np.where(marks, modem[0], modem[1])) / RATE
    return np.asarray(np.where(marks, amplitude(dbm0), amplitude(dbm0 + space_db)) * np.sin(phase))


def heard(wave: Wave | Samples, frame: int = 160) -> list[tuple[int, bytes]]:
    """Code (1 right, 0 wrong) and bytes of each message in what comes after a pause of any length."""
    pause = np.zeros(int(RANDOM.integers(800, 1600)))
    samples = through_alaw(np.concatenate([pause, wave, silence(300)]))
    return [(event.code, event.blob) for event in Detectors(lib.DETECT_CALLER_ID, frame).hear(samples)]


@pytest.mark.parametrize("frame", [80, 160])
@pytest.mark.parametrize("modem", [BELL_202, V23], ids=["Bell 202", "V.23"])
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
@pytest.mark.parametrize(
    "line",
    [
        {},
        {"dbm0": -3},
        {"dbm0": -40},
        {"baud": 1188},
        {"baud": 1212},
        {"space_db": -6},
        {"space_db": 6},
    ],
    ids=str,
)
def test_a_message_is_received_whole(
    message: bytes, modem: tuple[float, float], line: dict[str, float], frame: int
) -> None:
    for _ in range(3):
        assert heard(modulated(bits_of(message), modem, **line), frame) == [(1, message)]


@pytest.mark.parametrize("modem", [BELL_202, V23], ids=["Bell 202", "V.23"])
@pytest.mark.parametrize("off_hz", [-25, 25])
def test_a_modem_a_little_off_is_understood(modem: tuple[float, float], off_hz: float) -> None:
    message = MESSAGES["MDMF"]
    assert heard(modulated(bits_of(message), (modem[0] + off_hz, modem[1] + off_hz))) == [(1, message)]


@pytest.mark.parametrize("modem", [BELL_202, V23], ids=["Bell 202", "V.23"])
def test_noise_15_db_below_does_no_harm(modem: tuple[float, float]) -> None:
    message = MESSAGES["MDMF"]
    for _ in range(20):
        wave = modulated(bits_of(message), modem)
        assert heard(wave + noise(len(wave), -28.5, RANDOM)) == [(1, message)]


@pytest.mark.parametrize(("seizure", "mark"), [(100, 80), (60, 180), (300, 30), (0, 80)])
def test_a_shorter_seizure_or_mark_is_enough(seizure: int, mark: int) -> None:
    message = MESSAGES["SDMF"]
    assert heard(modulated(bits_of(message, seizure, mark))) == [(1, message)]


def test_marks_between_bytes_are_allowed() -> None:
    """GR-30: up to ten between two words."""
    message = MESSAGES["SDMF"]
    bits = bits_of(b"")[:-10]
    for byte in message:
        bits += bits_of(bytes([byte]), seizure=0, mark=0)
    assert heard(modulated(bits)) == [(1, message)]


def test_two_messages_in_one_pause_between_rings_are_both_received() -> None:
    wave = np.concatenate([modulated(bits_of(message)) for message in MESSAGES.values()])
    assert heard(wave) == [(1, message) for message in MESSAGES.values()]


def test_a_wrong_checksum_is_told_with_the_bytes() -> None:
    damaged = bytearray(MESSAGES["MDMF"])
    damaged[7] ^= 0x10
    assert heard(modulated(bits_of(bytes(damaged)))) == [(0, bytes(damaged))]


def test_a_message_that_breaks_off_is_told_as_wrong() -> None:
    message = MESSAGES["MDMF"]
    ((code, got),) = heard(modulated(bits_of(message[:12], after=0)))
    assert code == 0
    assert got[:11] == message[:11]


def test_the_event_says_when_the_message_ended() -> None:
    message = MESSAGES["SDMF"]
    wave = modulated(bits_of(message, after=0))
    (event,) = Detectors(lib.DETECT_CALLER_ID).hear(through_alaw(np.concatenate([wave, silence(200)])))
    assert abs(event.time - len(wave)) <= 160


@settings(deadline=None, derandomize=True, max_examples=60)
@given(kind=st.integers(0, 255), body=st.binary(max_size=255), modem=st.sampled_from([BELL_202, V23]))
def test_any_message_is_received_as_it_was_sent(kind: int, body: bytes, modem: tuple[float, float]) -> None:
    message = bytes([kind, len(body)]) + body
    message += bytes([-sum(message) % 256])
    samples = through_alaw(np.concatenate([silence(100), modulated(bits_of(message), modem), silence(100)]))
    for frame in (80, 160):
        (event,) = Detectors(lib.DETECT_CALLER_ID, frame).hear(samples)
        assert (event.kind, event.code, event.blob) == (lib.EVENT_CALLER_ID, 1, message)


def test_a_port_that_rests_in_a_message_tells_that_it_broke_off() -> None:
    message = MESSAGES["MDMF"]
    wave = modulated(bits_of(message))
    detectors = Detectors(lib.DETECT_CALLER_ID)
    assert detectors.hear(through_alaw(wave[: len(wave) * 9 // 10 // 160 * 160])) == []
    detectors.time += 800
    (event,) = detectors.hear(through_alaw(silence(20)))
    assert event.code == 0
    assert message.startswith(event.blob)


SOUNDS: dict[str, Any] = {
    "English": lambda: speech(10, "en"),
    "Mandarin": lambda: speech(10, "cmn-latn-pinyin"),
    "music": lambda: music(10),
    "digits": lambda: sound(Trial(""), KEYS * 20),
    "noise": lambda: through_alaw(noise(60 * RATE, -20, RANDOM)),
}


@pytest.mark.parametrize("what", SOUNDS)
def test_other_sound_is_no_message(what: str) -> None:
    assert Detectors(lib.DETECT_CALLER_ID).hear(SOUNDS[what]()) == []
