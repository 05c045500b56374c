"""How busy each trunk was: seizures, busy time, and from it the traffic in erlang.

    since                                               until
      |   TrunkSeized      TrunkReleased                  |
      |        |==== busy ====|          |=== busy =======|===      erlang = busy time / period

What reaches over an edge of the period counts with its part within. A trunk still seized when a run ended was released
then. Times within a run are of the monotonic clock.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from core.store.event import Event


class TrunkUse(msgspec.Struct):
    """Of one trunk. busy_us: µs in which it was seized."""

    trunk: str
    group: str
    seizures_in: int = 0
    seizures_out: int = 0
    busy_us: int = 0

    def erlang(self, period_us: int) -> float:
        """Mean number of calls on it: between 0 and 1."""
        return self.busy_us / period_us if period_us > 0 else 0.0


class Trunks:
    """Follows the events of a period, in UTC µs: from `since` (0: the first event) to `until`."""

    def __init__(self, since: int = 0) -> None:
        self.since = since
        self.use: dict[str, TrunkUse] = {}
        self._seized: dict[str, Event] = {}
        self._last: Event | None = None

    def see(self, event: Event) -> None:
        before = self._last
        if before is not None and before.run < event.run:
            # The run before is over, and with it whatever it had seized.
            for trunk in list(self._seized):
                self._free(trunk, before)
        if event.kind == "TrunkSeized":
            use = self._of(event)
            if event.data.get("direction") == "in":
                use.seizures_in += 1
            else:
                use.seizures_out += 1
            self._seized.setdefault(event.device, event)
        elif event.kind == "TrunkReleased":
            if event.device not in self._seized and self.since:
                self._of(event).busy_us += max(0, event.time - self.since)
            self._free(event.device, event)
        if before is None or before.run <= event.run:
            self._last = event

    def until(self, time: int) -> list[TrunkUse]:
        """The use up to this time, by trunk; what is still seized is busy until then."""
        for trunk, seized in list(self._seized.items()):
            self._of(seized).busy_us += max(0, time - seized.time)
            del self._seized[trunk]
        return sorted(self.use.values(), key=lambda use: use.trunk)

    def _free(self, trunk: str, event: Event) -> None:
        seized = self._seized.pop(trunk, None)
        if seized is not None:
            self._of(seized).busy_us += max(0, event.clock - seized.clock)

    def _of(self, event: Event) -> TrunkUse:
        use = self.use.setdefault(event.device, TrunkUse(event.device, ""))
        use.group = event.data.get("group") or use.group
        return use


def trunk_use(events: Iterable[Event], since: int = 0, until: int = 0) -> list[TrunkUse]:
    """Of the events of a period. until 0: to the last of them."""
    trunks = Trunks(since)
    last = since
    for event in events:
        trunks.see(event)
        last = max(last, event.time)
    return trunks.until(until or last)
