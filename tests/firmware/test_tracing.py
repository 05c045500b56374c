"""`strowger card trace`: the frames of a D channel in a file for Wireshark, and what they say of the span."""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from firmware.tracing import judge_frames, traced
from firmware.verdict import Verdict

from core.command import main
from core.lines import Lines
from hw.card import Alarm, Defect
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.sim.far import FarSide
from hw.timers import Timers
from tests.firmware.office import CAS, PRI, Office

pytestmark = pytest.mark.native

LINKTYPE_LAPD = 203


@pytest.fixture
async def network(there: Office, nursery: trio.Nursery) -> AsyncIterator[Lines]:
    """The other end of the span."""
    timers = Timers()
    await nursery.start(timers.run)
    lines = Lines(there.plane, timers)
    assert lines.pri("net", FarSide(there.card), PRI, SpanSettings(LinkSettings(Side.NETWORK)))
    yield lines
    lines.close_all()


def says(verdict: Verdict, code: str, *words: str) -> None:
    assert verdict.code == code, str(verdict.facts())
    for word in words:
        assert word in f"{verdict.sentence} {verdict.next_step}"


def frames(pcap: Path) -> list[bytes]:
    """Read as Wireshark does: a head that names the link type, then records of a time and two lengths."""
    octets = pcap.read_bytes()
    magic, *_, link_type = struct.unpack_from("<IHHiIII", octets)
    assert (magic, link_type) == (0xA1B2C3D4, LINKTYPE_LAPD)
    found, at = [], 24
    while at < len(octets):
        _, _, kept, whole = struct.unpack_from("<IIII", octets, at)
        assert kept == whole
        found.append(octets[at + 16 : at + 16 + kept])
        at += 16 + kept
    return found


async def test_both_ends_are_in_the_file_from_the_first_frame(
    clock: object, there: Office, network: Lines, tmp_path: Path
) -> None:
    verdict = await traced(there.bench, PRI, 20.0, tmp_path, Side.USER, ())
    says(verdict, "TRACE-OK", "data link is up")
    told = {figure.name: figure.value for figure in verdict.figures}
    found = frames(tmp_path / "dchannel.pcap")
    assert len(found) == told["sent"] + told["received"]
    assert bytes.fromhex("00017f") in found or bytes.fromhex("02017f") in found, "SABME"
    assert {frame[2] for frame in found} & {0x73, 0x63}, "UA"


async def test_an_end_that_says_nothing_is_told_and_what_we_sent_is_kept(
    clock: object, there: Office, tmp_path: Path
) -> None:
    verdict = await traced(there.bench, PRI, 20.0, tmp_path, Side.USER, ())
    says(verdict, "TRACE-SILENT", "timeslot 16")
    assert {frame[2] for frame in frames(tmp_path / "dchannel.pcap")} == {0x7F}


async def test_two_ends_that_are_both_the_network_do_not_come_up(
    clock: object, there: Office, network: Lines, tmp_path: Path
) -> None:
    verdict = await traced(there.bench, PRI, 20.0, tmp_path, Side.NETWORK, ())
    says(verdict, "TRACE-DOWN", "--side network")


def test_frames_without_a_link_are_a_link_that_is_refused() -> None:
    says(judge_frames(1, 9, 9, False, 30), "TRACE-DOWN")
    says(judge_frames(1, 9, 0, False, 30), "TRACE-SILENT")
    says(judge_frames(1, 9, 9, True, 30), "TRACE-OK", "30 s")


async def test_a_span_that_a_box_has_is_refused_and_the_box_keeps_its_frames(
    clock: object, there: Office, tmp_path: Path
) -> None:
    held = there.card.open_dchannel(16)
    says(await traced(there.bench, PRI, 5.0, tmp_path, Side.USER, ()), "TEST-REFUSED", "in use")
    kept = (Path("/var/lib/strowger/traces/e1a.pcap"),)
    says(await traced(there.bench, PRI, 5.0, tmp_path, Side.USER, kept), "TEST-REFUSED", str(kept[0]))
    assert not await trio.to_thread.run_sync(lambda: list(tmp_path.iterdir()))
    held.close()


async def test_a_span_in_alarm_without_d_channel_or_not_there_is_told(
    clock: object, there: Office, tmp_path: Path
) -> None:
    says(await traced(there.bench, CAS, 5.0, tmp_path, Side.USER, ()), "TEST-REFUSED", "no D channel")
    says(await traced(there.bench, 9, 5.0, tmp_path, Side.USER, ()), "TEST-NO-SPAN")
    there.card.span(PRI).alarm(Alarm.RED, defects=Defect.LOS)
    says(await traced(there.bench, PRI, 5.0, tmp_path, Side.USER, ()), "SPAN-LOS")


def test_the_simulated_span_is_traced_by_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    to = tmp_path / "span3.pcap"
    assert main(["card", "trace", "3", "--simulated", "--seconds", "10", "--to", str(to), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["code"], said["file"]) == ("TRACE-OK", str(to))
    assert frames(to)
    missing = tmp_path / "missing" / "span3.pcap"
    assert main(["card", "trace", "3", "--simulated", "--seconds", "1", "--to", str(missing)]) == 1
    assert "--to FILE" in capsys.readouterr().err
    assert main(["card", "trace"]) == 2
    with pytest.raises(SystemExit, match="2"):
        main(["card", "trace", "3", "--seconds", "0"])
