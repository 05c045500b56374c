"""The frames of a span's D channel into a file, and what they say: is the other end there, does the data link come up.

    verdict = await traced(bench, 3, 30.0, folder, Side.USER, kept=())     folder/dchannel.pcap

The span is opened as a box opens it, so both ends speak: frames of both are in the file (hw/signalling/pri/capture.py:
LINKTYPE_LAPD, for Wireshark and tshark). Calls that come meanwhile are not answered.

    SABME ->   SABME ->   SABME ->          TRACE-SILENT    nobody is there, or the channel is another one
    SABME ->   <- SABME   SABME ->          TRACE-DOWN      both ends are the same side, or the far end says no (DM)
    SABME ->   <- UA   RR ->   <- RR        TRACE-OK

While a box runs, the D channel is that one's, which keeps its frames itself: the refusal says where. What it does not:
read messages (Wireshark does). Time flows on trio's clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import trio

from core.texts import _
from firmware.bench import Bench, Ended, refusal
from firmware.span_tests import alarm_code, span_alarm
from firmware.verdict import Figure, Verdict
from hw.card import ChannelKind, HardwareError
from hw.signalling.line import Line, Service, Telling
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.timers import Timers

NAME = "dchannel"


def judge_frames(number: int, sent: int, received: int, up: bool, seconds: float) -> Verdict:
    """sent, received: frames; up: the data link was, at some time."""
    figures = (Figure("sent", sent), Figure("received", received), Figure("seconds", seconds, "s"))
    code = "TRACE-OK" if up else "TRACE-DOWN" if received else "TRACE-SILENT"
    return Verdict("trace", f"span {number}", code, figures)


async def traced(bench: Bench, number: int, seconds: float, folder: Path, side: Side, kept: Sequence[Path]) -> Verdict:
    """The file is NAME.pcap in the folder. kept: files of a box that may be running."""
    on = f"span {number}"
    try:
        span = bench.span("trace", number)
        if alarm_code(span) != "SPAN-OK":
            return await span_alarm(bench, number, "trace")
    except Ended as ended:
        return ended.verdict
    up = False

    def told(line: Line, telling: Telling) -> None:
        nonlocal up
        up = up or Service.DOWN not in line.service

    async with trio.open_nursery() as nursery:
        timers = Timers()
        await nursery.start(timers.run)
        settings = SpanSettings(LinkSettings(side))
        try:
            trunk = PriTrunk(NAME, bench.card, span, settings, bench.plane, timers, told, folder)
        except HardwareError as refused:
            nursery.cancel_scope.cancel()
            in_use = any(info.kind is ChannelKind.DCHANNEL for info in span.channels)
            return _refused(on, refused, kept if in_use else ())
        try:
            await trio.sleep(seconds)
            counted = trunk.span.link.statistics()
        finally:
            trunk.close()
        nursery.cancel_scope.cancel()
    return judge_frames(number, counted.frames_out, counted.frames_in, up, seconds)


def _refused(on: str, refused: HardwareError, kept: Sequence[Path]) -> Verdict:
    if not kept:
        return refusal("trace", on, refused)
    remedy = _("A box that runs keeps the frames itself: {files}").format(files=", ".join(map(str, kept)))
    return Verdict("trace", on, "TEST-REFUSED", fills={"why": str(refused), "remedy": remedy})
