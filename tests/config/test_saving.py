"""Two people with an editor never lose what the other has saved."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from core.config.disk import Disk
from core.config.saving import Stale, read, save


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder in (shipped, own):
        folder.mkdir()
    (shipped / "10-box.toml").write_text('[box]\nname = "shipped"\n')
    (own / "40-people.toml").write_text('[[station]]\nnumber = "8001"\n')
    (own / "40-people.toml").chmod(0o640)
    return [shipped, own]


def test_what_was_saved_is_what_is_read(places: list[Path]) -> None:
    held = read(places)
    assert held.shipped == {"10-box.toml"}
    saved = save(places, {"40-people.toml": "# 电话\n", "50-new.toml": ""}, held.basis)
    assert saved == read(places)
    assert saved.texts["40-people.toml"] == "# 电话\n"
    assert (places[1] / "40-people.toml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in places[1].iterdir()) == ["40-people.toml", "50-new.toml"]


def test_a_shipped_file_that_was_changed_stands_in_the_own_folder(places: list[Path]) -> None:
    saved = save(places, {"10-box.toml": '[box]\nname = "mine"\n'}, read(places).basis)
    assert saved.shipped == frozenset()
    assert "mine" in saved.texts["10-box.toml"]
    assert "shipped" in (places[0] / "10-box.toml").read_text()
    assert save(places, {"10-box.toml": None}, saved.basis).shipped == {"10-box.toml"}


def test_what_somebody_else_has_saved_meanwhile_stays(places: list[Path]) -> None:
    held = read(places)
    (places[1] / "40-people.toml").write_text("# mine\n")
    with pytest.raises(Stale):
        save(places, {"40-people.toml": "# yours\n"}, held.basis)
    assert (places[1] / "40-people.toml").read_text() == "# mine\n"


def test_a_full_disk_leaves_the_old_file_and_no_rest(places: list[Path]) -> None:
    class Full(Disk):
        def write(self, path: Path, content: bytes) -> None:
            path.write_bytes(content[:3])
            raise OSError(errno.ENOSPC, "No space left on device")

    before = read(places)
    with pytest.raises(OSError, match="No space"):
        save(places, {"40-people.toml": "# much more\n"}, before.basis, Full())
    assert read(places) == before
    assert not list(places[1].glob(".*"))
