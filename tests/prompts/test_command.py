"""`strowger prompt`: what an office does with its prompts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile

from core.command import main
from core.prompts import command
from core.prompts.versions import Versions
from tests.prompts.test_audio import tone
from tests.prompts.test_store import Synthesiser, espeak

__all__ = ["espeak"]

pytestmark = pytest.mark.native

Prompt = Callable[..., tuple[int, str]]


@pytest.fixture
def prompt(tmp_path: Path, capsys: pytest.CaptureFixture[str], espeak: Synthesiser) -> Prompt:
    """Runs an act on a folder; returns exit code and what was printed."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["prompt", *words, "--folder", str(tmp_path / "prompts")])
        out, error = capsys.readouterr()
        return code, out + error

    return run


@pytest.fixture
def wave(tmp_path: Path) -> str:
    path = tmp_path / "busy.wav"
    soundfile.write(path, tone(-48, 700), 8000)
    return str(path)


def facts(printed: tuple[int, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed[1])
    return found


def test_all_is_listed_with_its_text(prompt: Prompt) -> None:
    code, said = prompt("list", "call.", "--language", "en")
    assert code == 0
    assert "call.busy                        en  to be made   The number you have dialled is busy." in said
    assert "voicemail" not in said
    listed = facts(prompt("list", "--json"))["prompts"]
    assert {one["language"] for one in listed} == {"zh", "en"}
    assert len(listed) > 800


def test_nothing_found_is_an_exit_code(prompt: Prompt) -> None:
    assert prompt("list", "nonsense")[0] == 1


def test_set_up_makes_all_and_a_second_time_nothing(prompt: Prompt) -> None:
    first = facts(prompt("make", "--json"))
    assert first["made"] > 800
    assert first["failed"] == []
    second = facts(prompt("make", "--json"))
    assert (second["made"], second["kept"]) == (0, first["made"])
    assert "synthesised" in prompt("list", "call.busy")[1]


def test_set_up_of_one_language(prompt: Prompt, espeak: Synthesiser) -> None:
    assert prompt("make", "--language", "en")[0] == 0
    assert {voice for _, voice in espeak.told} == {"en"}


def test_set_up_that_fails_says_why(prompt: Prompt, espeak: Synthesiser) -> None:
    espeak.fails = True
    code, said = prompt("make")
    assert code == 1
    assert "apt-get install espeak-ng" in said


def test_a_recording_is_imported_and_can_be_taken_back(prompt: Prompt, wave: str) -> None:
    code, said = prompt("import", "call.busy", wave, "--by", "lin")
    assert code == 0
    assert "lin  busy.wav" in said
    assert "recorded very quietly" in said
    prompt("import", "call.busy", wave, "--by", "wang")
    assert [one["in_use"] for one in facts(prompt("versions", "call.busy", "--json"))["versions"]] == [False, True]
    assert prompt("use", "call.busy", "1")[0] == 0
    assert [one["in_use"] for one in facts(prompt("versions", "call.busy", "--json"))["versions"]] == [True, False]
    assert "recorded" in prompt("list", "call.busy", "--language", "zh")[1]
    code, said = prompt("use", "call.busy", "9")
    assert code == 1
    assert "has no version 9; there are: 1, 2" in said


def test_a_text_can_take_the_place_of_a_prompt(prompt: Prompt, espeak: Synthesiser) -> None:
    assert "text: 占线。" in prompt("import", "call.busy", "--text", "占线。")[1]
    assert espeak.told == [("占线。", "cmn-latn-pinyin")]


def test_an_import_needs_a_file_or_a_text(prompt: Prompt, wave: str) -> None:
    assert prompt("import", "call.busy")[0] == 2
    assert prompt("import", "call.busy", wave, "--text", "占线。")[0] == 2


def test_what_cannot_be_imported_says_why(prompt: Prompt, wave: str) -> None:
    assert "there is no prompt call.nonsense in zh" in prompt("import", "call.nonsense", wave)[1]
    assert "record its pieces: queue.ahead.1, queue.ahead.2" in prompt("import", "queue.ahead", wave)[1]
    code, said = prompt("import", "call.busy", "gone.wav")
    assert code == 1
    assert "there is no such file" in said


def test_a_check_finds_faults_with_their_place(prompt: Prompt, wave: str, tmp_path: Path) -> None:
    code, said = prompt("check")
    assert code == 0
    assert "no fault" in said
    office = tmp_path / "prompts" / "office.toml"
    office.parent.mkdir(exist_ok=True)
    office.write_text('[flow.lunch]\nzh = "午休。"\n')
    prompt("import", "call.busy", wave)
    (version,) = Versions(tmp_path / "prompts" / "recorded").of("call.busy", "zh")
    version.path.write_bytes(b"")
    (tmp_path / "prompts" / "recorded" / "zh" / "call.busy").rename(tmp_path / "prompts" / "recorded" / "zh" / "gone")
    code, said = prompt("check")
    assert code == 1
    assert f"{office}:1:2: flow.lunch: has no text in en" in said
    assert "is a recording of gone in zh, which no catalogue has" in said
    assert "is empty" in said
    found = facts(prompt("check", "--json"))["faults"]
    assert (found[0]["line"], found[0]["column"]) == (1, 2)


def test_what_is_heard_can_be_written_to_a_file(prompt: Prompt, tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    code, said = prompt("hear", "station.time", "day=2026-11-26", "time=14:05", "--to", str(path))
    assert code == 0, said
    assert soundfile.info(path).duration > 1
    code, said = prompt("hear", "queue.ahead", "ahead=many", "--to", str(path))
    assert code == 2
    assert "ahead=many is not a whole number" in said
    code, said = prompt("hear", "queue.ahead", "place=3", "--to", str(path))
    assert code == 2
    assert "it has: ahead" in said
    code, said = prompt("hear", "queue.ahead", "--to", str(path))
    assert code == 1
    assert "no value for {ahead}" in said
    assert prompt("hear", "call.busy", "--to", str(tmp_path / "no" / "out.wav"))[0] == 1


def test_a_prompt_is_recorded_by_the_running_box(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, dict[str, object]]] = []

    class Box:
        """What is asked of the control interface."""

        def __init__(self, socket: Path | None) -> None:
            assert socket == Path("control")

        def __enter__(self) -> Box:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def ask(self, method: str, **params: object) -> dict[str, object]:
            asked.append((method, params))
            return {"call": 17}

    monkeypatch.setattr(command, "Asker", Box)
    code, said = prompt("record", "call.busy", "8001", "--by", "lin", "--socket", "control")
    assert code == 0
    assert "8001 rings" in said
    assert asked == [("prompt.record", {"device": "8001", "name": "call.busy", "language": "zh", "by": "lin"})]


def test_it_speaks_chinese(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "没有 zh 语言的提示音 call.nonsense" in prompt("versions", "call.nonsense")[1]


def test_used_wrongly_leaves_with_two(prompt: Prompt) -> None:
    for words in ([], ["nonsense"], ["list", "--language", "fr"], ["use", "call.busy", "first"]):
        with pytest.raises(SystemExit) as left:
            main(["prompt", *words])
        assert left.value.code == 2
