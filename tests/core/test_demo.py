"""What a newcomer runs first: without a terminal one whole story, in one a box with the console in front."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from core.command import main
from core.demo import WORDS
from hw.speech import speech
from tui.bench.terminal import Terminal

pytestmark = pytest.mark.native

Samples = npt.NDArray[np.generic]
PATIENCE_S = 90.0


def test_a_newcomer_sees_a_whole_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--virtual", "--folder", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    for what in (
        "shows 62000001",
        "he keys 1",
        "transferred the call",
        "busy tone, 450 Hz",
        "the message is in mailbox 8900",
        "8003 transfers e1a/1 to",
        "is offered to 2003",
    ):
        assert what in said


def test_whoever_broke_it_off_or_saw_it_before_sees_it_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The agent is still logged on then, and her message lies in the mailbox."""
    assert main(["demo", "--virtual", "--folder", str(tmp_path)]) == 0
    (tmp_path / "story" / "recordings" / "old").write_text("of the first")
    first = capsys.readouterr().out
    assert main(["demo", "--virtual", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("the message is in mailbox 8900") == first.count("the message is in") == 1
    assert not (tmp_path / "story" / "recordings" / "old").exists()


def test_a_folder_that_is_not_of_the_story_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "story").mkdir()
    (tmp_path / "story" / "novel.txt").write_text("mine")
    assert main(["demo", "--virtual", "--folder", str(tmp_path)]) == 1
    assert "something else" in capsys.readouterr().err
    assert (tmp_path / "story" / "novel.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["demo", "--virtual", "--folder", str(tmp_path / "file")]) == 1
    assert "--folder DIR" in capsys.readouterr().err


def test_its_calls_have_their_records_its_recording_and_its_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--json", "--virtual", "--folder", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    records = {record["calling"]: record for record in said["records"] if record["direction"] == "in"}
    assert set(records) == {"62000001", "62000003"}
    assert records["62000001"]["last"] == "8004"
    (recording,) = said["recordings"]
    caller, office = soundfile.read(tmp_path / "story" / "recordings" / recording)[0].T
    for who, side in (("Zhang Wei", caller), ("Wang Fang", office), ("Li Lei", office)):
        assert likeness(side, speech(*reversed(WORDS[who]))) > 0.8, who
    (message,) = said["messages"]
    assert likeness(soundfile.read(tmp_path / "story" / message)[0], speech(*reversed(WORDS["Li Na"]))) > 0.8
    assert (said["missed"], len(said["levels_dbm0"])) == ([], 4)


def test_what_was_not_heard_is_said_and_is_exit_code_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.demo.LOUD_DBM0", 0.0)  # nobody speaks so loud
    assert main(["demo", "--virtual", "--folder", str(tmp_path)]) == 1
    assert "should have heard" in capsys.readouterr().err


def likeness(heard: Samples, said: Samples) -> float:
    """Peak of the normalised cross-correlation, wherever in the recording it is, its last silence cut off or not."""
    long, short = np.pad(heard.astype(float), (0, len(said))), said.astype(float)
    size = 1 << (len(long) + len(short)).bit_length()
    product = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)
    energy = np.concatenate(([0.0], np.cumsum(long**2)))
    places = len(long) - len(short) + 1
    window = np.sqrt(np.maximum(energy[len(short) :] - energy[: -len(short)], 1e-9))
    return float(np.max(product[:places] / window) / np.linalg.norm(short))


# ---- in a terminal ----


class InTerminal:
    """`strowger demo` on a terminal of its own, 100 × 30."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.screen = Terminal(100, 30)
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        command = [sys.executable, "-c", "from core.command import main; raise SystemExit(main())", "demo"]
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        environment["XDG_CONFIG_HOME"] = str(folder / "home")  # not what whoever runs the tests has chosen
        self.process = subprocess.Popen(
            [*command, "--folder", str(folder), *options],
            stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(far)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.line(y) for y in range(30))

    def until(self, what: str) -> None:
        """It stands on the screen; an upper bound, no measure."""
        end = time.monotonic() + PATIENCE_S
        while what not in self.text:
            assert time.monotonic() < end, f"no {what!r}:\n{self.text}"
            if select.select([self._near], [], [], 0.2)[0]:
                self.screen.feed(os.read(self._near, 65536))

    def press(self, keys: str) -> None:
        os.write(self._near, keys.encode())

    def end(self) -> int:
        """Reads on: whoever leaves a terminal has something to say to it."""
        limit = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < limit:
            if select.select([self._near], [], [], 0.1)[0]:
                try:
                    os.read(self._near, 65536)
                except OSError:
                    break
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.goes()

    def goes(self) -> None:
        """The terminal, without a word."""
        if self._near >= 0:
            os.close(self._near)
            self._near = -1


def test_in_a_terminal_the_console_is_in_front_the_town_calls_and_leaving_it_ends_all(tmp_path: Path) -> None:
    terminal = InTerminal(tmp_path, "--calls-per-hour", "3600")
    try:
        terminal.until("running")
        terminal.press("1")
        terminal.until("62000")  # somebody of the town is in a call
        terminal.press("0")
        terminal.until("Town: 3600 calls an hour")
        lock = int((tmp_path / "data" / "lock").read_text())
        assert Path(f"/proc/{lock}").exists()
        terminal.press("\x11")  # ctrl+q
        assert terminal.end() == 0
        assert not Path(f"/proc/{lock}").exists()  # the exchange has gone, too
    finally:
        terminal.close()


def test_when_the_terminal_goes_the_exchange_behind_the_console_ends_in_order(tmp_path: Path) -> None:
    terminal = InTerminal(tmp_path)
    try:
        terminal.until("running")
        lock = int((tmp_path / "data" / "lock").read_text())
        terminal.goes()
        terminal.process.wait(PATIENCE_S)
        assert not Path(f"/proc/{lock}").exists()
    finally:
        terminal.close()


@pytest.mark.parametrize("ending", [signal.SIGHUP, signal.SIGTERM], ids=lambda ending: ending.name)
def test_a_window_that_is_closed_leaves_no_exchange_behind(ending: signal.Signals, tmp_path: Path) -> None:
    terminal = InTerminal(tmp_path)
    try:
        terminal.until("running")
        lock = int((tmp_path / "data" / "lock").read_text())
        for _again in range(2):  # the kernel says it, and the shell
            terminal.process.send_signal(ending)
        terminal.end()
        assert not Path(f"/proc/{lock}").exists()
    finally:
        terminal.close()
