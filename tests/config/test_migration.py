"""Files of an older format are brought up to date with their comments; those of a newer one are left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.config.commits import Commits
from core.config.configuration import kept
from core.config.migration import STEPS, NewerFormat, migrate, up_to_date
from core.config.model import VERSION
from core.config.reading import parse
from tests.config.forgetful_disk import QuickDisk

CARD = '[[card]]\nname = "d"\nkind = "dahdi"\n'
OLD = f"""\
# Our office.

# The front desk.
[[station]]
number = "8001"   # first
card = "d"
channel = 1
caller_id = "none"

{CARD}"""


def test_every_format_has_a_step_to_the_next() -> None:
    assert len(STEPS) == VERSION


def test_an_old_file_becomes_valid_and_keeps_its_comments() -> None:
    assert parse({"a.toml": OLD.encode()}).mistakes
    moved = migrate({"a.toml": OLD})["a.toml"]
    assert moved.steps == ('station 8001: caller_id = "none" is called "off" now', "version = 1")
    assert moved.text == OLD.replace("# Our office.\n\n", "# Our office.\n\nversion = 1\n\n").replace('"none"', '"off"')
    assert parse({"a.toml": moved.text.encode()}).box.station[0].caller_id == "off"


def test_what_is_up_to_date_stays_as_it_is() -> None:
    once = migrate({"a.toml": OLD})["a.toml"].text
    assert migrate({"a.toml": once})["a.toml"].steps == ()
    assert migrate({"a.toml": once})["a.toml"].text == once


def test_one_file_says_the_format_of_all() -> None:
    moved = migrate({"a.toml": "version = 1\n", "b.toml": CARD})
    assert [found.steps for found in moved.values()] == [(), ()]
    moved = migrate({"a.toml": "# Nothing yet.\n", "b.toml": CARD})
    assert [found.text for found in moved.values()] == ["# Nothing yet.\nversion = 1\n", CARD]


def test_a_newer_format_is_refused() -> None:
    with pytest.raises(NewerFormat, match="format 99"):
        migrate({"a.toml": "version = 99\n"})
    assert up_to_date({"a.toml": b"version = 99\n"}) == {"a.toml": b"version = 99\n"}
    (mistake,) = parse({"a.toml": b"version = 99\n"}).mistakes
    assert (mistake.line, mistake.column) == (1, 11)


def test_what_is_no_toml_is_left_to_the_check() -> None:
    assert migrate({"a.toml": "name = “x”\n"})["a.toml"].text == "name = “x”\n"


def test_an_old_commit_is_read_as_if_written_today(tmp_path: Path) -> None:
    commits = Commits(tmp_path, QuickDisk())
    commits.add({"a.toml": OLD.encode()}, "li", datetime(2026, 1, 1, tzinfo=UTC), "")
    about = tmp_path / "00000001" / "commit.json"
    about.write_text(about.read_text().replace(f'"format": {VERSION}', '"format": 0'))
    assert commits.commit(1).format == 0
    assert kept(commits, 1).box.station[0].caller_id == "off"


def test_the_sample_is_up_to_date() -> None:
    files = {path.name: path.read_text() for path in (Path(__file__).parents[2] / "config").glob("*.toml")}
    assert [found.steps for found in migrate(files).values()] == [()] * len(files)
