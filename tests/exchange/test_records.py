"""What the records of calls say that the exchange makes of its own accord."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from core.exchange.acts import Acts
from core.store.records import records, segments
from core.store.trunk_use import trunk_use
from tests.exchange.office import RINGS, SOON, open_office

pytestmark = pytest.mark.native


async def test_a_telephone_that_is_rung_to_call_rings_in_the_record(autojump_clock: trio.testing.MockClock) -> None:
    """A call from the desk: the own telephone rings, then that of the other."""
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        call = Acts(office.exchange).make_call("8001", "8002")
        await ann.rung(within=RINGS)
        await trio.sleep(3)
        ann.lift()
        await ben.rung(within=RINGS)
        ben.lift()
        await trio.sleep(5)
        ann.hang_up()
        await trio.sleep(2)
        (record,) = records(office.events)
        assert (record.call, record.device, record.last, record.called) == (call, "8001", "8002", "8002")
        first, *_rest = [segment for segment in segments(office.events) if segment.us > 1_000_000]
        assert (first.kind, first.parties, first.detail) == ("ringing", ("8001",), "8001")
        assert record.disposition == "answered"
        assert record.hung_up == "8001"


async def test_a_call_to_the_town_names_its_trunk_and_who_hung_up(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await office.dial(ann, "962000006")  # answers after two seconds, hangs up after five
        await ann.hear_tone("busy", within=25)
        ann.hang_up()
        await office.all_idle(within=30)
        (record,) = records(office.events)
        assert (record.direction, record.called, record.group_out) == ("out", "962000006", "city")
        assert record.trunk_out == record.last == record.first
        assert (record.hung_up, record.by, record.disposition, record.inferred) == (
            record.last,
            "far",
            "answered",
            False,
        )
        assert record.talk_us == pytest.approx(5e6, abs=5e5)
        (use,) = trunk_use(office.events)
        assert (use.trunk, use.group, use.seizures_out) == (record.trunk_out, "city", 1)
        assert use.busy_us == pytest.approx(record.ring_us + record.talk_us, abs=1e6)


async def test_an_outside_party_reached_by_asking_back_goes_on_in_the_callers_call(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ben, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("962000009")  # answers after four seconds
        await trio.sleep(8)
        ann.hang_up()
        await trio.sleep(10)
        ben.hang_up()
        await office.all_idle(within=30)
        told = {record.call: record for record in records(office.events)}
        assert (told[2].consults, told[2].into, told[2].group_out) == (1, 1, "city")
        assert (told[1].trunk_out, told[1].last) == (told[2].trunk_out, told[2].trunk_out)
        assert [move.how for move in told[1].transfers] == ["attended"]
        assert told[1].hung_up == "8002"
        (use,) = trunk_use(office.events)
        assert use.seizures_out == 1
        assert use.busy_us > 10e6
