"""`strowger config` and the daemon, each in a process of its own: what is committed is at work, and survives a kill."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.api.client import Asker
from tests.core.test_daemon import CONFIGURATION, PATIENCE_S, STROWGER, Service

pytestmark = pytest.mark.native

THIRD = '[[station]]\nnumber = "8003"\ncard = "sim"\nchannel = 3\n'


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    service.until("READY=1")
    yield service
    service.close()


def config(service: Service, *words: str) -> tuple[int, Any]:
    """Exit code, and what the command says in JSON."""
    where = ("--folder", service.folder / "etc", "--data", service.folder / "data", "--socket", service.path)
    command = [*STROWGER, "config", *map(str, where), *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def stations(service: Service) -> list[str]:
    with Asker(service.path) as box:
        return sorted(row["name"] for row in box.ask("line.list")["lines"] if row["name"].startswith("80"))


def again(service: Service) -> None:
    """Killed, and started once more."""
    service.end(signal.SIGKILL)
    service.told.clear()
    service.process = service.start()
    service.until("READY=1")


def test_a_commit_goes_live_stays_when_confirmed_and_can_be_taken_back(service: Service) -> None:
    file = service.folder / "etc" / "box.toml"
    file.write_text(CONFIGURATION + THIRD)
    code, would = config(service, "diff")
    assert (code, [(change["kind"], change["row"]) for change in would["changes"]]) == (0, [("added", "8003")])
    assert config(service, "diff", "1")[1] == would, "the box says what its commits say"
    assert stations(service) == ["8001", "8002"]
    code, made = config(service, "commit", "-m", "a third", "--confirm", "10m")
    assert (code, made["number"], made["confirm_s"]) == (0, 2, 600)
    assert stations(service) == ["8001", "8002", "8003"]
    assert config(service, "confirm")[0] == 0
    again(service)
    assert stations(service) == ["8001", "8002", "8003"]
    code, back = config(service, "rollback")
    assert (code, back["number"]) == (0, 1)
    assert stations(service) == ["8001", "8002"]
    code, found = config(service, "history")
    newest = found["commits"][0]
    assert (newest["number"], newest["current"], newest["message"]) == (2, False, "a third")
    assert config(service, "confirm")[0] == 1, "nothing waits"


def test_a_box_that_is_killed_while_a_commit_waits_begins_with_the_confirmed_one(service: Service) -> None:
    (service.folder / "etc" / "box.toml").write_text(CONFIGURATION + THIRD)
    assert config(service, "commit", "--confirm", "10m")[0] == 0
    assert stations(service) == ["8001", "8002", "8003"]
    again(service)
    assert stations(service) == ["8001", "8002"]
    _code, found = config(service, "history")
    assert [(row["number"], row["current"]) for row in found["commits"]] == [(2, False), (1, True)]


def test_mistakes_in_the_files_leave_the_running_box_alone(service: Service) -> None:
    (service.folder / "etc" / "box.toml").write_text(CONFIGURATION + THIRD.replace("channel", "chanel"))
    code, said = config(service, "commit")
    assert (code, said["mistakes"][0]["hint"]) == (1, 'Did you mean "channel"?')
    assert stations(service) == ["8001", "8002"]
    again(service)
    assert stations(service) == ["8001", "8002"], "the files do not count until they are committed"


def test_nobody_commits_behind_the_back_of_a_running_box(service: Service) -> None:
    elsewhere = [*STROWGER, "config", "--folder", str(service.folder / "etc"), "--data", str(service.folder / "data")]
    command = [*elsewhere, "--socket", str(service.folder / "no-such-socket"), "commit"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, "belongs to a box that runs" in done.stderr) == (1, True)
