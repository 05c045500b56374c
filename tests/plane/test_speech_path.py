"""Who hears whom: connections, conferences, whispering, playing, recording, with real audio in virtual time."""

from __future__ import annotations

import errno
import resource
import signal

import numpy as np
import pytest
import soundfile
import trio

from hw.clips import Clip
from hw.ear import Ear
from hw.event import EventKind
from hw.native import ffi, lib
from hw.plane import PlaneError
from hw.playback import PlayEnd
from hw.recordings import Layout, RecordingError, RecordingState
from hw.tones import Tone, dtmf, silence, sine

from .conftest import Room, level_at, sine_clip

pytestmark = pytest.mark.native

ANN, BEN, CAT, DAN = 500.0, 700.0, 1100.0, 1700.0
SAID = -13.0
QUIET = -50.0


def heard(levels: list[float]) -> list[bool]:
    """Which of the frequencies are there at the level they were said with; in between is an error."""
    for level in levels:
        assert abs(level - SAID) < 0.5 or level < QUIET, levels
    return [level > QUIET for level in levels]


async def test_two_connected_hear_each_other_and_nobody_else(clock: object, room: Room) -> None:
    ann, ben, cat = room.party(), room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    ben.say(BEN)
    cat.say(CAT)
    levels = await room.levels((ANN, BEN, CAT), ann, ben, cat)
    assert heard(levels[0]) == [False, True, False]
    assert heard(levels[1]) == [True, False, False]
    assert heard(levels[2]) == [False, False, False]


async def test_a_plain_connection_is_bit_exact(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    noise = np.random.default_rng(7).integers(-30000, 30000, 8000).astype(np.int16)
    room.plane.play(ann.mouth, [Clip(noise)])
    (samples,) = await room.hear(ben, seconds=1.3)
    octets = np.zeros(8000, np.uint8)
    exact = np.zeros(8000, np.int16)
    lib.g711_encode(lib.LAW_A, ffi.from_buffer("int16_t[]", noise), ffi.from_buffer("uint8_t[]", octets), 8000)
    lib.g711_decode(lib.LAW_A, ffi.from_buffer("uint8_t[]", octets), ffi.from_buffer("int16_t[]", exact), 8000)
    start = int(np.argmax(samples != samples[0])) if samples[0] == 8 else 0
    begin = next(at for at in range(start, start + 400) if np.array_equal(samples[at : at + 8000], exact))
    assert begin <= 4 * room.plane.frame


async def test_after_parting_there_is_silence(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    room.plane.part(ben.port)
    assert heard((await room.levels((ANN,), ben))[0]) == [False]
    room.plane.connect(ann.port, ben.port)
    assert heard((await room.levels((ANN,), ben))[0]) == [True]


async def test_a_port_at_rest_is_silent_both_ways(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    ben.say(BEN)
    room.plane.activate(ann.port, False)
    levels = await room.levels((ANN, BEN), ann, ben)
    assert heard(levels[0]) == [False, False]
    assert heard(levels[1]) == [False, False]


async def test_a_conference_of_four_hears_all_but_oneself(clock: object, room: Room) -> None:
    parties = [room.party() for _ in range(4)]
    bridge = room.plane.open_bridge()
    voices = (ANN, BEN, CAT, DAN)
    for party, hz in zip(parties, voices, strict=True):
        room.plane.join(bridge, party.port)
        party.say(hz)
    for own, levels in enumerate(await room.levels(voices, *parties)):
        assert heard(levels) == [other != own for other in range(4)]


async def test_a_conference_of_seventy_hears_the_one_who_speaks(clock: object, room: Room) -> None:
    parties = [room.party() for _ in range(70)]
    bridge = room.plane.open_bridge()
    with room.plane.batch():
        for party in parties:
            room.plane.join(bridge, party.port)
    parties[13].say(ANN)
    levels = await room.levels((ANN,), *parties)
    assert [heard(level)[0] for level in levels] == [at != 13 for at in range(70)]


async def test_loud_voices_saturate_and_do_not_wrap(clock: object, room: Room) -> None:
    parties = [room.party() for _ in range(6)]
    bridge = room.plane.open_bridge()
    for party in parties:
        room.plane.join(bridge, party.port)
    for party in parties[1:]:
        party.say(ANN, dbm0=2.0)
    await trio.sleep(0.2)
    (samples,) = await room.hear(parties[0])
    assert level_at(samples, ANN) > 3.0
    assert np.abs(samples).max() <= 32256
    # A wrapped sum would jump from one end of the scale to the other.
    assert np.abs(np.diff(samples.astype(int))).max() < 40000


async def test_a_silent_listener_hears_all_and_nobody_hears_him(clock: object, room: Room) -> None:
    agent, caller, supervisor = room.party(), room.party(), room.party()
    bridge = room.plane.open_bridge()
    room.plane.join(bridge, agent.port)
    room.plane.join(bridge, caller.port)
    room.plane.join(bridge, supervisor.port, talk=False)
    agent.say(ANN)
    caller.say(BEN)
    supervisor.say(CAT)
    levels = await room.levels((ANN, BEN, CAT), agent, caller, supervisor)
    assert heard(levels[0]) == [False, True, False]
    assert heard(levels[1]) == [True, False, False]
    assert heard(levels[2]) == [True, True, False]


async def test_a_whisper_is_heard_by_one_alone(clock: object, room: Room) -> None:
    agent, caller, supervisor = room.party(), room.party(), room.party()
    plane = room.plane
    bridge = plane.open_bridge()
    plane.join(bridge, agent.port)
    plane.join(bridge, caller.port)
    plane.join(bridge, supervisor.port, talk=False)
    plane.whisper(bridge, supervisor.port, agent.port)
    supervisor.say(CAT)
    levels = await room.levels((CAT,), agent, caller)
    assert [heard(level)[0] for level in levels] == [True, False]
    # He barges in: all hear him, and the agent not twice.
    plane.change_member(bridge, supervisor.port)
    levels = await room.levels((CAT,), agent, caller)
    assert [heard(level)[0] for level in levels] == [True, True]
    plane.change_member(bridge, supervisor.port, talk=False)
    plane.whisper(bridge, supervisor.port, agent.port, on=False)
    levels = await room.levels((CAT,), agent, caller)
    assert [heard(level)[0] for level in levels] == [False, False]


async def test_who_is_muted_does_not_whisper_either(clock: object, room: Room) -> None:
    agent, supervisor = room.party(), room.party()
    plane = room.plane
    bridge = plane.open_bridge()
    plane.join(bridge, agent.port)
    plane.join(bridge, supervisor.port, talk=False)
    plane.whisper(bridge, supervisor.port, agent.port)
    supervisor.say(CAT)
    plane.mute(supervisor.port, True)
    assert heard((await room.levels((CAT,), agent))[0]) == [False]
    plane.mute(supervisor.port, False)
    assert heard((await room.levels((CAT,), agent))[0]) == [True]


async def test_a_conference_that_is_closed_falls_silent_and_its_members_may_meet_again(
    clock: object, room: Room
) -> None:
    ann, ben, cat = room.party(), room.party(), room.party()
    plane = room.plane
    bridge = plane.open_bridge()
    for party in (ann, ben, cat):
        plane.join(bridge, party.port)
    plane.whisper(bridge, cat.port, ann.port)
    ann.say(ANN)
    plane.close_bridge(bridge)
    assert heard((await room.levels((ANN,), ben))[0]) == [False]
    plane.connect(ann.port, ben.port)
    plane.join(plane.open_bridge(), cat.port)
    assert heard((await room.levels((ANN,), ben))[0]) == [True]


async def test_a_crowd_too_loud_for_32_bits_saturates_and_does_not_wrap(clock: object, room: Room) -> None:
    plane, everybody = room.plane, [room.party() for _ in range(280)]
    bridge = plane.open_bridge()
    for party in everybody[1:]:
        plane.join(bridge, party.port, talk_db=24)
        party.say(ANN, dbm0=3.0)
    plane.join(bridge, everybody[0].port, listen_db=24)
    await trio.sleep(0.1)
    (samples,) = await room.hear(everybody[0], seconds=0.1)
    # A square at full scale with the phase of the tone: its sign never flips back within half a period.
    assert np.abs(samples).min() == 32256
    turns = np.count_nonzero(np.diff(np.sign(samples)))
    assert turns == pytest.approx(2 * ANN * len(samples) / 8000, abs=2)


async def test_what_is_made_quiet_does_not_hum(clock: object, room: Room) -> None:
    """Rounded down, -1 stayed -1 at any gain: A-law makes a constant of it that is none of speech's."""
    ann = room.party()
    room.plane.play(ann.port, [Clip(np.full(8000, -1, np.int16))], gain_db=-40)
    (samples,) = await room.hear(ann, seconds=0.5)
    assert set(samples.tolist()) == {8}  # A-law's idle code


async def test_who_whispered_and_left_is_forgotten(clock: object, room: Room) -> None:
    agent, supervisor, stranger = room.party(), room.party(), room.party()
    plane = room.plane
    bridge = plane.open_bridge()
    plane.join(bridge, agent.port)
    plane.join(bridge, supervisor.port, talk=False)
    plane.whisper(bridge, supervisor.port, agent.port)
    plane.part(supervisor.port)
    plane.join(bridge, stranger.port, talk=False)
    stranger.say(CAT)
    assert heard((await room.levels((CAT,), agent))[0]) == [False]


async def test_gains_of_members_and_ports(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    bridge = room.plane.open_bridge()
    room.plane.join(bridge, ann.port, talk_db=-6)
    room.plane.join(bridge, ben.port, listen_db=-4)
    ann.say(ANN)
    ((level,),) = await room.levels((ANN,), ben)
    assert level == pytest.approx(SAID - 10, abs=0.3)
    room.plane.gain(ann.port, in_db=3.0)
    room.plane.gain(ben.port, out_db=7.0)
    ((level,),) = await room.levels((ANN,), ben)
    assert level == pytest.approx(SAID, abs=0.3)


async def test_the_muted_are_not_heard_but_their_digits_are(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    room.plane.mute(ann.port, True)
    room.plane.detect(ann.port, Ear.DTMF)
    ann.say(ANN)
    assert heard((await room.levels((ANN,), ben))[0]) == [False]
    room.plane.play(ann.mouth, [dtmf("159#")])
    await trio.sleep(1.5)
    assert "".join(chr(e.code) for e in ann.events if e.kind is EventKind.DTMF_DOWN) == "159#"


# ---- playing ----


async def test_clips_and_tones_are_played_one_after_the_other(clock: object, room: Room) -> None:
    ann = room.party()
    playback = room.plane.play(ann.port, [sine_clip(ANN, 300), Tone([silence(200)]), Tone([sine(BEN, ms=300)])])
    begun = trio.current_time()
    played = await playback.wait()
    assert (played.end, played.samples, played.index) == (PlayEnd.FINISHED, 6400, 3)
    assert trio.current_time() - begun == pytest.approx(0.8, abs=0.05)


async def test_a_prompt_stops_in_mid_syllable_and_says_where(clock: object, room: Room) -> None:
    ann = room.party()
    playback = room.plane.play(ann.port, [sine_clip(ANN, 5000), sine_clip(BEN, 5000)])
    await trio.sleep(1.0)
    room.plane.stop(ann.port)
    played = await playback.wait()
    assert played.end is PlayEnd.STOPPED
    assert played.index == 0
    assert played.samples == pytest.approx(8000, abs=2 * room.plane.frame)
    assert heard((await room.levels((ANN,), ann))[0]) == [False]
    # Go on from there.
    await room.plane.play(ann.port, [sine_clip(ANN, 2000)], start=played.samples).wait()


async def test_a_clip_may_be_begun_anywhere_even_behind_its_end(clock: object, room: Room) -> None:
    ann = room.party()
    for start, heard_of_it, index in ((800, 1600, 1), (2400, 0, 1), (100_000, 0, 1)):
        played = await room.plane.play(ann.port, [sine_clip(ANN, 300)], start=start).wait()
        assert (played.end, played.samples, played.index) == (PlayEnd.FINISHED, heard_of_it, index)
    played = await room.plane.play(ann.port, [sine_clip(ANN, 300), sine_clip(BEN, 100)], start=9999).wait()
    assert (played.samples, played.index) == (800, 2)


async def test_a_loop_goes_on_until_another_play_replaces_it(clock: object, room: Room) -> None:
    ann = room.party()
    music = room.plane.play(ann.port, [sine_clip(ANN, 130), sine_clip(BEN, 70)], loop=True)
    await trio.sleep(10)
    assert music.result is None
    voice = room.plane.play(ann.port, [sine_clip(CAT, 100)])
    assert (await music.wait()).end is PlayEnd.REPLACED
    assert (await voice.wait()).end is PlayEnd.FINISHED


async def test_skip_goes_to_the_next_source(clock: object, room: Room) -> None:
    ann = room.party()
    playback = room.plane.play(ann.port, [sine_clip(ANN, 60_000), sine_clip(BEN, 60_000)])
    await trio.sleep(0.2)
    room.plane.skip(ann.port)
    assert [heard(level) for level in await room.levels((ANN, BEN), ann)] == [[False, True]]
    room.plane.skip(ann.port)
    assert (await playback.wait()).index == 2


async def test_a_loop_of_nothing_ends_instead_of_turning_for_ever(clock: object, room: Room) -> None:
    ann = room.party()
    playback = room.plane.play(ann.port, [Clip(np.zeros(0, np.int16))], loop=True)
    assert (await playback.wait()).samples == 0


async def test_a_prompt_replaces_the_conversation_and_a_mixed_one_goes_over_it(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ben.say(BEN)
    room.plane.play(ann.port, [sine_clip(CAT, 60_000)])
    assert [heard(level) for level in await room.levels((BEN, CAT), ann)] == [[False, True]]
    room.plane.play(ann.port, [sine_clip(CAT, 60_000)], mix=True)
    assert [heard(level) for level in await room.levels((BEN, CAT), ann)] == [[True, True]]
    room.plane.stop(ann.port)
    assert [heard(level) for level in await room.levels((BEN, CAT), ann)] == [[True, False]]


async def test_an_announcer_speaks_into_a_conference(clock: object, room: Room) -> None:
    parties = [room.party() for _ in range(3)]
    announcer = room.plane.open_voice()
    bridge = room.plane.open_bridge()
    for party in parties:
        room.plane.join(bridge, party.port)
    room.plane.join(bridge, announcer)
    room.plane.play(announcer, [sine_clip(DAN, 60_000)], speak=True)
    assert [heard(level) for level in await room.levels((DAN,), *parties)] == [[True]] * 3


async def test_a_closed_port_ends_what_it_played(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    playback = room.plane.play(ann.port, [sine_clip(ANN, 5000)])
    await trio.sleep(0.1)
    room.plane.close_port(ann.port)
    assert (await playback.wait()).end is PlayEnd.CLOSED
    with pytest.raises(PlaneError, match="no such port"):
        room.plane.stop(ann.port)
    room.plane.part(ben.port)


# ---- recording ----


async def test_a_recording_keeps_the_two_directions_apart(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    ben.say(BEN)
    await trio.sleep(0.1)
    recording = await room.plane.record(ann.port, room.folder / "call.wav")
    await trio.sleep(2)
    room.plane.record_stop(ann.port)
    assert (await recording.closed()).ms == pytest.approx(2000, abs=40)
    samples, rate = soundfile.read(recording.path, dtype="int16")
    assert rate == 8000
    left, right = samples[:, 0], samples[:, 1]
    assert heard([level_at(left, ANN), level_at(left, BEN)]) == [True, False]
    assert heard([level_at(right, ANN), level_at(right, BEN)]) == [False, True]


async def test_a_mixed_recording_has_both_in_one_channel(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    ben.say(BEN)
    await trio.sleep(0.1)
    recording = await room.plane.record(ann.port, room.folder / "mixed.wav", Layout.MIXED)
    await trio.sleep(1)
    room.plane.record_stop(ann.port)
    await recording.closed()
    samples, _ = soundfile.read(recording.path, dtype="int16")
    assert samples.ndim == 1
    assert heard([level_at(samples, ANN), level_at(samples, BEN)]) == [True, True]


async def test_a_masked_card_number_is_a_tone_of_the_same_length(clock: object, room: Room) -> None:
    ann = room.party()
    ann.say(BEN)
    await trio.sleep(0.1)
    recording = await room.plane.record(ann.port, room.folder / "masked.wav")
    await trio.sleep(1)
    room.plane.record_state(ann.port, RecordingState.MASKED)
    await trio.sleep(1)
    room.plane.record_state(ann.port, RecordingState.RUNS)
    await trio.sleep(1)
    room.plane.record_state(ann.port, RecordingState.PAUSED)
    await trio.sleep(1)
    room.plane.record_stop(ann.port)
    assert (await recording.closed()).ms == pytest.approx(3000, abs=80)
    samples, _ = soundfile.read(recording.path, dtype="int16")
    said = [
        level_at(samples[from_ms * 8 : to_ms * 8, 0], BEN) for from_ms, to_ms in ((0, 950), (1050, 1950), (2050, 2900))
    ]
    assert heard(said) == [True, False, True]
    assert np.abs(samples[8800:15200, 0]).max() > 100


async def test_a_file_that_cannot_be_made_is_said_and_the_call_goes_on(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    with pytest.raises(RecordingError, match="No such file"):
        await room.plane.record(ann.port, room.folder / "no such folder" / "x.wav")
    assert heard((await room.levels((ANN,), ben))[0]) == [True]


async def test_a_full_disk_ends_the_recording_with_an_event_and_not_the_call(clock: object, room: Room) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    recording = await room.plane.record(ann.port, room.folder / "full.wav")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # the file may grow to 4 KiB: as good as a full disk
    try:
        await trio.sleep(5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    with pytest.raises(RecordingError, match="File too large"):
        await recording.closed()
    assert recording.result is not None
    assert recording.result.errno == errno.EFBIG
    assert [e.code for e in ann.events if e.kind is EventKind.RECORDING_ENDED] == [errno.EFBIG]
    assert heard((await room.levels((ANN,), ben))[0]) == [True]
    await room.plane.record(ann.port, room.folder / "again.wav")


async def test_one_port_has_one_recording(clock: object, room: Room) -> None:
    ann = room.party()
    await room.plane.record(ann.port, room.folder / "one.wav")
    with pytest.raises(PlaneError, match="recorded already"):
        await room.plane.record(ann.port, room.folder / "two.wav")
    assert not (room.folder / "two.wav").exists()


# ---- wrong orders ----


async def test_wrong_orders_say_which_and_why(clock: object, room: Room) -> None:
    ann, ben, cat = room.party(), room.party(), room.party()
    plane = room.plane
    plane.connect(ann.port, ben.port)
    bridge = plane.open_bridge()
    with pytest.raises(PlaneError, match=r"connect: port 0x\w+: .*part it first"):
        plane.connect(ann.port, cat.port)
    with pytest.raises(PlaneError, match=r"join: .*part it first"):
        plane.join(bridge, ann.port)
    with pytest.raises(PlaneError, match="outside its range"):
        plane.connect(cat.port, cat.port)
    with pytest.raises(PlaneError, match="outside its range"):
        plane.gain(cat.port, in_db=25)
    with pytest.raises(PlaneError, match="not a member"):
        plane.whisper(bridge, cat.port, ann.port)
    with pytest.raises(PlaneError, match="no such bridge"):
        plane.join(12345, cat.port)
    with pytest.raises(PlaneError, match="not being recorded"):
        plane.record_stop(cat.port)
    with pytest.raises(PlaneError, match="no such port"):
        plane.activate(0xFFFFFF, True)


async def test_an_old_handle_is_never_somebody_elses_port(clock: object, room: Room) -> None:
    ann = room.party()
    old = ann.port
    room.plane.close_port(old)
    fresh = [room.plane.open_voice() for _ in range(50)]
    assert old not in fresh
    with pytest.raises(PlaneError, match="no such port"):
        room.plane.mute(old, True)


async def test_the_card_carries_a_plain_pair_and_the_plane_takes_it_back_for_a_prompt(
    clock: object, room: Room
) -> None:
    ann, ben = room.party(), room.party()
    room.plane.connect(ann.port, ben.port)
    ann.say(ANN)
    ben.say(BEN)

    def joined() -> list[int]:
        return [event.code for event in ann.events if event.kind is EventKind.JOINED]

    assert [heard(level) for level in await room.levels((ANN, BEN), ann, ben)] == [[False, True], [True, False]]
    assert joined() == [1]
    room.plane.play(ann.port, [sine_clip(CAT, 60_000)])
    assert [heard(level) for level in await room.levels((BEN, CAT), ann)] == [[False, True]]
    assert joined() == [1, 0]
    # Digits and recording run beside a pair that the card carries.
    room.plane.stop(ann.port)
    room.plane.detect(ann.port, Ear.DTMF)
    recording = await room.plane.record(ann.port, room.folder / "joined.wav")
    await trio.sleep(0.5)
    room.plane.play(ann.mouth, [dtmf("7")])
    await trio.sleep(1)
    assert joined() == [1, 0, 1]
    assert [chr(e.code) for e in ann.events if e.kind is EventKind.DTMF_DOWN] == ["7"]
    room.plane.record_stop(ann.port)
    await recording.closed()
    samples, _ = soundfile.read(recording.path, dtype="int16")
    assert heard([level_at(samples[:4000, 0], ANN), level_at(samples[:4000, 1], BEN)]) == [True, True]
