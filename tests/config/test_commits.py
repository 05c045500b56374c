"""The power may be cut at any step of a commit: what is on disk is one whole set, the old one or the new one."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.commits import KEPT, Commits, DamagedCommit, Pointers, fingerprint
from tests.config.forgetful_disk import ForgetfulDisk, PowerCut, QuickDisk

WHEN = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
OLD = {"a.toml": b"old a", "b.toml": b"old b"}
NEW = {"a.toml": b"new a", "c.toml": b"new c"}


def three_sets(commits: Commits) -> None:
    """One at work, one confirmed after it, one that waits to be confirmed."""
    commits.add(OLD, "li", WHEN, "first")
    commits.point(Pointers(1, 1))
    commits.add(NEW, "li", WHEN, "second")
    commits.point(Pointers(2, 1, WHEN))
    commits.point(Pointers(2, 2))
    commits.add(OLD, "li", WHEN, "third")
    commits.point(Pointers(3, 2, WHEN))


def steps_of_three_sets() -> int:
    with tempfile.TemporaryDirectory() as folder:
        disk = ForgetfulDisk(Path(folder))
        three_sets(Commits(Path(folder), disk))
        return disk.steps


STEPS = steps_of_three_sets()


@settings(max_examples=150)
@given(cut=st.integers(0, STEPS - 1), data=st.data())
def test_after_a_power_cut_there_is_one_whole_set(cut: int, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "before"
        folder.mkdir()
        disk = ForgetfulDisk(folder, cut)
        reached = Pointers()
        sets = {0: {}, 1: OLD, 2: NEW, 3: OLD}
        with pytest.raises(PowerCut):
            three_sets(Commits(folder, disk))
        if (folder / "pointers.json").exists():
            reached = Commits(folder).pointers
        left = Commits(disk.left(lambda: data.draw(st.booleans()), Path(name) / "after"), QuickDisk())
        for commit in left.history():
            assert left.contents(commit.number) == sets[commit.number]
        found, waited = left.start()
        assert found.current == found.confirmed
        assert waited in (0, 2, 3)
        # As far as programs had seen it, or one step behind.
        assert found.confirmed in {reached.confirmed, max(0, reached.confirmed - 1)}
        if found.current:
            assert left.contents(found.current) == sets[found.current]
        left.add(NEW, "li", WHEN, "and on it goes")
        shutil.rmtree(folder)


def test_the_cut_hits_every_step(tmp_path: Path) -> None:
    assert STEPS > 25
    for cut in range(STEPS):
        folder = tmp_path / str(cut)
        folder.mkdir()
        with pytest.raises(PowerCut):
            three_sets(Commits(folder, ForgetfulDisk(folder, cut)))


def test_what_was_pointed_at_is_there_after_a_cut_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "before"
    folder.mkdir()
    disk = ForgetfulDisk(folder)
    three_sets(Commits(folder, disk))
    left = Commits(disk.left(lambda: False, tmp_path / "after"))
    assert left.pointers == Pointers(3, 2, WHEN)
    assert left.start() == (Pointers(2, 2), 3)
    assert left.contents(2) == NEW


def test_a_commit_tells_who_when_and_why(tmp_path: Path) -> None:
    commits = Commits(tmp_path)
    made = commits.add(OLD, "李雷", WHEN, "加一部分机")
    assert Commits(tmp_path).history() == [made]
    assert (made.who, made.when, made.message, made.hash) == ("李雷", WHEN, "加一部分机", fingerprint(OLD))


def test_fifty_are_kept_and_those_at_work(tmp_path: Path) -> None:
    commits = Commits(tmp_path, QuickDisk())
    commits.add(OLD, "li", WHEN, "first")
    commits.point(Pointers(1, 1))
    for number in range(2, KEPT + 5):
        commits.add(NEW, "li", WHEN, str(number))
    assert [commit.number for commit in commits.history()] == [*range(KEPT + 4, 4, -1), 1]
    commits.point(Pointers(KEPT + 4, KEPT + 4))
    commits.add(NEW, "li", WHEN, "one more")
    assert [commit.number for commit in commits.history()] == [*range(KEPT + 5, 5, -1)]


def test_a_commit_whose_files_were_touched_is_not_used(tmp_path: Path) -> None:
    commits = Commits(tmp_path)
    commits.add(OLD, "li", WHEN, "")
    (tmp_path / "00000001" / "a.toml").write_bytes(b"touched")
    with pytest.raises(DamagedCommit, match="commit 1"):
        commits.contents(1)
    (tmp_path / "00000001" / "commit.json").write_bytes(b"{")
    with pytest.raises(DamagedCommit, match="commit 1"):
        commits.commit(1)


def test_a_commit_that_is_not_there_cannot_be_pointed_at(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no commit 7"):
        Commits(tmp_path).point(Pointers(7, 7))


def test_what_root_commits_belongs_to_the_owner_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, tuple[int, int]] = {}

    def chown(path: Path, user: int, group: int) -> None:
        given[path.name] = (user, group)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", chown)
    commits = Commits(tmp_path / "commits")
    commits.add(OLD, "root", WHEN, "")
    owner = (tmp_path.stat().st_uid, tmp_path.stat().st_gid)
    assert given == dict.fromkeys(("commits", ".new-00000001", "a.toml", "b.toml", "commit.json"), owner)


def test_names_and_contents_cannot_be_taken_for_each_other() -> None:
    assert fingerprint({"a": b"b"}) != fingerprint({"ab": b""})
    assert fingerprint({"a": b"1", "b": b"2"}) == fingerprint({"b": b"2", "a": b"1"})
