"""A recording holds the words of its call's parties, each on its channel, through every transfer, and nobody else's."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import trio
import trio.testing

from hw.recordings import Closed, Recording
from hw.sim.party import Speech
from tests.exchange.office import RINGS, SOON, Office, configuration, hears, open_office, voice

pytestmark = pytest.mark.native

RULE = {"name": "all", "notice": False}


def recorded(**rule: Any) -> dict[str, Any]:
    return configuration(recording_rule=[{**RULE, **rule}])


async def speak(office: Office, *names: str, seconds: float = 1.0) -> None:
    """All of them at once, each with the own voice."""
    async with trio.open_nursery() as nursery:
        for name in names:
            nursery.start_soon(office.phone(name).speak, voice(office.hz(name)))
        await trio.sleep(seconds)
        nursery.cancel_scope.cancel()
    await trio.sleep(0.3)  # the last of it is under way


class Tape:
    """A call's parts, one after the other: left what the anchor said, right what it heard."""

    def __init__(self, office: Office, folder: Path, call: int = 1) -> None:
        files = [e.data["file"] for e in office.events if e.kind == "RecordingBegan" and e.call == call]
        parts = [soundfile.read(folder / file, dtype="int16", always_2d=True)[0] for file in files]
        self.files = files
        self.sound = np.concatenate(parts) if parts else np.zeros((0, 2), np.int16)
        self._office = office

    def has(self, name: str) -> bool:
        """Somebody's voice is on it, for at least a tenth of a second anywhere."""
        for channel in (0, 1):
            for at in range(0, len(self.sound), 800):
                piece = Speech(0, np.ascontiguousarray(self.sound[at : at + 800, channel]))
                if len(piece.samples) == 800 and hears(piece, self._office.hz(name)):
                    return True
        return False


async def test_both_are_heard_each_on_the_own_channel(autojump_clock: trio.testing.MockClock, tmp_path: Path) -> None:
    async with open_office(recorded(), recordings=tmp_path) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await speak(office, "8001", "8002")
        ann.hang_up()
        await trio.sleep(3)
        tape = Tape(office, tmp_path)
        left, right = (Speech(0, np.ascontiguousarray(tape.sound[:, channel])) for channel in (0, 1))
        assert hears(left, office.hz("8001"))
        assert not hears(left, office.hz("8002"))
        assert hears(right, office.hz("8002"))
        ended = [event for event in office.events if event.kind == "RecordingEnded"]
        assert len(ended) == 1
        assert ended[0].data["sha256"]
        assert not ended[0].data["problem"]


async def test_the_consultation_is_not_on_the_callers_tape(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(stations=["8002"]), recordings=tmp_path) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)  # Ann is the anchor
        await speak(office, "8001", "8002")
        await office.consult(ann, carl, for_s=0.5)
        await speak(office, "8001", "8003")
        carl.hang_up()
        await trio.sleep(1)
        await ann.flash()
        await trio.sleep(1)
        await speak(office, "8001", "8002")
        ben.hang_up()
        await trio.sleep(3)
        tape = Tape(office, tmp_path)
        assert tape.has("8001")
        assert tape.has("8002")
        assert not tape.has("8003"), office.story()
        assert len(tape.files) == 2  # at Ann's line, and at Ben's since she held him


async def test_the_tape_goes_on_with_whom_the_caller_is_sent_to(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(direction="in"), recordings=tmp_path) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        call = office.call_from_town("8001", "62000009")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await speak(office, "8001")
        await office.consult(ann, ben, for_s=0.5)
        ann.hang_up()
        await trio.sleep(0.5)
        await speak(office, "8002")
        call.hang_up()
        await trio.sleep(4)
        tape = Tape(office, tmp_path)
        assert tape.has("8001")
        assert tape.has("8002")
        assert len(tape.files) == 1
        assert [e.device for e in office.events if e.kind == "RecordingBegan"] == ["e1/1"]


async def test_nothing_of_the_next_call_is_on_the_tape(autojump_clock: trio.testing.MockClock, tmp_path: Path) -> None:
    async with open_office(recorded(stations=["8002"]), recordings=tmp_path) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await speak(office, "8002")
        ann.hang_up()
        ben.hang_up()
        await trio.sleep(3)
        await office.connect(ann, carl)
        await speak(office, "8003")
        ann.hang_up()
        await trio.sleep(3)
        assert Tape(office, tmp_path).has("8002")
        assert not Tape(office, tmp_path).has("8003")
        assert not Tape(office, tmp_path, call=2).files


async def test_a_card_number_is_masked_and_the_time_line_goes_on(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(), recordings=tmp_path) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await trio.sleep(1)
        call = office.exchange.calls[1]
        office.recorder.set_state(call, "masked", "li")
        await speak(office, "8001", seconds=2)
        office.recorder.set_state(call, "runs", "li")
        await trio.sleep(1)
        began = next(e.clock for e in office.events if e.kind == "RecordingBegan")
        ann.hang_up()
        await trio.sleep(3)
        over = next(e.clock for e in office.events if e.kind == "CallCleared")
        tape = Tape(office, tmp_path)
        assert not tape.has("8001")
        assert abs(len(tape.sound) / 8000 - (over - began) / 1e6) < 0.1


async def test_somebody_orders_a_recording(autojump_clock: trio.testing.MockClock, tmp_path: Path) -> None:
    async with open_office(recordings=tmp_path) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await speak(office, "8001")
        office.recorder.start(office.exchange.calls[1], "li")
        await trio.sleep(0.5)
        await speak(office, "8002")
        office.recorder.stop(office.exchange.calls[1])
        await trio.sleep(0.5)
        await speak(office, "8001")
        ann.hang_up()
        await trio.sleep(3)
        assert Tape(office, tmp_path).has("8002")
        assert not Tape(office, tmp_path).has("8001")


async def test_the_caller_is_told_before_anybody_rings(autojump_clock: trio.testing.MockClock, tmp_path: Path) -> None:
    async with open_office(recorded(notice=True), recordings=tmp_path) as office:
        ann = office.phone("8001")
        call = office.call_from_town("8001", "62000009")
        await trio.sleep(1)
        assert not ann.rings
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(1)
        names = [e.data["name"] for e in office.events if e.kind == "TreatmentBegan" and e.device == "e1/1"]
        assert names[0] == "prompt:recording.notice-short"
        call.hang_up()


async def test_three_are_on_the_tape_of_a_three_party_call(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(), recordings=tmp_path) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl, for_s=0.5)
        await ann.flash()
        await ann.dial("3")
        await trio.sleep(0.5)
        await speak(office, "8002", "8003")
        ann.hang_up()
        ben.hang_up()
        await trio.sleep(3)
        tape = Tape(office, tmp_path)
        assert tape.has("8002")
        assert tape.has("8003")


async def test_a_full_disk_costs_the_recording_and_not_the_call(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(), recordings=tmp_path) as office:
        office.recorder.full = "the disk is full"
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await office.hear_each_other(ann, ben)
        missed = [event for event in office.events if event.kind == "RecordingMissed"]
        assert [event.data["reason"] for event in missed] == ["the disk is full"]


async def test_a_code_after_a_flash_records_the_held_party(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recordings=tmp_path) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        for voices in (("8001", "8002"), ("8001",)):
            await ann.flash()
            await ann.hear_tone("dial", within=SOON)
            await ann.dial("*73#")
            await trio.sleep(5)
            await office.hear_each_other(ann, ben)  # he is back by himself
            await speak(office, *voices)
        ann.hang_up()
        await trio.sleep(3)
        used = [event.data for event in office.events if event.kind == "ServiceUsed"]
        assert [(data["service"], data["result"]) for data in used] == [("record", "done")] * 2
        assert Tape(office, tmp_path).has("8002"), office.story()
        (ended,) = [event for event in office.events if event.kind == "RecordingEnded"]
        assert ended.clock < max(event.clock for event in office.events if event.kind == "Retrieved")


async def test_a_telephone_that_holds_nobody_records_nobody(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recordings=tmp_path) as office:
        await office.dial(office.phone("8001"), "*73#")
        await trio.sleep(3)
        (used,) = [event.data for event in office.events if event.kind == "ServiceUsed"]
        assert used["result"] == "not-possible"
        assert "RecordingBegan" not in office.kinds()


async def test_a_disk_that_fills_up_ends_the_recording_and_not_the_call(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(), recordings=tmp_path) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (58 + 3 * 16000, limits[1]))  # a disk with room for three seconds
        try:
            await office.connect(ann, ben)
            await speak(office, "8001", seconds=8)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        (ended,) = [event for event in office.events if event.kind == "RecordingEnded"]
        (missed,) = [event for event in office.events if event.kind == "RecordingMissed"]
        assert ended.data["problem"]
        assert ended.data["sha256"]
        assert ended.data["file"] in missed.data["reason"]
        await office.hear_each_other(ann, ben)
        office.recorder.set_state(office.exchange.calls[1], "masked", "li")  # there is nothing to mask any more
        tape = Tape(office, tmp_path)
        assert abs(len(tape.sound) / 8000 - 3) < 0.1
        assert tape.has("8001")
        ann.hang_up()
        await trio.sleep(3)
        assert [event.kind for event in office.events if event.kind.startswith("Recording")] == [
            "RecordingBegan",
            "RecordingMissed",
            "RecordingEnded",
        ]


async def test_a_rule_for_a_station_holds_for_calls_that_it_picks_up(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(stations=["8003"]), recordings=tmp_path) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        await office.dial(carl, "*8#")
        await trio.sleep(1)
        await speak(office, "8001", "8003")
        ann.hang_up()
        await trio.sleep(3)
        assert [event.call for event in office.events if event.kind == "RecordingBegan"] == [1]
        tape = Tape(office, tmp_path)
        assert tape.has("8001")
        assert tape.has("8003")


async def test_a_disk_that_takes_its_time_is_waited_for(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Recording.closed

    async def slow(recording: Recording) -> Closed:
        await trio.sleep(30)
        return await closed(recording)

    monkeypatch.setattr(Recording, "closed", slow)
    async with open_office(recorded(), recordings=tmp_path) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await speak(office, "8001")
        ann.hang_up()
        await trio.sleep(29)
        assert "RecordingEnded" not in office.kinds()
        await trio.sleep(5)
        assert "RecordingEnded" in office.kinds()
