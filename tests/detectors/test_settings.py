"""All detectors of a port: what is refused, that kinds do not disturb each other, that no samples can harm them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hw.bench.corpus import speech, through_alaw
from hw.bench.digits import KEYS, Trial, sound
from hw.native import ffi, lib
from hw.tone_plan import tone_plan
from hw.tones import r2_backward, r2_forward
from hw.wave import Samples
from tests.detectors.ear import Detectors, ms, silence
from tests.detectors.test_fsk import MESSAGES, bits_of, modulated

pytestmark = pytest.mark.native

ALL_BUT_TONES = lib.DETECT_ALL & ~lib.DETECT_TONES


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (256, {}),
        (0xFFFFFFFF, {}),
        (lib.DETECT_TONES, {}),
        (lib.DETECT_LEVEL, {"level_interval_ms": 0}),
        (lib.DETECT_LEVEL, {"level_interval_ms": 19}),
        (lib.DETECT_LEVEL, {"level_interval_ms": 60_001}),
        (lib.DETECT_SPEECH, {"speech_dbm0": float("nan")}),
        (lib.DETECT_SPEECH, {"speech_dbm0": float("inf")}),
        (lib.DETECT_SPEECH, {"speech_dbm0": -71}),
        (lib.DETECT_SPEECH, {"speech_dbm0": 3.5}),
        (lib.DETECT_SPEECH, {"speech_min_ms": 60_001}),
        (lib.DETECT_SPEECH, {"speech_hangover_ms": 60_001}),
        (lib.DETECT_SPEECH, {"silence_timeout_ms": 86_400_001}),
    ],
)
def test_nonsense_is_refused(kinds: int, wanted: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="refused"):
        Detectors(kinds, **wanted)


def test_settings_of_kinds_that_are_off_do_not_matter() -> None:
    Detectors(lib.DETECT_DTMF, level_interval_ms=0, speech_dbm0=float("nan"), speech_min_ms=0xFFFFFFFF)
    assert Detectors(0).hear(np.zeros(800, np.int16)) == []


@pytest.mark.parametrize("frame", [0, 1, -160, 79, 81, 240])
def test_only_the_planes_frames_are_heard(frame: int) -> None:
    raw: Any = ffi.new("struct detect_settings *")
    detector = ffi.gc(lib.detector_new(raw), lib.detector_free)
    samples = ffi.new("int16_t[]", 400)
    assert lib.detector_hear(detector, samples, 400, frame, 0, ffi.NULL, 0, ffi.NULL, 0) == -1


def test_what_does_not_fit_is_dropped_and_nothing_written_beyond() -> None:
    samples = through_alaw(np.concatenate([modulated(bits_of(MESSAGES["SDMF"])), silence(200)]))
    raw: Any = ffi.new("struct detect_settings *")
    raw.kinds = lib.DETECT_CALLER_ID
    for room, bytes_room in ((0, 1000), (1, 5), (1, 1000)):
        detector = ffi.gc(lib.detector_new(raw), lib.detector_free)
        events, blobs = ffi.new("struct event[]", room), ffi.new("uint8_t[]", bytes_room)
        heard = lib.detector_hear(
            detector,
            ffi.from_buffer("int16_t[]", samples),
            len(samples) // 160 * 160,
            160,
            0,
            events,
            room,
            blobs,
            bytes_room,
        )
        assert heard == (1 if room and bytes_room >= len(MESSAGES["SDMF"]) else 0)


def day() -> Samples:
    """A little of everything that can come down a line."""
    r2 = [np.frombuffer(tone(5).preview(200), np.int16) for tone in (r2_forward, r2_backward)]
    parts = [
        sound(Trial(""), KEYS),
        speech(10, "en")[:160_000],
        *r2,
        modulated(bits_of(MESSAGES["MDMF"])),
        silence(200),
    ]
    samples = np.concatenate([part for one in parts for part in (one, silence(60))])
    return through_alaw(np.concatenate([samples, np.zeros(-len(samples) % 160)]))


def test_all_detectors_together_hear_what_each_hears_alone_in_either_frame() -> None:
    samples = day()
    kinds = [1 << place for place in range(8) if 1 << place & ALL_BUT_TONES]
    alone = sorted(event for kind in kinds for event in Detectors(kind).hear(samples))
    assert {event.kind for event in alone} >= {
        lib.EVENT_DTMF_UP, lib.EVENT_R2_OFF, lib.EVENT_CALLER_ID, lib.EVENT_SPEECH_END, lib.EVENT_LEVEL,
    }  # fmt: skip
    for frame in (80, 160):
        assert sorted(Detectors(ALL_BUT_TONES, frame).hear(samples)) == alone


def test_call_progress_tones_are_heard_beside_the_rest() -> None:
    patterns = tone_plan("cn").listen()
    busy = 450 / 8000 * 2 * np.pi * np.arange(ms(350))
    wave = np.concatenate([np.concatenate([4000 * np.sin(busy), silence(350)]) for _ in range(4)])
    heard = Detectors(lib.DETECT_TONES | lib.DETECT_LEVEL, plan=patterns.pointer).hear(through_alaw(wave))
    assert {event.kind for event in heard} == {lib.EVENT_TONE_BEGIN, lib.EVENT_LEVEL}


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    samples=st.one_of(
        arrays.arrays(np.int16, st.integers(0, 4000)),
        arrays.arrays(np.int16, st.integers(0, 4000), elements=st.sampled_from([-32768, 32767])),
    ),
    kinds=st.integers(0, 255).map(lambda kinds: kinds & ALL_BUT_TONES),
    start=st.integers(0, 2**63),
)
def test_no_samples_and_no_time_can_harm(samples: Samples, kinds: int, start: int) -> None:
    heard = []
    for frame in (80, 160):
        detectors = Detectors(kinds, frame)
        detectors.time = start
        heard.append(detectors.hear(np.concatenate([samples, np.zeros(-len(samples) % 160, np.int16)])))
    assert heard[0] == heard[1]


def test_a_minute_of_garbage_of_any_loudness_does_no_harm() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        samples = random.integers(-(2 ** random.integers(1, 16)), 2 ** random.integers(1, 15), 24_000).astype(np.int16)
        samples[random.random(len(samples)) < random.random()] = random.choice([-32768, 0, 32767])
        Detectors(ALL_BUT_TONES).hear(samples)


def test_a_clock_that_jumps_about_does_no_harm() -> None:
    random, detectors, samples = np.random.default_rng(6), Detectors(ALL_BUT_TONES), day()
    for at in range(0, len(samples) - 160, 160):
        if random.random() < 0.05:
            detectors.time = int(random.integers(0, 2**40))
        detectors.hear(samples[at : at + 160])
