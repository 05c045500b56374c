"""The daemon as a process: it comes up, answers, tells systemd, refuses a second one, and goes down in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.api.client import Asker
from core.store.reader import Reader

pytestmark = pytest.mark.native

CONFIGURATION = """
[[card]]
name = "sim"
kind = "simulated"
spans = [{ kind = "stations", count = 4 }, { kind = "pri" }, { kind = "trunks", count = 1 }]
[[station]]
number = "8001"
card = "sim"
channel = 1
[[station]]
number = "8002"
card = "sim"
channel = 2
[[span]]
name = "e1a"
card = "sim"
span = 2
signalling = "pri"
[[trunk]]
name = "line1"
card = "sim"
channel = 36
"""
PATIENCE_S = 60.0
STROWGER = (sys.executable, "-c", "from core.command import main; raise SystemExit(main())")


class Service:
    """A box in a process of its own, and the ear of a systemd."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "control"
        (folder / "etc").mkdir()
        (folder / "etc" / "box.toml").write_text(CONFIGURATION)
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ear.bind(str(folder / "notify"))
        self._ear.settimeout(1)
        self.told: list[str] = []
        self.process = self.start()

    def command(self) -> list[str]:
        where = ("--config", self.folder / "etc", "--data", self.folder / "data", "--socket", self.path)
        return [*STROWGER, "run", *map(str, where)]

    def start(self) -> subprocess.Popen[str]:
        environment = os.environ | {"NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "3000000"}
        return subprocess.Popen(self.command(), env=environment, stderr=subprocess.PIPE, text=True)

    def until(self, state: str) -> None:
        """systemd was told so."""
        began = time.monotonic()
        while state not in self.told:
            try:
                self.told += self._ear.recv(4096).decode().splitlines()
            except TimeoutError:
                if self.process.poll() is not None or time.monotonic() > began + PATIENCE_S:
                    self.process.kill()
                    raise AssertionError(f"not told {state}: {self.told}\n{self.process.communicate()[1]}") from None

    def wait(self, condition: Callable[[], bool]) -> None:
        """Looks again and again; an upper bound, no measure."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() < began + PATIENCE_S
            time.sleep(0.05)

    def end(self, *signals: signal.Signals) -> tuple[int, str]:
        """Exit code and log."""
        for number in signals:
            self.process.send_signal(number)
        _, log = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, log

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self._ear.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    yield service
    service.close()


def test_the_box_comes_up_answers_and_goes_down_in_order(service: Service) -> None:
    service.until("READY=1")
    with Asker(service.path) as box:
        status = box.ask("box.status")
    assert (status["state"], status["lines"], status["missing"]) == ("running", 33, 0)
    service.until("WATCHDOG=1")
    code, log = service.end(signal.SIGHUP, signal.SIGTERM)
    assert code == 0, log
    assert "strowger config commit" in log
    assert "Traceback" not in log
    service.until("STOPPING=1")
    assert not service.path.exists()
    assert (service.folder / "data" / "journal.db").exists()


def test_a_call_is_given_time_to_end_and_a_second_signal_takes_it(service: Service) -> None:
    service.until("READY=1")
    with Asker(service.path) as box:
        box.ask("town.lift", telephone="8001")
        box.ask("town.dial", telephone="8001", digits=",8002")
        service.wait(lambda: any(one["rings"] for one in box.ask("town.list")["telephones"]))
        box.ask("town.lift", telephone="8002")
        service.wait(lambda: any(call["answered"] for call in box.ask("call.list")["calls"]))
        service.process.send_signal(signal.SIGTERM)
        service.until("STOPPING=1")
        assert box.ask("box.status")["state"] == "stopping"
        assert len(box.ask("call.list")["calls"]) == 1
    code, log = service.end(signal.SIGTERM)
    assert code == 0, log
    assert "Traceback" not in log


def test_a_second_box_on_the_same_folder_is_refused(service: Service) -> None:
    service.until("READY=1")
    second = subprocess.run(service.command(), capture_output=True, text=True, timeout=PATIENCE_S)
    assert second.returncode == 1
    assert f"process {service.process.pid}" in second.stderr
    assert "--data" in second.stderr
    assert service.end(signal.SIGTERM)[0] == 0


def test_status_is_asked_from_the_command_line(service: Service) -> None:
    service.until("READY=1")
    words = [*STROWGER, "status", "--socket", str(service.path), "--json"]
    asked = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["status"]["lines"] == 33
    with Asker(service.path) as box:
        box.ask("box.stop", within_s=0)
    assert service.end()[0] == 0
    gone = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S)
    assert gone.returncode == 1
    assert "strowger run" in gone.stderr


def test_a_tester_who_is_killed_keeps_no_line_and_a_box_that_is_killed_begins_with_all(service: Service) -> None:
    service.until("READY=1")
    words = [*STROWGER, "test", "busy-tone", "line1", "--socket", str(service.path)]

    def out() -> list[str]:
        with Asker(service.path) as box:
            return [line["name"] for line in box.ask("line.list")["lines"] if "lent" in line["service"]]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tester:
        service.wait(lambda: out() == ["line1"])
        tester.kill()
        service.wait(lambda: out() == [])
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tester:
        service.wait(lambda: out() == ["line1"])
        service.process.kill()
        service.process.communicate()
        assert "does not answer" in tester.communicate(timeout=PATIENCE_S)[1]
        assert tester.returncode == 1
    service.told.clear()
    service.process = service.start()
    service.until("READY=1")
    with Asker(service.path) as box:
        assert {"line1": []}.items() <= {row["name"]: row["service"] for row in box.ask("line.list")["lines"]}.items()
        assert out() == []


def test_lines_are_listed_and_blocked_from_the_command_line(service: Service) -> None:
    service.until("READY=1")

    def strowger(*words: str, language: str = "C") -> subprocess.CompletedProcess[str]:
        command = [*STROWGER, *words, "--socket", str(service.path)]
        environment = os.environ | {"LC_ALL": language}
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, env=environment)

    assert "blocked_here" in strowger("lines", "block", "8001", "e1a/3").stdout
    rows = json.loads(strowger("lines", "--json", "8001").stdout)["lines"]
    assert [(row["name"], row["service"]) for row in rows] == [("8001", ["blocked_here"])]
    assert "blocked_here" not in strowger("lines", "unblock", "8001").stdout
    assert len(strowger("lines", "e1a").stdout.splitlines()) == 31
    assert "话机" in strowger("lines", language="zh_CN.UTF-8").stdout
    wrong = strowger("lines", "block", "e1z")
    assert wrong.returncode == 1
    assert "e1z" in wrong.stderr
    assert strowger("calls").stdout.split()[0] == "call"
    assert strowger("town", "lift", "8002").returncode == 0
    assert "off hook" in strowger("town").stdout
    assert strowger("town", "lift", "8002").returncode == 1
    assert strowger("town", "hang-up", "8002").returncode == 0


def test_a_call_that_a_kill_ended_is_closed_at_the_next_start(service: Service) -> None:
    service.until("READY=1")
    with Asker(service.path) as box:
        call = box.ask("call.make", device="8001", number="8002")["call"]
        assert box.ask("journal.read", call=call)["events"]  # it is safe on disk
    assert service.end(signal.SIGKILL)[0] == -signal.SIGKILL
    service.told.clear()
    service.process = service.start()
    service.until("READY=1")
    reader = Reader(service.folder / "data")
    (record,) = reader.records()
    reader.close()
    assert (record.call, record.device, record.reason, record.by) == (call, "8001", "power", "exchange")
    assert record.end >= record.begin
    with Asker(service.path) as box:
        assert box.ask("call.make", device="8001", number="8002")["call"] > call
        box.ask("box.stop", within_s=0)
    assert service.end()[0] == 0
