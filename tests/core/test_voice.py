"""What a running box says and plays: words in the ear of the caller, recordings as they come, music for who waits."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
import trio

from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from core.prompts.hold_music import LEVEL_DBM0, hold_music
from core.prompts.versions import Version, Versions
from hw.clips import Clip
from hw.wave import Samples
from tests.core.boxes import box
from tests.core.house import House, living
from tests.prompts.listening import found
from tests.prompts.test_audio import level, tone

pytestmark = pytest.mark.native

SPOKEN = Path(__file__).resolve().parents[2] / "build" / "prompts"
PARTS = {"languages": ["zh", "en"]}
VACANT = "call.vacant"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose prompts are kept from run to run once they were made."""
    SPOKEN.mkdir(parents=True, exist_ok=True)
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "made").symlink_to(SPOKEN)
    return tmp_path


async def dials(house: House, number: str, seconds: float) -> Samples:
    """What Ann hears for so long, beginning with her first digit: not all numbers need all of them."""
    ann = house.telephone("8001")
    ann.lift()
    await ann.hear_tone("dial", within=3)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ann.dial, number)
        heard = (await ann.listen(seconds)).samples
    ann.hang_up()
    await trio.sleep(1)
    return heard


async def words(house: House, name: str, language: str = "zh") -> Sequence[Clip]:
    assert house.running.voice.prompts is not None
    return await house.running.voice.prompts.said(name, language)


def whistled(data: Path, hz: int = 620) -> Version:
    """Somebody records the prompt, in another process; he whistles."""
    sweep = np.sin(2 * np.pi * np.cumsum(np.linspace(hz, 2 * hz, 12000)) / 8000)
    samples = (sweep * 3000).astype(np.int16)
    return Versions(data / "prompts" / "recorded").add(VACANT, "zh", samples, source="a.wav", by="lin")


async def test_who_dials_a_vacant_number_hears_so(data: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with living(box(box=PARTS), data) as house:
        heard = await dials(house, "8777", 12)
        assert found(heard, await words(house, VACANT)) is not None
        assert found(heard, await words(house, "call.barred")) is None


async def test_what_somebody_records_is_heard_by_the_next_caller(
    data: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with living(box(box=PARTS), data) as house:
        before = await words(house, VACANT)
        assert found(await dials(house, "8777", 12), before) is not None
        version = await trio.to_thread.run_sync(whistled, data)
        recorded, _ = soundfile.read(version.path, dtype="int16")
        heard = await dials(house, "8777", 12)
        assert found(heard, recorded) is not None
        assert found(heard, before) is None


async def test_a_recording_that_is_lost_is_an_alarm_and_the_caller_hears_the_synthesiser(
    data: Path, autojump_clock: trio.testing.MockClock
) -> None:
    version = whistled(data)
    version.path.unlink()
    async with living(box(box=PARTS), data) as house:
        assert found(await dials(house, "8777", 12), await words(house, VACANT)) is not None
        (alarm,) = [one for key, one in house.running.alarms.standing.items() if key == "prompts"]
        assert "there is no such file" in alarm.text
        assert alarm.remedy
        await trio.to_thread.run_sync(whistled, data)
        await trio.sleep(3)
        assert "prompts" not in house.running.alarms.standing


async def test_a_prompt_that_is_lost_while_it_is_said_is_said_to_its_end(
    data: Path, autojump_clock: trio.testing.MockClock
) -> None:
    whistled(data)
    async with living(box(box=PARTS), data) as house:
        said = await words(house, VACANT)

        async def lose() -> None:
            await trio.sleep(3)
            await trio.to_thread.run_sync(shutil.rmtree, data / "prompts" / "recorded")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(lose)
            assert found(await dials(house, "8777", 12), said) is not None


async def test_a_disk_that_refuses_the_prompts_once_is_an_alarm_and_no_end_of_the_box(
    data: Path, autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = 0
    recorded = Versions.recorded

    def refuses(versions: Versions) -> Iterator[tuple[str, str]]:
        nonlocal readings
        readings += 1
        if readings < 3:
            raise OSError(errno.EIO, "Input/output error")
        return recorded(versions)

    monkeypatch.setattr(Versions, "recorded", refuses)
    async with living(box(box=PARTS), data) as house:
        alarm = house.running.alarms.standing["prompts"]
        assert "recorded prompts cannot be read" in alarm.text
        await trio.sleep(3)
        assert "prompts" not in house.running.alarms.standing


async def test_faults_in_an_offices_texts_are_an_alarm(data: Path, autojump_clock: trio.testing.MockClock) -> None:
    (data / "prompts" / "office.toml").write_text('[call.busy]\nzh = "占线。"\n[flow.x]\nzh = "一"\n')
    async with living(box(box=PARTS), data) as house:
        alarm = house.running.alarms.standing["prompts"]
        assert alarm.text.startswith("2 faults in the texts of prompts: ")
        assert "office.toml:1:2: call.busy: has no text in en" in alarm.text


async def test_prompts_are_kept_over_the_control_interface(data: Path, autojump_clock: trio.testing.MockClock) -> None:
    whistled(data)
    user = {"name": "Sun", "role": "auditor", "unix_user": "sun"}
    async with living(box(box=PARTS, user=[user]), data) as house, house.client() as desk:
        (listed,) = (await desk.ask("prompt.list", begins=VACANT))["prompts"]
        assert (listed["version"], listed["text"]) == (1, "您拨打的号码是空号，请核对后再拨。")
        (version,) = (await desk.ask("prompt.versions", name=VACANT))["versions"]
        assert (version["by"], version["in_use"]) == ("lin", True)
        await desk.ask("prompt.use", name=VACANT, number=0)
        assert (await desk.ask("prompt.list", begins=VACANT))["prompts"][0]["version"] == 0
        for method, params, code in (
            ("prompt.use", {"name": VACANT, "number": 7}, Code.UNKNOWN),
            ("prompt.versions", {"name": "call.nonsense"}, Code.UNKNOWN),
            ("prompt.record", {"device": "8999", "name": VACANT}, Code.REFUSED),
            ("prompt.list", {"language": "fr"}, Code.INVALID_PARAMS),
        ):
            with pytest.raises(Refusal) as refused:
                await desk.ask(method, **params)
            assert refused.value.code is code
        call = (await desk.ask("prompt.record", device="8002", name=VACANT))["call"]
        await house.telephone("8002").rung(within=3)
        await desk.ask("call.clear", call=call)
        audits = [data for kind, data in house.events if kind == "Audit" and data["act"] == "prompt.use"]
        assert next((one["target"], one["result"]) for one in audits) == (f"{VACANT} zh", "done")
        async with house.client(Credentials(1, 1000, 1000, "sun")) as reader:
            assert (await reader.ask("prompt.list"))["prompts"]
            with pytest.raises(Refusal) as refused:
                await reader.ask("prompt.use", name=VACANT, number=1)
            assert refused.value.code is Code.FORBIDDEN


async def test_a_box_without_a_data_folder_has_no_prompts_to_keep(autojump_clock: trio.testing.MockClock) -> None:
    async with living(box()) as house, house.client() as desk:
        with pytest.raises(Refusal) as refused:
            await desk.ask("prompt.list")
        assert refused.value.code is Code.REFUSED


async def test_a_box_without_a_data_folder_gives_tones_and_music(autojump_clock: trio.testing.MockClock) -> None:
    async with living(box()) as house:
        assert house.running.voice.prompts is None
        assert house.running.voice.hold is hold_music()
        ann = house.telephone("8001")
        ann.lift()
        await ann.hear_tone("dial", within=3)
        await ann.dial("8777")
        await ann.hear_tone("vacant", within=8)
        ann.hang_up()
        await trio.sleep(1)


async def test_an_office_has_its_own_music_at_the_level_of_music(
    data: Path, autojump_clock: trio.testing.MockClock
) -> None:
    (data / "music").mkdir()
    soundfile.write(data / "music" / "hold.wav", tone(0, 3000), 8000)
    async with living(box(box=PARTS, music={"hold": "hold.wav", "ring_back": "hold.wav"}), data) as house:
        for clip in (house.running.voice.hold, house.running.voice.ring_back):
            assert clip is not None
            assert clip.ms == 3000
            assert level(clip.samples()) == pytest.approx(LEVEL_DBM0, abs=0.5)


async def test_music_that_is_not_there_is_an_alarm_and_the_box_plays_its_own(
    data: Path, autojump_clock: trio.testing.MockClock
) -> None:
    (data / "music").mkdir()
    soundfile.write(data / "music" / "silent.wav", np.zeros(8000), 8000)
    async with living(box(box=PARTS, music={"hold": "gone.wav", "ring_back": "silent.wav"}), data) as house:
        assert house.running.voice.hold is hold_music()
        assert house.running.voice.ring_back is None
        standing = house.running.alarms.standing
        assert "there is no such file" in standing["music hold"].text
        assert "nothing is heard in it" in standing["music ring_back"].text
