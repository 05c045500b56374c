"""What DahdiCard tells of its spans, from one look to the next. The looks are given; no driver is needed."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
import trio
import trio.testing

from hw.card import Alarm, ChannelInfo, ChannelKind, SpanCounters, SpanEvent, SpanEventKind, SpanInfo
from hw.dahdi import span
from hw.dahdi.card import DahdiCard
from hw.plane import Plane

pytestmark = pytest.mark.native


def e1(number: int, kind: ChannelKind | None = ChannelKind.BEARER) -> SpanInfo:
    channels = tuple(ChannelInfo(31 * (number - 1) + slot, number, slot, kind, f"E1/{slot}") for slot in range(1, 32))
    return SpanInfo(number, f"E1 {number}", "E1", f"board-{number}", "slot 2", Alarm.NONE, channels)


class World:
    """Spans as the driver would show them, and what the card told."""

    def __init__(self, *spans: SpanInfo) -> None:
        self.spans = spans
        self.told: list[tuple[SpanEventKind, int]] = []

    def hear(self, event: SpanEvent) -> None:
        self.told.append((event.kind, event.span.number))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(e1(1), e1(2))
    monkeypatch.setattr(span, "read_spans", lambda: world.spans)
    return world


async def looked(card: DahdiCard, world: World, *spans: SpanInfo) -> list[tuple[SpanEventKind, int]]:
    """What is told within two looks after the spans became these."""
    world.told.clear()
    world.spans = spans
    await trio.sleep(2.5)
    return world.told


async def test_each_change_is_told_once(world: World, nursery: trio.Nursery, autojump_clock: object) -> None:
    card = DahdiCard(Plane(virtual=True))
    card.watch(world.hear)
    nursery.start_soon(card.run)
    one, two, three = e1(1), e1(2), e1(3)
    assert await looked(card, world, one, two) == []
    assert await looked(card, world, one, two, three) == [(SpanEventKind.ARRIVED, 3)]
    red = replace(two, alarms=Alarm.RED)
    assert await looked(card, world, one, red, three) == [(SpanEventKind.ALARM, 2)]
    assert await looked(card, world, one, two, three) == [(SpanEventKind.ALARM, 2)]
    assert await looked(card, world, one, three) == [(SpanEventKind.GONE, 2)]


async def test_a_span_that_is_configured_after_it_came_arrives_again(
    world: World, nursery: trio.Nursery, autojump_clock: object
) -> None:
    card = DahdiCard(Plane(virtual=True))
    card.watch(world.hear)
    nursery.start_soon(card.run)
    assert await looked(card, world, e1(1), e1(2), e1(3, kind=None)) == [(SpanEventKind.ARRIVED, 3)]
    assert await looked(card, world, e1(1), e1(2), e1(3)) == [(SpanEventKind.ARRIVED, 3)]


async def test_another_board_in_the_same_place_arrives(
    world: World, nursery: trio.Nursery, autojump_clock: object
) -> None:
    card = DahdiCard(Plane(virtual=True))
    card.watch(world.hear)
    nursery.start_soon(card.run)
    other = replace(e1(2), hardware="board-9")
    assert await looked(card, world, e1(1), other) == [(SpanEventKind.ARRIVED, 2)]


def test_counters_go_on_where_the_driver_began_anew(world: World) -> None:
    card = DahdiCard(Plane(virtual=True))
    totals = []
    for count in (5, 7, 2):
        world.spans = (replace(e1(1), counters=SpanCounters(slips=count)),)
        totals.append(card.spans()[0].counters.slips)
    assert totals == [5, 7, 9]


async def test_without_kernel_events_the_card_says_so_and_looks_once_a_second(
    world: World,
    nursery: trio.Nursery,
    autojump_clock: object,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refused(*_: object) -> None:
        raise OSError("no netlink here")

    monkeypatch.setattr("hw.dahdi.card.Hotplug", refused)
    card = DahdiCard(Plane(virtual=True))
    card.watch(world.hear)
    with caplog.at_level(logging.WARNING):
        nursery.start_soon(card.run)
        assert await looked(card, world, e1(1)) == [(SpanEventKind.GONE, 2)]
    assert "Remedy" in caplog.text
