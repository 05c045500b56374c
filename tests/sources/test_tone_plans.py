"""National tone plans: China as it is in the field, every plan whole, and errors that say where and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.tone_patterns import PATTERNS_MAX, CallProgress, Pattern, TonePatterns
from hw.tone_plan import SHIPPED, TonePlan, parse_cadence, parse_tone, read_tone_plans, tone_plan, tone_plans
from hw.tones import Tone, ToneError

pytestmark = pytest.mark.native

COUNTRIES = sorted(tone_plans())


def programme(tone: Tone) -> tuple[list[tuple[tuple[float, ...], float | None]], int | None]:
    return [(segment.hz, segment.ms) for segment in tone.segments], tone.loop_from


ON = (450.0,)


@pytest.mark.parametrize(
    ("which", "cadence"),
    [
        (CallProgress.RINGBACK, [(ON, 1000), ((), 4000)]),
        (CallProgress.BUSY, [(ON, 350), ((), 350)]),
        (CallProgress.CONGESTION, [(ON, 700), ((), 700)]),
        (CallProgress.VACANT, [(ON, 100), ((), 100)] * 3 + [(ON, 400), ((), 400)]),
        (CallProgress.CALL_WAITING, [(ON, 400), ((), 4000)]),
        (CallProgress.TOLL_NOTICE, [(ON, 200), ((), 200), (ON, 200), ((), 600)]),
        (CallProgress.THREE_WAY, [((1400.0,), 400), ((), 10_000)]),
        (CallProgress.RECORDER_WARNING, [((950.0,), 400), ((), 10_000)]),
    ],
)
def test_china_sends_what_the_field_has(which: CallProgress, cadence: list[object]) -> None:
    tone = tone_plan("cn").tone(which)
    assert programme(tone) == (cadence, 0)
    assert {level for segment in tone.segments for level in segment.dbm0} == {-10}


def test_china_has_a_continuous_dial_tone_and_rings_1_s_in_5() -> None:
    assert programme(tone_plan("cn").tone(CallProgress.DIAL)) == ([(ON, None)], None)
    assert tone_plan("cn").ring_ms == (1000, 4000)


def test_the_howler_of_china_rises_in_five_levels_and_stays_at_the_last() -> None:
    howler = tone_plan("cn").tone(CallProgress.HOWLER)
    levels = [segment.dbm0[0] for segment in howler.segments]
    assert len(levels) == 5
    assert levels == sorted(set(levels))
    assert {segment.hz for segment in howler.segments} == {(950.0,)}
    assert howler.ms is None
    assert howler.loop_from is None


def test_china_listens_for_both_forms_of_call_waiting_under_one_name() -> None:
    patterns = tone_plan("cn").patterns({CallProgress.CALL_WAITING})
    assert [pattern.cadence_ms for pattern in patterns] == [(400, 4000), (400, 400, 400, 4000)]
    assert len({pattern.number for pattern in patterns}) == 2
    assert {CallProgress.of(pattern.number) for pattern in patterns} == {CallProgress.CALL_WAITING}


def test_the_numbers_of_the_tones_are_fixed() -> None:
    assert {which.name: which.value for which in CallProgress} == {
        "DIAL": 1,
        "SPECIAL_DIAL": 2,
        "RINGBACK": 3,
        "BUSY": 4,
        "CONGESTION": 5,
        "VACANT": 6,
        "SPECIAL_INFORMATION": 7,
        "HOWLER": 8,
        "CALL_WAITING": 9,
        "TOLL_NOTICE": 10,
        "THREE_WAY": 11,
        "RECORDER_WARNING": 12,
    }
    with pytest.raises(ValueError, match="99"):
        CallProgress.of(99)


def test_there_are_plans_for_china_its_neighbours_and_some_others() -> None:
    neighbours = {"cn", "hk", "mo", "tw", "jp", "kr", "in", "my", "sg", "th", "vn", "id", "ph"}
    assert neighbours | {"us", "gb", "de", "fr", "ru"} == set(COUNTRIES)


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_plan_sends_every_tone_and_finds_the_end_of_a_call(country: str) -> None:
    plan = tone_plan(country)
    assert set(plan.tones) == set(CallProgress)
    assert all(tone.preview(400).tobytes().strip(b"\0") for tone in plan.tones.values())
    found = {CallProgress.of(pattern.number) for pattern in plan.patterns()}
    assert {CallProgress.DIAL, CallProgress.RINGBACK, CallProgress.BUSY} <= found


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_tone_has_the_level_of_the_plan_whatever_it_is_made_of(country: str) -> None:
    for which in (CallProgress.DIAL, CallProgress.RINGBACK, CallProgress.BUSY):
        first = tone_plan(country).tone(which).segments[0]
        total = sum(10 ** (level / 10) for level in first.dbm0)
        quieter = {CallProgress.RINGBACK: 6, CallProgress.BUSY: 11}.get(which, 0) if country == "us" else 0
        assert total == pytest.approx(10 ** ((-10 - quieter) / 10))


@pytest.mark.parametrize("country", COUNTRIES)
def test_busy_needs_three_bursts_or_two_slow_ones(country: str) -> None:
    for pattern in tone_plan(country).patterns({CallProgress.BUSY}):
        assert pattern.cycles == (2 if sum(pattern.cadence_ms) > 1200 else 3)


def test_busy_of_china_is_certain_within_2500_ms_and_congestion_after_two_cycles() -> None:
    (busy,) = tone_plan("cn").patterns({CallProgress.BUSY})
    assert busy.cycles * sum(busy.cadence_ms) == 2100
    assert (busy.hz, busy.tolerance_hz, busy.cadence_tolerance) == ((450,), 25, 0.15)
    (congestion,) = tone_plan("cn").patterns({CallProgress.CONGESTION})
    assert congestion.cycles == 2


@pytest.mark.parametrize("country", COUNTRIES)
def test_dial_tone_is_the_end_of_a_call_after_4_s_and_the_beginning_of_one_at_once(country: str) -> None:
    plan = tone_plan(country)
    assert {pattern.min_ms for pattern in plan.patterns() if not pattern.cadence_ms} == {4000}
    (before_dialling,) = plan.patterns({CallProgress.DIAL}, continuous_ms=300)
    assert (before_dialling.cadence_ms, before_dialling.min_ms) == ((), 300)


def test_a_burst_of_ring_back_is_not_to_be_taken_for_dial_tone() -> None:
    with pytest.raises(ToneError, match=r"tone dial: after 300 ms it could still be .* ringback; give .* over 1150"):
        tone_plan("cn").patterns(continuous_ms=300)


def test_asking_for_a_tone_that_cannot_be_found_says_so() -> None:
    with pytest.raises(
        ToneError, match=r"country jp, tone congestion: there is no pattern.*some of dial, ringback, busy"
    ):
        tone_plan("jp").patterns({CallProgress.CONGESTION})


def test_a_country_without_a_plan_says_which_there_are() -> None:
    with pytest.raises(ToneError, match="'atlantis'; use one of cn, hk"):
        tone_plan("atlantis")


@pytest.mark.parametrize(
    ("text", "segments", "loop_from"),
    [
        ("450", [((450.0,), None)], None),
        ("450/350,0/350", [((450.0,), 350), ((), 350)], 0),
        ("!425/100, !0/100, 425", [((425.0,), 100), ((), 100), ((425.0,), None)], None),
        ("!950/330,1400/330,0/1000", [((950.0,), 330), ((1400.0,), 330), ((), 1000)], 1),
        ("!950/330,!1400/330", [((950.0,), 330), ((1400.0,), 330)], None),
        ("350+440/62.5,0/100", [((350.0, 440.0), 62.5), ((), 100)], 0),
    ],
)
def test_a_tone_is_written_as_in_zone_files(text: str, segments: list[object], loop_from: int | None) -> None:
    parsed, loop = parse_tone(text, -10.0)
    assert ([(segment.hz, segment.ms) for segment in parsed], loop) == (segments, loop_from)


def test_level_and_modulation_can_be_written_too() -> None:
    (segment,), _ = parse_tone("400*25@-13.5", -10.0)
    assert (segment.hz, segment.dbm0, segment.am_hz) == ((400.0,), (-13.5,), 25.0)


@pytest.mark.parametrize(
    ("text", "hz", "cadence_ms"),
    [
        ("!425/100,!0/100,425", (425,), ()),
        ("425*24/400,0/200,425*24/400,0/2000", (425,), (400, 200, 400, 2000)),
        ("!950/330,480+620/500,0/500", (480, 620), (500, 500)),
    ],
)
def test_what_repeats_in_a_tone_is_what_is_listened_for(
    text: str, hz: tuple[float, ...], cadence_ms: tuple[int, ...]
) -> None:
    assert parse_cadence(text) == (hz, cadence_ms)


@pytest.mark.parametrize("text", ["950/330,1400/330,0/1000", "!450/100", "450/100,0/100,450/100", "0/100,450/100", "0"])
def test_what_is_not_one_frequency_on_and_off_cannot_be_listened_for(text: str) -> None:
    with pytest.raises(ToneError, match="say detect = false"):
        parse_cadence(text)


GOOD = """
[default.tones]
vacant = "950/330,1400/330,1800/330,0/1000"
special_information = "950/330,1400/330,1800/330,0/1000"
howler = "950"
toll_notice = "425/200,0/200"
three_way = "1400/400,0/10000"
recorder_warning = "1400/400,0/10000"

[xx]
name = "Nowhere"
source = "a test"
ring_ms = [1000, 4000]
dbm0 = -10.0
[xx.tones]
dial = "425"
special_dial = "425/400,0/40"
ringback = "425/1000,0/4000"
busy = { send = "425/500,0/500", cycles = 3 }
congestion = "425/250,0/250"
call_waiting = { send = "425/200,0/4000", detect = ["425/200,0/4000"] }
"""


def read(tmp_path: Path, text: str) -> TonePlan:
    path = tmp_path / "plans.toml"
    path.write_text(text)
    return read_tone_plans(path)["xx"]


def test_a_plan_of_ones_own_is_read_and_what_it_leaves_out_is_the_default(tmp_path: Path) -> None:
    plan = read(tmp_path, GOOD)
    assert (plan.country, plan.name, plan.source, plan.ring_ms) == ("xx", "Nowhere", "a test", (1000, 4000))
    assert plan.tone(CallProgress.HOWLER).segments[0].hz == (950.0,)
    assert CallProgress.HOWLER not in {CallProgress.of(pattern.number) for pattern in plan.found}
    assert {CallProgress.of(pattern.number).name for pattern in plan.found} == {
        "DIAL",
        "RINGBACK",
        "BUSY",
        "CONGESTION",
        "CALL_WAITING",
    }


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ('"425/250,0/250"', '"425//250"', "country xx, tone congestion: '425//250' is not an element.*; write hz/ms"),
        (
            '"425/250,0/250"',
            '"42500/250,0/250"',
            "tone congestion: frequency 42500 Hz is out of range; give 20 to 3900",
        ),
        ('"425/250,0/250"', '"425@9/250,0/250"', "tone congestion: level 9 dBm0 is out of range"),
        ('"425/250,0/250"', '"425*999/250,0/250"', "tone congestion: modulation frequency 999"),
        ('"425/250,0/250"', '"425/0,0/250"', "tone congestion: length 0 ms is out of range"),
        ('"425/250,0/250"', '"425/250,!0/250"', "tone congestion: '!0/250' comes after what repeats; put what"),
        (
            '"425/250,0/250"',
            '"425/250,0/250,425"',
            "tone congestion: '425' lasts for ever, but what is before it repeats",
        ),
        (
            '"425/250,0/250"',
            '"425,0/250"',
            "tone congestion: segment 0 lasts for ever, but 1 follows; give it a length",
        ),
        ('"425/250,0/250"', '"425/250,400/250"', "tone congestion: what repeats is not one frequency on and off"),
        ('"425/250,0/250"', '"425/20,0/250"', "tone congestion: on or off to listen for 20 is out of range; give 70"),
        (
            '"425/250,0/250"',
            '"400+410+420/250,0/250"',
            "tone congestion: 3 frequencies at once to listen for; give one",
        ),
        ('"425/250,0/250"', '"400+420/250,0/250"', "tone congestion: 400 and 420 Hz are too near; give 35 Hz"),
        ('"425/250,0/250"', '"425/500,0/450"', "tone congestion: cannot be told from busy; say detect = false"),
        ('"425/250,0/250"', "425", "tone congestion: is missing, or neither a text nor a table"),
        (
            '"425/250,0/250"',
            "{ detect = false }",
            "tone congestion: send is missing or not a text in quotes; give send",
        ),
        ('dial = "425"\n', "", "tone dial: is missing"),
        (
            "cycles = 3",
            "cycle = 3",
            "tone busy: 'cycle' is not known here; use cadence_tolerance, cycles, detect, send",
        ),
        ("cycles = 3", "cycles = 9", "tone busy: cycles 9 is out of range; give 1 to 8"),
        ("cycles = 3", "cycles = true", "tone busy: cycles True is not a number"),
        ("cycles = 3", "cycles = 2.5", "tone busy: cycles 2.5 is not a number of its kind"),
        ("cycles = 3", "tolerance_hz = nan", "tone busy: tolerance_hz nan is out of range"),
        ("cycles = 3", "cadence_tolerance = 0.5", "tone busy: cadence_tolerance 0.5 is out of range"),
        ('["425/200,0/4000"]', "true", "tone call_waiting: detect is neither false nor a list"),
        ('["425/200,0/4000"]', "[]", "tone call_waiting: detect is neither false nor a list"),
        ("[1000, 4000]", "[1000]", r"country xx: ring_ms \[1000\]; give one to four pairs"),
        ("[1000, 4000]", '["a", "b"]', "country xx: ring_ms"),
        ("[1000, 4000]", "7", "country xx: ring_ms is missing or not a list"),
        ("dbm0 = -10.0", "dbm0 = true", "dbm0 is missing or not a number with a decimal point"),
        ('name = "Nowhere"\n', "", "country xx: name is missing or not a text"),
        ("\ndial =", "\ndail =", "country xx: 'dail' is not known here"),
        ("dbm0 =", "level =", "country xx: 'level' is not known here"),
        ('howler = "950"\n', "", "tone howler: is missing"),
        ("[xx.tones]", "[xx.tones", r"is not TOML: .*line 15"),
        ("[default.tones]", "yy = 3\n[default.tones]", r"country yy: is not a table; write \[yy\]"),
    ],
)
def test_a_wrong_plan_says_file_country_tone_and_remedy(tmp_path: Path, good: str, bad: str, says: str) -> None:
    assert GOOD.count(good) == 1
    with pytest.raises(ToneError, match=f"plans.toml.*{says}"):
        read(tmp_path, GOOD.replace(good, bad))


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ToneError, match="No such file"):
        read_tone_plans(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(ToneError, match="byte 8 is not UTF-8"):
        read_tone_plans(tmp_path / "latin.toml")


@given(st.text("!0123456789+*@/,.- ", max_size=30))
def test_no_text_for_a_tone_does_worse_than_an_error(text: str) -> None:
    try:
        Tone(*parse_tone(text, -10.0))
        parse_cadence(text)
    except ToneError:
        pass


cadences = st.integers(1, 4).flatmap(lambda pairs: st.tuples(*[st.integers(70, 5000)] * (2 * pairs)))


@given(cadences, st.integers(0, 3), st.floats(-0.14, 0.14))
def test_a_cadence_is_itself_wherever_it_begins_and_a_little_off(
    cadence_ms: tuple[int, ...], turn: int, off: float
) -> None:
    pattern = Pattern(1, (450,), cadence_ms)
    turn = 2 * turn % len(cadence_ms)
    turned = cadence_ms[turn:] + cadence_ms[:turn]
    other = Pattern(2, (450,), tuple(min(60_000, max(70, round(ms * (1 + off)))) for ms in turned))
    assert pattern.may_be(other)
    assert other.may_be(pattern)


def test_patterns_that_differ_in_pitch_or_cadence_are_told_apart() -> None:
    busy = Pattern(1, (450,), (350, 350))
    assert not busy.may_be(Pattern(2, (450,), (700, 700)))
    assert not busy.may_be(Pattern(2, (950,), (350, 350)))
    assert not busy.may_be(Pattern(2, (450,)))
    assert not busy.may_be(Pattern(2, (350, 450), (350, 350)))
    assert busy.may_be(Pattern(2, (450,), (350, 350, 350, 350)))
    assert busy.may_be(Pattern(2, (425,), (350, 350)))


def test_patterns_for_a_detector_are_checked_against_each_other() -> None:
    busy = Pattern(4, (450,), (350, 350))
    with pytest.raises(ToneError, match="0 tones"):
        TonePatterns([])
    with pytest.raises(ToneError, match="give 1 to 24"):
        TonePatterns([Pattern(n, (150 + 60 * n,)) for n in range(1, PATTERNS_MAX + 2)])
    with pytest.raises(ToneError, match="busy twice with number 4"):
        TonePatterns([busy, Pattern(4, (950,))])
    with pytest.raises(ToneError, match="busy and congestion cannot be told apart"):
        TonePatterns([busy, Pattern(5, (450,), (350, 400))])


def test_the_shipped_file_is_beside_the_code() -> None:
    assert SHIPPED.is_file()
