"""Recordings of a running box: ordered by program, ended with the box, whole after a power cut."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import soundfile
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from core.config.model.box import Box
from core.recording.mending import MAKING
from hw.sim.telephone import Telephone
from tests.core.boxes import box
from tests.core.house import House, living

pytestmark = pytest.mark.native

TOM = Credentials(1, 1002, 1002, "tom")
AGENT = {"name": "Tom", "role": "agent", "unix_user": "tom", "station": "8001"}
SUN = Credentials(1, 1003, 1003, "sun")
AUDITOR = {"name": "Sun", "role": "auditor", "unix_user": "sun"}
ALL: dict[str, Any] = {"recording_rule": [{"name": "all", "notice": False}]}


def recorded(**tables: Any) -> Box:
    return box(user=[AGENT, AUDITOR], **(ALL | tables))


async def talk(house: House, desk: Client) -> tuple[int, Telephone, Telephone]:
    """8001 and 8002 speak with each other."""
    ann, ben = house.telephone("8001"), house.telephone("8002")
    number = (await desk.ask("call.make", device="8001", number="8002"))["call"]
    await ann.rung(within=2)
    ann.lift()
    await ben.rung(within=3)
    ben.lift()
    await trio.sleep(1)
    return number, ann, ben


def told(house: House, kind: str) -> list[dict[str, Any]]:
    return [data for name, data in house.events if name == kind]


async def test_an_agent_records_his_own_call_and_masks_what_is_secret(autojump_clock: object, tmp_path: Path) -> None:
    async with living(box(user=[AGENT, AUDITOR]), tmp_path) as house, house.client(TOM) as desk:
        call, ann, ben = await talk(house, desk)
        await desk.ask("recording.start", device="8001", call=call)
        await trio.sleep(2)
        for act in ("recording.mask", "recording.resume", "recording.pause", "recording.resume"):
            await desk.ask(act, device="8001", call=call)
            await trio.sleep(1)
        with pytest.raises(Refusal) as refused:
            await desk.ask("recording.start", device="8001", call=call)
        assert refused.value.code is Code.REFUSED
        with pytest.raises(Refusal) as refused:
            await desk.ask("recording.stop", device="8002", call=call)
        assert refused.value.code is Code.FORBIDDEN
        await desk.ask("recording.stop", device="8001", call=call)
        await trio.sleep(3)
        (began,) = told(house, "RecordingBegan")
        (ended,) = told(house, "RecordingEnded")
        assert began["by"] == "Tom"
        assert [state["state"] for state in told(house, "RecordingState")] == ["masked", "runs", "paused", "runs"]
        assert abs(ended["ms"] - 5000) < 300  # the pause is not on it
        assert (tmp_path / "recordings" / began["file"]).is_file()
        with pytest.raises(Refusal):
            await desk.ask("recording.stop", device="8001", call=call)
        ann.hang_up()
        ben.hang_up()


async def test_what_a_rule_wants_nobody_stops(autojump_clock: object, tmp_path: Path) -> None:
    async with living(recorded(), tmp_path) as house, house.client() as desk:
        call, _ann, _ben = await talk(house, desk)
        with pytest.raises(Refusal) as refused:
            await desk.ask("recording.stop", device="8001", call=call)
        assert "all" in str(refused.value)
        with pytest.raises(Refusal):
            await desk.ask("recording.stop", device="8001", call=call + 1)
        with pytest.raises(Refusal):
            await desk.ask("recording.pause", device="8003", call=call)


async def test_a_box_that_stops_ends_its_recordings(autojump_clock: object, tmp_path: Path) -> None:
    async with living(recorded(), tmp_path) as house, house.client() as desk:
        await talk(house, desk)
        await trio.sleep(2)
    (ended,) = told(house, "RecordingEnded")
    assert not ended["problem"]
    assert ended["sha256"]


async def test_after_a_power_cut_every_recording_plays(autojump_clock: object, tmp_path: Path) -> None:
    data, later = tmp_path / "cut", tmp_path / "later"
    async with living(recorded(), data) as house, house.client() as desk:
        await talk(house, desk)
        await trio.sleep(6)
        await house.running.journal.settled()
        shutil.copytree(data, later)  # as the power cut leaves it
        (began,) = told(house, "RecordingBegan")
    folder = later / "recordings"
    path = folder / began["file"]
    length = path.stat().st_size
    with path.open("r+b") as file:  # half a frame, and sizes that nobody has written
        file.truncate(length - 1)
    spare, lost = path.with_name("99-1.wav"), path.with_name("98-1.wav")
    shutil.copy(path, lost)
    with path.open("rb") as whole:
        spare.write_bytes(whole.read(58))
    (folder / MAKING).mkdir()
    (folder / MAKING / "half.opus").write_bytes(b"Ogg")
    async with living(recorded(), later) as house:
        await trio.sleep(1)
        ended = {data["file"]: data for data in told(house, "RecordingEnded")}
        events = await house.running.past.find(0, 0, "", ["RecordingBegan", "RecordingEnded"], 100)
    told_then = [(event.kind, event.data["file"]) for event in events]
    stray = f"{Path(began['file']).parent}/98-1.wav"
    assert told_then == [
        ("RecordingBegan", began["file"]),
        ("RecordingEnded", began["file"]),
        ("RecordingBegan", stray),
        ("RecordingEnded", stray),
    ]
    assert not spare.exists()
    assert not list((folder / MAKING).iterdir())
    for name in (began["file"], stray):
        info = soundfile.info(folder / name)
        assert info.frames == (length - 58) // 2 - 1
        assert 5.5 < info.duration < 8
    for event in events:
        if event.kind == "RecordingEnded":
            assert event.data["problem"] == "power"
            assert abs(event.data["ms"] - 1000 * soundfile.info(folder / event.data["file"]).duration) <= 1
    assert not ended  # noted before anybody could watch
    async with living(recorded(), later) as house:
        await trio.sleep(1)
        again = await house.running.past.find(0, 0, "", ["RecordingBegan", "RecordingEnded"], 100)
    assert len(again) == 4
