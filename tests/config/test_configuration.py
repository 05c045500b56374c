"""A configuration is put to work as a whole or not at all, and goes back by itself unless somebody says it may stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import trio
from trio.testing import MockClock

from core.config.commits import Commits, Pointers
from core.config.configuration import Configuration, Refused
from core.config.difference import Difference
from core.config.mistake import BadConfiguration
from core.config.model import Box
from tests.config.forgetful_disk import QuickDisk

Waiting: TypeAlias = "tuple[Office, Lamp]"


class Lamp:
    """A room that shows the name of the box."""

    def __init__(self, refuses: str = "", fails: str = "") -> None:
        self.shows = "One"
        self.prepared = 0
        self.refuses = refuses
        self._fails = fails

    async def prepare(self, old: Box, new: Box, difference: Difference) -> Callable[[], None]:
        await trio.lowlevel.checkpoint()
        self.prepared += 1
        assert self.shows == old.box.name or self._fails
        if self.refuses == new.box.name:
            raise Refused("no such colour")

        def apply() -> None:
            if new.box.name == self._fails:
                raise ZeroDivisionError
            self.shows = new.box.name

        return apply


class Office:
    """A folder with one file, and the configuration made from it."""

    def __init__(self, folder: Path, *rooms: Lamp) -> None:
        self.file = folder / "local" / "office.toml"
        self.file.parent.mkdir(exist_ok=True)
        self.commits = folder / "commits"
        self.events: list[tuple[str, dict[str, Any]]] = []
        if not self.file.exists():
            self.write("One")
        self.configuration = self.made()
        self.configuration.rooms = rooms

    def made(self) -> Configuration:
        commits = Commits(self.commits, QuickDisk())
        return Configuration(commits, [self.file.parent], self.note, threaded=False)

    def write(self, name: str) -> None:
        self.file.write_text(f'[box]\nname = "{name}"\n')

    def note(self, kind: str, **data: Any) -> None:
        self.events.append((kind, data))


async def test_the_files_become_the_first_commit(tmp_path: Path) -> None:
    office = Office(tmp_path)
    assert (await office.configuration.start()).box.name == "One"
    assert office.configuration.pointers == Pointers(1, 1)
    office.write("Two")
    assert (await office.made().start()).box.name == "One", "files count when they are committed"


async def test_files_with_mistakes_begin_no_box(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.file.write_text("[bx]\n")
    with pytest.raises(BadConfiguration, match="no table"):
        await office.configuration.start()
    assert office.configuration.commits.history() == []


async def test_a_commit_is_put_to_work_in_every_room(tmp_path: Path) -> None:
    lamps = Lamp(), Lamp()
    office = Office(tmp_path, *lamps)
    await office.configuration.start()
    office.write("Two")
    made = await office.configuration.commit("li", "a better name")
    assert [lamp.shows for lamp in lamps] == ["Two", "Two"]
    assert (made.number, [str(change) for change in made.difference]) == (2, ['~ [box] name: "One" -> "Two"'])
    assert office.configuration.box.box.name == "Two"
    kinds = [kind for kind, _data in office.events]
    assert kinds == ["ConfigCommitted", "ConfigCommitted"]
    assert office.events[1][1] == {"number": 2, "actor": "li", "message": "a better name", "confirm_s": 0}


async def test_one_refusal_leaves_the_old_set_everywhere(tmp_path: Path) -> None:
    lamps = Lamp(), Lamp(refuses="Two"), Lamp()
    office = Office(tmp_path, *lamps)
    await office.configuration.start()
    office.write("Two")
    with pytest.raises(Refused, match="no such colour"):
        await office.configuration.commit("li")
    assert [lamp.shows for lamp in lamps] == ["One"] * 3
    assert (office.configuration.pointers, len(office.configuration.commits.history())) == (Pointers(1, 1), 1)
    assert office.configuration.box.box.name == "One"


async def test_a_room_that_fails_by_a_bug_takes_all_back(tmp_path: Path) -> None:
    lamps = Lamp(), Lamp(fails="Two"), Lamp()
    office = Office(tmp_path, *lamps)
    await office.configuration.start()
    office.write("Two")
    with pytest.raises(ZeroDivisionError):
        await office.configuration.commit("li")
    assert [lamp.shows for lamp in lamps] == ["One"] * 3
    assert (office.configuration.box.box.name, office.configuration.pointers) == ("One", Pointers(1, 1))


async def test_a_commit_with_mistakes_changes_nothing(tmp_path: Path) -> None:
    lamp = Lamp()
    office = Office(tmp_path, lamp)
    await office.configuration.start()
    office.file.write_text('[box]\nnme = "Two"\n')
    with pytest.raises(BadConfiguration, match='Did you mean "name"'):
        await office.configuration.commit("li")
    assert (lamp.prepared, office.configuration.pointers) == (0, Pointers(1, 1))


async def test_contents_may_be_sent_in_place_of_files(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.configuration.start()
    await office.configuration.commit("console", contents={"a.toml": b'[box]\nname = "Sent"\n'})
    assert office.configuration.box.box.name == "Sent"


@pytest.fixture
async def unconfirmed(tmp_path: Path, nursery: trio.Nursery) -> Waiting:
    """Commit 2 is at work, and goes back in ten minutes."""
    lamp = Lamp()
    office = Office(tmp_path, lamp)
    await office.configuration.start()
    await nursery.start(office.configuration.run)
    office.write("Two")
    made = await office.configuration.commit("li", confirm_s=600)
    assert (lamp.shows, made.confirm_s, office.configuration.confirm_s) == ("Two", 600, 600)
    return office, lamp


async def test_an_unconfirmed_commit_goes_back_by_itself(autojump_clock: MockClock, unconfirmed: Waiting) -> None:
    office, lamp = unconfirmed
    await trio.sleep(599)
    assert (lamp.shows, office.configuration.confirm_s) == ("Two", 1)
    await trio.sleep(2)
    assert (lamp.shows, office.configuration.box.box.name, office.configuration.confirm_s) == ("One", "One", 0)
    assert office.configuration.pointers == Pointers(1, 1)
    assert office.events[-1] == (
        "ConfigRolledBack",
        {"number": 1, "actor": "strowger", "reason": "it was not confirmed in time"},
    )


async def test_a_commit_that_cannot_go_back_yet_goes_back_later(
    autojump_clock: MockClock, unconfirmed: Waiting, caplog: pytest.LogCaptureFixture
) -> None:
    office, lamp = unconfirmed
    lamp.refuses = "One"
    await trio.sleep(630)
    assert (lamp.shows, office.configuration.pointers.confirmed) == ("Two", 1)
    assert "commit 2 cannot go back to 1, tried again: no such colour" in caplog.text
    lamp.refuses = ""
    await trio.sleep(60)
    assert (lamp.shows, office.configuration.pointers) == ("One", Pointers(1, 1))
    assert "commit 2 was not confirmed in time: 1 is at work again" in caplog.text


async def test_a_confirmed_commit_stays(autojump_clock: MockClock, unconfirmed: Waiting) -> None:
    office, lamp = unconfirmed
    await trio.sleep(599)
    await office.configuration.confirm("li")
    await trio.sleep(3600)
    assert (lamp.shows, office.configuration.pointers) == ("Two", Pointers(2, 2))
    with pytest.raises(Refused, match="No commit waits"):
        await office.configuration.confirm("li")


async def test_a_power_cut_while_a_commit_waits_boots_the_last_confirmed_one(
    autojump_clock: MockClock, unconfirmed: Waiting
) -> None:
    office, _lamp = unconfirmed
    again = office.made()
    assert (await again.start()).box.name == "One"
    assert again.pointers == Pointers(1, 1)
    kind, data = office.events[-1]
    assert (kind, data["number"], "commit 2" in data["reason"]) == ("ConfigRolledBack", 1, True)


async def test_a_second_commit_that_waits_goes_back_past_the_first(
    autojump_clock: MockClock, unconfirmed: Waiting
) -> None:
    office, lamp = unconfirmed
    await trio.sleep(500)
    office.write("Three")
    await office.configuration.commit("li", confirm_s=600)
    await trio.sleep(599)
    assert lamp.shows == "Three"
    await trio.sleep(2)
    assert (lamp.shows, office.configuration.pointers) == ("One", Pointers(1, 1))


async def test_a_commit_that_stays_ends_the_waiting(autojump_clock: MockClock, unconfirmed: Waiting) -> None:
    office, lamp = unconfirmed
    office.write("Three")
    await office.configuration.commit("li")
    await trio.sleep(3600)
    assert (lamp.shows, office.configuration.pointers) == ("Three", Pointers(3, 3))


async def test_rollback_while_a_commit_waits_goes_to_the_confirmed_one(
    autojump_clock: MockClock, unconfirmed: Waiting
) -> None:
    office, lamp = unconfirmed
    await office.configuration.rollback("li")
    assert (lamp.shows, office.configuration.pointers) == ("One", Pointers(1, 1))
    await trio.sleep(3600)
    assert lamp.shows == "One"


async def test_rollback_goes_to_any_commit_and_on_disk_too(tmp_path: Path) -> None:
    lamp = Lamp()
    office = Office(tmp_path, lamp)
    await office.configuration.start()
    for name in ("Two", "Three"):
        office.write(name)
        await office.configuration.commit("li")
    await office.configuration.rollback("li")
    assert lamp.shows == "Two"
    await office.configuration.rollback("li", 1)
    assert (lamp.shows, (await office.made().start()).box.name) == ("One", "One")
    await office.configuration.rollback("li", 3)
    assert lamp.shows == "Three"
    with pytest.raises(LookupError, match="no commit 9"):
        await office.configuration.rollback("li", 9)


async def test_the_first_commit_has_none_before_it(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.configuration.start()
    with pytest.raises(Refused, match="no earlier commit"):
        await office.configuration.rollback("li")


async def test_two_commits_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    lamp = Lamp()
    office = Office(tmp_path, lamp)
    await office.configuration.start()
    async with trio.open_nursery() as nursery:
        for name in ("Two", "Three", "Four"):
            contents = {"a.toml": f'[box]\nname = "{name}"\n'.encode()}
            nursery.start_soon(partial(office.configuration.commit, "li", contents=contents))
    assert office.configuration.pointers == Pointers(4, 4)
    assert lamp.shows == office.configuration.box.box.name


async def test_checking_changes_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.configuration.start()
    office.write("Two")
    _reading, changes = await office.configuration.check()
    assert [str(change) for change in changes] == ['~ [box] name: "One" -> "Two"']
    assert (office.configuration.box.box.name, office.configuration.pointers) == ("One", Pointers(1, 1))


class FullDisk(QuickDisk):
    def write(self, path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")


async def test_a_full_disk_refuses_a_commit_and_nothing_has_changed(tmp_path: Path) -> None:
    lamp = Lamp()
    office = Office(tmp_path, lamp)
    await office.configuration.start()
    office.configuration.commits = Commits(office.commits, FullDisk())
    office.write("Two")
    with pytest.raises(Refused, match="No space left"):
        await office.configuration.commit("li")
    assert (lamp.shows, office.configuration.box.box.name, office.configuration.pointers.current) == ("One", "One", 1)


async def test_files_are_read_in_a_thread_and_the_exchange_goes_on(tmp_path: Path) -> None:
    """In real time, as in the daemon."""
    office = Office(tmp_path)
    configuration = Configuration(Commits(office.commits, QuickDisk()), [office.file.parent])
    await configuration.start()
    office.write("Two")
    made = await configuration.commit("li", confirm_s=60)
    assert (made.number, configuration.box.box.name) == (2, "Two")
