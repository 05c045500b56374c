"""Recordings of a running box: ordered by program, ended with the box, whole after a power cut."""

from __future__ import annotations

import base64
import hashlib
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
from tests.exchange.office import hears, voice

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


# ---- the shelf ----


async def one(house: House, desk: Client, seconds: float = 2) -> str:
    """A recording that is over. Its name."""
    call, ann, ben = await talk(house, desk)
    await trio.sleep(seconds)
    ann.hang_up()
    ben.hang_up()
    await trio.sleep(3)
    (row,) = (await desk.ask("recording.search", call=call))["recordings"]
    return str(row["file"])


async def test_a_recording_is_in_the_index_while_it_is_made(autojump_clock: object, tmp_path: Path) -> None:
    async with living(recorded(), tmp_path) as house, house.client() as desk:
        call, _ann, _ben = await talk(house, desk)
        (row,) = (await desk.ask("recording.search", station="8002"))["recordings"]
        assert (row["call"], row["ended"], row["rule"]) == (call, False, "all")
        with pytest.raises(Refusal) as refused:
            await desk.ask("recording.erase", file=row["file"], reason="no")
        assert refused.value.code is Code.REFUSED
        with pytest.raises(Refusal) as refused:
            await desk.ask("recording.get", file="2026/11/26/9-9.wav")
        assert refused.value.code is Code.UNKNOWN


async def test_a_changed_file_is_found_by_its_checksum(autojump_clock: object, tmp_path: Path) -> None:
    async with living(recorded(), tmp_path) as house, house.client() as desk:
        first, second, third = [await one(house, desk) for _ in range(3)]
        assert await desk.ask("recording.verify") == {"checked": 3, "faults": []}
        path = tmp_path / "recordings" / first
        path.write_bytes(path.read_bytes()[:-1] + b"\x00")
        (tmp_path / "recordings" / second).unlink()
        faults = (await desk.ask("recording.verify"))["faults"]
        assert [fault["file"] for fault in faults] == [first, second]
        assert third not in str(faults)


async def test_what_is_taken_away_is_whole_and_noted(autojump_clock: object, tmp_path: Path) -> None:
    async with living(recorded(), tmp_path) as house, house.client() as desk, house.client(SUN) as auditor:
        file = await one(house, desk)
        piece = await auditor.ask("recording.export", file=file)
        data = base64.b64decode(piece["data"])
        assert data == (tmp_path / "recordings" / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == piece["sha256"]
        assert (piece["size"], piece["name"]) == (len(data), file)
        assert not (await auditor.ask("recording.export", file=file, offset=len(data)))["data"]
        assert told(house, "RecordingHeard")[0] == {"file": file, "by": "Sun", "how": "exported"}
        assert (await auditor.ask("recording.get", file=file))["heard"] >= 1
    async with living(recorded(), tmp_path) as house, house.client(TOM) as agent:
        with pytest.raises(Refusal) as refused:
            await agent.ask("recording.export", file=file)
        assert refused.value.code is Code.FORBIDDEN


async def test_a_recording_is_heard_at_a_telephone_and_that_is_noted(autojump_clock: object, tmp_path: Path) -> None:
    async with living(recorded(), tmp_path) as house, house.client() as desk:
        call, ann, ben = await talk(house, desk)
        async with trio.open_nursery() as speaking:
            speaking.start_soon(ann.speak, voice(610))
            await trio.sleep(3)
            speaking.cancel_scope.cancel()
        ann.hang_up()
        ben.hang_up()
        await trio.sleep(3)
        (row,) = (await desk.ask("recording.search", call=call))["recordings"]
        await desk.ask("recording.play", file=row["file"], device="8002")
        assert not told(house, "RecordingHeard")
        await ben.rung(within=3)
        ben.lift()
        await trio.sleep(1.5)
        assert hears(await ben.listen(0.5), 610)
        assert told(house, "RecordingHeard") == [{"file": row["file"], "by": "root", "how": "played"}]
        assert len((await desk.ask("recording.search"))["recordings"]) == 1  # listening is not recorded
        await ben.hear_tone("busy", within=8)
        ben.hang_up()
        with pytest.raises(Refusal):
            await desk.ask("recording.play", file=row["file"], device="8009")


async def test_what_is_erased_leaves_its_evidence(autojump_clock: object, tmp_path: Path) -> None:
    classes = [{"name": "month", "min_days": 30}]
    rule = {"name": "all", "notice": False}
    async with living(recorded(), tmp_path) as house, house.client() as desk, house.client(SUN) as auditor:
        file = await one(house, desk)
        path = tmp_path / "recordings" / file
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with pytest.raises(Refusal) as refused:
            await auditor.ask("recording.erase", file=file, reason="no")
        assert refused.value.code is Code.FORBIDDEN
        await desk.ask("recording.hold", file=file, reason="a case in court")
        with pytest.raises(Refusal) as refused:
            await desk.ask("recording.erase", file=file, reason="asked for")
        assert "a case in court" in str(refused.value)
        assert path.exists()
        await desk.ask("recording.hold", file=file, reason="closed", on=False)
        await desk.ask("recording.erase", file=file, reason="asked for by the caller")
        assert not path.exists()
        assert told(house, "RecordingErased") == [
            {"file": file, "reason": "asked for by the caller", "by": "root", "sha256": digest}
        ]
        row = await desk.ask("recording.get", file=file)
        assert row["erased"]
        assert row["reason"] == "asked for by the caller"
        assert (await desk.ask("recording.search"))["recordings"] == []
        for act in ("recording.export", "recording.erase", "recording.hold"):
            with pytest.raises(Refusal):
                await desk.ask(act, file=file, **({} if act.endswith("export") else {"reason": "x"}))
    kept = recorded(retention=classes, recording_rule=[{**rule, "retention": "month"}])
    async with living(kept, tmp_path) as house, house.client() as desk:
        file = await one(house, desk)
        with pytest.raises(Refusal) as refused:
            await desk.ask("recording.erase", file=file, reason="asked for")
        assert "30" in str(refused.value)
        assert (tmp_path / "recordings" / file).exists()
