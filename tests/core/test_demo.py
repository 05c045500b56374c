"""`strowger demo` is the first thing a newcomer runs: the whole call, in virtual time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from core.command import main
from core.demo import ANN, BEN, WORDS
from hw.signalling.trace import read
from hw.speech import speech

pytestmark = pytest.mark.native

Samples = npt.NDArray[np.generic]


def test_a_newcomer_sees_a_whole_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--virtual", "--folder", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    for what in (
        "dial tone, 450 Hz",
        "display shows 8001",
        "ring-back tone",
        "connected",
        "busy tone",
        "lines are free",
    ):
        assert what in said
    assert "shows 62000001" in said
    assert any("tells Established" in row for row in read(tmp_path / "traces", BEN))
    assert "8004   e1a/1" in said


def test_each_of_its_calls_has_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--virtual", "--json", "--folder", str(tmp_path)]) == 0
    records = json.loads(capsys.readouterr().out)["records"]
    assert [(record["direction"], record["called"], record["answer"] > 0) for record in records] == [
        ("internal", "8002", True),
        ("in", "8003", True),
        ("out", "962000007", True),
    ]


def test_what_was_not_heard_is_said_and_is_exit_code_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hw.sim.telephone.Telephone.lift", lambda telephone: None)
    assert main(["demo", "--virtual", "--folder", str(tmp_path)]) == 1
    assert "dial" in capsys.readouterr().err


def test_each_heard_the_words_of_the_other_and_not_his_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--virtual", "--json", "--folder", str(tmp_path)]) == 0
    assert set(json.loads(capsys.readouterr().out)["levels_dbm0"]) == {"Ann", "Ben"}
    for name, own, other in (("ann", ANN, BEN), ("ben", BEN, ANN)):
        heard, rate = soundfile.read(tmp_path / f"{name}-heard.wav")
        assert rate == 8000
        assert likeness(heard, speech(*reversed(WORDS[other]))) > 0.9
        assert likeness(heard, speech(*reversed(WORDS[own]))) < 0.3


def likeness(heard: Samples, said: Samples) -> float:
    """Normalised correlation of the two at the best shift up to half a second."""
    heard = heard.astype(float)
    said = said[: len(heard) - 4000].astype(float)
    size = 2 * len(heard)
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)[:4000]
    sums = np.concatenate([[0.0], np.cumsum(heard**2)])
    norms = np.sqrt(sums[len(said) : len(said) + 4000] - sums[:4000]) * np.linalg.norm(said)
    return float(np.max(products / (norms + 1e-9)))
