"""Whatever the far end does, in any order: an R2 machine never raises for it, and always ends idle with nothing
seized.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.card import LineEventKind
from hw.errors import LocalError
from hw.plane import EventKind
from hw.signalling import machine as m
from hw.signalling.line import Call, Connection, Party, Released, Seized, Telling
from hw.signalling.q850 import Cause
from hw.signalling.r2.bits import Forward
from hw.signalling.r2.channel import TIMERS, R2Channel
from hw.signalling.r2.variant import CHINA, ITU, Variant

from .r2_world import End, World

LONGEST_S = sum(timer.seconds for timer in TIMERS.values())

ORDERS: dict[str, m.Order] = {
    "place": m.Place(Call("123", complete=True, calling=Party("99"))),
    "alert": m.Alert(),
    "answer": m.Answer(),
    "release": m.Release(),
    "busy": m.Release(Cause.USER_BUSY),
    "send": m.Send("4"),
    "progress": m.ShowProgress(),
    "reset": m.Reset(),
    "block": m.Block(),
    "unblock": m.Unblock(),
}

far_acts = st.one_of(
    st.tuples(st.just("bits"), st.integers(0, 3)),
    st.tuples(st.just("code on"), st.integers(1, 15)),
    st.tuples(st.just("code off"), st.integers(1, 15)),
    st.tuples(st.just("wait"), st.sampled_from([0.01, 0.2, 1.0, 5.0, 30.0])),
    st.tuples(st.just("alarm"), st.booleans()),
    st.tuples(st.just("order"), st.sampled_from(list(ORDERS))),
)


class Alone:
    """One machine; the far end is the test."""

    def __init__(self, variant: Variant) -> None:
        self.world = World(variant, variant)
        self.end: End = self.world.left
        self.end.peer = Deaf(self.world, "deaf", variant)
        self.calls = 0

    def act(self, kind: str, value: object) -> None:
        end, world = self.end, self.world
        if kind == "bits":
            assert isinstance(value, int)
            world.bits_to(end, value)
        elif kind in ("code on", "code off"):
            assert isinstance(value, int)
            forward = end.r2.state.name.startswith("IN")
            end.hear(EventKind.R2_ON if kind == "code on" else EventKind.R2_OFF, value, forward)
        elif kind == "wait":
            assert isinstance(value, float)
            world.run(value)
        elif kind == "alarm":
            end.line(LineEventKind.ALARM if value else LineEventKind.ALARM_END)
        else:
            try:
                end.take(ORDERS[str(value)])
            except LocalError:
                return
            if value == "place":
                self.calls += 1

    def settle(self) -> None:
        """The far end becomes sane: no alarm, idle bits, silence; all timers run out."""
        self.end.line(LineEventKind.ALARM_END)
        if self.end.connection() not in (Connection.NULL, Connection.FAIL):
            self.end.take(m.Release())
        self.world.bits_to(self.end, Forward.IDLE)
        self.world.run(LONGEST_S)


class Deaf(End):
    """A far end that does nothing by itself."""

    def take(self, stimulus: m.Stimulus) -> None:
        pass


@settings(max_examples=300, deadline=None)
@given(variant=st.sampled_from([CHINA, ITU]), acts=st.lists(far_acts, max_size=40))
def test_any_order_of_acts_ends_idle(variant: Variant, acts: list[tuple[str, object]]) -> None:
    alone = Alone(variant)
    for kind, value in acts:
        alone.act(kind, value)
    alone.settle()
    machine: R2Channel = alone.end.r2
    assert machine.connection is Connection.NULL, alone.world.notes()
    assert alone.end.sounding is None
    assert not alone.end.timers
    begun = alone.calls + sum(isinstance(telling, Seized) for telling in alone.end.told)
    assert sum(isinstance(telling, Released) for telling in alone.end.told) == begun, alone.world.notes()


@settings(max_examples=200, deadline=None)
@given(acts=st.lists(far_acts, max_size=40))
def test_nothing_of_a_call_is_told_after_its_release(acts: list[tuple[str, object]]) -> None:
    alone = Alone(CHINA)
    for kind, value in acts:
        alone.act(kind, value)
    alone.settle()
    open_call = False
    for telling in alone.end.told:
        name = type(telling).__name__
        if name == "Released":
            open_call = False
        elif name == "Seized":
            assert not open_call
            open_call = True
        elif name in ("Dialled", "CallerKnown"):
            assert open_call, alone.world.notes()


@pytest.mark.parametrize("seed", range(4))
def test_five_thousand_damaged_bits_and_codes(seed: int) -> None:
    """Noise on the circuit: nothing raises, and a call goes through afterwards."""
    generator = random.Random(seed)
    alone = Alone(CHINA)
    for _ in range(5000):
        kind = generator.choice(["bits", "code on", "code off", "wait"])
        value: object = {"bits": generator.randrange(4), "wait": generator.choice([0.02, 0.3, 3.0])}.get(
            kind, generator.randint(1, 15)
        )
        alone.act(kind, value)
    alone.settle()
    assert alone.end.connection() is Connection.NULL
    telling: list[Telling] = alone.end.told
    assert sum(isinstance(t, Seized) for t in telling) == sum(isinstance(t, Released) for t in telling) > 10
    alone.end.take(m.Place(Call("1", complete=True)))
    assert alone.end.connection() is Connection.INITIATED
