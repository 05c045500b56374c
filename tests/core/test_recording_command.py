"""`strowger recording` and the daemon, each in a process of its own: found, taken, verified, held, erased."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from core.recording.tape import sha256
from core.store.journal import Journal
from core.store.reader import NAME
from hw.recordings import Shape, header
from tests.core.test_daemon import PATIENCE_S, STROWGER, Service

pytestmark = pytest.mark.native

FIRST, SECOND = "2026/11/26/1-1.wav", "2026/11/26/2-1.wav"


async def _lying(data: Path) -> None:
    """Two recordings of an earlier run."""
    journal = Journal(data / NAME, threaded=False)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        for call, (file, number) in enumerate(((FIRST, "13800000001"), (SECOND, "13800000002")), 1):
            path = data / "recordings" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(header(Shape(), 1_600_000) + bytes([call]) * 1_600_000)  # more than one piece
            journal.note("Originated", call=call, device="8001", called=number, calling="8001")
            journal.note("RecordingBegan", call=call, device="8001", file=file, rule="all")
            journal.note("CallCleared", call=call)
            journal.note("RecordingEnded", call=call, device="8001", file=file, ms=100_000, sha256=sha256(path))
        journal.note("BoxStopped")
        await journal.settled()
        nursery.cancel_scope.cancel()
    journal.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("box")
    (folder / "data").mkdir()
    trio.run(_lying, folder / "data")
    service = Service(folder)
    service.until("READY=1")
    yield service
    service.close()


def recording(service: Service, *words: str, form: tuple[str, ...] = ("--json",)) -> tuple[int, Any]:
    """Exit code, and what the command says."""
    command = [*STROWGER, "recording", *words, "--socket", str(service.path), *form]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert "Traceback" not in done.stderr, done.stderr
    if not form or (done.returncode and not done.stdout):
        return done.returncode, done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


def test_recordings_are_listed_as_a_table_and_as_json(service: Service) -> None:
    code, answer = recording(service, "list")
    assert (code, [row["file"] for row in answer["recordings"]]) == (0, [FIRST, SECOND])
    code, table = recording(service, "list", "--number", "13800000002", form=())
    assert code == 0
    assert SECOND in table
    assert FIRST not in table
    assert "1:40" in table
    assert recording(service, "list", "--number", "10086")[0] == 1
    assert recording(service, "list", "--since", "whenever")[0] == 1
    code, row = recording(service, "show", FIRST)
    assert (code, row["rule"]) == (0, "all")
    code, text = recording(service, "show", FIRST, form=())
    assert "all" in text


def test_what_is_exported_is_the_file(service: Service, tmp_path: Path) -> None:
    code, answer = recording(service, "export", "--number", "13800000001", "--to", str(tmp_path))
    assert code == 0
    (taken,) = answer["taken"]
    assert taken["sound"]
    assert Path(taken["path"]).read_bytes() == (service.folder / "data" / "recordings" / FIRST).read_bytes()
    assert recording(service, "show", FIRST)[1]["heard"] == 1
    code, said = recording(service, "export", FIRST, "--to", str(tmp_path))
    assert code == 1  # it is there already
    assert "1-1.wav" in said


def test_a_changed_file_is_found_and_what_is_held_is_not_erased(service: Service) -> None:
    assert recording(service, "verify") == (0, {"checked": 2, "faults": []})
    path = service.folder / "data" / "recordings" / SECOND
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    code, answer = recording(service, "verify")
    assert (code, [fault["file"] for fault in answer["faults"]]) == (1, [SECOND])
    assert recording(service, "hold", SECOND, "a case")[0] == 0
    code, said = recording(service, "erase", SECOND, "asked for", form=())
    assert code == 1
    assert "a case" in said
    assert recording(service, "release", SECOND)[0] == 0
    assert recording(service, "erase", SECOND, "asked for")[0] == 0
    assert not path.exists()
    code, answer = recording(service, "list", "--erased", "--call", "2")
    assert answer["recordings"][0]["reason"] == "asked for"
    assert recording(service, "play", SECOND, "8001")[0] == 1
    assert recording(service, "play", FIRST, "8001")[0] == 0
