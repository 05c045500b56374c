"""Through every transfer of the golden stories: a tape has the words of its call's parties, all of them, and no others.

Everybody speaks with a voice of his own whenever he is connected; a caller on hold speaks on. What each moment of each
tape must have is read from the journal: who was connected in the call that the tape belonged to then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import trio
import trio.testing

from core.store.event import Event
from core.store.life import Life, Lives, State
from hw.card import Alarm
from hw.sim.party import Speech
from hw.sim.public_trunk import TownCall
from tests.exchange import test_golden_transfers as golden
from tests.exchange.office import Office, hears, open_office, voice
from tests.store.transfers import CALLER, ROOM, C

pytestmark = pytest.mark.native

WINDOW_S = 0.4
MARGIN_S = 0.6
"""Around each change: switching, the first and last syllables."""
TALK = ("talking", "conference")


class Voices:
    """Lets everybody speak who is connected to somebody, as the journal tells it."""

    def __init__(self, play: golden.Play, nursery: trio.Nursery) -> None:
        self._play = play
        self._nursery = nursery
        self._lives = Lives()
        self._speaking: dict[str, trio.CancelScope] = {}
        self._change = trio.Event()
        play.office.journal.watch(self._heard)
        nursery.start_soon(self._run)

    def _heard(self, event: Event) -> None:
        self._lives.see(event)
        self._change.set()

    async def _run(self) -> None:
        while True:
            await self._change.wait()
            self._change = trio.Event()
            wanted = {name for life in self._lives.open.values() for name in speakers(life)}
            for name in self._speaking.keys() - wanted:
                self._speaking.pop(name).cancel()
            for name in wanted - self._speaking.keys():
                scope = self._speaking[name] = trio.CancelScope()
                self._nursery.start_soon(self._speak, name, scope)

    async def _speak(self, name: str, scope: trio.CancelScope) -> None:
        office = self._play.office
        sound = voice(office.hz(name))
        with scope:
            if telephone := office.town.telephones.get(name):
                while telephone.off_hook:
                    await telephone.speak(sound)
            elif name == CALLER:
                call = self._play.caller
                assert isinstance(call, TownCall)
                await call.answered.wait()
                office.plane.play(call.line.port, [sound], loop=True)
                try:
                    await trio.sleep_forever()
                finally:
                    if not call.ended.is_set():
                        office.plane.stop(call.line.port)


def speakers(life: Life) -> set[str]:
    kind, _detail = life.kind_now()
    connected = {name for name, state in life.parties.items() if state is State.CONNECTED}
    return connected if kind in TALK or (kind == "held" and CALLER in connected) else set()


# ---- what must be on the tapes ----


@dataclass(frozen=True)
class Stretch:
    """From, to: µs of the journal's clock. present: who is in the call; connected: who must be heard."""

    begin: int
    end: int
    kind: str
    present: frozenset[str]
    connected: frozenset[str]


def stretches(events: list[Event]) -> dict[int, list[Stretch]]:
    """Of every call: its time in pieces, and who is in it."""
    found: dict[int, list[Stretch]] = {}
    lives = Lives()
    members: set[str] = set()
    for event, after in pairwise(events):
        lives.see(event)
        if event.kind == "Conferenced" and event.device == ROOM:
            members = set(event.data["members"])
        for life in lives.open.values():
            kind, _detail = life.kind_now()
            present = set(life.parties)
            connected = {name for name, state in life.parties.items() if state is State.CONNECTED}
            if ROOM in connected:
                if not members & connected:
                    kind = "treated"  # is being let in
                connected |= members
                present |= members
            piece = Stretch(event.clock, after.clock, kind, frozenset(present), frozenset(connected - {ROOM}))
            pieces = found.setdefault(life.call, [])
            if pieces and (last := pieces[-1]).end == piece.begin and same(last, piece):
                pieces[-1] = replace(last, end=piece.end)
            else:
                pieces.append(piece)
    return found


def same(one: Stretch, other: Stretch) -> bool:
    return (one.kind, one.present, one.connected) == (other.kind, other.present, other.connected)


@dataclass(frozen=True)
class Heard:
    """A moment of a tape: whose voices are on it."""

    file: str
    at: int
    call: int
    voices: frozenset[str]


def tapes(office: Office, folder: Path, names: list[str]) -> Iterator[Heard]:
    into = {event.call: (event.clock, event.data["into"]) for event in office.events if event.data.get("into")}
    for event in office.events:
        if event.kind != "RecordingBegan":
            continue
        sound, rate = soundfile.read(folder / event.data["file"], dtype="int16", always_2d=True)
        step = int(WINDOW_S * rate)
        for at in range(0, len(sound) - step, step):
            clock = event.clock + at * 1_000_000 // rate
            call = event.call
            while call in into and clock >= into[call][0]:
                call = into[call][1]
            found = set()
            for channel in (0, 1):
                piece = Speech(0, np.ascontiguousarray(sound[at : at + step, channel]))
                found |= {name for name in names if hears(piece, office.hz(name))}
            yield Heard(event.data["file"], clock, call, frozenset(found))


def check(office: Office, folder: Path, main: int) -> None:
    names = [CALLER, *office.town.telephones]
    known = stretches(office.events)
    talked = 0.0
    for heard in tapes(office, folder, names):
        margin = MARGIN_S * 1e6
        stretch = next(
            (
                one
                for one in known.get(heard.call, ())
                if one.begin + margin <= heard.at and heard.at + WINDOW_S * 1e6 + margin <= one.end
            ),
            None,
        )
        if stretch is None:
            continue
        if stretch.kind in TALK:
            assert heard.voices == stretch.connected, f"{heard} {stretch}\n{office.story()}"
            talked += WINDOW_S * (heard.call == main)
        else:
            assert heard.voices <= stretch.present, f"{heard} {stretch}\n{office.story()}"
    # Nothing is missing: every long talk of the caller's call is on a tape.
    wanted = sum(
        max(0.0, (one.end - one.begin) / 1e6 - 2 * MARGIN_S - 2 * WINDOW_S) for one in known[main] if one.kind in TALK
    )
    assert talked >= wanted, f"{talked} of {wanted}\n{office.story()}"


def tables(**rule: Any) -> dict[str, Any]:
    return golden.tables() | {"recording_rule": [{"name": "all", "notice": False, **rule}]}


@pytest.mark.parametrize("rule", [{}, {"direction": "in"}, {"stations": [C]}], ids=["all", "in", "8002"])
@pytest.mark.parametrize("kind", golden.SCRIPTS)
async def test_the_tape_has_the_words_of_its_parties(
    kind: str, rule: dict[str, Any], autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(tables(**rule), recordings=tmp_path) as office, trio.open_nursery() as nursery:
        play = golden.Play(office)
        Voices(play, nursery)
        await golden.SCRIPTS[kind](play)
        main = play.main
        golden.caller_hangs_up(play)
        await trio.sleep(6)
        nursery.cancel_scope.cancel()
        check(office, tmp_path, main) if rule.get("stations") is None else check_no_stranger(office, tmp_path)


def check_no_stranger(office: Office, folder: Path) -> None:
    """A rule that came to the call late, or only to a part of it: what there is, is the call's own."""
    names = [CALLER, *office.town.telephones]
    known = stretches(office.events)
    for heard in tapes(office, folder, names):
        for one in known.get(heard.call, ()):
            if one.begin + MARGIN_S * 1e6 <= heard.at <= one.end - (MARGIN_S + WINDOW_S) * 1e6:
                assert heard.voices <= one.present, f"{heard} {one}\n{office.story()}"


@pytest.mark.parametrize("title", golden.MOMENTS)
async def test_the_tape_has_the_words_of_its_parties_at_bad_moments(
    title: str, autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    told = tables()
    for station in told["station"]:
        if station["number"] == C:
            station["no_answer_s"] = 23
    async with open_office(told, recordings=tmp_path) as office, trio.open_nursery() as nursery:
        play = golden.Play(office)
        Voices(play, nursery)
        await golden.MOMENTS[title](play)
        await trio.sleep(6)
        if "alarm" in title:
            office.card.span(3).alarm(Alarm.NONE)
        nursery.cancel_scope.cancel()
        main = play.main
        check(office, tmp_path, main)
        spoken = any(stretch.kind in TALK for stretch in stretches(office.events)[main])
        assert spoken is any(event.kind == "RecordingBegan" and event.call == main for event in office.events)
