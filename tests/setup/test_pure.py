"""The pure parts of the setup: rounds of learning, ranges and pinning of the driver's files, answers, edited files."""

from __future__ import annotations

import re
import string
from contextlib import suppress
from itertools import pairwise

import tomlkit
from firmware.line_command import with_profiles
from firmware.setup.box_files import edited
from firmware.setup.drivers import assigned_spans, ranges
from firmware.setup.learning import rounds
from firmware.setup.picture import FoundSpan, Picture, Use
from firmware.setup.plan import planned
from firmware.setup.question import Choice, Question, Wrong, digits, text, whole
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.reading import parse

NAMES = st.lists(st.sampled_from([f"line{at}" for at in range(1, 20)]), unique=True, max_size=12)


@given(NAMES)
def test_every_line_calls_once_and_is_called_once_and_never_twice_at_a_time(lines: list[str]) -> None:
    made = rounds(lines)
    pairs = [pair for one in made for pair in one]
    if len(lines) < 2:
        assert not pairs
        return
    assert sorted(caller for caller, _called in pairs) == sorted(lines) == sorted(called for _caller, called in pairs)
    assert all(caller != called for caller, called in pairs)
    for one in made:
        busy = [line for pair in one for line in pair]
        assert len(busy) == len(set(busy))


@given(st.sets(st.integers(1, 1024), min_size=1))
def test_ranges_say_the_same_channels_in_the_fewest_parts(channels: set[int]) -> None:
    parts = [part.partition("-") for part in ranges(channels).split(",")]
    spread = [range(int(first), int(last or first) + 1) for first, _dash, last in parts]
    assert [number for one in spread for number in one] == sorted(channels)
    assert all(later.start > earlier.stop for earlier, later in pairwise(spread))


def _span(number: int, hardware: str, location: str, first: int, count: int) -> FoundSpan:
    return FoundSpan(number, f"S/{number}", hardware, location, 1, first, count, (Use.PRI, Use.R2, Use.NONE), line=True)


PLACES = st.text(string.printable.replace("\n", "").replace("\r", ""), min_size=1, max_size=30)


@given(st.lists(st.tuples(st.one_of(st.just(""), PLACES), PLACES), min_size=1, max_size=8))
def test_each_span_has_one_row_that_the_drivers_tool_understands(places: list[tuple[str, str]]) -> None:
    spans = [_span(at, hardware, place, 31 * at - 30, 31) for at, (hardware, place) in enumerate(places, 1)]
    rows = [row for row in assigned_spans(spans).splitlines() if not row.startswith("#") and row]
    assert len(rows) == len(spans)
    for row, span in zip(rows, spans, strict=True):
        # as dahdi_span_assignments cleans what it compares with; without a hardware's own number by the place, with @
        name, numbers = row.partition("#")[0].split()
        assert re.fullmatch(r"[a-zA-Z0-9/:._-]+" if span.hardware else r"@[a-zA-Z0-9/:._-]+", name)
        assert numbers == f"1:{span.number}:{span.first}"


ANSWER = st.text(max_size=40)


def answered(question: Question, raw: str) -> str | None:
    """None: it is no answer, and what to write instead was said."""
    try:
        return question.read(raw)
    except Wrong as wrong:
        hint = wrong.hint
    assert hint
    return None


@given(ANSWER, st.integers(0, 5), st.integers(5, 20))
def test_a_number_is_read_as_ascii_digits_or_refused_with_a_hint(raw: str, least: int, most: int) -> None:
    question = Question("number", "Number", "", digits(least, most))
    read = answered(question, raw)
    if read is not None:
        assert least <= len(read) <= most
        assert read == "" or (read.isascii() and read.isdigit())
        assert question.read(read) == read


@given(ANSWER)
def test_a_whole_number_is_in_its_range_and_text_is_one_line(raw: str) -> None:
    for check in (whole(3, 30), text(20, 1)):
        question = Question("any", "Any", "7", check)
        read = answered(question, raw)
        assert read is None or question.read(read) == read != ""
    with suppress(Wrong):
        assert 3 <= int(Question("any", "Any", "7", whole(3, 30)).read(raw)) <= 30


@given(ANSWER, st.lists(st.sampled_from(["yes", "no", "again", "on", "9"]), unique=True, min_size=1))
def test_a_choice_is_taken_by_its_place_or_its_value_and_by_nothing_else(raw: str, values: list[str]) -> None:
    question = Question("choice", "Which", values[0], choices=tuple(Choice(value, value) for value in values))
    assert question.read("") == values[0]
    assert [question.read(value) for value in values] == values
    assert answered(question, raw) in (None, *values)


SPANS = (
    FoundSpan(1, "A/1", "serial", "0000:01", 1, 1, 31, (Use.PRI, Use.R2, Use.NONE), line=True),
    FoundSpan(2, "B/1", "", "0000:02", 1, 32, 8, (Use.ANALOG, Use.NONE), (32, 33, 34, 35), (36, 37, 38, 39)),
)
PICTURES = st.fixed_dictionaries(
    {},
    optional={
        "span.serial:1.use": st.sampled_from(["pri", "r2", "none"]),
        "span.@0000:02:1.use": st.sampled_from(["analog", "none"]),
        "span.serial:1.side": st.sampled_from(["user", "network"]),
        "span.serial:1.main": st.sampled_from(["", "66778000"]),
        "line.36.number": st.sampled_from(["", "62001001"]),
        "extensions.first": st.sampled_from(["8001", "201"]),
        "office.language": st.sampled_from(["en", "zh"]),
    },
)


@settings(max_examples=30)
@given(PICTURES, PICTURES)
def test_edited_files_are_good_and_the_same_edit_again_changes_nothing(
    first: dict[str, str], then: dict[str, str]
) -> None:
    made: dict[str, str] = {}
    for answers in (first, then):
        plan = planned(Picture(answers=dict(answers), spans=SPANS))
        made = edited(plan, made, {})
        assert edited(plan, made, {}) == made
        box = parse({name: text.encode() for name, text in made.items()}).box
        assert [station.number for station in box.station] == [station.name for station in plan.stations]
        assert {trunk.name for trunk in box.trunk} == {trunk.name for trunk in plan.trunks}
        assert {span.name for span in box.span} == {digital.name for digital in plan.digital}


@given(NAMES.filter(bool), st.data())
def test_a_profile_is_set_on_its_line_and_all_else_stays(lines: list[str], data: st.DataObject) -> None:
    rows = [f'[[trunk]]\nname = "{name}"  # by the door\nchannel = {at}\n' for at, name in enumerate(lines, 9)]
    cut = data.draw(st.integers(0, len(rows)))
    texts = {"20-lines.toml": "# mine\n" + "\n".join(rows[:cut]), "25-more.toml": "\n".join(rows[cut:])}
    wanted = {name: f"{name}.toml" for name in data.draw(st.sets(st.sampled_from(lines), min_size=1))}
    changed = with_profiles(texts, wanted)
    now = {**texts, **changed}
    found = {row["name"]: row.get("profile") for each in now.values() for row in tomlkit.parse(each).get("trunk", [])}
    assert found == {name: wanted.get(name) for name in lines}
    for name, each in changed.items():
        assert [row for row in each.splitlines() if not row.startswith("profile")] == texts[name].splitlines()
