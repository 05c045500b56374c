"""The setup as a process, line by line, with answers from a pipe: to its end, left and taken up again, and misused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trio
from firmware.setup.picture import load
from firmware.setup.site import Site
from firmware.setup.steps import NAMES

from tests.setup.seats import PlainSeat

pytestmark = pytest.mark.native

STROWGER = (sys.executable, "-c", "from core.command import main; raise SystemExit(main())", "setup", "--plain")


def setup(folder: Path, answers: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
    command = [*STROWGER, "--simulated", "--virtual", "--folder", str(folder), *options]
    return subprocess.run(command, input=answers, capture_output=True, text=True, env=environment, timeout=300)


def test_enter_alone_leads_from_the_carton_to_the_first_call(tmp_path: Path) -> None:
    done = setup(tmp_path, "\n" * 200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"== {len(NAMES)} of {len(NAMES)}: Acceptance record ==" in done.stdout
    assert "tests passed, none failed." in done.stdout
    # What stands in columns is not broken once more.
    assert "[brackets]   ?: help   <: back   q: leave" in done.stdout
    assert "PASS  line1: dials by keys" in done.stdout
    assert "\x1b" not in done.stdout  # nothing that a serial line or a log could not show
    acceptance = tmp_path / "data" / "acceptance"
    (text,), (paper,) = acceptance.glob("*.txt"), acceptance.glob("*.pdf")
    assert "the call to 62000001 was answered" in " ".join(text.read_text().split())
    assert paper.read_bytes().startswith(b"%PDF")


def test_it_speaks_chinese_to_whom_chooses_it(tmp_path: Path) -> None:
    done = setup(tmp_path, "zh\n" + "\n" * 200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"第 {len(NAMES)} 步，共 {len(NAMES)} 步：验收记录" in done.stdout
    (text,) = (tmp_path / "data" / "acceptance").glob("*.txt")
    assert "没有失败" in text.read_text()


def test_left_in_the_middle_it_goes_on_there(tmp_path: Path) -> None:
    first = setup(tmp_path, "\n" * 6 + "q\n")
    assert first.returncode == 1
    assert "To go on" in first.stdout
    before = load(Site.training(tmp_path).kept)
    assert before.answers
    second = setup(tmp_path, "\n" * 200)
    assert second.returncode == 0, second.stdout + second.stderr
    assert load(Site.training(tmp_path).kept).answers.items() >= before.answers.items()


def test_nothing_is_written_to_the_files_before_it_was_confirmed(tmp_path: Path) -> None:
    setup(tmp_path, "\n" * 7)  # the end of the answers leaves it
    assert not list((tmp_path / "etc").rglob("*.conf"))
    assert not list((tmp_path / "etc").rglob("*.toml"))


def test_a_wrong_answer_is_told_how_to_mend(tmp_path: Path) -> None:
    done = setup(tmp_path, "\nOffice\nLi\nxx\n?\nq\n")
    assert 'There are no tones of a country "xx"' in done.stdout
    assert "Write one of" in done.stdout or "Two letters" in done.stdout


def test_a_clock_that_does_not_wait_goes_with_training_alone(tmp_path: Path) -> None:
    done = subprocess.run([*STROWGER, "--virtual"], capture_output=True, text=True, input="")
    assert done.returncode == 2


def test_on_a_real_terminal_it_is_read_and_answered_as_on_a_serial_line(tmp_path: Path) -> None:
    """The terminal shows what is typed, and the setup does not say it once more."""
    asked: list[str] = []

    async def answers(question: str) -> str:
        asked.append(question)
        return "Branch" if question.startswith("Name of the box") else ""

    seat = PlainSeat(["setup", "--plain", "--simulated", "--virtual", "--folder", str(tmp_path)])
    assert trio.run(seat.run, lambda line: None, answers) == 0, seat.kept
    assert "Name of the box [Strowger] ? Branch\n" in seat.kept
    assert f"== {len(NAMES)} of {len(NAMES)}: Acceptance record ==" in seat.kept
    assert "\x1b" not in seat.kept
    assert len(asked) > 30
    assert load(Site.training(tmp_path).kept).answers["office.name"] == "Branch"


def test_who_ends_it_with_control_c_is_told_how_to_go_on(tmp_path: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
    command = [*STROWGER, "--simulated", "--virtual", "--folder", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdout is not None
        said = b""
        while b" ? " not in said:
            said += os.read(running.stdout.fileno(), 4096)
        running.send_signal(signal.SIGINT)
        rest, _none = running.communicate(timeout=60)
    assert running.returncode == 130
    assert f"\nLeft. To go on: strowger setup --plain --simulated --virtual --folder {tmp_path}\n" in rest.decode()


def test_an_answer_that_cannot_be_kept_is_told_with_its_place(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "setup"
    kept.parent.mkdir()
    kept.write_text("a file where the folder should be")
    done = setup(tmp_path, "\n")
    assert done.returncode == 1
    assert f"strowger: {kept}" in done.stderr
    assert "make room there" in done.stderr
