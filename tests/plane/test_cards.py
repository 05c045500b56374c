"""What the plane does with what a card answers."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from hw.event import Event, EventKind
from hw.plane import Plane

from .paper_card import PaperCard

pytestmark = pytest.mark.native


class Bench:
    """A plane in virtual time, stepped by hand, with a paper card and two ports on it."""

    def __init__(self) -> None:
        self.card = PaperCard()
        self.plane = Plane(virtual=True)
        self.number = self.plane.add_card(self.card.pointer)
        self.told: list[Event] = []
        self.ports = [self.port(), self.port()]

    def port(self) -> int:
        return self.plane.open_port(self.number, self.card.channel(), "a", self.told.append)

    def step(self, frames: int = 1) -> None:
        done = 0
        while done < frames:
            done += self.plane.step(frames - done)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.plane.close()


def test_a_channel_that_cannot_be_activated_is_told_as_gone(bench: Bench) -> None:
    bench.card.activates = errno.ENODEV
    gone: list[list[bool]] = []
    bench.card.reading = lambda slots: gone.append([slot.gone for slot in slots])
    bench.plane.activate(bench.ports[0], True)
    bench.step(3)
    assert [(event.kind, event.code, event.port) for event in bench.told] == [
        (EventKind.GONE, errno.ENODEV, bench.ports[0])
    ]
    assert gone == [[True, False]] * 3


def test_a_card_that_refuses_to_join_a_pair_is_not_asked_at_every_tick(bench: Bench) -> None:
    first, second = bench.ports
    bench.card.joins = errno.EINVAL
    for port in bench.ports:
        bench.plane.activate(port, True)
    bench.plane.connect(first, second)
    bench.step(50)
    assert bench.card.times("join") == 1
    bench.plane.part(first)
    bench.plane.connect(first, second)
    bench.step(50)
    assert bench.card.times("join") == 2
    assert bench.plane.statistics().joined_pairs == 0


@pytest.mark.parametrize("how", ["one closed", "both closed", "parted", "at rest", "closed with the plane"])
def test_a_pair_that_the_card_carries_is_given_back_however_it_ends(bench: Bench, how: str) -> None:
    first, second = bench.ports
    for port in bench.ports:
        bench.plane.activate(port, True)
    bench.plane.connect(first, second)
    bench.step(3)
    assert bench.plane.statistics().joined_pairs == 1
    with bench.plane.batch():
        match how:
            case "one closed":
                bench.plane.close_port(second)
            case "both closed":
                bench.plane.close_port(first)
                bench.plane.close_port(second)
            case "parted":
                bench.plane.part(second)
            case "at rest":
                bench.plane.activate(first, False)
    if how == "closed with the plane":
        bench.plane.close()
    else:
        bench.step(3)
        assert bench.plane.statistics().joined_pairs == 0
    assert (bench.card.times("join"), bench.card.times("part")) == (1, 1)


def test_a_storm_of_activations_leaves_the_port_as_it_was_ordered_last(bench: Bench) -> None:
    first, second = bench.ports
    bench.plane.connect(first, second)
    with bench.plane.batch():
        for turn in range(501):
            bench.plane.activate(first, turn % 2 == 0)
            bench.plane.activate(second, turn % 2 == 1)
    active: list[list[bool]] = []
    bench.card.reading = lambda slots: active.append([slot.active for slot in slots])
    bench.step()
    assert active == [[True, False]]
    assert bench.card.times("activate") == bench.card.times("deactivate") + 1
    assert bench.plane.statistics().active_ports == 1


def test_ports_that_come_and_go_are_read_each_once(bench: Bench) -> None:
    ports = [*bench.ports, *(bench.port() for _ in range(8))]
    for gone in (ports[0], ports[9], ports[4]):
        bench.plane.close_port(gone)
    fresh = bench.port()
    bench.plane.activate(fresh, True)
    seen: list[int] = []
    bench.card.reading = lambda slots: seen.extend(slot.sink.port for slot in slots)
    bench.step()
    assert sorted(seen) == sorted({*ports, fresh} - {ports[0], ports[9], ports[4]})
