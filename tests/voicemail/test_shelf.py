"""Messages on the disk: what was called kept is there, whatever happens; what was spoken is not lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.voicemail.message import Folder, Message
from core.voicemail.shelf import Shelf, write_spoken
from hw.recordings import Layout, Shape, header
from hw.wave import Samples
from tests.prompts.test_audio import silence

ANN = Message(0, 1000.0, 0, caller="8001", name="Ann", reason="busy")


def speech(ms: int) -> Samples:
    """A sweep, and a little of it above."""
    time = np.arange(ms * 8) / 8000
    return np.asarray(6000 * np.sin(2 * np.pi * (600 * time + 100 * time**2)), np.int16)


def record(path: Path, samples: Samples) -> None:
    """As the plane would have: both sides, A-law."""
    other = np.zeros(len(samples), np.int16)
    soundfile.write(path, np.column_stack([samples, other]), 8000, subtype="ALAW")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "8001")


def left(shelf: Shelf, ms: int = 2000, token: str = "1") -> Message:
    incoming = shelf.begin(token, ANN)
    record(incoming, speech(ms))
    kept = shelf.keep(incoming)
    assert kept is not None
    return kept


def files(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in shelf.folder.rglob("*") if path.is_file())


def test_a_message_is_kept_with_who_left_it(shelf: Shelf) -> None:
    kept = left(shelf)
    assert kept == replace(ANN, number=1, ms=kept.ms)
    assert kept.ms == pytest.approx(2000, abs=60)
    assert shelf.messages() == [kept]
    assert soundfile.info(shelf.path(kept)).subtype == "ALAW"
    assert files(shelf) == ["00001.json", "00001.wav", "box.json"]


def test_the_key_at_the_end_is_cut_off(shelf: Shelf) -> None:
    incoming = shelf.begin("1", ANN)
    record(incoming, speech(2000))
    kept = shelf.keep(incoming, cut_ms=250, urgent=True)
    assert kept is not None
    assert kept.ms == pytest.approx(1750, abs=60)
    assert kept.urgent


@pytest.mark.parametrize("samples", [silence(4000), speech(500), silence(0)])
def test_who_says_nothing_leaves_nothing(shelf: Shelf, samples: Samples) -> None:
    incoming = shelf.begin("1", ANN)
    record(incoming, samples)
    assert shelf.keep(incoming) is None
    assert files(shelf) == []


def test_numbers_are_never_given_again(shelf: Shelf) -> None:
    assert [left(shelf).number for _ in range(3)] == [1, 2, 3]
    for message in shelf.messages():
        shelf.remove(message)
    assert files(shelf) == ["box.json"]
    assert left(shelf).number == 4
    (shelf.folder / "box.json").unlink()  # lost, but the files know
    assert left(shelf).number == 5


def test_a_power_cut_while_somebody_speaks_loses_a_second_at_most(shelf: Shelf) -> None:
    incoming = shelf.begin("1", ANN)
    record(incoming, speech(3000))
    whole = incoming.read_bytes()
    # The header knows no sizes, and the last second did not reach the disk.
    body = whole[-(3000 * 16) :]
    incoming.write_bytes(header(Shape(Layout.STEREO), None) + body[: 2000 * 16])
    (kept,) = Shelf(shelf.folder).rescue()
    assert kept.caller == "8001"
    assert kept.ms == pytest.approx(2000, abs=60)
    assert Shelf(shelf.folder).rescue() == []
    assert "1.wav" not in files(shelf)


def test_a_power_cut_before_anything_was_said_leaves_nothing(shelf: Shelf) -> None:
    incoming = shelf.begin("1", ANN)
    assert shelf.rescue() == []
    incoming = shelf.begin("2", ANN)
    incoming.write_bytes(b"RI")
    assert shelf.rescue() == []
    assert files(shelf) == []


def test_a_power_cut_while_a_message_is_kept_leaves_all_of_it_or_what_can_be_rescued(
    shelf: Shelf, tmp_path: Path
) -> None:
    """Every file that keep() makes may be the last that reached the disk."""
    incoming = shelf.begin("1", ANN)
    record(incoming, speech(2000))
    before = tmp_path / "before"
    shutil.copytree(shelf.folder, before)
    kept = shelf.keep(incoming)
    assert kept is not None
    steps = [["box.json"], ["box.json", "00001.wav"], ["box.json", "00001.wav", "00001.json"]]
    for number, made in enumerate(steps):
        cut = Shelf(tmp_path / f"cut{number}")
        shutil.copytree(before, cut.folder)
        for name in made:
            shutil.copy(shelf.folder / name, cut.folder / name)
        cut.rescue()
        assert 1 <= len(cut.messages()) <= 2  # twice is better than never
        assert all(cut.path(message).exists() for message in cut.messages())


def test_half_a_message_is_none(shelf: Shelf) -> None:
    kept = left(shelf)
    (shelf.folder / "00007.json").write_text('{"number": 7')
    assert shelf.messages() == [kept]


def test_what_its_owner_does_is_kept(shelf: Shelf) -> None:
    message = left(shelf)
    changed = replace(message, folder=Folder.WORK, urgent=True, deleted=5.0)
    shelf.change(changed)
    assert Shelf(shelf.folder).messages() == [changed]
    shelf.set_pin_hash("$argon2")
    assert Shelf(shelf.folder).pin_hash == "$argon2"
    assert left(shelf).number == 2  # the last number is kept beside it


def test_a_message_is_forwarded_with_an_introduction(shelf: Shelf, tmp_path: Path) -> None:
    message = replace(left(shelf), folder=Folder.OLD)
    other = Shelf(tmp_path / "8002")
    copy = shelf.forward(message, other, speech(1500), "8001", 2000.0)
    assert (copy.folder, copy.sender, copy.received, copy.introduction_ms) == (Folder.NEW, "8001", 2000.0, 1500)
    assert other.messages() == [copy]
    assert soundfile.info(other.introduction(copy)).duration == pytest.approx(1.5)
    assert other.path(copy).read_bytes() == shelf.path(message).read_bytes()
    other.remove(copy)
    assert files(other) == ["box.json"]
    assert shelf.messages() != []


def test_greetings_come_and_go(shelf: Shelf) -> None:
    assert not shelf.has_greeting("busy")
    shelf.set_greeting("busy", speech(1000))
    assert shelf.has_greeting("busy")
    assert soundfile.info(shelf.greeting("busy")).duration == pytest.approx(1.0)
    shelf.set_greeting("busy", None)
    shelf.set_greeting("busy", None)
    assert not shelf.has_greeting("busy")


def test_a_full_disk_is_told_and_leaves_no_half(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = shelf.begin("1", ANN)
    record(incoming, speech(2000))

    def full(path: Path, samples: Samples) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.voicemail.shelf.write_spoken", full)
    with pytest.raises(OSError, match="No space"):
        shelf.keep(incoming)
    assert shelf.messages() == []
    monkeypatch.setattr("core.voicemail.shelf.write_spoken", write_spoken)
    assert [message.caller for message in shelf.rescue()] == ["8001"]  # when there is room again
