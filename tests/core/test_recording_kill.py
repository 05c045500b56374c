"""The box is killed while it records: the file plays, and at most its last second is missing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from core.api.client import Asker
from core.store.reader import Reader
from core.store.recordings import Wanted
from hw.recordings import HEADER
from tests.core.test_daemon import Service

pytestmark = pytest.mark.native

SECOND = 2 * 8000
LOST_S = 1.0


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    service.until("READY=1")
    yield service
    service.close()


def recorded(service: Service, seconds: float) -> None:
    """8001 and 8002 speak, and are recorded until so much is on the disk."""
    with Asker(service.path) as box:
        box.ask("town.lift", telephone="8001")
        box.ask("town.dial", telephone="8001", digits=",8002")
        service.wait(lambda: any(one["rings"] for one in box.ask("town.list")["telephones"]))
        box.ask("town.lift", telephone="8002")
        service.wait(lambda: any(call["answered"] for call in box.ask("call.list")["calls"]))
        (call,) = box.ask("call.list")["calls"]
        box.ask("recording.start", device="8001", call=call["id"])
        service.wait(lambda: bool(box.ask("recording.search")["recordings"]))
        (row,) = box.ask("recording.search")["recordings"]
    path = service.folder / "data" / "recordings" / row["file"]
    service.wait(lambda: path.stat().st_size > HEADER + seconds * SECOND)


@pytest.mark.parametrize("seconds", [0.5, 7])  # before its header had any size, and after
def test_a_killed_box_leaves_a_recording_that_plays(service: Service, seconds: float) -> None:
    recorded(service, seconds)
    service.end(signal.SIGKILL)
    service.told.clear()
    service.process = service.start()
    service.until("READY=1")
    with Asker(service.path) as box:
        assert box.ask("recording.verify") == {"checked": 1, "faults": []}
    reader = Reader(service.folder / "data")
    (row,) = reader.recordings(Wanted())
    (failed,) = reader.find(0, kinds=["BoxFailed"])
    reader.close()
    info = soundfile.info(service.folder / "data" / "recordings" / row.file)
    assert (row.ended, row.problem, round(info.duration * 1000)) == (True, "power", row.ms)
    assert info.duration >= (failed.data["last"] - row.began) / 1e6 - LOST_S
