"""Recording a prompt by telephone: what was spoken is what callers hear, and what was not saved is nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import trio
import trio.testing

from core.exchange.refusal import Refused
from core.prompt_workshop import Workshop
from core.prompts.audio import LEVEL_DBM0
from core.prompts.catalogue import CatalogueError, read_catalogue
from core.prompts.store import PromptStore
from core.prompts.versions import Versions
from hw.clips import Clip
from hw.sim.telephone import Telephone
from tests.exchange.office import SOON, Office, open_office, spoken
from tests.prompts.listening import found
from tests.prompts.test_audio import level

pytestmark = pytest.mark.native

NAME = "call.held"


def speech(dbm0: float = -25.0) -> Clip:
    """A second and a half of a sweep, as loud as somebody at a telephone."""
    wave = np.sin(2 * np.pi * np.cumsum(np.linspace(500, 1100, 12000)) / 8000)
    return Clip((wave * 32768 * 10 ** ((dbm0 - 3.14) / 20)).astype(np.int16))


@dataclass
class Studio:
    office: Office
    workshop: Workshop
    store: PromptStore
    folder: Path
    ann: Telephone
    awaited: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        self.workshop.record("8001", NAME, "zh", "Ann")

    async def lifted(self) -> None:
        await self.ann.rung(within=SOON)
        self.ann.lift()
        await self.asked("prompt:prompt.record")

    async def asked(self, treatment: str) -> None:
        """Until these words have been begun once more than the story has waited for them."""
        self.awaited[treatment] += 1
        with trio.fail_after(30):
            while self.began(treatment) < self.awaited[treatment]:  # noqa: ASYNC110 - in virtual time
                await trio.sleep(0.05)

    def began(self, treatment: str) -> int:
        return sum(e.kind == "TreatmentBegan" and e.data["name"] == treatment for e in self.office.events)

    async def speaks(self, clip: Clip | None = None, key: str = "#") -> None:
        """After the tone, and presses a key."""
        await self.asked("prompting")
        await trio.sleep(1)
        if clip is not None:
            await self.ann.speak(clip)
        await trio.sleep(1)
        await self.ann.dial(key)

    async def decides(self, key: str) -> None:
        await self.asked("prompt:prompt.review")
        await trio.sleep(0.5)
        await self.ann.dial(key)

    async def over(self) -> None:
        await trio.sleep(6)
        self.ann.hang_up()
        await trio.sleep(3)

    @property
    def result(self) -> str:
        (used,) = [event for event in self.office.events if event.kind == "ServiceUsed"]
        assert used.data["arguments"] == [NAME, "zh"]
        return str(used.data["result"])

    async def versions(self) -> int:
        return len(await self.workshop.versions(NAME, "zh"))


@asynccontextmanager
async def studio(folder: Path) -> AsyncIterator[Studio]:
    async with open_office() as office:
        store = PromptStore(read_catalogue(), spoken(), Versions(folder / "recorded"), threaded=False)
        workshop = Workshop(store, office.exchange, folder / "incoming")
        yield Studio(office, workshop, store, folder, office.phone("8001"))
        assert list((folder / "incoming").glob("*")) == []  # nothing is left of what was being recorded


async def test_what_ann_records_is_what_callers_hear(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with studio(tmp_path) as here:
        here.begin()
        await here.lifted()
        await here.speaks(speech())
        await here.decides("3")
        await here.over()
        assert here.result == "version 1"
        (version,) = await here.workshop.versions(NAME, "zh")
        assert (version.by, version.source, version.in_use) == ("Ann", "telephone 8001", True)
        assert version.level_dbm0 == pytest.approx(-25, abs=2)
        (heard,) = await here.store.clips([NAME], "zh")
        assert found(heard.samples(), speech().samples()[400:-400]) is not None
        assert heard.ms == pytest.approx(1500, abs=150)  # neither the silence before nor the key at the end
        assert level(heard.samples()) == pytest.approx(LEVEL_DBM0, abs=1)


async def test_ann_hears_herself_records_again_and_saves_the_second(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with studio(tmp_path) as here:
        here.begin()
        await here.lifted()
        await here.speaks(speech())
        await here.asked("prompt:prompt.review")
        await trio.sleep(0.5)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(here.ann.dial, "1")
            heard = await here.ann.listen(4)
        assert found(heard.samples, speech().samples()[400:-400]) is not None
        await here.decides("2")
        await here.speaks(Clip(speech().samples()[:6000]))
        await here.decides("3")
        await here.over()
        assert await here.versions() == 1
        (saved,) = await here.store.clips([NAME], "zh")
        assert saved.ms == pytest.approx(750, abs=150)


async def test_ann_discards_what_she_has_recorded(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with studio(tmp_path) as here:
        here.begin()
        await here.lifted()
        await here.speaks(speech())
        await here.decides("*")
        await here.over()
        assert here.result == "discarded"
        assert await here.versions() == 0


async def test_silence_and_whispers_are_to_be_recorded_again(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with studio(tmp_path) as here:
        here.begin()
        await here.lifted()
        await here.speaks()
        await here.asked("prompt:prompt.nothing-heard")
        await here.speaks(speech(-50))
        await here.asked("prompt:prompt.too-quiet")
        await here.speaks(speech())
        await here.decides("3")
        await here.over()
        assert await here.versions() == 1


async def test_ann_hangs_up_while_she_records(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with studio(tmp_path) as here:
        here.begin()
        await here.lifted()
        await here.asked("prompting")
        await trio.sleep(1)
        await here.ann.speak(speech())
        here.ann.hang_up()
        await trio.sleep(3)
        assert here.result == "left"
        assert await here.versions() == 0


async def test_ann_puts_the_receiver_aside(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Whoever answers no question has left; one wrong key is forgiven."""
    async with studio(tmp_path) as here:
        here.begin()
        await here.lifted()
        await here.speaks(speech())
        await here.decides("7")
        await here.asked("prompt:menu.wrong-key")
        await trio.sleep(120)
        assert here.result == "left"
        assert await here.versions() == 0


async def test_nobody_lifts(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with studio(tmp_path) as here:
        here.begin()
        await here.ann.rung(within=SOON)
        await trio.sleep(70)
        assert not here.office.exchange.calls
        assert [event for event in here.office.events if event.kind == "ServiceUsed"] == []


async def test_the_disk_refuses_and_ann_is_told(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with studio(tmp_path) as here:
        (tmp_path / "recorded").write_text("a file where the folder should be")
        here.begin()
        await here.lifted()
        await here.speaks(speech())
        await here.decides("3")
        await here.asked("prompt:recording.failed")
        await here.over()
        assert here.result == "failed"


async def test_what_cannot_be_begun_is_refused(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with studio(tmp_path) as here:
        with pytest.raises(CatalogueError, match=r"there is no prompt call\.nonsense"):
            here.workshop.record("8001", "call.nonsense", "zh", "")
        with pytest.raises(Refused, match="there is no station 8999"):
            here.workshop.record("8999", NAME, "zh", "")
        here.ann.lift()
        await here.ann.hear_tone("dial", within=SOON)
        with pytest.raises(Refused, match="station 8001 is not free"):
            here.begin()
