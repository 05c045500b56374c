"""Profiles of lines: read, written, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.signalling.analog.caller_number import dialable
from hw.signalling.analog.profile import (
    LineProfile,
    ProfileError,
    parse_profile,
    read_profile,
    tone_text,
    write_profile,
)
from hw.tone_patterns import CallProgress, TonePatterns

profiles = st.builds(
    LineProfile,
    country=st.sampled_from(["cn", "hk", "us"]),
    caller_id=st.sampled_from(["both", "fsk", "dtmf", "none"]),
    wait_for_caller=st.booleans(),
    area_code=st.sampled_from(["", "10", "755"]),
    dial_tone_s=st.floats(0.5, 30),
    answer=st.sampled_from(["either", "reversal", "inferred"]),
    hang_up_tone=st.sampled_from(["", "450/350,0/350", "425/500,0/500", "480+620/250,0/250", "440"]),
    loop_break_ms=st.integers(0, 2000),
    loss_db=st.none() | st.floats(-10, 40),
    noise_dbm0=st.none() | st.floats(-90, 0),
)


@given(profiles)
def test_what_is_written_is_read_again(profile: LineProfile) -> None:
    assert parse_profile(write_profile(profile)) == profile


@given(profiles)
def test_every_profile_gives_tones_that_a_detector_takes(profile: LineProfile) -> None:
    TonePatterns(profile.patterns)
    assert any(CallProgress.of(pattern.number) is CallProgress.BUSY for pattern in profile.patterns)


def test_every_property_has_a_comment_and_an_empty_file_is_the_default() -> None:
    text = write_profile(LineProfile())
    for name in LineProfile.__dataclass_fields__:
        assert f"\n{name} = " in text or f"\n#{name} =" in text
    assert text.count("\n# ") >= len(LineProfile.__dataclass_fields__)
    assert parse_profile("") == LineProfile()


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ('\ncaller_id = "fax"\n', 2, "caller_id = 'fax'", '"both" or "fsk"'),
        ("# x\n\nguard_s = 20\n", 3, "guard_s = 20", "give 0.3 to 10 s"),
        ("guard_s = true\n", 1, "guard_s = True", "give 0.3 to 10 s"),
        ('area_code = "010"\n', 1, "area_code = '010'", "without its 0"),
        ('hang_up_tone = "450/350"\n', 1, "hang_up_tone", "not one frequency on and off"),
        ('hang_up_tone = "450/350,0/35"\n', 1, "hang_up_tone", "to 60000"),
        ("hangup = 1\n", 1, "'hangup' is not a property", "use country"),
        ('country = "cn"\nguard_s = \n', 2, "is not TOML", "name = value"),
        ('country = "xx"\n', 1, "country = 'xx'", "use one of cn"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_remedy(text: str, line: int, problem: str, remedy: str) -> None:
    path = Path("line-3.toml")
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, path)
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy
    assert str(caught.value).startswith(f"line-3.toml, line {line}: ")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        read_profile(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(ProfileError, match="UTF-8"):
        read_profile(tmp_path / "bad.toml")


def test_a_learned_tone_takes_the_place_of_what_could_be_mistaken_for_it() -> None:
    for tone, name in (("450/400,0/400", "BUSY"), ("448/700,0/680", "CONGESTION"), ("425/250,0/250", "BUSY")):
        patterns = LineProfile(hang_up_tone=tone).patterns
        learned = patterns[-1]
        assert CallProgress.of(learned.number).name == name
        assert learned.cadence_ms == tuple(int(part.split("/")[1]) for part in tone.split(","))
        assert not any(other.may_be(learned) for other in patterns[:-1])
        assert sum(learned.cadence_ms) * learned.cycles >= 1400


def test_a_tone_is_written_as_it_is_read() -> None:
    assert tone_text((450.0,), (350, 350)) == "450/350,0/350"
    assert tone_text((480.0, 620.0), (500, 500)) == "480+620/500,0/500"
    assert tone_text((440.0,), ()) == "440"


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ("66778899", "66778899"),
        ("01066778899", "66778899"),
        ("1066778899", "66778899"),
        ("02155667788", "02155667788"),
        ("2155667788", "02155667788"),
        ("075588997766", "075588997766"),
        ("13800138000", "13800138000"),
        ("013800138000", "13800138000"),
        ("95588", "95588"),
        ("12345", "12345"),
        ("4008123456", "4008123456"),
        ("008613800138000", "008613800138000"),
        ("+8613800138000", "+8613800138000"),
        ("", ""),
    ],
)
def test_numbers_of_callers_in_beijing(came: str, shown: str) -> None:
    assert dialable(came, "10", 8) == shown
    assert dialable(came, "", 8) == came
