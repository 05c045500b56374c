"""What the records of calls say that the exchange makes of its own accord."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from core.exchange.acts import Acts
from core.store.records import records, segments
from tests.exchange.office import RINGS, open_office

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
