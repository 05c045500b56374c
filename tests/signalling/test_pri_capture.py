"""The frames of a D channel on disk are what Wireshark reads, and cost no call."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import trio

from hw.plane import Plane
from hw.signalling.pri import capture
from hw.signalling.pri.capture import Capture
from hw.signalling.pri.settings import SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.sim.card import SimCard
from hw.sim.span import E1
from hw.sim.town import Town
from hw.timers import Timers


def frames(path: Path) -> list[bytes]:
    octets = path.read_bytes()
    assert struct.unpack_from("<IHH", octets) == (0xA1B2C3D4, 2, 4)
    assert struct.unpack_from("<I", octets, 20) == (203,)
    found, at = [], 24
    while at < len(octets):
        _, _, kept, there = struct.unpack_from("<IIII", octets, at)
        assert kept == there
        found.append(octets[at + 16 : at + 16 + kept])
        at += 16 + kept
    return found


def test_frames_are_kept_in_order_and_a_restart_adds_to_them(tmp_path: Path) -> None:
    sabme, ua = bytes.fromhex("00017f"), bytes.fromhex("000173")
    first = Capture("trunk1", tmp_path / "traces")
    first.note(sabme)
    first.close()
    Capture("trunk1", tmp_path / "traces").note(ua)
    assert frames(tmp_path / "traces" / "trunk1.pcap") == [sabme, ua]


def test_there_are_never_more_than_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "FILE_MAX", 2000)
    kept = Capture("trunk1", tmp_path)
    for number in range(300):
        kept.note(number.to_bytes(4, "big"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trunk1.1.pcap", "trunk1.pcap"]
    both = frames(tmp_path / "trunk1.1.pcap") + frames(tmp_path / "trunk1.pcap")
    assert [int.from_bytes(one, "big") for one in both] == list(range(300 - len(both), 300))


def test_a_disk_that_fails_costs_the_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broken = Capture("trunk1", tmp_path / "file")
    broken.note(b"abc")
    broken.note(b"def")
    Capture("trunk1", None).note(b"abc")


@pytest.mark.native
async def test_both_ways_of_a_call_are_in_the_file_of_its_span(
    autojump_clock: object, nursery: trio.Nursery, tmp_path: Path
) -> None:
    plane, timers = Plane(virtual=True), Timers()
    card = SimCard(plane, [E1("pri")])
    await nursery.start(plane.run)
    nursery.start_soon(card.run)
    await nursery.start(timers.run)
    trunk = PriTrunk("e1", card, card.spans()[0], SpanSettings(), plane, timers, lambda *_: None, tmp_path)
    town = Town(card, plane, timers, nursery)
    town.pri(1, "e1")
    await trio.sleep(5.0)
    town.call("e1", "8001")
    await trio.sleep(2.0)
    trunk.close()
    kept = frames(tmp_path / "e1.pcap")
    assert bytes.fromhex("02017f") in kept, "the network's SABME"
    assert bytes.fromhex("020173") in kept, "our UA"
    assert any(b"8001" in frame and frame[4:5] == b"\x08" for frame in kept), "its SETUP, with the number called"
    nursery.cancel_scope.cancel()
