"""What we send is what our own detectors hear, over A-law: tones of every country, digits, R2 codes, caller ID."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from hw.callerid import CallerId, CallTime, mdmf, message_waiting, parse_fsk, parse_message_waiting, sdmf
from hw.fsk import V23, fsk
from hw.native import ffi, lib
from hw.tone_patterns import CallProgress, TonePatterns
from hw.tone_plan import tone_plan, tone_plans
from hw.tones import Tone, dtmf, r2_backward, r2_forward
from hw.wave import Samples

pytestmark = pytest.mark.native

BEFORE_MS = 500


class Heard(NamedTuple):
    kind: int
    code: int
    ms: float  # since the sound began
    a: int
    blob: bytes


def over_the_wire(samples: Samples, after_ms: int) -> Samples:
    """Through A-law and back, in silence as a digital line has it."""
    line = np.concatenate([np.zeros(BEFORE_MS * 8, np.int16), samples, np.zeros(after_ms * 8, np.int16)])
    coded = np.zeros(len(line), np.uint8)
    lib.g711_encode(lib.LAW_A, ffi.from_buffer("int16_t[]", line), ffi.from_buffer("uint8_t[]", coded), len(line))
    lib.g711_decode(lib.LAW_A, ffi.from_buffer("uint8_t[]", coded), ffi.from_buffer("int16_t[]", line), len(line))
    return line


def hear(
    kinds: int, samples: Samples, patterns: TonePatterns | None = None, *, frame: int = 160, after_ms: int = 500
) -> list[Heard]:
    line = over_the_wire(samples, after_ms)
    settings: Any = ffi.new("struct detect_settings *")
    settings.kinds = kinds
    settings.plan = patterns.pointer if patterns else ffi.NULL
    settings.speech_dbm0 = -38
    settings.level_interval_ms = 1000
    detector = ffi.gc(lib.detector_new(settings), lib.detector_free)
    assert detector != ffi.NULL
    events, blobs = ffi.new("struct event[]", 500), ffi.new("uint8_t[]", 5000)
    count = lib.detector_hear(
        detector, ffi.from_buffer("int16_t[]", line), len(line), frame, 0, events, 500, blobs, len(blobs)
    )
    assert 0 <= count < 500
    all_blobs = bytes(ffi.buffer(blobs))
    return [
        Heard(e.kind, e.code, e.time / 8 - BEFORE_MS, e.a, all_blobs[e.blob_at : e.blob_at + e.blob_len])
        for e in events[0:count]
    ]


def sound(tone: Tone, ms: float | None = None) -> Samples:
    return np.frombuffer(tone.preview(tone.ms or 0 if ms is None else ms), np.int16)


@pytest.mark.parametrize("frame", [80, 160])
def test_the_digits_that_are_sent_are_heard(frame: int) -> None:
    digits = "0123456789*#ABCD"
    heard = hear(lib.DETECT_DTMF, sound(dtmf(digits)), frame=frame)
    assert "".join(chr(e.code) for e in heard if e.kind == lib.EVENT_DTMF_DOWN) == digits
    assert all(abs(e.a / 8 - 80) < 25 for e in heard if e.kind == lib.EVENT_DTMF_UP)


@pytest.mark.parametrize("code", range(1, 16))
def test_each_r2_code_is_heard_in_its_direction(code: int) -> None:
    for tone, kind, direction in (
        (r2_forward(code), lib.DETECT_R2_FORWARD, 0),
        (r2_backward(code), lib.DETECT_R2_BACKWARD, 1),
    ):
        heard = hear(kind, sound(tone, 200))
        assert [(e.kind, e.code, e.a) for e in heard] == [
            (lib.EVENT_R2_ON, code, direction),
            (lib.EVENT_R2_OFF, code, direction),
        ]


def test_caller_id_that_is_sent_is_received_whole() -> None:
    caller = CallerId("01065551234", "张三", CallTime(11, 23, 7, 59))
    for message, clip in (
        (mdmf(caller), fsk(mdmf(caller))),
        (sdmf(caller), fsk(sdmf(caller))),
        (mdmf(caller), fsk(mdmf(caller), V23)),
        (mdmf(caller), fsk(mdmf(caller), dbm0=-30)),
    ):
        (heard,) = hear(lib.DETECT_CALLER_ID, clip.samples())
        assert (heard.kind, heard.code, heard.blob) == (lib.EVENT_CALLER_ID, 1, message)
        assert parse_fsk(heard.blob).number == "01065551234"


def test_a_lit_message_lamp_is_received() -> None:
    (heard,) = hear(lib.DETECT_CALLER_ID, fsk(message_waiting(True)).samples())
    assert parse_message_waiting(heard.blob)


COUNTRIES = sorted(tone_plans())
# Tones that sound like another one of the same country, which is then what is found.
ALIKE = {("jp", CallProgress.CONGESTION): CallProgress.BUSY, ("my", CallProgress.CONGESTION): CallProgress.BUSY}
# As deeply modulated by 50 Hz as we send it, a quarter of its power is where the detector hears other sound. How deep
# the exchanges there do it is not known; up to 0.7 it is found.
UNCERTAIN = {("th", CallProgress.DIAL)}


def expected(country: str, which: CallProgress) -> set[CallProgress]:
    found = {CallProgress.of(pattern.number) for pattern in tone_plan(country).found}
    if which is CallProgress.SPECIAL_DIAL and tone_plan(country).tone(which).loop_from is None:
        return {CallProgress.DIAL}  # it stutters, and then is dial tone
    return {which} & found | ({ALIKE[country, which]} if (country, which) in ALIKE else set())


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_tone_is_found_when_it_sounds_and_no_other_one(country: str) -> None:
    plan = tone_plan(country)
    for which in sorted(which for which in CallProgress if (country, which) not in UNCERTAIN):
        # The longest pause in a cadence is over after 6 s: what does not sound on by then has ended.
        heard = hear(lib.DETECT_TONES, sound(plan.tone(which), 12_000), plan.listen(), after_ms=6000)
        began = {CallProgress.of(e.code) for e in heard if e.kind == lib.EVENT_TONE_BEGIN}
        assert (which, began) == (which, expected(country, which))
        assert len(heard) % 2 == 0
        assert {e.code for e in heard[::2]} == {e.code for e in heard[1::2] if e.kind == lib.EVENT_TONE_END}


def told_at(country: str, which: CallProgress, ms: int, patterns: TonePatterns) -> bool:
    """Is the tone known after so many ms of it?"""
    plan = tone_plan(country)
    heard = hear(lib.DETECT_TONES, sound(plan.tone(which), ms), patterns, after_ms=0)
    return any(CallProgress.of(e.code) is which and e.kind == lib.EVENT_TONE_BEGIN for e in heard)


def test_busy_of_china_is_known_within_2500_ms() -> None:
    assert told_at("cn", CallProgress.BUSY, 2100, tone_plan("cn").listen())


def test_dial_tone_is_known_at_once_before_dialling_and_after_4_s_during_a_call() -> None:
    plan = tone_plan("cn")
    assert told_at("cn", CallProgress.DIAL, 400, plan.listen({CallProgress.DIAL}, continuous_ms=300))
    assert not told_at("cn", CallProgress.DIAL, 3900, plan.listen())
    assert told_at("cn", CallProgress.DIAL, 4200, plan.listen())
