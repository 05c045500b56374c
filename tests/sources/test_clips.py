"""Clips live as long as they are held; the store of clips loads each file once and forgets what nobody plays."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
import trio
import trio.testing

from hw.clips import Clip, Clips, ClipsStatistics, of_tone, silence
from hw.native import ffi, lib
from hw.tones import Tone, sine
from hw.wave import ClipError

pytestmark = pytest.mark.native


def speech(path: Path, samples: int = 1000, value: int = 1) -> Path:
    soundfile.write(path, np.full(samples, value, np.int16), 8000, subtype="PCM_16")
    return path


def test_a_clip_is_a_copy_of_its_samples() -> None:
    samples = np.arange(100, dtype=np.int16)
    clip = Clip(samples[::2])
    samples[:] = 0
    assert clip.samples().tolist() == list(range(0, 100, 2))
    assert (clip.count, clip.bytes, clip.ms) == (50, 100, 6.25)


def test_a_clip_may_be_of_nothing() -> None:
    assert Clip(np.zeros(0, np.int16)).samples().tolist() == []
    assert silence(0).ms == 0


def test_a_clip_of_floats_or_of_two_channels_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="not 1 of float64"):
        Clip(np.zeros(8))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not 2 of int16"):
        Clip(np.zeros((8, 2), np.int16))


def test_silence_and_tones_become_clips() -> None:
    assert silence(25).samples().tolist() == [0] * 200
    tone = Tone([sine(450)])
    assert of_tone(tone, 10).samples().tobytes() == tone.preview(10).tobytes()


def test_a_clip_lives_as_long_as_somebody_plays_it() -> None:
    clip = Clip(np.arange(1000, dtype=np.int16))
    assert not clip.playing
    player = lib.clip_hold(clip.pointer)
    assert clip.playing
    del clip
    gc.collect()
    assert lib.clip_references(player) == 1
    assert ffi.unpack(lib.clip_samples(player), lib.clip_count(player)) == list(range(1000))
    lib.clip_drop(player)


async def test_a_file_is_loaded_once(tmp_path: Path) -> None:
    clips = Clips()
    path = speech(tmp_path / "a.wav")
    clip = await clips.get(path)
    assert await clips.get(path) is clip
    assert clips.statistics() == ClipsStatistics(
        clips=1, bytes=2000, limit_bytes=256 * 1024 * 1024, playing=0, hits=1, loads=1, failures=0, forgotten=0
    )


async def test_many_who_ask_at_once_wait_for_one_load(tmp_path: Path) -> None:
    clips = Clips()
    path = speech(tmp_path / "a.wav")
    got = []

    async def ask() -> None:
        got.append(await clips.get(path))

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(ask)
    assert len(got) == 20
    assert len(set(map(id, got))) == 1
    assert clips.statistics().loads == 1


async def test_a_file_that_changed_is_loaded_anew(tmp_path: Path) -> None:
    clips = Clips()
    path = speech(tmp_path / "a.wav", value=1)
    before = await clips.get(path)
    speech(path, value=2)
    os.utime(path, ns=(0, 12345))
    after = await clips.get(path)
    assert (before.samples()[0], after.samples()[0]) == (1, 2)


async def test_the_longest_unasked_for_is_forgotten_first(tmp_path: Path) -> None:
    clips = Clips(limit_bytes=6000)
    a, b, c, d = (speech(tmp_path / name) for name in ("a.wav", "b.wav", "c.wav", "d.wav"))
    for path in (a, b, c, a, d):  # a is asked for again: b is the oldest when d comes
        await clips.get(path)
    assert (clips.statistics().clips, clips.statistics().forgotten) == (3, 1)
    await clips.get(a)
    assert clips.statistics().hits == 2
    await clips.get(b)
    assert clips.statistics().loads == 5


async def test_what_is_being_played_is_not_forgotten(tmp_path: Path) -> None:
    clips = Clips(limit_bytes=2000)
    a, b, c = (speech(tmp_path / name) for name in ("a.wav", "b.wav", "c.wav"))
    playing = lib.clip_hold((await clips.get(a)).pointer)
    await clips.get(b)
    statistics = clips.statistics()
    assert (statistics.clips, statistics.bytes, statistics.playing, statistics.forgotten) == (2, 4000, 1, 0)
    await clips.get(a)
    assert clips.statistics().hits == 1
    lib.clip_drop(playing)
    await clips.get(c)
    assert (clips.statistics().clips, clips.statistics().bytes) == (1, 2000)


async def test_a_clip_over_the_limit_is_given_but_not_kept(tmp_path: Path) -> None:
    clips = Clips(limit_bytes=1999)
    assert (await clips.get(speech(tmp_path / "a.wav"))).count == 1000
    assert clips.statistics().clips == 0
    with pytest.raises(ValueError, match="negative"):
        Clips(limit_bytes=-1)


async def test_a_failure_is_told_to_all_who_asked_and_is_not_kept(tmp_path: Path) -> None:
    clips = Clips()
    path = tmp_path / "a.wav"
    with pytest.raises(ClipError, match="no such file"):
        await clips.get(path)
    assert (await clips.get(speech(path))).count == 1000
    assert (clips.statistics().failures, clips.statistics().loads) == (1, 1)


async def test_who_is_cancelled_leaves_and_the_next_one_loads(tmp_path: Path) -> None:
    clips = Clips()
    path = speech(tmp_path / "a.wav")
    with trio.CancelScope() as hung_up:
        hung_up.cancel()
        await clips.get(path)
    assert hung_up.cancelled_caught
    assert (await clips.get(path)).count == 1000
