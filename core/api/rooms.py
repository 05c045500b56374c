"""What the acts know of the rooms behind them: as much as they need, and no more.

Each is a Protocol that the room itself keeps: core/running.py has the box, core/exchange the calls, core/config the
configuration. Tests put small ones in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from core.alarms import AlarmView
from core.exchange.views import CallView, DeviceView, LineView
from core.spans import SpanView
from core.store.alarm_past import AlarmPast
from core.store.event import Event
from core.store.records import CallRecord


class BoxStatus(msgspec.Struct, frozen=True):
    """How the box is, in a few figures."""

    name: Annotated[str, Meta(description="what the box is called")]
    version: Annotated[str, Meta(description="of the software")]
    state: Annotated[str, Meta(description="starting, running, stopping or stopped")]
    since: Annotated[float, Meta(description="when it was started, UTC seconds since 1970")]
    uptime_s: Annotated[float, Meta(description="seconds since then")]
    configuration: Annotated[str, Meta(description="which commit is at work, or the folder that was read")]
    confirm_s: Annotated[float, Meta(description="seconds until it goes back unless it is confirmed; 0: it stays")]
    calls: Annotated[int, Meta(description="calls now")]
    lines: Annotated[int, Meta(description="lines that are open")]
    busy: Annotated[int, Meta(description="of these, with a call")]
    out: Annotated[int, Meta(description="of these, out of service")]
    missing: Annotated[int, Meta(description="stations, trunks and spans that could not be opened")]
    alarms: Annotated[int, Meta(description="alarms that stand")]
    worst: Annotated[str, Meta(description="level of the worst of them; empty: none stands")]
    clients: Annotated[int, Meta(description="connections to the control interface")]
    faults: Annotated[int, Meta(description="what failed by our own fault since the start, and was contained")]
    event: Annotated[int, Meta(description="number of the last event in the journal")]
    journal_lag_s: Annotated[float, Meta(description="seconds since something was last safe on disk; 1 is usual")]
    late_ms: Annotated[float, Meta(description="99.9 % of the ticks of speech began less late than this")]
    lost_frames: Annotated[int, Meta(description="frames of speech lost since the start")]
    warnings: Annotated[list[str], Meta(description="what the machine refused the speech, with the remedy")]


class BoxRoom(Protocol):
    def status(self) -> BoxStatus: ...

    def stop(self, reason: str, within_s: float) -> None:
        """No new calls from now on; running ones end by themselves within so many seconds, or then. It returns at
        once. Asked again: the shorter time counts.
        """

    def spans(self) -> Sequence[SpanView]: ...

    def trace(self, line: str) -> list[str] | None:
        """What a line, or a PRI span as a whole, did lately; None: there is none of that name."""


class Facade(Protocol):
    """Of the exchange: what may be ordered of it without a telephone (core/exchange/acts.py). What cannot be raises
    Refused, with words for people; nothing has happened then.
    """

    def calls(self) -> Sequence[CallView]: ...
    def devices(self) -> Sequence[DeviceView]: ...
    def lines(self) -> Sequence[LineView]: ...

    def make_call(self, device: str, number: str) -> int: ...
    def answer(self, device: str, call: int) -> None: ...
    def clear_connection(self, device: str, call: int) -> None: ...
    def clear_call(self, call: int) -> None: ...
    def hold(self, device: str, call: int) -> None: ...
    def retrieve(self, device: str, call: int) -> None: ...
    def mute(self, device: str, call: int, on: bool) -> None: ...
    def consult(self, device: str, call: int, number: str) -> int: ...
    def alternate(self, device: str) -> None: ...
    def transfer(self, device: str) -> int: ...
    def blind_transfer(self, device: str, call: int, number: str) -> None: ...
    def conference(self, device: str) -> int: ...
    def deflect(self, device: str, call: int, number: str) -> None: ...
    def park(self, device: str, call: int, orbit: str = "") -> str: ...
    def pick_up(self, device: str, rang: str) -> int: ...
    def send_digits(self, device: str, call: int, digits: str) -> None: ...

    def set_forward(self, device: str, kind: str, to: str) -> None: ...
    def set_do_not_disturb(self, device: str, on: bool) -> None: ...
    def set_message_waiting(self, device: str, on: bool) -> None: ...

    def block(self, line: str) -> None: ...
    def unblock(self, line: str) -> None: ...
    def reset(self, line: str) -> None: ...


class JournalRoom(Protocol):
    """What happened before now."""

    async def find(self, after: int, call: int, device: str, kinds: Sequence[str], limit: int) -> list[Event]:
        """Events with an id above `after`, oldest first; 0 and "": of all."""

    async def of_call(self, call: int) -> list[Event]:
        """With those of the calls that it consulted, was asked back for, or joined."""

    async def records(self, since: int, until: int, number: str, last: int) -> list[CallRecord]:
        """Finished calls that began in this time (UTC in µs; until 0: now)."""

    async def alarms(self, since: int, until: int) -> list[AlarmPast]:
        """What came, stood or went in this time."""


class AlarmRoom(Protocol):
    @property
    def standing(self) -> dict[str, AlarmView]: ...

    def acknowledge(self, key: str, who: str) -> AlarmView:
        """KeyError: it does not stand."""
