"""Any order of orders at both ends, faults and waiting: nothing raises, every call ends once, every channel is free."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.errors import LocalError
from hw.signalling.pri import calls as tell
from hw.signalling.pri.channels import NoChannel
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.party import Number
from hw.signalling.pri.states import HEARD, ORDERS, TIMERS, State
from hw.signalling.q850 import Cause
from tests.signalling.pri_world import LONGEST, End, World

pytestmark = pytest.mark.native

CHANNELS = (1, 2, 3)  # few, so that calls meet

ORDERED = ["proceed", "progress", "alert", "answer", "digits", "release", "notify"]
ACTS = [
    st.tuples(st.just("place"), st.booleans(), st.sampled_from([None, *CHANNELS])),
    st.tuples(st.sampled_from(ORDERED), st.integers(0, 5), st.sampled_from(list(Cause))),
    st.tuples(st.just("channel"), st.sampled_from(["block", "unblock", "reset"]), st.sampled_from(CHANNELS)),
    st.tuples(st.just("span"), st.sampled_from(["alarm", "alarm ended", "gone"]), st.none()),
]
STEPS = st.one_of(
    st.tuples(st.sampled_from(["user", "network"]), st.one_of(ACTS)),
    st.tuples(st.sampled_from(["user", "network"]), ACTS[1]),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.5, 4.0, 7.0, 15.0, 31.0, 70.0])),
    st.tuples(st.just("wire"), st.booleans()),
    st.tuples(st.just("settle"), st.none()),
)


def act(end: End, order: tuple[str, object, object], now: float) -> None:
    span = end.span
    what, first, second = order
    if what == "place":
        request = CallRequest(Number("12"), complete=bool(first))
        span.place(request, now, second if isinstance(second, int) else None)
    elif what == "channel":
        getattr(span, str(first))(second, now)
    elif what == "span":
        if first == "gone":
            span.gone(now)
        else:
            span.alarm(first == "alarm", now)
    else:
        calls = span.calls()
        assert isinstance(first, int)
        if not calls:
            return
        call = calls[first % len(calls)]
        if what == "release":
            assert isinstance(second, Cause)
            span.release(call, second, now)
        elif what == "digits":
            span.digits(call, "34", now)
        elif what == "notify":
            span.notify(call, 1, now)
        else:
            getattr(span, what)(call, now)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=40), st.booleans())
def test_any_order_of_everything_ends_idle(steps: list[tuple[str, object]], exclusive: bool) -> None:
    world = World(overlap=True, exclusive=exclusive, channels=CHANNELS)
    for who, what in steps:
        if who == "wait":
            assert isinstance(what, float)
            world.run(what)
        elif who == "wire":
            world.cut = not what
        elif who == "settle":
            world.settle()
        else:
            assert isinstance(what, tuple)
            with suppress(LocalError, NoChannel):
                act(getattr(world, who), what, world.now)
    world.cut = False
    for end in world.ends:
        end.span.alarm(False, world.now)
    world.run(LONGEST + 50)
    for end in world.ends:  # what still stands is a conversation
        assert {call.state for call in end.span.calls()} <= {State.ACTIVE}, end.span.calls()
        for call in end.span.calls():
            end.release(call)
    world.run(60)
    assert world.idle()
    for end in world.ends:
        assert end.span.in_service
        assert len(end.heard(tell.Released)) == len(end.heard(tell.Closed))
        for event in end.heard(tell.Released):
            assert end.released(event.call) is event
        for channel in end.span.channels:
            end.span.unblock(channel.number, world.now)
    for end in world.ends:
        for number in CHANNELS:
            end.release(end.place("1", channel=number))
    assert world.idle()


def test_the_tables_know_every_state_and_lead_to_states_only() -> None:
    for table in (ORDERS, HEARD):
        assert set(table) == set(State)
    assert set(TIMERS) <= set(State)


def test_every_state_leads_back_to_null() -> None:
    def ways(state: State) -> set[State]:
        return {*ORDERS[state].values(), *HEARD[state].values()}

    for state in State:
        reached, new = {state}, {state}
        while new:
            new = {there for here in new for there in ways(here)} - reached
            reached |= new
        assert State.NULL in reached
