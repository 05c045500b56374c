"""What stands in the place of a line while its channel is with a test: a line that is out of service, and nothing else.

    line1   Trunk ── lent ──> LentLine ── back ──> Trunk, made anew

The exchange sees a line that takes no calls: its station is unreachable, its circuit is not chosen. Whether it is to be
blocked when it comes back is kept here, and may be changed meanwhile. What it does not: hold a channel, or any call.
"""

from __future__ import annotations

from collections.abc import Callable

from hw.ear import Ear, TonePlan
from hw.errors import LocalError
from hw.signalling.line import Call, Connection, Line, LineAbility, Service, Telling
from hw.signalling.q850 import Cause


class LentLine:
    """See hw.signalling.line.Line. `line`: whose place it takes; it is closed, or will be."""

    abilities = LineAbility.NONE
    connection = Connection.NULL
    port = -1

    def __init__(self, line: Line) -> None:
        self.name = line.name
        self.kind = line.kind
        self.told: Callable[[Line, Telling], None] = lambda line, telling: None
        self.blocked = Service.BLOCKED_HERE in line.service
        self._trace = line.trace()

    @property
    def service(self) -> Service:
        return Service.LENT | (Service.BLOCKED_HERE if self.blocked else Service.NONE)

    def block(self) -> None:
        self.blocked = True

    def unblock(self) -> None:
        self.blocked = False

    def trace(self) -> list[str]:
        """Of the line before it was lent."""
        return self._trace

    # ---- orders that find nothing to do ----

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        """It has no call."""

    def reset(self) -> None:
        """The test has the channel."""

    def message_waiting(self, on: bool) -> None:
        """The line that comes back is told by the exchange."""

    def listen(self, ears: Ear, plan: TonePlan | None = None, **settings: float) -> None:
        """There is nothing to be heard."""

    def close(self) -> None:
        """It holds nothing."""

    # ---- orders of a call, which it never has ----

    def place(self, call: Call) -> None:
        raise self._lent()

    def send(self, digits: str) -> None:
        raise self._lent()

    def proceed(self) -> None:
        raise self._lent()

    def alert(self, in_band: bool = False) -> None:
        raise self._lent()

    def progress(self, cause: Cause | None = None) -> None:
        raise self._lent()

    def answer(self, charged: bool = True) -> None:
        raise self._lent()

    def flash(self) -> None:
        raise self._lent()

    def _lent(self) -> LocalError:
        return LocalError(f"line {self.name} is lent to a test")
