"""The public exchange at the far end of an MFC/R2 span (ITU-T Q.421, Q.441; China No.1), as the town's plan says.

    city = PublicR2(FarSide(card), span, plane, timers, settings=replace(CHINA, ask_caller_after=1))

    the box                              PublicR2
    seizure 00 ────────────────────────> 11 acknowledged
    I-6 I-2 .. I-1 ════════════════════> A1 A1 ..          find(): until somebody has the number, then proceed()
                                         A6, A1 ..         the caller, if the settings ask for him
    KD ════════════════════════════════> A3, KB            course(): ALERT, REFUSE and ANNOUNCE are KB or A
    <── ring-back, announcement          when the register is done
    <── 01 answered, speech

What it does: a circuit of the box's own R2Channel on each far CAS channel. What it does not: the course of the calls,
which is that of every trunk (public_trunk.py). R2 has no word for a refusal after an announcement: the caller hears
congestion tone and clears. Steps are counted from the complete number; what is due while codes have the speech path
comes when they are done.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from hw.card import Card, ChannelKind, SpanInfo, channels
from hw.plane import Plane
from hw.signalling.line import Line, LineKind
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA, R2Settings
from hw.signalling.shell import ChannelLine
from hw.sim.public_plan import TOWN, Plan
from hw.sim.public_trunk import PublicTrunk
from hw.sounds import CountrySounds
from hw.timers import Timers


class PublicR2(PublicTrunk):
    """A circuit for each CAS channel of the span. HardwareError: one of them is in use."""

    in_band: ClassVar[bool] = False  # a tone of ours would fall into the codes

    def __init__(
        self,
        far: Card,
        span: SpanInfo,
        plane: Plane,
        timers: Timers,
        plan: Plan = TOWN,
        *,
        settings: R2Settings = CHINA,
        country: str = "cn",
        traces: Path | None = None,
    ) -> None:
        super().__init__(f"city{span.number}", plane, timers, plan, country)
        sounds = CountrySounds(country)
        self.circuits = [
            ChannelLine(
                f"{self.name}-{info.slot}",
                LineKind.TRUNK,
                far.open(info.number),
                R2Channel(settings),
                plane,
                timers,
                sounds,
                self.take,
                traces,
            )
            for info in channels([span], ChannelKind.CAS)
        ]

    @property
    def lines(self) -> Sequence[Line]:
        return self.circuits

    def close(self) -> None:
        super().close()
        for line in self.circuits:
            line.close()
