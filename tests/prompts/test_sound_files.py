"""Sound files as offices bring them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.prompts.sound_files import LONGEST_S, read_sound, write_sound
from hw.wave import ClipError
from tests.prompts.test_audio import level, tone


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("a.wav", 44100, 2, "PCM_24"),
        ("a.wav", 8000, 1, "ALAW"),
        ("a.flac", 16000, 1, None),
        ("a.ogg", 48000, 2, "OPUS"),
        ("a.ogg", 22050, 1, "VORBIS"),
        ("a.aiff", 22050, 1, None),
        ("a.mp3", 44100, 1, None),
    ],
)
def test_any_usual_file_can_be_read(name: str, rate: int, channels: int, subtype: str | None, tmp_path: Path) -> None:
    wave = np.sin(2 * np.pi * 400 * np.arange(rate) / rate) * 0.1
    soundfile.write(tmp_path / name, np.column_stack([wave] * channels), rate, subtype=subtype)
    samples = read_sound(tmp_path / name)
    assert len(samples) == pytest.approx(8000, abs=1500)  # codecs add frames
    assert level(samples) == pytest.approx(-16.9, abs=0.5)


def test_what_is_no_sound_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("nonsense")
    (tmp_path / "empty").write_bytes(b"")
    for name, problem in (
        ("a.wav", "is no sound file"),
        ("empty", "is no sound file"),
        ("gone", "there is no such file"),
        (".", "is a directory"),
    ):
        with pytest.raises(ClipError, match=problem):
            read_sound(tmp_path / name)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_an_hour_of_music_is_no_prompt(name: str, tmp_path: Path) -> None:
    soundfile.write(tmp_path / name, np.tile(tone(-20, 1000), LONGEST_S + 1), 8000, subtype="PCM_16")
    with pytest.raises(ClipError, match="lasts over 10 minutes"):
        read_sound(tmp_path / name)


def test_what_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", tone(-20, 300))
    np.testing.assert_array_equal(read_sound(tmp_path / "a.wav"), tone(-20, 300))
    with pytest.raises(FileNotFoundError):
        write_sound(tmp_path / "no" / "a.wav", tone(-20, 300))
