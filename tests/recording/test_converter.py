"""Other forms of a recording: smaller with the same words, secret for all but one key, and whole whenever it is cut."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyrage
import pytest
import soundfile
import trio
import trio.lowlevel
import trio.testing

from core.recording import converting
from core.recording.converter import Converter
from core.recording.mending import MAKING
from core.recording.shelf import GOING
from core.recording.tape import sha256
from core.store.recordings import Wanted
from tests.recording.shelves import Clock, Story, story

IDENTITY = pyrage.x25519.Identity.generate()
KEY = str(IDENTITY.to_public())


def speech(path: Path, seconds: float = 3) -> None:
    """610 Hz on the left, 860 on the right, A-law."""
    at = np.arange(int(seconds * 8000)) / 8000
    both = np.stack([5000 * np.sin(2 * np.pi * hz * at) for hz in (610, 860)], axis=1).astype(np.int16)
    soundfile.write(path, both, 8000, format="WAV", subtype="ALAW")


async def talked(office: Story, call: int, seconds: float = 3) -> str:
    name = f"{call}-1.wav"
    speech(office.folder / name, seconds)
    office.journal.note("RecordingBegan", call=call, device="8001", file=name)
    digest = sha256(office.folder / name)
    office.journal.note("RecordingEnded", call=call, device="8001", file=name, ms=int(seconds * 1000), sha256=digest)
    await office.journal.settled()
    return name


def converter(office: Story, **settings: Any) -> Converter:
    return Converter(office.shelf, office.alarms, lambda: office.box, threaded=False, **settings)


async def settled(one: Converter) -> None:
    while await one.work():
        await trio.lowlevel.checkpoint()


async def test_after_its_hours_a_recording_is_smaller_and_says_the_same(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path, recording={"opus_after_h": 24}) as office:
        name = await talked(office, 1)
        before = soundfile.read(office.folder / name)[0]
        was = sha256(office.folder / name)
        one = converter(office, idle=lambda: True)
        await settled(one)
        assert (await office.shelf.get(name)).form == "wav"
        clock.days(1.1)
    async with story(tmp_path, recording={"opus_after_h": 24}) as office:
        second, third = await talked(office, 2), await talked(office, 3)
        await settled(converter(office, idle=lambda: True))
        row = await office.shelf.get(name)
        assert (row.form, row.lies) == ("opus", "1-1.opus")
        assert not (office.folder / name).exists()
        after, rate = soundfile.read(office.folder / row.lies)
        assert (after.shape, rate) == (before.shape, 8000)
        for channel in (0, 1):
            loud = [np.abs(np.fft.rfft(sound[8000:16000, channel])) for sound in (before, after)]
            assert int(np.argmax(loud[0])) == int(np.argmax(loud[1]))
        assert await office.shelf.verify([row]) == []
        assert ("RecordingConverted", {"file": name, "form": "opus", "sha256": row.sha256, "was": was}) in office.events
        assert [(await office.shelf.get(one)).form for one in (second, third)] == ["wav", "wav"]
        assert await office.there() == [name, second, third]


async def test_a_busy_box_converts_nothing_and_a_held_recording_stays_as_it_was(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as office:
        held, other = await talked(office, 1), await talked(office, 2)
        await office.shelf.hold(held, "a case", "Li")
    clock.days(10)
    async with story(tmp_path, recording={"opus_after_h": 1}) as office:
        await settled(converter(office, idle=lambda: False))
        assert [(await office.shelf.get(one)).form for one in (held, other)] == ["wav", "wav"]
        await settled(converter(office, idle=lambda: True))
        assert [(await office.shelf.get(one)).form for one in (held, other)] == ["wav", "opus"]


async def test_a_recording_that_ran_when_others_were_made_smaller_has_its_turn(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    """A call of more than an hour."""
    async with story(tmp_path) as office:
        speech(office.folder / "1-1.wav")
        office.journal.note("RecordingBegan", call=1, device="8001", file="1-1.wav")
        await office.journal.settled()
        clock.days(1)
    async with story(tmp_path, recording={"opus_after_h": 1}) as office:
        one = converter(office, idle=lambda: True)
        await settled(one)
        digest = sha256(office.folder / "1-1.wav")
        office.journal.note("RecordingEnded", call=1, device="8001", file="1-1.wav", ms=3000, sha256=digest)
        await office.journal.settled()
        await settled(one)
        assert (await office.shelf.get("1-1.wav")).form == "opus"


@pytest.mark.parametrize(("opus_after_h", "form"), [(0, "wav.age"), (24, "opus.age")])
async def test_only_the_private_key_reads_what_was_encrypted(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock, opus_after_h: int, form: str
) -> None:
    async with story(tmp_path, recording={"encrypt_to": KEY, "opus_after_h": opus_after_h}) as office:
        name = await talked(office, 1)
        await settled(converter(office))
        row = await office.shelf.get(name)
        assert row.form == form
        assert [path.name for path in office.folder.glob("*-*")] == [row.lies]
        secret = (office.folder / row.lies).read_bytes()
        assert secret.startswith(b"age-encryption.org/v1")
        assert await office.shelf.verify([row]) == []
        plain = tmp_path / "plain"
        plain.write_bytes(pyrage.decrypt(secret, [IDENTITY]))
        assert soundfile.info(plain).frames == 24000


async def test_a_changed_file_is_left_alone_and_told_once(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path, recording={"encrypt_to": KEY}) as office:
        changed, sound = await talked(office, 1), await talked(office, 2)
        path = office.folder / changed
        path.write_bytes(path.read_bytes()[:-1] + b"\x00")
        await settled(converter(office))
        assert (await office.shelf.get(changed)).form == "wav"
        assert (await office.shelf.get(sound)).form == "wav.age"
        assert path.exists()
        assert office.levels() == {"recordings conversion": "warning"}


async def test_what_is_no_recording_stays_as_it_is(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path, recording={"opus_after_h": 1}) as office:
        (office.folder / "1-1.wav").write_bytes(b"no speech")
        digest = sha256(office.folder / "1-1.wav")
        office.journal.note("RecordingBegan", call=1, device="8001", file="1-1.wav")
        office.journal.note("RecordingEnded", call=1, device="8001", file="1-1.wav", ms=2000, sha256=digest)
        clock.days(1)
    async with story(tmp_path, recording={"opus_after_h": 1}) as office:
        await settled(converter(office, idle=lambda: True))
        assert (office.folder / "1-1.wav").read_bytes() == b"no speech"
        assert not list((office.folder / MAKING).iterdir())


@pytest.mark.parametrize("cut", ["made", "placed", "noted"])
async def test_a_conversion_that_is_cut_leaves_one_form_that_plays(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock, cut: str
) -> None:
    async with story(tmp_path) as office:
        name = await talked(office, 1)
        (office.folder / MAKING).mkdir()
        source, making, target = office.folder / name, office.folder / MAKING / "1-1.opus", office.folder / "1-1.opus"
        converting.convert("opus", source, making)
        if cut != "made":
            digest = sha256(making)
            making.replace(target)
            if cut == "noted":
                office.journal.note("RecordingConverted", file=name, form="opus", sha256=digest, was="aa")
                office.journal.state[GOING + name] = ""
                await office.journal.settled()
        clock.days(1)
    async with story(tmp_path, recording={"opus_after_h": 1}) as office:
        await office.steward.tidy()
        await settled(converter(office, idle=lambda: True))
        (row,) = await office.shelf.search(Wanted())
        assert row.form == "opus"
        assert [path.name for path in office.folder.glob("*-*")] == ["1-1.opus"]
        assert await office.shelf.verify([row]) == []
        assert soundfile.info(office.folder / row.lies).frames == 24000


def test_a_process_of_its_own_does_it_at_the_lowest_priority(tmp_path: Path) -> None:
    speech(tmp_path / "a.wav")

    async def run(*words: str) -> tuple[int, bytes]:
        command = [sys.executable, converting.__file__, *words]
        done = await trio.run_process(command, capture_stderr=True, check=False)
        return done.returncode, done.stderr

    nice = os.nice(0)
    assert trio.run(run, "opus", str(tmp_path / "a.wav"), str(tmp_path / "a.opus")) == (0, b"")
    assert soundfile.info(tmp_path / "a.opus").frames == 24000
    code, said = trio.run(run, "age:age1none", str(tmp_path / "a.wav"), str(tmp_path / "a.age"))
    assert code == 1
    assert said
    assert os.nice(0) == nice


async def test_a_recording_of_a_moment_stays_wav_and_is_encrypted_all_the_same(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as office:
        name = await talked(office, 1, seconds=0)
        clock.days(1)
    async with story(tmp_path, recording={"opus_after_h": 1}) as office:
        await settled(converter(office, idle=lambda: True))
        assert (await office.shelf.get(name)).form == "wav"
        assert office.levels() == {}
    async with story(tmp_path, recording={"opus_after_h": 1, "encrypt_to": KEY}) as office:
        await settled(converter(office))
        assert (await office.shelf.get(name)).form == "wav.age"
