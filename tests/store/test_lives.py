"""Whatever happens, the segments of a call tile it, and its record says the same as its segments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.store.event import Event
from core.store.life import KINDS, Life, Lives, Segment
from core.store.records import PARTS, record, records, segments
from tests.store.random_events import any_events, whole_calls
from tests.store.story import NOON


def lives(events: list[Event]) -> list[Life]:
    return list(Lives().see_all(events))


def tiles(call: Life) -> None:
    at = 0
    for segment in call.segments:
        assert segment.at == at
        assert segment.us > 0
        assert segment.kind in KINDS
        at += segment.us
    assert at == call.wall_us
    # Two neighbours differ, else they would be one.
    assert all(
        (one.kind, one.parties, one.detail) != (next_.kind, next_.parties, next_.detail)
        for one, next_ in zip(call.segments, call.segments[1:], strict=False)
    )


def test_every_kind_of_segment_counts_in_one_part_of_the_record() -> None:
    assert PARTS.keys() == KINDS.keys()


@given(any_events())
def test_segments_tile_whatever_was_noted(events: list[Event]) -> None:
    for life in lives(events):
        tiles(life)
        assert record(life).wall_us == life.wall_us


@given(whole_calls())
def test_segments_of_whole_calls_add_up_to_their_wall_time(events: list[Event]) -> None:
    told = list(records(events))
    for life, row in zip(lives(events), told, strict=True):
        tiles(life)
        assert row.end - row.begin == row.wall_us == sum(segment.us for segment in life.segments)
        assert not life.parties
        assert bool(row.by) == bool(row.end)
        assert row.answer == 0 or row.begin <= row.answer <= row.end
        assert bool(row.answer) == any(event.kind == "Established" for event in events if event.call == life.call)


@given(whole_calls())
def test_talk_is_exactly_the_time_with_two_connected_parties(events: list[Event]) -> None:
    """Counted a second time, in the plainest way."""
    connected: set[str] = set()
    talk = before = 0
    for event in events:
        if len(connected) > 1:
            talk += event.clock - before
        before = event.clock
        if event.kind in ("Originated", "Established", "Retrieved"):
            connected.add(event.device)
        elif event.kind in ("ConnectionCleared", "Held"):
            connected.discard(event.device)
    assert sum(row.talk_us for row in records(events)) == talk


@given(any_events(), st.data())
def test_following_and_reading_again_give_the_same(events: list[Event], data: st.DataObject) -> None:
    """What a live reader knew in the middle is the beginning of what is known in the end."""
    middle = data.draw(st.integers(0, len(events)))
    follower = Lives()
    ended = [life for event in events[:middle] if (life := follower.see(event))]
    ended += [life for event in events[middle:] if (life := follower.see(event))]
    again = [*ended, *follower.open.values()]
    assert [record(life) for life in again] == list(records(events))
    assert [segment for life in again for segment in life.segments] == list(segments(events))


def test_what_comes_after_the_end_of_a_call_begins_none() -> None:
    events = [
        Event(1, 0, 0, 1, 1, "e1a/1", "TrunkSeized", {"direction": "in"}),
        Event(2, 1, 1, 1, 1, "e1a/1", "ConnectionCleared", {"by": "far"}),
        Event(3, 2, 2, 1, 1, "", "CallCleared", {}),
        Event(4, 9, 9, 1, 1, "e1a/1", "TrunkReleased", {}),
    ]
    assert [(row.call, row.end) for row in records(events)] == [(1, 2)]


def test_a_caller_who_hears_busy_tone_was_not_the_cause() -> None:
    events = [
        Event(1, 0, 0, 1, 1, "8001", "Originated", {"called": "8002", "direction": "internal"}),
        Event(2, 0, 0, 1, 1, "8002", "Failed", {"cause": 17}),
        Event(3, 0, 0, 1, 1, "8001", "TreatmentBegan", {"name": "busy tone"}),
        Event(4, 4_000_000, 4_000_000, 1, 1, "8001", "ConnectionCleared", {"by": "far", "cause": 16}),
        Event(5, 4_000_000, 4_000_000, 1, 1, "", "CallCleared", {"cause": 16}),
    ]
    (row,) = records(events)
    assert (row.cause, row.disposition, row.hung_up, row.last) == (17, "busy", "8001", "8002")
    assert list(segments(events)) == [Segment(1, "failed", 0, 0, 4_000_000, ("8001",), "busy tone")]


def test_a_queued_caller_waits_until_the_agent_answers() -> None:
    def event(seconds: int, device: str, kind: str, **data: str) -> Event:
        return Event(seconds, NOON + seconds * 1_000_000, seconds * 1_000_000, 1, 1, device, kind, data)

    events = [
        event(0, "e1a/1", "Originated", called="95000", direction="in"),
        event(0, "e1a/1", "Established"),
        event(0, "e1a/1", "TreatmentBegan", name="welcome"),
        event(6, "e1a/1", "TreatmentEnded"),
        event(6, "e1a/1", "Queued", queue="sales"),
        event(30, "8001", "Delivered"),
        event(34, "8001", "Established"),
        event(34, "e1a/1", "Dequeued"),
        event(94, "8001", "ConnectionCleared", by="far"),
        event(94, "e1a/1", "TreatmentBegan", name="how was it"),
        event(99, "e1a/1", "ConnectionCleared", by="near"),
        event(99, "", "CallCleared"),
    ]
    (row,) = records(events)
    assert (row.wait_us, row.ring_us, row.talk_us, row.other_us) == (30_000_000, 4_000_000, 60_000_000, 5_000_000)
    assert (row.opened, row.answer, row.queues) == (NOON, NOON + 34_000_000, ("sales",))
    assert row.hung_up == "8001"


def test_a_parked_caller_who_gives_up_has_ended_the_call_himself() -> None:
    """The place where he is parked is a device of the exchange, and no party; ringing back in vain ends nothing."""

    def event(seconds: int, device: str, kind: str, **data: str) -> Event:
        return Event(seconds, NOON + seconds * 1_000_000, seconds * 1_000_000, 1, 1, device, kind, data)

    events = [
        event(0, "e1a/1", "Originated", called="8001", direction="in"),
        event(5, "8001", "Established"),
        event(10, "8001", "Parked", orbit="7001"),
        event(10, "7001", "Established"),
        event(10, "8001", "ConnectionCleared", by="exchange", reason="parked"),
        event(10, "e1a/1", "TreatmentBegan", name="music"),
        event(40, "8001", "Delivered"),
        event(60, "8001", "ConnectionCleared", by="exchange", reason="no answer"),
        event(70, "e1a/1", "ConnectionCleared", by="far"),
        event(70, "7001", "ConnectionCleared", by="exchange"),
        event(70, "", "CallCleared"),
    ]
    (row,) = records(events)
    assert (row.hung_up, row.by, row.last, row.wait_us, row.ring_us) == ("e1a/1", "far", "8001", 40_000_000, 20_000_000)


def test_a_call_that_only_used_a_service_was_not_left_unanswered() -> None:
    events = [
        Event(1, NOON, 0, 1, 1, "8001", "ServiceInitiated", {}),
        Event(2, NOON, 0, 1, 1, "8001", "ServiceUsed", {"service": "do_not_disturb", "result": "done"}),
        Event(3, NOON, 0, 1, 1, "8001", "ConnectionCleared", {"by": "exchange", "cause": 16}),
        Event(4, NOON, 0, 1, 1, "", "CallCleared", {"cause": 16}),
        Event(5, NOON, 0, 1, 2, "8001", "ServiceInitiated", {}),
        Event(6, NOON, 0, 1, 2, "", "CallCleared", {"cause": 16}),
        Event(7, NOON, 0, 1, 3, "8001", "ServiceInitiated", {}),
        Event(8, NOON, 0, 1, 3, "8001", "DigitsDialled", {"digits": "5"}),
        Event(9, NOON, 0, 1, 3, "8001", "Failed", {"cause": 1, "reason": "vacant"}),
        Event(10, NOON, 0, 1, 3, "", "CallCleared", {"cause": 1}),
        Event(11, NOON, 0, 1, 4, "8001", "ServiceInitiated", {}),
        Event(12, NOON, 0, 1, 4, "8001", "ServiceUsed", {"service": "pick_up", "result": "not-possible"}),
        Event(13, NOON, 0, 1, 4, "", "CallCleared", {"cause": 18}),
    ]
    assert [row.disposition for row in records(events)] == ["service", "incomplete", "failed", "failed"]
