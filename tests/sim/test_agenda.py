"""The simulated card's only clock: order and times, however late it runs."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from hw.sim.agenda import Agenda

Clock = trio.testing.MockClock


class Plane:
    """A plane's time that runs with trio's clock in frames, and can be stalled."""

    def __init__(self) -> None:
        self.stalled_at: int | None = None

    def now(self) -> int:
        return self.stalled_at if self.stalled_at is not None else int(trio.current_time() * 50) * 160


async def test_things_are_done_in_the_order_of_their_times(autojump_clock: Clock, nursery: trio.Nursery) -> None:
    plane, done = Plane(), list[tuple[str, int, int]]()
    agenda = Agenda(plane.now, 160)
    nursery.start_soon(agenda.run)
    for name, time in (("late", 9000), ("first", 100), ("twin", 9000), ("past", -5)):
        agenda.at(time, lambda at, name=name: done.append((name, at, plane.now())))  # type: ignore[misc]
    await trio.sleep(2)
    assert [(name, at) for name, at, _ in done] == [("past", -5), ("first", 100), ("late", 9000), ("twin", 9000)]
    assert all(at <= now < at + 2 * 160 for name, at, now in done if name != "past")


async def test_a_stall_delays_but_changes_neither_order_nor_times(autojump_clock: Clock, nursery: trio.Nursery) -> None:
    """The end of a pulse comes 60 ms after its begin, and before a later timer, even if the machine wakes after all."""
    plane, done = Plane(), list[tuple[str, int]]()
    agenda = Agenda(plane.now, 160)
    nursery.start_soon(agenda.run)

    def pulse(time: int) -> None:
        done.append(("open", time))
        agenda.at(time + 480, lambda at: done.append(("closed", at)))

    agenda.at(800, pulse)
    agenda.at(800 + 6400, lambda at: done.append(("hung up", at)))
    plane.stalled_at = 0
    await trio.sleep(5)
    assert done == []
    plane.stalled_at = None
    await trio.sleep(0.1)
    assert done == [("open", 800), ("closed", 1280), ("hung up", 7200)]


async def test_what_is_cancelled_is_not_done(autojump_clock: Clock, nursery: trio.Nursery) -> None:
    plane, done = Plane(), list[int]()
    agenda = Agenda(plane.now, 160)
    nursery.start_soon(agenda.run)
    entry = agenda.at(800, done.append)
    agenda.at(1600, done.append)
    entry.cancel()
    await trio.sleep(1)
    entry.cancel()
    assert done == [1600]


async def test_something_sooner_is_not_kept_waiting(autojump_clock: Clock, nursery: trio.Nursery) -> None:
    plane, done = Plane(), list[float]()
    agenda = Agenda(plane.now, 160)
    nursery.start_soon(agenda.run)
    agenda.at(800_000, lambda at: done.append(trio.current_time()))
    await trio.sleep(1)
    agenda.at(plane.now() + 160, lambda at: done.append(trio.current_time()))
    await trio.sleep(1)
    assert done == [pytest.approx(1.02, abs=0.021)]


async def test_events_are_told_after_everything_that_was_due(autojump_clock: Clock, nursery: trio.Nursery) -> None:
    plane, log = Plane(), list[str]()
    agenda = Agenda(plane.now, 160)

    def first(time: int) -> None:
        log.append("done 1")
        agenda.tell(lambda: log.append("told 1"))

    agenda.at(1, first)
    agenda.at(2, lambda at: log.append("done 2"))
    nursery.start_soon(agenda.run)
    await trio.sleep(1)
    assert log == ["done 1", "done 2", "told 1"]


async def test_a_faulty_listener_harms_no_other(autojump_clock: Clock, nursery: trio.Nursery) -> None:
    plane, log, faults = Plane(), list[str](), list[Exception]()
    agenda = Agenda(plane.now, 160)
    agenda.faulted = faults.append

    def faulty() -> None:
        raise ZeroDivisionError

    agenda.tell(faulty)
    agenda.tell(lambda: log.append("told"))
    nursery.start_soon(agenda.run)
    await trio.sleep(1)
    assert log == ["told"]
    assert [type(fault) for fault in faults] == [ZeroDivisionError]


async def test_without_anybody_to_tell_a_fault_ends_the_task(autojump_clock: Clock) -> None:
    agenda = Agenda(Plane().now, 160)

    def faulty() -> None:
        raise ZeroDivisionError

    agenda.tell(faulty)
    with pytest.raises(ZeroDivisionError):
        await agenda.run()
