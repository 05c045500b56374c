"""What a test at the card works on: a card with its plane, both running, and what is common to all tests.

    bench = Bench(plane, card)
    verdict = await span_alarm(bench, 1)          firmware/span_tests.py and its neighbours

A test never raises for what the line, the card or the machine does: that is its verdict. Of the codes that any of them
may end with, those are here that say why a test could not be made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trio

from firmware.verdict import Verdict
from hw.card import Card, Channel, ChannelInfo, ChannelKind, HardwareError, SpanInfo, Unsupported
from hw.plane import Plane
from hw.recordings import HEADER, Recording

Octets = np.ndarray[tuple[int], np.dtype[np.uint8]]

SPEECH = (ChannelKind.BEARER, ChannelKind.CAS, ChannelKind.TRUNK, ChannelKind.STATION)


class Ended(Exception):
    """A test is over before its end, with this verdict. Within the tests alone."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Bench:
    """The card and the plane run already. Nobody else may have the channels open that are tested."""

    plane: Plane
    card: Card

    def span(self, test: str, number: int) -> SpanInfo:
        """Ended: the card has none of this number."""
        for info in self.card.spans():
            if info.number == number:
                return info
        raise Ended(Verdict(test, f"span {number}", "TEST-NO-SPAN"))

    def open(self, test: str, number: int, *kinds: ChannelKind) -> Channel:
        """Ended: it is not there, of another kind, or in use."""
        on = f"channel {number}"
        try:
            channel = self.card.open(number)
        except HardwareError as refused:
            raise Ended(refusal(test, on, refused)) from None
        if channel.info.kind not in kinds:
            channel.close()
            fills = {"kind": channel.info.kind.value if channel.info.kind else "-", "wanted": kinds[0].value}
            raise Ended(Verdict(test, on, "TEST-OTHER-KIND", fills=fills))
        return channel

    def open_all(self, test: str, on: str, infos: Sequence[ChannelInfo]) -> list[Channel]:
        """All or none. Ended: one of them is in use."""
        channels: list[Channel] = []
        try:
            channels.extend(self.card.open(info.number) for info in infos)
        except HardwareError as refused:
            for channel in channels:
                channel.close()
            raise Ended(refusal(test, on, refused)) from None
        return channels

    def gaps(self) -> int:
        """Speech that this machine itself has lost: what a test finds meanwhile is not the line's fault."""
        seen = self.plane.statistics()
        return self.card.gaps() + seen.skipped_ticks + seen.lost_frames

    async def record(self, channels: Sequence[Channel], seconds: float) -> list[tuple[Octets, Octets]]:
        """What each of the channels hears and is told for so long, as octets of its law, from the same moment on. They
        must be active.
        """
        with tempfile.TemporaryDirectory(prefix="strowger-test-") as folder:
            recordings: list[Recording] = []
            for channel in channels:
                path = Path(folder) / f"{channel.info.number}.wav"
                recordings.append(await self.plane.record(channel.port, path))
            await trio.sleep(seconds)
            with self.plane.batch():
                for channel in channels:
                    self.plane.record_stop(channel.port)
            heard = []
            for recording in recordings:
                await recording.closed()
                octets = np.fromfile(recording.path, np.uint8, offset=HEADER)
                octets = octets[: len(octets) // 2 * 2]
                heard.append((np.ascontiguousarray(octets[0::2]), np.ascontiguousarray(octets[1::2])))
            return heard


def refusal(test: str, on: str, refused: HardwareError) -> Verdict:
    """The card has said no: in use, unknown, gone."""
    if isinstance(refused, Unsupported):
        return Verdict(test, on, "TEST-UNSUPPORTED", fills={"why": str(refused)})
    return Verdict(test, on, "TEST-REFUSED", fills={"why": str(refused), "remedy": refused.action})
