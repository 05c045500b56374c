"""The public exchange at the far end of a PRI span (Q.931, network side), as the town's plan says.

    city = PublicPri(FarSide(card), span, plane, timers)

    the box                              PublicPri
    SETUP 62000001 ────────────────────> find(): Zhang Wei                   overlapped: digits until somebody has it
    <── CALL PROCEEDING                  course(): 0 ALERT, 3 ANSWER
    <── ALERTING, ring-back in band
    <── CONNECT, speech

What it does: libpri's network side by the box's own PriTrunk on the far channels. What it does not: the course of the
calls and how their time flows, which are those of every trunk (public_trunk.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from hw.card import Card, SpanInfo
from hw.plane import Plane
from hw.signalling.line import Line
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.sim.public_plan import TOWN, Plan
from hw.sim.public_trunk import PublicTrunk
from hw.timers import Timers


class PublicPri(PublicTrunk):
    """`overlap`: digits are taken one by one, with dial tone while there is none. `side`: user, where the box is the
    network.
    """

    in_band: ClassVar[bool] = True

    def __init__(
        self,
        far: Card,
        span: SpanInfo,
        plane: Plane,
        timers: Timers,
        plan: Plan = TOWN,
        *,
        overlap: bool = False,
        side: Side = Side.NETWORK,
        country: str = "cn",
        traces: Path | None = None,
    ) -> None:
        super().__init__(f"city{span.number}", plane, timers, plan, country)
        settings = SpanSettings(LinkSettings(side), overlap=overlap)
        self.trunk = PriTrunk(self.name, far, span, settings, plane, timers, self.take, traces)

    @property
    def lines(self) -> Sequence[Line]:
        return self.trunk.lines

    def close(self) -> None:
        super().close()
        self.trunk.close()
