"""The sound of prompts: synthesised once, replaced by recordings, heard on a port."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import trio

from core.prompts import synthesis
from core.prompts.audio import LEVEL_DBM0
from core.prompts.catalogue import CatalogueError, read_catalogue
from core.prompts.parts import File, Text
from core.prompts.store import TEXTS_KEPT, PromptError, PromptStore, open_prompts
from core.prompts.synthesis import synthesised
from core.prompts.versions import VersionError, Versions
from hw.card import HardwareError
from hw.clips import Clip
from hw.plane import Plane, PlayEnd
from hw.wave import Samples
from tests.prompts.test_audio import level, silence, tone

pytestmark = pytest.mark.native


class Synthesiser:
    """Stands in for espeak-ng: a tone as long as the text. `told`: what it was asked to read, and by whom."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.fails = False

    def __call__(self, text: str, voice: str, *options: str) -> tuple[npt.NDArray[np.float32], int]:
        self.told.append((text.strip(), voice))
        if self.fails:
            raise HardwareError("espeak-ng is not installed", action="apt-get install espeak-ng")
        return (tone(-20, 100 + 10 * len(text)) / 32768).astype(np.float32), 8000


@pytest.fixture
def espeak(monkeypatch: pytest.MonkeyPatch) -> Synthesiser:
    synthesiser = Synthesiser()
    monkeypatch.setattr(synthesis, "espeak", synthesiser)
    return synthesiser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "office.toml").write_text('[flow.lunch]\nzh = "午休。"\nen = "Lunch."\n')
    return tmp_path


@pytest.fixture
def store(folder: Path, espeak: Synthesiser) -> PromptStore:
    return open_prompts(folder)


def heard(clips: list[Clip]) -> Samples:
    return np.concatenate([clip.samples() for clip in clips])


async def test_a_prompt_is_synthesised_once_for_all_calls(store: PromptStore, espeak: Synthesiser) -> None:
    first = await store.clips(["call.busy"], "zh")
    assert espeak.told == [("您拨打的用户正在通话中，请稍后再拨。", "cmn-latn-pinyin")]
    assert await store.clips(["call.busy"], "zh") == first
    assert len(espeak.told) == 1


async def test_a_second_start_finds_all_in_the_cache(store: PromptStore, folder: Path, espeak: Synthesiser) -> None:
    first = await store.said("queue.ahead", "en", ahead=2)
    told = len(espeak.told)
    second = await open_prompts(folder).said("queue.ahead", "en", ahead=2)
    assert len(espeak.told) == told
    np.testing.assert_array_equal(heard(first), heard(second))


async def test_half_a_file_in_the_cache_is_made_again(store: PromptStore, folder: Path, espeak: Synthesiser) -> None:
    await store.clips(["call.busy"], "zh")
    kept = store.cache.path("您拨打的用户正在通话中，请稍后再拨。", "zh")
    kept.write_bytes(kept.read_bytes()[:20])
    assert (await open_prompts(folder).clips(["call.busy"], "zh"))[0].count
    assert len(espeak.told) == 2


async def test_another_recipe_finds_nothing_of_the_old(
    store: PromptStore, espeak: Synthesiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.clips(["call.busy"], "zh")
    monkeypatch.setattr(synthesis, "RECIPE", synthesis.RECIPE + 1)
    store.forget()
    await store.clips(["call.busy"], "zh")
    assert len(espeak.told) == 2


async def test_set_up_makes_everything_once(store: PromptStore, espeak: Synthesiser) -> None:
    shown: list[tuple[int, int]] = []
    made = await store.make(progress=lambda done, of: shown.append((done, of)))
    texts = {(piece.say, code) for code in ("zh", "en") for piece, _ in store.catalogue.pieces(code)}
    assert (made.made, made.kept, made.failed) == (len(texts), 0, ())
    assert shown[-1] == (made.made, made.made)
    again = await store.make()
    assert (again.made, again.kept) == (0, made.made)


async def test_set_up_without_a_synthesiser_names_what_is_missing(store: PromptStore, espeak: Synthesiser) -> None:
    espeak.fails = True
    made = await store.make(["zh"])
    assert (made.made, made.kept) == (0, 0)
    assert "espeak-ng is not installed; apt-get install espeak-ng" in str(made.failed[0])
    with pytest.raises(PromptError, match=r"call.busy \(zh\): espeak-ng is not installed"):
        await store.clips(["call.busy"], "zh")


async def test_a_pause_is_silence(store: PromptStore) -> None:
    (pause,) = await store.clips(["pause.second"], "zh")
    assert pause.ms == 1000
    assert not pause.samples().any()


async def test_a_recording_is_heard_instead_of_the_synthesiser(store: PromptStore, espeak: Synthesiser) -> None:
    await store.add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    (clip,) = await store.clips(["call.busy"], "zh")
    assert espeak.told == []
    assert 900 <= clip.ms <= 1000
    assert level(clip.samples()) == pytest.approx(LEVEL_DBM0, abs=0.5)


async def test_a_new_recording_is_heard_by_the_next_call(store: PromptStore) -> None:
    (before,) = await store.clips(["call.busy"], "zh")
    await store.add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    (after,) = await store.clips(["call.busy"], "zh")
    assert after.ms != before.ms
    await store.use("call.busy", "zh", 0)
    assert (await store.clips(["call.busy"], "zh"))[0].ms == before.ms


async def test_a_recording_by_another_process_is_heard_too(store: PromptStore, folder: Path) -> None:
    (before,) = await store.clips(["call.busy"], "zh")
    Versions(folder / "recorded").add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    (after,) = await store.clips(["call.busy"], "zh")
    assert after.ms != before.ms


async def test_a_piece_of_a_phrase_can_be_recorded(store: PromptStore) -> None:
    await store.add("queue.ahead.1", "zh", tone(-30, 900), source="a.wav", by="lin")
    first, *_ = await store.said("queue.ahead", "zh", ahead=3)
    assert 900 <= first.ms <= 1000


async def test_a_recording_that_cannot_be_read_is_told_and_synthesised(folder: Path, espeak: Synthesiser) -> None:
    faults: list[PromptError] = []
    store = open_prompts(folder)
    store.faulted = faults.append
    version = await store.add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    version.path.unlink()
    (clip,) = await store.clips(["call.busy"], "zh")
    assert clip.count
    assert len(espeak.told) == 1
    assert "there is no such file" in str(faults[0])


async def test_what_is_not_in_the_catalogue_is_neither_heard_nor_recorded(store: PromptStore) -> None:
    with pytest.raises(PromptError, match=r"call.nonsense \(zh\): is not in the catalogue"):
        await store.clips(["call.busy", "call.nonsense"], "zh")
    for name, language in (("call.nonsense", "zh"), ("queue.ahead", "zh"), ("number.liang", "en"), ("call.busy", "fr")):
        with pytest.raises(CatalogueError):
            await store.add(name, language, tone(-30, 900), source="x.wav", by="lin")
        with pytest.raises(CatalogueError):
            await store.use(name, language, 0)
    with pytest.raises(VersionError, match="nothing is heard"):
        await store.add("call.busy", "zh", silence(500), source="x.wav", by="lin")


async def test_an_office_has_its_own_prompts(store: PromptStore, espeak: Synthesiser) -> None:
    await store.clips(["flow.lunch"], "en")
    assert espeak.told == [("Lunch.", "en")]


async def test_texts_and_files_of_a_call(store: PromptStore, espeak: Synthesiser, tmp_path: Path) -> None:
    path = tmp_path / "name.wav"
    soundfile.write(path, tone(-20, 600), 8000)
    text, file, again = await store.clips([Text("张三"), File(path), Text("张三")], "zh")
    assert file.ms == 600
    assert text is again
    assert espeak.told == [("张三", "cmn-latn-pinyin")]
    with pytest.raises(PromptError, match="there is no such file"):
        await store.clips([File(tmp_path / "gone.wav")], "zh")
    with pytest.raises(PromptError, match="too long to be read out"):
        await store.clips([Text("字" * 5000)], "zh")


async def test_texts_of_calls_are_forgotten_in_time(store: PromptStore, espeak: Synthesiser) -> None:
    for number in range(TEXTS_KEPT + 1):
        await store.clips([Text(f"Caller {number}")], "en")
    await store.clips([Text("Caller 0")], "en")
    assert len(espeak.told) == TEXTS_KEPT + 2


async def test_a_call_that_ends_leaves_the_synthesis_at_once(
    store: PromptStore, espeak: Synthesiser, autojump_clock: trio.testing.MockClock
) -> None:
    with trio.move_on_after(0) as scope:
        await store.clips(["call.busy"], "zh")
    assert scope.cancelled_caught
    assert (await store.clips(["call.busy"], "zh"))[0].count


async def test_a_phrase_is_heard_on_a_port_and_stays_whole_when_it_changes(
    store: PromptStore, autojump_clock: trio.testing.MockClock
) -> None:
    plane = Plane(virtual=True)
    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        port = plane.open_voice()
        clips = await store.said("queue.ahead", "zh", ahead=2)
        playback = plane.play(port, clips)
        await store.add("queue.ahead.1", "zh", tone(-30, 100), source="a.wav", by="lin")
        played = await playback.wait()
        assert played.end is PlayEnd.FINISHED
        assert played.samples == sum(clip.count for clip in clips)
        nursery.cancel_scope.cancel()
    plane.close()


async def test_on_a_full_disk_callers_are_told_their_place_all_the_same(
    store: PromptStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The synthesiser's speech could not be kept, and so nobody heard it."""
    told: list[PromptError] = []
    store.faulted = told.append

    def refuse(path: Path, samples: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("core.prompts.synthesis.write_sound", refuse)
        clips = await store.said("queue.ahead", "zh", ahead=2)
        assert sum(clip.ms for clip in clips) > 300
        assert "No space left" in str(told[0])
        assert (await store.make(["zh"])).made == 0  # whoever fills the cache is told
    assert [path for path in (folder / "made").rglob("*") if path.is_file()] == []


async def test_what_is_loaded_needs_neither_disk_nor_synthesis_in_a_call(
    store: PromptStore, folder: Path, espeak: Synthesiser
) -> None:
    await store.make(["zh"])
    assert await store.load(["zh"]) == 0
    await trio.to_thread.run_sync(shutil.rmtree, folder / "made")
    told = len(espeak.told)
    assert await store.said("queue.ahead", "zh", ahead=2)
    assert len(espeak.told) == told


async def test_loading_makes_nothing_and_says_how_much_is_missing(store: PromptStore, espeak: Synthesiser) -> None:
    await store.add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    await store.clips(["call.held"], "zh")
    told = len(espeak.told)
    assert await store.load(["zh"]) == len(list(store.catalogue.pieces("zh"))) - 2
    assert len(espeak.told) == told


async def test_a_store_is_stale_after_a_change_until_it_is_loaded_again(store: PromptStore, folder: Path) -> None:
    await store.load()
    assert not store.stale
    Versions(folder / "recorded").add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    assert store.stale
    await store.clips(["call.busy"], "zh")
    assert store.stale
    await store.load()
    assert not store.stale
    assert (await store.clips(["call.busy"], "zh"))[0].ms >= 900


async def test_loading_tells_of_every_recording_that_cannot_be_read(folder: Path, espeak: Synthesiser) -> None:
    faults: list[PromptError] = []
    store = open_prompts(folder)
    store.faulted = faults.append
    version = await store.add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    version.path.unlink()
    espeak.fails = True
    await store.load()
    assert ["there is no such file" in str(faults[0]), "espeak-ng is not installed" in str(faults[1])] == [True, True]


async def test_in_virtual_time_all_is_done_in_the_trio_thread(
    folder: Path, espeak: Synthesiser, autojump_clock: trio.testing.MockClock
) -> None:
    store = open_prompts(folder, threaded=False)
    soundfile.write(folder / "name.wav", tone(-20, 600), 8000)
    with trio.fail_after(0.001):
        await store.make(["zh"])
        await store.load()
        await store.clips(["call.busy"], "zh")
        await store.add("call.busy", "zh", tone(-30, 900), source="a.wav", by="lin")
        busy, _pause, name = await store.clips(["call.busy", File(folder / "name.wav")], "zh")
    assert busy.ms >= 900
    assert name.ms == 600


async def test_without_a_listener_faults_go_to_the_log(store: PromptStore, caplog: pytest.LogCaptureFixture) -> None:
    version = await store.add("call.busy", "zh", tone(-30, 900), source="busy.wav", by="lin")
    version.path.unlink()
    await store.clips(["call.busy"], "zh")
    assert "there is no such file" in caplog.text


@pytest.mark.parametrize(("language", "text"), [("zh", "您好，请稍候。"), ("en", "Good morning."), ("zh", "单号AB12")])
def test_espeak_itself_reads_both_languages_at_the_level_of_prompts(language: str, text: str) -> None:
    samples = synthesised(text, language)
    assert level(samples) == pytest.approx(LEVEL_DBM0, abs=1)
    assert 0.4 < len(samples) / 8000 < 4
    assert len(synthesised("……", language)) == 0


def test_the_shipped_catalogue_is_what_the_store_says(store: PromptStore) -> None:
    assert store.catalogue.entries.keys() == read_catalogue().entries.keys() | {"flow.lunch"}
