"""Our tone plans beside those of libtonezone, which Debian's `dahdi` brings; where they differ, the reason."""

from __future__ import annotations

from typing import Any

import cffi
import pytest

from hw.tone_patterns import CallProgress
from hw.tone_plan import parse_tone, tone_plan, tone_plans
from hw.tones import ToneError

# DAHDI_TONE_* of dahdi/user.h.
ZONE_TONES = {
    0: CallProgress.DIAL,
    1: CallProgress.BUSY,
    2: CallProgress.RINGBACK,
    3: CallProgress.CONGESTION,
    4: CallProgress.CALL_WAITING,
    6: CallProgress.RECORDER_WARNING,
    10: CallProgress.SPECIAL_DIAL,
}
NOT_THERE = {"hk", "kr", "vn", "id"}
DIFFERENT = {
    (
        "jp",
        CallProgress.RINGBACK,
    ): "400+15 there: E.180 has 400 Hz modulated by 15 to 20 Hz; 15 Hz alone cannot be heard",
    ("jp", CallProgress.CALL_WAITING): "400+16 there: the same",
    ("th", CallProgress.CALL_WAITING): "10000 Hz there",
    ("de", CallProgress.CALL_WAITING): "ends after five times there",
    ("my", CallProgress.SPECIAL_DIAL): "450+425 there: a beat that sounds like no dial tone",
    ("ph", CallProgress.SPECIAL_DIAL): "made of 350+440 there, while dial tone is 425",
    ("in", CallProgress.SPECIAL_DIAL): "made of 350+440 there, while dial tone is 400*25",
    ("cn", CallProgress.SPECIAL_DIAL): "450+425 there: the standard has 450 Hz, 400/40",
}


def zones() -> dict[str, tuple[list[int], dict[int, str]]]:
    """libtonezone's data: ring cadence and tones by country."""
    ffi: Any = cffi.FFI()
    ffi.cdef("""
        struct tone_zone_sound { int toneid; char data[256]; };
        struct tone_zone {
            int zone; char country[10]; char description[40]; int ringcadence[16];
            struct tone_zone_sound tones[16];
            int dtmf_high_level, dtmf_low_level, mfr1_level, mfr2_level;
        };
        struct tone_zone *tone_zone_find(char *country);
    """)
    try:
        library = ffi.dlopen("libtonezone.so.2.0")
    except OSError as error:
        pytest.skip(f"no libtonezone here: {error}", allow_module_level=True)
    found = {}
    for country in tone_plans():
        zone = library.tone_zone_find({"gb": b"uk"}.get(country, country.encode()))
        if zone != ffi.NULL:
            tones = {sound.toneid: ffi.string(sound.data).decode() for sound in zone.tones if sound.data[0] != b"\0"}
            found[country] = [ms for ms in zone.ringcadence if ms], tones
    return found


ZONES = zones()


def test_libtonezone_knows_all_but_four_of_our_countries() -> None:
    assert set(tone_plans()) - set(ZONES) == NOT_THERE


@pytest.mark.parametrize("country", sorted(ZONES))
def test_ring_cadences_are_those_of_libtonezone(country: str) -> None:
    assert list(tone_plan(country).ring_ms) == ZONES[country][0]


def same(country: str, toneid: int) -> bool:
    """True if both send the same frequencies, modulations and lengths."""
    try:
        theirs, their_loop = parse_tone(ZONES[country][1][toneid], 0.0)
    except ToneError:
        return False
    ours = tone_plan(country).tone(ZONE_TONES[toneid])
    return their_loop == ours.loop_from and [(s.hz, s.am_hz, s.ms) for s in theirs] == [
        (s.hz, s.am_hz, s.ms) for s in ours.segments
    ]


@pytest.mark.parametrize("toneid", sorted(ZONE_TONES))
@pytest.mark.parametrize("country", sorted(ZONES))
def test_tones_are_those_of_libtonezone_unless_there_is_a_reason(country: str, toneid: int) -> None:
    if toneid in ZONES[country][1]:
        assert same(country, toneid) is ((country, ZONE_TONES[toneid]) not in DIFFERENT)


def test_vacant_number_of_china_is_libtonezones_information_tone() -> None:
    theirs, loop = parse_tone(ZONES["cn"][1][7], 0.0)
    ours = tone_plan("cn").tone(CallProgress.VACANT)
    assert [(s.hz, s.ms) for s in theirs] == [(s.hz, s.ms) for s in ours.segments]
    assert loop == ours.loop_from
