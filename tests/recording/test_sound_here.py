"""A recording is heard on the machine itself by whatever plays sound there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.recording.sound_here import play_here
from hw.card import HardwareError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the programs of the machine are; at first there are none."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def program(folder: Path, name: str, lines: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)


def recording(path: Path, **kind: str) -> Path:
    tone = (8000 * np.sin(np.arange(8000) / 3)).astype(np.int16)
    soundfile.write(path, np.stack([tone, tone], axis=1), 8000, **kind)
    return path


@pytest.mark.parametrize(
    ("name", "kind"), [("1.wav", {"subtype": "ALAW"}), ("1.opus", {"format": "OGG", "subtype": "OPUS"})]
)
def test_any_form_reaches_the_player_as_plain_samples(
    folder: Path, tmp_path: Path, name: str, kind: dict[str, str]
) -> None:
    heard = tmp_path / "heard.wav"
    program(folder, "aplay", f'/bin/cp "$2" {heard}')
    play_here(recording(tmp_path / name, **kind))
    assert soundfile.info(heard).subtype == "PCM_16"
    assert soundfile.info(heard).channels == 2


def test_without_a_player_it_says_what_to_install(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(HardwareError) as refused:
        play_here(recording(tmp_path / "1.wav"))
    assert "alsa-utils" in refused.value.action


def test_what_cannot_be_read_is_said(folder: Path, tmp_path: Path) -> None:
    program(folder, "aplay", "exit 0")
    secret = tmp_path / "1.wav.age"
    secret.write_bytes(b"age-encryption.org/v1")
    with pytest.raises(HardwareError) as refused:
        play_here(secret)
    assert "decrypt" in refused.value.action


def test_a_player_that_fails_is_told(folder: Path, tmp_path: Path) -> None:
    program(folder, "aplay", "exit 3")
    with pytest.raises(HardwareError):
        play_here(recording(tmp_path / "1.wav"))
