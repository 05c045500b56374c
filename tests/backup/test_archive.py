"""A backup is whole or not there, and what was done to it is found before it is believed."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.backup import archive, shelf
from core.backup.archive import About, BadArchive, extract, name_of, verify, write
from core.backup.contents import Item, contents

ABOUT = About("office", "2026-11-26T19:30:00+00:00", "0.1.0", recordings=False)


@pytest.fixture
def box(tmp_path: Path) -> tuple[Path, Path]:
    """Folders of a box: configuration and data."""
    config, data = tmp_path / "etc", tmp_path / "data"
    for path, text in {
        config / "10-box.toml": "version = 1\n",
        config / "flows" / "office.toml": "# a flow\n",
        config / ".10-box.toml.swp": "an editor's",
        data / "lock": "4711\n",
        data / "voicemail" / "8900" / "1.wav": "RIFF",
        data / "recordings" / "2026" / "1.wav": "RIFF",
        data / "traces" / "e1a.txt": "bits",
        data / "journal.ballast": "room",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return config, data


def made(path: Path, *items: Item) -> Path:
    write(path, ABOUT, list(items))
    return path


def test_everything_is_in_it_but_what_is_made_anew(box: tuple[Path, Path]) -> None:
    names = [item.name for item in contents(*box, recordings=False)]
    assert names == ["config/10-box.toml", "config/flows/office.toml", "data/voicemail/8900/1.wav"]
    assert "data/recordings/2026/1.wav" in [item.name for item in contents(*box, recordings=True)]


def test_a_database_is_in_it_as_of_one_moment_while_somebody_writes(tmp_path: Path) -> None:
    live = tmp_path / "data" / "journal.db"
    live.parent.mkdir()
    with closing(sqlite3.connect(live, isolation_level=None)) as sql:
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("CREATE TABLE events (id INTEGER)")
        sql.execute("INSERT INTO events VALUES (1), (2)")
        sql.execute("BEGIN IMMEDIATE")
        sql.execute("INSERT INTO events VALUES (3)")
        (item,) = contents(tmp_path / "etc", live.parent, recordings=True)
        assert item.database
        path = made(tmp_path / "a.tar.gz", item)
        sql.execute("COMMIT")
    (tmp_path / "out").mkdir()
    extract(path, tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "data" / "journal.db")) as copy:
        assert copy.execute("SELECT count(*) FROM events").fetchone() == (2,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_goes_while_it_is_made_is_left_out_and_the_rest_is_good(tmp_path: Path) -> None:
    (tmp_path / "stays").write_text("here")
    path = made(
        tmp_path / "a.tar.gz",
        Item(tmp_path / "went.wav", "data/went.wav"),
        Item(tmp_path / "went.db", "data/went.db", database=True),
        Item(tmp_path / "stays", "data/stays"),
    )
    assert verify(path) == {"data/stays": 4}


def test_a_failure_leaves_no_half_backup(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        made(tmp_path / "a.tar.gz", Item(tmp_path, "data/folder"))
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_cut_off_or_changed_anywhere_it_is_refused_or_gives_what_was_put_in(
    tmp_path_factory: pytest.TempPathFactory, cut_off: bool, at: float, by: int
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    content = bytes(range(256)) * 40
    (folder / "file").write_bytes(content)
    path = made(folder / "a.tar.gz", Item(folder / "file", "data/file"))
    raw = bytearray(path.read_bytes())
    if cut_off:
        del raw[int(at * len(raw)) :]
    else:
        raw[int(at * len(raw))] ^= by
    path.write_bytes(raw)
    (folder / "out").mkdir()
    try:
        extract(path, folder / "out")
    except BadArchive:
        pass
    else:  # a bit of gzip's own header that says nothing
        assert (folder / "out" / "data" / "file").read_bytes() == content


@pytest.mark.parametrize("name", ["data/../../etc/passwd", "/etc/passwd", "other/file"])
def test_an_archive_that_would_write_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        head = json.dumps({"box": "x", "when": "", "version": "1", "recordings": False, "format": 1}).encode()
        for each, content in ((archive.HEAD, head), (name, b"evil")):
            info = tarfile.TarInfo(each)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    (tmp_path / "out").mkdir()
    with pytest.raises(BadArchive, match="does not belong"):
        extract(path, tmp_path / "out")
    assert list((tmp_path / "out").rglob("*")) == []


def test_an_archive_of_a_newer_version_says_so(tmp_path: Path) -> None:
    path = tmp_path / "new.tar.gz"
    write(path, About("office", "2030-01-01T00:00:00+00:00", "9.0", recordings=False, format=archive.FORMAT + 1), [])
    with pytest.raises(BadArchive, match=r"newer version, 9\.0"):
        verify(path)


def test_a_file_that_is_none_and_one_that_is_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    for name in ("letter.txt", "missing"):
        with pytest.raises(BadArchive):
            verify(tmp_path / name)


def test_the_oldest_of_this_box_go_and_no_others(tmp_path: Path) -> None:
    for box, day in (("office", 1), ("office", 2), ("branch", 1), ("office", 3)):
        when = datetime(2026, 11, day, tzinfo=UTC)
        write(tmp_path / name_of(box, when), About(box, when.isoformat(), "0.1.0", recordings=False), [])
    (tmp_path / "strowger-notes.tar.gz").write_text("not ours")
    gone = shelf.tidy(tmp_path, "office", 2)
    assert [path.name for path in gone] == ["strowger-office-20261101T000000Z.tar.gz"]
    left = [(each.about.box, each.about.when[:10]) for each in shelf.backups(tmp_path)]
    assert left == [("branch", "2026-11-01"), ("office", "2026-11-02"), ("office", "2026-11-03")]


def test_its_name_is_one_that_every_file_system_takes() -> None:
    when = datetime(2026, 11, 26, 19, 30, tzinfo=UTC)
    assert name_of("Büro 3/4", when) == "strowger-B-ro-3-4-20261126T193000Z.tar.gz"
    assert name_of("总机", when) == "strowger-box-20261126T193000Z.tar.gz"
