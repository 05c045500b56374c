"""Busy time of trunks: as long as they were seized, whatever happened to the box."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.store.event import Event
from core.store.trunk_use import trunk_use

TRUNKS = ("a/1", "a/2", "b/1")


@given(st.lists(st.tuples(st.sampled_from(TRUNKS), st.booleans(), st.integers(0, 1000)), max_size=30))
def test_busy_time_is_the_time_seized(steps: list[tuple[str, bool, int]]) -> None:
    clock = 0
    events: list[Event] = []
    busy = dict.fromkeys(TRUNKS, 0)
    seized: set[str] = set()
    seizures = dict.fromkeys(TRUNKS, 0)
    for trunk, want, gap in steps:
        for each in seized:
            busy[each] += gap
        clock += gap
        if want and trunk not in seized:
            events.append(Event(len(events), clock, clock, 1, 0, trunk, "TrunkSeized", {"direction": "in"}))
            seized.add(trunk)
            seizures[trunk] += 1
        elif not want and trunk in seized:
            events.append(Event(len(events), clock, clock, 1, 0, trunk, "TrunkReleased", {}))
            seized.remove(trunk)
    used = {use.trunk: use for use in trunk_use(events, until=clock)}
    assert {trunk: use.busy_us for trunk, use in used.items()} == {t: busy[t] for t in used}
    assert {trunk: use.seizures_in for trunk, use in used.items()} == {t: n for t, n in seizures.items() if n}


def test_what_was_seized_when_the_run_ended_was_released_then() -> None:
    events = [
        Event(1, 0, 0, 1, 0, "a/1", "TrunkSeized", {"group": "city", "direction": "out"}),
        Event(2, 50, 50, 1, 0, "", "BoxStopping", {}),
        Event(3, 10_000, 0, 2, 0, "", "BoxStarted", {}),
        Event(4, 20_000, 10_000, 2, 0, "", "BoxStopped", {}),
    ]
    (use,) = trunk_use(events)
    assert (use.group, use.seizures_out, use.busy_us) == ("city", 1, 50)
    assert use.erlang(0) == 0
