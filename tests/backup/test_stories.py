"""A backup of one box, restored on another, gives the same answers; and nothing is lost on the way, come what may."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trio

from core.backup import UNDER_WAY, restoring
from core.backup.archive import BadArchive
from core.backup.restoring import restore
from core.command import main
from core.config.commits import Commits
from core.config.configuration import Configuration
from core.doctor import GOOD, NOTICE, WANTING, Patient, examine
from core.running import RunningBox
from hw.card import HardwareError
from tests.core.house import House

pytestmark = pytest.mark.native

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
CONFIGURATION = """
[box]
name = "office"
data = "{data}"
[backup]
folder = "{backups}"
[[card]]
name = "sim"
kind = "simulated"
spans = [{{ kind = "stations", count = 4 }}]
[[station]]
number = "8001"
card = "sim"
channel = 1
[[station]]
number = "8002"
card = "sim"
channel = 2
"""


class Place:
    """Where a box lives: its folders."""

    def __init__(self, root: Path, backups: Path) -> None:
        self.config, self.data, self.backups = root / "etc", root / "data", backups
        self.config.mkdir(parents=True)
        self.write(CONFIGURATION)

    def write(self, text: str) -> None:
        (self.config / "box.toml").write_text(text.format(data=self.data, backups=self.backups))

    @property
    def words(self) -> list[str]:
        return ["--config", str(self.config), "--data", str(self.data)]

    async def live(self, story: Any) -> Any:
        """The box lives through a story; what that returns."""
        configuration = Configuration(Commits(self.data / "config"), [self.config], threaded=False)
        running = RunningBox(await configuration.start(), self.data, configuration=configuration, virtual=True)
        async with trio.open_nursery() as nursery:
            await nursery.start(running.run)
            found = await story(House(running, nursery))
            running.stop("test", 0)
            with trio.fail_after(30):
                while running.state != "stopped":  # noqa: ASYNC110
                    await trio.sleep(0.1)
            nursery.cancel_scope.cancel()
        return found


async def ann_calls_ben(house: House) -> None:
    ann, ben = house.telephone("8001"), house.telephone("8002")
    ann.lift()
    await ann.hear_tone("dial", within=4)
    await ann.dial("8002")
    await ben.rung(within=4)
    ben.lift()
    await trio.sleep(5)
    ann.hang_up()
    ben.hang_up()
    await trio.sleep(3)


async def answers(house: House) -> dict[str, Any]:
    async with house.client() as desk:
        records = await desk.ask("record.list")
        history = await desk.ask("config.history")
        shown = await desk.ask("config.show")
    return {"records": records, "history": [row["hash"] for row in history["commits"]], "shown": shown}


async def lived(place: Place) -> Any:
    """A box on which Ann has called Ben; what it answers."""

    async def story(house: House) -> Any:
        await ann_calls_ben(house)
        return await answers(house)

    return await place.live(story)


def backup(place: Place, capsys: pytest.CaptureFixture[str]) -> Path:
    capsys.readouterr()
    assert main(["backup", *place.words, "--json"]) == 0
    return Path(json.loads(capsys.readouterr().out)["file"])


async def test_a_backup_restored_on_another_box_gives_the_same_answers(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = Place(tmp_path / "here", tmp_path / "usb"), Place(tmp_path / "there", tmp_path / "usb")
    said = await lived(here)
    assert len(said["records"]["records"]) == 1
    file = backup(here, capsys)
    assert main(["restore", str(file), *there.words]) == 0
    assert await there.live(answers) == said


async def test_a_backup_is_made_while_people_speak(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = Place(tmp_path / "here", tmp_path / "usb"), Place(tmp_path / "there", tmp_path / "usb")
    files = []

    async def story(house: House) -> None:
        await ann_calls_ben(house)
        house.telephone("8001").lift()
        await trio.sleep(2)
        files.append(backup(here, capsys))

    await here.live(story)
    assert main(["restore", str(files[0]), *there.words]) == 0
    found = await there.live(answers)
    # The call that ran when it was made ended with the backup, as with a power cut.
    assert len(found["records"]["records"]) == 2


async def test_what_was_there_before_is_kept_beside(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    await lived(here)
    file = backup(here, capsys)
    (here.config / "60-new.toml").write_text("# newer\n")
    (here.data / "recordings").mkdir(exist_ok=True)
    (here.data / "recordings" / "1.wav").write_text("RIFF")
    done = restore(file, here.config, here.data, NOW)
    old_config, old_data = done.before
    assert (old_config / "60-new.toml").exists()
    assert not (here.config / "60-new.toml").exists()  # or it would count
    assert (old_data / "journal.db").exists()
    assert (here.data / "recordings" / "1.wav").exists()  # the backup has none, and takes none away


async def test_a_power_cut_at_any_step_loses_nothing_and_the_restore_goes_on(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    said = await lived(here)
    file = backup(here, capsys)
    whole = tmp_path / "whole"
    shutil.copytree(tmp_path / "here", whole)

    class PowerCut(BaseException):
        pass

    replace = Path.replace
    for steps in range(200):
        shutil.rmtree(tmp_path / "here")
        shutil.copytree(whole, tmp_path / "here")
        left = steps

        def cut(path: Path, to: Path) -> Path:
            nonlocal left
            if left == 0:
                raise PowerCut
            left -= 1
            return replace(path, to)

        monkeypatch.setattr(Path, "replace", cut)
        try:
            restore(file, here.config, here.data, NOW)
            over = True
        except PowerCut:
            over = False
        monkeypatch.setattr(Path, "replace", replace)
        if over:
            break
        assert main(["run", *here.words]) == 1  # refuses to start with half of it
        assert "only in part" in capsys.readouterr().err
        restore(file, here.config, here.data, NOW)
        assert not (here.data / UNDER_WAY).exists()
        kept = here.data / "before-restore-20261126T200000Z"
        assert (kept / "journal.db").read_bytes() == (whole / "data" / "journal.db").read_bytes()
    assert steps > 4  # there were steps to be cut at
    assert await here.live(answers) == said


async def test_a_bad_backup_changes_nothing(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    await lived(here)
    file = backup(here, capsys)
    file.write_bytes(file.read_bytes()[:-2000])
    before = sorted(path for path in (tmp_path / "here").rglob("*"))
    with pytest.raises(BadArchive):
        restore(file, here.config, here.data, NOW)
    assert sorted(path for path in (tmp_path / "here").rglob("*")) == before


async def test_a_running_box_is_not_restored_over(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.daemon import locked

    here = Place(tmp_path / "here", tmp_path / "usb")
    await lived(here)
    file = backup(here, capsys)
    with locked(here.data):
        assert main(["restore", str(file), *here.words]) == 1
    assert "belongs to a box that runs" in capsys.readouterr().err


def test_a_box_that_has_never_run_has_nothing_to_be_backed_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    assert main(["backup", *here.words]) == 1
    assert "no box has ever run here" in capsys.readouterr().err
    assert main(["backup", *here.words, "--list"]) == 1


@pytest.mark.parametrize("words", [(), ("--list",)], ids=["backup", "list"])
def test_where_no_configuration_is_it_is_said(
    tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "--config", str(tmp_path / "etc"), "--data", str(tmp_path / "data"), *words]) == 1
    assert "There is no such file or folder." in capsys.readouterr().err


def test_by_night_none_is_made_where_no_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    here.write(CONFIGURATION.replace('folder = "{backups}"', 'folder = ""'))
    assert main(["backup", *here.words, "--if-wanted"]) == 0
    assert main(["backup", *here.words]) == 1
    assert "no folder for backups" in capsys.readouterr().err


async def test_a_backup_of_a_damaged_journal_is_not_called_good_and_pushes_no_good_one_out(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    await lived(here)
    good = backup(here, capsys)
    journal = here.data / "journal.db"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:4096] + b"x" * 12288 + whole[16384:])
    assert main(["backup", *here.words, "--to", str(good.parent), "--keep", "1"]) == 1
    assert "the journal is damaged" in capsys.readouterr().err
    assert good.exists()
    assert main(["report", "queues", "--since", "2026-01-01", "--journal", str(journal)]) == 1
    assert "what to do: strowger doctor" in capsys.readouterr().err


# ---- the doctor ----


def levels(place: Place) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in examine(Patient(place.config, place.data, place.data / "socket")):
        found.setdefault(finding.check, []).append(finding.level)
        assert finding.remedy or finding.level == GOOD, finding
    return found


async def test_the_doctor_finds_a_healthy_box_healthy_but_for_the_exchange_that_is_stopped(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    await lived(here)
    backup(here, capsys)
    found = levels(here)
    assert [found[name] for name in ("configuration", "journal", "cards", "backups")] == [[GOOD]] * 4
    assert found["exchange"] == [WANTING]


async def test_the_doctor_finds_what_is_wrong(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    await lived(here)
    assert levels(here)["backups"] == [WANTING]
    here.write(CONFIGURATION + "\n[control]\nclients = 50\n")
    assert levels(here)["configuration"] == [NOTICE]
    here.write(CONFIGURATION + "\n[control]\nclient = 50\n")
    assert levels(here)["configuration"] == [WANTING]
    journal = here.data / "journal.db"
    journal.write_bytes(journal.read_bytes()[:4096] + b"x" * 8192)
    assert levels(here)["journal"] == [WANTING]


def test_the_doctor_looks_at_a_machine_without_a_box_and_changes_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path / "here", tmp_path / "usb")
    assert levels(place)["disk"] == [WANTING]
    assert not place.data.exists()


async def test_the_doctor_asks_the_box_that_the_environment_names(
    autojump_clock: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Place(tmp_path / "here", tmp_path / "usb")
    await lived(here)
    monkeypatch.setenv("STROWGER_SOCKET", str(tmp_path / "elsewhere.sock"))
    answers = Patient(here.config, here.data, None).answers
    assert isinstance(answers, str)
    assert "elsewhere.sock" in answers


def test_one_check_that_fails_by_its_own_fault_hides_no_other(tmp_path: Path) -> None:
    def broken(patient: Patient) -> Any:
        raise ZeroDivisionError("no")

    def sound(patient: Patient) -> Any:
        return []

    place = Place(tmp_path / "here", tmp_path / "usb")
    (finding,) = examine(Patient(place.config, place.data, None), (broken, sound))
    assert finding.level == NOTICE
    assert "ZeroDivisionError" in finding.text


def test_a_restore_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(100, 90, 10))
    with pytest.raises(HardwareError, match="are needed"):
        restoring._room(tmp_path, 1000)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
async def test_what_root_restores_belongs_to_the_user_of_the_box(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = Place(tmp_path / "here", tmp_path / "usb"), Place(tmp_path / "there", tmp_path / "usb")
    await lived(here)
    file = backup(here, capsys)
    there.data.mkdir()
    for folder in (there.config, there.data):
        os.chown(folder, 4711, 4711)
    assert main(["restore", str(file), *there.words]) == 0
    owners = {path.stat().st_uid for folder in (there.config, there.data) for path in folder.rglob("*")}
    assert owners == {4711}
