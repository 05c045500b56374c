"""What a simulated telephone hears, by the sound of this machine."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from core import town_command
from core.api.errors import Code, Refusal
from core.command import main
from core.town.earpiece import IDLE_S, Earpieces
from hw.card import HardwareError
from tests.town.office import sample_office

pytestmark = pytest.mark.native


def alaw(sound: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """G.711 A-law as numbers up to 1."""
    code = np.frombuffer(sound, np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(float)
    size = np.where(exponent == 0, mantissa * 2 + 1, (mantissa * 2 + 33) * 2.0 ** (exponent.astype(float) - 1))
    return np.where(code & 0x80, size, -size) / 4096


def loudest_hz(sound: bytes) -> float:
    spectrum = np.abs(np.fft.rfft(alaw(sound)))
    return float(np.argmax(spectrum) * 8000 / len(sound))


async def test_the_dial_tone_is_heard_and_whoever_asks_no_more_listens_no_more(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.lift", telephone="8001")
        assert await desk.ask("town.hear", telephone="8001") == {"law": "a", "samples": ""}
        heard = b""
        for _ in range(12):
            await trio.sleep(0.25)
            heard += base64.b64decode((await desk.ask("town.hear", telephone="8001"))["samples"])
        assert 8000 < len(heard) < 28000
        assert loudest_hz(heard[-8000:]) == pytest.approx(450, abs=3)
        earpieces = house.running.rooms[Earpieces]
        assert earpieces.listening == ["8001"]
        await trio.sleep(2 * IDLE_S)
        assert earpieces.listening == []
        with pytest.raises(Refusal) as refused:
            await desk.ask("town.hear", telephone="8099")
        assert refused.value.code is Code.HARDWARE


class Box:
    """Says three times what is heard; then somebody presses ^C."""

    def __init__(self) -> None:
        self.times = 0

    def ask(self, method: str, /, **params: object) -> dict[str, str]:
        assert (method, params) == ("town.hear", {"telephone": "8001"})
        self.times += 1
        if self.times > 4:
            raise KeyboardInterrupt
        return {"law": "a", "samples": base64.b64encode(b"abc").decode() if self.times > 1 else ""}


def a_player(folder: Path, name: str, does: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_the_machines_player_gets_it_as_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town_command, "ASK_S", 0)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    a_player(tmp_path, "paplay", f"echo $* > {tmp_path}/words; cat > {tmp_path}/sound")
    assert town_command.hear(Box(), "8001") == 0  # type: ignore[arg-type]
    assert (tmp_path / "sound").read_bytes() == b"abcabcabc"
    assert "--format=alaw" in (tmp_path / "words").read_text()


def test_a_player_that_fails_and_one_that_is_missing_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town_command, "ASK_S", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HardwareError, match="nothing on this machine"):
        town_command.hear(Box(), "8001")  # type: ignore[arg-type]
    a_player(tmp_path, "aplay", "exit 3")
    with pytest.raises(HardwareError, match="aplay ended with status 3"):
        town_command.hear(Box(), "8001")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (["lift"], "town lift TELEPHONE"),
        (["lift", "8001", "8002"], "town lift TELEPHONE"),
        (["dial", "8001"], "town dial TELEPHONE DIGITS"),
        (["call"], "town call WAY [NUMBER]"),
        (["end", "first"], "town end CALL"),
        (["traffic", "much"], "town traffic CALLS"),
        (["hear"], "town hear TELEPHONE"),
    ],
)
def test_who_says_too_little_or_too_much_to_the_town_is_told_how_it_is_said(
    words: list[str], form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["town", *words]) == 2
    assert f"it is: strowger {form}\n" in capsys.readouterr().err
