"""The configuration of the small office in config/ is valid and explained, and the manual of settings is up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import manual, schema
from core.config.model import Box, Features, PriSpan
from core.config.positions import Positions
from core.config.reading import Reading, read

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "config").glob("*.toml"))


@pytest.fixture(scope="module")
def office() -> Reading:
    return read([ROOT / "config"])


def test_it_is_valid_and_nothing_in_it_is_hardly_meant(office: Reading) -> None:
    assert [str(mistake) for mistake in (*office.mistakes, *office.warnings)] == []


def test_it_is_the_small_office(office: Reading) -> None:
    box = office.box
    assert (len(box.trunk), len(box.span), len(box.station)) == (8, 1, 16)
    assert isinstance(box.span[0], PriSpan)
    assert (set(box.box.languages), box.conference[0].size, len(box.park.numbers())) == ({"zh", "en"}, 30, 10)
    assert [group.number for group in box.hunt_group] == ["8000", "8100"]
    assert [group.night for group in box.trunk_group if group.calendar] == ["8016"]


def test_only_the_manager_may_cost_money_by_forwarding(office: Reading) -> None:
    assert [row.name for row in office.box.class_of_service if row.forward_outside] == ["manager"]
    assert [row.number for row in office.box.station if row.class_of_service == "manager"] == ["8013"]
    assert not any(row.trunk_to_trunk for row in office.box.class_of_service)


def settings(file: Path) -> Iterator[tuple[str, int]]:
    """Each setting once, as section.name, with its line."""
    text = file.read_text()
    seen = set()
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\[+([a-z_]+)", line):
            section = header[1]
        elif (key := re.match(r"([a-z_]+) *=", line)) and (section, key[1]) not in seen:
            seen.add((section, key[1]))
            yield f"{section}.{key[1]}", number


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_setting_is_explained_where_it_stands_first(file: Path) -> None:
    lines = file.read_text().splitlines()
    for name, number in settings(file):
        above, same = lines[number - 2], re.sub(r'"[^"]*"', "", lines[number - 1]).partition("#")[2]
        comment = same or (above if above.startswith("#") else "")
        assert re.search(r"[一-鿿]", comment), f"{file.name}:{number}: {name} is not explained"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_lines_are_no_longer_than_a_terminal_is_wide(file: Path) -> None:
    assert [line for line in file.read_text().splitlines() if len(line) > 132] == []


def test_every_code_that_a_comment_names_is_the_services_code() -> None:
    text = "\n".join(file.read_text() for file in FILES)
    codes = {field.default for field in Features.model_fields.values()}
    for dialled in re.findall(r"(?<=[ 拨：])\*[0-9*]+#?", text):
        assert any(dialled.startswith(code) for code in codes), dialled


# ---- docs/settings.md ----


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_manual_is_as_the_model_makes_it(language: str) -> None:
    """When this fails: make settings."""
    assert manual.PATHS[language].read_text() == manual.written(language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_setting_has_its_row_in_the_manual(language: str) -> None:
    text = manual.written(language)
    for section in Box.model_fields:
        annotation = Box.model_fields[section].annotation
        for table in schema.variants(schema.item(annotation) or annotation):
            for name in table.model_fields:
                assert f"| `{name}` |" in text


def test_positions_are_known_for_every_setting_of_the_office(office: Reading) -> None:
    for source in office.sources:
        positions = Positions(source.text)
        for section, value in source.data.items():
            for number, row in enumerate(value if isinstance(value, list) else []):
                for name in row:
                    there = positions.key((section, number, name))
                    assert source.text[there.start : there.end] == name
