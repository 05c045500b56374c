"""Whatever the far end does, in any order: an R2 machine never raises for it, and always ends idle with nothing
seized.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.card import LineEventKind
from hw.errors import LocalError
from hw.event import EventKind
from hw.signalling import machine as m
from hw.signalling.line import Call, CallerKnown, Connection, Dialled, Party, Released, Seized, Service
from hw.signalling.q850 import Cause
from hw.signalling.r2.bits import Forward
from hw.signalling.r2.settings import CHINA, ITU, R2Settings
from hw.signalling.r2.timers import TIMERS

from .r2_world import End, World

LONGEST_S = sum(timer.seconds for timer in TIMERS.values())

ORDERS: dict[str, m.Order] = {
    "place": m.Place(Call("123", complete=True, calling=Party("99"))),
    "alert": m.Alert(),
    "answer": m.Answer(),
    "release": m.Release(),
    "busy": m.Release(Cause.USER_BUSY),
    "send": m.Send("4"),
    "proceed": m.Proceed(),
    "progress": m.ShowProgress(),
    "reset": m.Reset(),
    "block": m.Block(),
    "unblock": m.Unblock(),
}

CARD = [LineEventKind.ALARM, LineEventKind.ALARM_END, LineEventKind.GONE, LineEventKind.BACK]
far_acts = st.one_of(
    st.tuples(st.just("bits"), st.integers(0, 3)),
    st.tuples(st.just("code on"), st.integers(1, 15)),
    st.tuples(st.just("code off"), st.integers(1, 15)),
    st.tuples(st.just("wait"), st.sampled_from([0.01, 0.2, 1.0, 5.0, 30.0])),
    st.tuples(st.just("card"), st.sampled_from(CARD)),
    st.tuples(st.just("order"), st.sampled_from(list(ORDERS))),
)


class Deaf(End):
    """A far end that does nothing by itself."""

    def take(self, stimulus: m.Stimulus) -> None:
        pass


class Alone:
    """One machine; the far end is the test."""

    def __init__(self, settings: R2Settings) -> None:
        self.world = World(settings, settings)
        self.end: End = self.world.left
        self.end.peer = Deaf(self.world, "deaf", settings)
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
        elif kind == "card":
            assert isinstance(value, LineEventKind)
            end.line(value)
        else:
            try:
                end.take(ORDERS[str(value)])
            except LocalError:
                return
            if value == "place":
                self.calls += 1

    def settle(self) -> None:
        """Card and far end become sane: no alarm, idle bits, silence; all timers run out."""
        self.end.line(LineEventKind.BACK)
        self.end.line(LineEventKind.ALARM_END)
        if self.end.connection() not in (Connection.NULL, Connection.FAIL):
            self.end.take(m.Release())
        self.world.bits_to(self.end, Forward.IDLE)
        self.world.run(LONGEST_S)

    def abandon(self) -> None:
        """The far end stays as it is, for ever; nobody of ours wants the call any more."""
        if self.end.connection() not in (Connection.NULL, Connection.FAIL):
            self.end.take(m.Release())
        self.world.run(LONGEST_S)

    def check(self) -> None:
        """No call, no sound, no timer; each call told its end once, and nothing of it afterwards."""
        end, notes = self.end, self.world.notes
        assert end.connection() is Connection.NULL, notes()
        assert end.sounding is None
        assert end.playing is None
        assert not end.timers, notes()
        open_calls = self.calls + len(end.of(Seized)) - len(end.of(Released))
        assert open_calls == 0, notes()
        running = False
        for telling in end.told:
            if isinstance(telling, Seized):
                assert not running, notes()
                running = True
            elif isinstance(telling, Released):
                running = False
            elif isinstance(telling, Dialled | CallerKnown):
                assert running, notes()


SETTINGS = [
    CHINA,
    ITU,
    replace(CHINA, called_digits=3, ask_caller_after=1, forced_release=True),
    replace(ITU, ask_caller_after=1, own_number="12"),
]


@settings(max_examples=300, deadline=None)
@given(variant=st.sampled_from(SETTINGS), acts=st.lists(far_acts, max_size=40))
def test_any_order_of_acts_ends_idle(variant: R2Settings, acts: list[tuple[str, object]]) -> None:
    alone = Alone(variant)
    for kind, value in acts:
        alone.act(kind, value)
    alone.settle()
    alone.check()
    assert alone.end.r2.service in (Service.NONE, Service.BLOCKED_HERE)


@settings(max_examples=300, deadline=None)
@given(variant=st.sampled_from(SETTINGS), acts=st.lists(far_acts, max_size=40))
def test_a_far_end_that_stops_anywhere_costs_no_call(variant: R2Settings, acts: list[tuple[str, object]]) -> None:
    """Within its longest timers every call is over, even if the far end never clears: the circuit is blocked then."""
    alone = Alone(variant)
    for kind, value in acts:
        alone.act(kind, value)
    alone.abandon()
    alone.check()


@pytest.mark.parametrize("variant", SETTINGS, ids=["china", "itu", "china, forced", "itu, caller"])
def test_twenty_thousand_damaged_bits_and_codes(variant: R2Settings) -> None:
    """Noise on four circuits, 20 000 changes of bits and codes in all: nothing raises, and a call goes through on the
    same circuit afterwards, in both directions.
    """
    generator = random.Random(1)
    alone = Alone(variant)
    for _ in range(5000):
        kind = generator.choice(["bits", "code on", "code off"])
        alone.act(kind, generator.randrange(4) if kind == "bits" else generator.randint(1, 15))
        if generator.random() < 0.6:
            alone.act("wait", generator.choice([0.01, 0.05, 0.3, 3.0]))
    alone.settle()
    alone.check()
    assert len(alone.end.of(Seized)) > 10
    world, end = alone.world, alone.end
    end.peer = world.right
    world.right.peer = end
    for caller, called in ((world.left, world.right), (world.right, world.left)):
        called.told.clear()
        called.on_telling = lambda telling, called=called: (  # type: ignore[misc]
            called.take(m.Answer()) if isinstance(telling, Dialled) and telling.complete else None
        )
        caller.take(m.Place(Call("123", complete=True, calling=Party("99"))))
        world.run(12)
        assert "".join(telling.digits for telling in called.of(Dialled)) == "123", world.notes()[-3000:]
        assert caller.connection() is called.connection() is Connection.CONNECTED
        caller.take(m.Release())
        world.run(2)
        assert caller.connection() is called.connection() is Connection.NULL
