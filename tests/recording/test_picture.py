"""The picture of a recording: loud where somebody speaks, flat where nobody does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.recording import picture
from core.recording.picture import peaks
from core.recording.shelf import ShelfError
from core.store.recordings import Recording

RATE = 8000


def made(folder: Path, samples: np.ndarray) -> Recording:
    soundfile.write(folder / "1-1.wav", samples, RATE, subtype="PCM_16")
    return Recording("1-1.wav", 1, (1,), "8001", 0, ended=True, ms=1000)


@pytest.mark.parametrize("block", [100, 1 << 16])
def test_each_side_is_loud_where_it_spoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(picture, "BLOCK", block)
    samples = np.zeros((RATE, 2))
    samples[:2000, 0] = 0.5
    samples[6000:, 1] = -0.25
    said, heard = peaks(tmp_path, made(tmp_path, samples), 4)
    assert said == pytest.approx([0.5, 0, 0, 0], abs=0.001)
    assert heard == pytest.approx([0, 0, 0, 0.25], abs=0.001)


def test_a_short_one_leaves_the_rest_of_its_steps_flat(tmp_path: Path) -> None:
    said, heard = peaks(tmp_path, made(tmp_path, np.full((3, 1), 0.5)), 10)
    assert said == heard == pytest.approx([0.5] * 3 + [0.0] * 7, abs=0.001)


def test_what_is_encrypted_gone_or_broken_says_so(tmp_path: Path) -> None:
    with pytest.raises(ShelfError, match="encrypted"):
        peaks(tmp_path, Recording("1-1.wav", 1, (1,), "8001", 0, form="opus.age"), 4)
    with pytest.raises(ShelfError, match=r"1-1\.wav"):
        peaks(tmp_path, Recording("1-1.wav", 1, (1,), "8001", 0), 4)
    (tmp_path / "1-1.wav").write_bytes(b"RIFF and nothing more")
    with pytest.raises(ShelfError, match=r"1-1\.wav"):
        peaks(tmp_path, Recording("1-1.wav", 1, (1,), "8001", 0), 4)
