"""One line of the small office is spoiled, any line, in ways that people do: the mistake is told at that line."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.reading import parse

FOLDER = Path(__file__).resolve().parents[2] / "config"
FILES = {path.name: path.read_text() for path in sorted(FOLDER.glob("*.toml"))}
LINES = [
    (name, number)
    for name, text in FILES.items()
    for number, line in enumerate(text.splitlines())
    if re.match(r"\[|[a-z_]+ = .*[^\[]$", line)
]
VALUES = [
    "True", "yes", "“x”", "'x", '"x', "08001", "3dB", "-1", "99999999", "1.5", "1,5", "[1, 2]", '["x"]', "[", "{", "]",
    "x y", "8001", '""', "{ x = 1 }", "nan", "2026-13-45", "", "＝", "[[1]]", '"8001" "8002"', "[,]", "=",
]  # fmt: skip
HEADERS = [
    "[x]",
    "[[x]]",
    "[station",
    "[[station]",
    "station]",
    "[]",
    "[[]]",
    "[station]]",
    "【station】",
    "[a b]",
    "[station.x.y]",
]


def spoiled(name: str, number: int, junk: str) -> dict[str, bytes]:
    lines = FILES[name].splitlines()
    key, equals, _value = lines[number].partition(" = ")
    lines[number] = f"{key} = {junk}" if equals else junk
    return {each: ("\n".join(lines) if each == name else text).encode() for each, text in FILES.items()}


@settings(max_examples=250)
@given(st.sampled_from(LINES), st.data())
def test_a_spoiled_line_is_told_or_harmless(line: tuple[str, int], data: st.DataObject) -> None:
    name, number = line
    header = FILES[name].splitlines()[number].startswith("[")
    junk = data.draw(st.sampled_from(HEADERS if header else VALUES))
    reading = parse(spoiled(name, number, junk))
    told = [mistake.place for mistake in reading.mistakes]
    told += [place for mistake in reading.mistakes for place, _text in mistake.others]
    if header:
        # What stands below it may be told instead: it belongs to another table now.
        assert told or junk in ("[station]]", "【station】", "[[station]", "[station")
    else:
        here = [(str(place.path), place.line) for place in told]
        assert not reading.mistakes or (name, number + 1) in here, (junk, [str(m) for m in reading.mistakes])


def test_names_taken_away_are_told_where_they_are_missed() -> None:
    """Without a file, what refers to it."""
    for name in FILES:
        rest = {each: text.encode() for each, text in FILES.items() if each != name}
        reading = parse(rest)
        assert reading.mistakes or name in ("10-box.toml", "30-numbers.toml", "50-services.toml") or reading.box
        assert all(mistake.line for mistake in reading.mistakes)
