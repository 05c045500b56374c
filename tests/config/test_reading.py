"""Every mistake is told at once, with its place, in the reader's language; and what is right is read as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config import slips
from core.config.mistake import BadConfiguration
from core.config.positions import LineIndex, Positions
from core.config.reading import parse, read
from core.texts import speaking
from tests.config.golden import NAMES, kept, said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_told_as_they_always_were(name: str, language: str) -> None:
    """When this fails: python -m tests.config.golden, and read the difference."""
    assert said(name, language) == kept(name, language).read_text()


def one(text: str) -> tuple[int, int, str, str]:
    """Line, column, problem and hint of a text's only mistake."""
    (mistake,) = parse({"a.toml": text.encode()}).mistakes
    return mistake.line, mistake.column, mistake.problem, mistake.hint


def test_a_file_of_windows_is_read_and_told_to_be_gbk() -> None:
    text = '[box]\nname = "总机"\ncontry = "cn"\n'
    first, second = parse({"a.toml": text.encode("gb18030")}).mistakes
    assert (first.line, "GBK" in first.problem, first.hint) == (2, True, "Save it as UTF-8.")
    assert (second.line, second.hint) == (3, 'Did you mean "country"?')


def test_a_file_of_notepad_in_utf_16_is_one_mistake_and_its_own() -> None:
    """It was 693 mistakes, of which none said what was wrong."""
    text = '[box]\r\nname = "总机"\r\ncontry = "cn"\r\n'
    for name in ("utf-16", "utf-16-be"):
        content = (b"\xfe\xff" if name == "utf-16-be" else b"") + text.encode(name)
        first, second = parse({"a.toml": content}).mistakes
        assert ("UTF-16" in first.problem, first.hint) == (True, "Save it as UTF-8.")
        assert (second.line, second.hint) == (3, 'Did you mean "country"?')


def test_a_file_of_zeros_after_a_power_cut_is_one_mistake() -> None:
    (only,) = parse({"a.toml": bytes(4096)}).mistakes
    assert "zero bytes" in only.problem
    assert len("".join(only.lines())) < 300


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake() -> None:
    reading = parse({"a.toml": '\ufeff[box]\r\nname = "总机"\r\n'.encode()})
    assert (reading.mistakes, reading.box.box.name) == ([], "总机")


def test_a_bracket_forgotten_at_the_end_of_the_file_is_told_where_it_was_opened() -> None:
    assert one('[box]\nlanguages = ["zh", "en"\n\n') == (2, 13, "This bracket is not closed.", "Put ] at the end.")


def test_a_caret_stands_below_its_character_behind_wide_ones() -> None:
    (mistake,) = parse({"a.toml": '[box] # x\n"名称" = "总机"\n'.encode()}).mistakes
    assert mistake.lines()[1:3] == ['    2 | "名称" = "总机"', "      | ^^^^^^"]
    (mistake,) = parse({"a.toml": 'box = {name = "总机", frame_ms = 15}\n'.encode()}).mistakes
    assert mistake.lines()[1:3] == ['    1 | box = {name = "总机", frame_ms = 15}', f"      | {' ' * 33}^^"]


def test_a_table_written_for_several_and_several_written_for_one() -> None:
    assert one('[[box]]\nname = "x"\n')[2:] == ("The brackets of this header are wrong.", "Write [box]")
    text = '[card]\nname = "a"\nkind = "dahdi"\n'
    assert one(text)[2:] == ("The brackets of this header are wrong.", "Write [[card]]")


def test_one_table_inside_several_is_told_at_its_header() -> None:
    text = '[box]\nname = "x"\n[station.x.y]\nz = 1\n'
    assert one(text) == (3, 2, "There may be several of these.", "Write [[station]]")


def test_a_setting_above_all_tables_is_told_where_it_belongs() -> None:
    assert one("frame_ms = 20\n")[2:] == ('"frame_ms" stands in no table.', "It belongs below [box]")
    assert one("orbits = 3\n")[3] == "It belongs below [park]"


def test_a_folder_that_is_not_there_is_a_mistake() -> None:
    (mistake,) = read([Path("/no/such/folder")]).mistakes
    assert (str(mistake.path), mistake.problem) == ("/no/such/folder", "There is no such file or folder.")


def test_the_box_of_a_bad_configuration_cannot_be_had() -> None:
    reading = parse({"a.toml": b"[bx]\n"})
    with pytest.raises(BadConfiguration, match=r"a.toml:1:2: There is no table \[bx\]") as caught:
        _ = reading.box
    assert [mistake.facts()["line"] for mistake in caught.value.mistakes] == [1]


def test_each_reader_is_told_in_his_language() -> None:
    def problem(language: str) -> str:
        with speaking(language):
            return one("[bx]\n")[2]

    assert [problem(language) for language in ("zh", "en")] == ["没有 [bx] 这个表。", "There is no table [bx]."]


# ---- files beside each other ----


def write(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return folder


def test_a_local_file_takes_the_place_of_the_shipped_one_with_its_name(tmp_path: Path) -> None:
    shipped = write(tmp_path / "shipped", a='[box]\nname = "shipped"\narea_code = "10"\n', b='[box]\ncountry = "us"\n')
    local = write(tmp_path / "local", a='[box]\nname = "ours"\n', c="")
    reading = read([shipped, local])
    assert [source.path.parent.name for source in reading.sources] == ["local", "shipped", "local"]
    assert (reading.box.box.name, reading.box.box.area_code, reading.box.box.country) == ("ours", "", "us")


def test_a_later_file_counts_and_rows_of_one_name_are_one(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "local",
        a='[[card]]\nname = "d"\nkind = "dahdi"\n[[station]]\nnumber = "8001"\ncard = "d"\nchannel = 1\nname = "A"\n',
        b='[[station]]\nnumber = "8002"\ncard = "d"\nchannel = 2\n\n[[station]]\nnumber = "8001"\nname = "Desk"\n',
    )
    reading = read([folder])
    assert [(row.number, row.name, row.channel) for row in reading.box.station] == [
        ("8001", "Desk", 1),
        ("8002", "", 2),
    ]
    assert str(reading.place(("station", 0, "name"))) == f"{folder}/b.toml:8:8"
    assert str(reading.place(("station", 0, "channel"))) == f"{folder}/a.toml:7:11"
    assert str(reading.place(("station", 1, "number"))) == f"{folder}/b.toml:2:10"
    assert str(reading.place(("station", 1, "no_answer_s"))) == f"{folder}/b.toml:1:3"


def test_hidden_and_other_files_do_not_count(tmp_path: Path) -> None:
    folder = write(tmp_path / "local", a='[box]\nname = "x"\n')
    (folder / ".b.toml").write_text("nonsense")
    (folder / "c.toml~").write_text("nonsense")
    assert read([folder]).box.box.name == "x"


# ---- whatever is in the text ----

scalars = st.one_of(
    st.text(max_size=12), st.integers(-(10**9), 10**9), st.booleans(), st.floats(allow_nan=False, width=32), st.dates()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
documents = st.dictionaries(st.text(max_size=6), values | st.lists(st.dictionaries(st.text(max_size=4), scalars)))


@settings(max_examples=40)
@given(documents)
def test_what_is_toml_has_no_slips(document: dict[str, object]) -> None:
    text = tomlkit.dumps(document)
    found = slips.find(text)
    assert found.found == []
    assert found.repaired == text or tomli.loads(found.repaired) == tomli.loads(text)


@settings(max_examples=40)
@given(documents)
def test_every_value_is_found_where_it_stands(document: dict[str, object]) -> None:
    text = tomlkit.dumps(document)
    data = tomli.loads(text)
    positions = Positions(text)

    def look(path: tuple[str | int, ...], value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                look((*path, key), inner)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                look((*path, number), inner)
        else:
            there = positions.value(path)
            assert tomli.loads(f"v = {text[there.start : there.end]}")["v"] == value

    look((), data)


LETTERS = "ab名1 0\n\n==\"“”‘'[]{}，,.：:#＃-_True"


@given(st.text(LETTERS, max_size=60))
def test_any_text_is_read_and_its_mistakes_stand_in_it(text: str) -> None:
    reading = parse({"a.toml": text.encode()})
    index = LineIndex(text)
    for mistake in reading.mistakes:
        assert 0 <= mistake.line <= text.count("\n") + 1
        assert not mistake.line or index.source(mistake.line) == mistake.place.source
        assert mistake.place.column + mistake.place.length <= len(mistake.place.source) + 2
        assert mistake.lines()
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError:
        assert reading.mistakes


@given(st.text(LETTERS, max_size=60))
def test_places_in_the_repaired_text_lead_back_in_order(text: str) -> None:
    found = slips.find(text)
    offsets = [found.original(offset) for offset in range(len(found.repaired) + 1)]
    assert offsets == sorted(offsets)
    assert not offsets or (offsets[0] >= 0 and offsets[-1] <= len(text))
