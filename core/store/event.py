"""One event of the journal: when, which call, which device, what, and its data.

id      1, 2, 3 … in the order in which it happened, for ever
time    UTC in µs since 1970: for people. It can jump when the clock of the machine is set
clock   µs since this run of the exchange began: for durations. It never jumps, and starts again at 0 with each run
run     the how-manieth start of the exchange it happened in
call    0: belongs to no call
device  "": concerns no device
kind    see core/store/words/, which also say what is in data
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

Json = str | int | float | bool | None | list[Any] | tuple[Any, ...] | dict[str, Any]
"""What may stand in an event's data or in kept state. Tuples are read back as lists."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Event(msgspec.Struct, frozen=True, gc=False):
    """`data` must not change once it has been noted: it is written a moment later, by another thread."""

    id: int
    time: int
    clock: int
    run: int
    call: int
    device: str
    kind: str
    data: dict[str, Any]


def to_utc(time: int) -> datetime:
    """µs since 1970 as a datetime in UTC."""
    return EPOCH + time * MICROSECOND


def from_utc(time: datetime) -> int:
    """A datetime with a time zone as µs since 1970."""
    return (time - EPOCH) // MICROSECOND


def writable(value: Any) -> Any:
    """A value as a file can hold it: half a surrogate pair, from a name that the network sent, becomes its escape."""
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
        case list() | tuple():
            return [writable(each) for each in value]
        case dict():
            return {writable(name): writable(each) for name, each in value.items()}
    return value
