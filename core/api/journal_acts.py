"""Acts on the past: events of the journal, the trace of a call, records of calls that are over."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from core.api.acts import CallId, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal
from core.api.roles import READERS
from core.store.event import Event
from core.store.ladder import ladder, legend
from core.store.records import CallRecord
from core.texts import _

MOST = 1000


class Wanted(Params, frozen=True):
    after: Annotated[int, Meta(description="only events with a greater id", ge=0)] = 0
    call: Annotated[int, Meta(description="only of this call; 0: of all", ge=0)] = 0
    device: Annotated[str, Meta(description="only of this device; empty: of all", max_length=64)] = ""
    kinds: Annotated[list[str], Meta(description="only of these kinds; empty: of all", max_length=50)] = field(
        default_factory=list
    )
    limit: Annotated[int, Meta(description="at most so many", ge=1, le=MOST)] = MOST


class EventList(Result, frozen=True):
    events: list[Event]


@act("journal.read", roles=READERS)
async def read(asking: Asking, params: Wanted) -> EventList:
    """Events of the journal, oldest first. For the next ones ask again, after the id of the last."""
    found = await asking.rooms.journal.find(params.after, params.call, params.device, params.kinds, params.limit)
    return EventList(found)


class Traced(Params, frozen=True):
    call: CallId


class CallTrace(Result, frozen=True):
    rows: Annotated[list[str], Meta(description="a ladder of parties and events, 80 columns, for people")]
    events: list[Event]


@act("call.trace", roles=READERS)
async def trace(asking: Asking, params: Traced) -> CallTrace:
    """Everything that happened in a call, and in those that it consulted or joined; running or over. Error `unknown`:
    there was no such call.
    """
    events = await asking.rooms.journal.of_call(params.call)
    if not events:
        raise Refusal(Code.UNKNOWN, _("there was no call {call}").format(call=params.call))
    return CallTrace([*ladder(events), legend()], events)


class Period(Params, frozen=True):
    since: Annotated[int, Meta(description="begun then or later: UTC, µs since 1970", ge=0)] = 0
    until: Annotated[int, Meta(description="begun before; 0: until now", ge=0)] = 0
    number: Annotated[str, Meta(description="in which this number or device took part; empty: all", max_length=64)] = ""
    last: Annotated[int, Meta(description="only the newest so many", ge=1, le=MOST)] = MOST


class RecordList(Result, frozen=True):
    records: list[CallRecord]


@act("record.list", roles=READERS)
async def records(asking: Asking, params: Period) -> RecordList:
    """Calls that are over, oldest first, one record each."""
    return RecordList(await asking.rooms.journal.records(params.since, params.until, params.number, params.last))
