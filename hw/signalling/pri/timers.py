"""The timers of a PRI span: Q.921 5.9 (layer 2), Q.931 9.1 and 9.2 (layer 3), and three of our own.

libpri runs those of layer 2 and the retransmissions of layer 3; the span runs those that libpri does not know and
those that make sure that nothing lasts for ever. Time is the caller's; nobody here waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from hw.errors import LocalError


class Keeper(Enum):
    LIBPRI = "libpri"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Timer:
    """`default` in `unit`: "s" seconds, "" a count."""

    name: str
    default: float
    unit: str
    keeper: Keeper
    reason: str


TABLE = (
    Timer("T200", 1, "s", Keeper.LIBPRI, "layer 2: repeat a frame that was not acknowledged"),
    Timer("T203", 10, "s", Keeper.LIBPRI, "layer 2: ask whether the far end lives after that much silence"),
    Timer("N200", 3, "", Keeper.LIBPRI, "layer 2: repetitions before the data link counts as lost"),
    Timer("K", 7, "", Keeper.LIBPRI, "layer 2: frames under way without acknowledgement"),
    Timer("T301", 180, "s", Keeper.SPAN, "alerting or announcement without answer: clear with 19, to the far end 102"),
    Timer("T302", 15, "s", Keeper.SPAN, "overlap receiving: after that much silence the number counts as complete"),
    Timer("T303", 4, "s", Keeper.LIBPRI, "no answer to SETUP: once more, then clear with 18"),
    Timer("T304", 30, "s", Keeper.SPAN, "overlap sending: no digit from us, no word from there: clear with 102"),
    Timer("T305", 30, "s", Keeper.LIBPRI, "no answer to DISCONNECT: RELEASE"),
    Timer("T306", 30, "s", Keeper.SPAN, "announcement after the far end's DISCONNECT: release when it lasts longer"),
    Timer("T308", 4, "s", Keeper.LIBPRI, "no answer to RELEASE: once more, then drop the call, restart its channel"),
    Timer("T309", 6, "s", Keeper.LIBPRI, "data link lost: calls live that long, then 27 (Q.931: 6 to 90); span too"),
    Timer("T310", 60, "s", Keeper.SPAN, "CALL PROCEEDING without anything after it: clear with 102 (Q.931: 30 to 120)"),
    Timer("T313", 4, "s", Keeper.LIBPRI, "user side, no answer to CONNECT: clear"),
    Timer("T316", 120, "s", Keeper.LIBPRI, "no answer to RESTART: once more"),
    Timer("N316", 2, "", Keeper.LIBPRI, "RESTARTs before the channel is taken out of service"),
    Timer("clearing", 45, "s", Keeper.SPAN, "longer than T305 and T308 twice: what libpri forgot is dropped here"),
    Timer("alarm", 3, "s", Keeper.SPAN, "span alarm: shorter ones do not cost calls; longer ones clear them with 27"),
)

BY_NAME = {timer.name: timer for timer in TABLE}


class Timers(Mapping[str, float]):
    """The values that a span runs with: the table's, and what the configuration says instead.

    Raises LocalError for a name that is not in the table or a value that is not positive.

    >>> Timers({"T309": 90})["T309"], Timers()["T303"]
    (90, 4)
    """

    def __init__(self, changed: Mapping[str, float] | None = None) -> None:
        self._values = {timer.name: timer.default for timer in TABLE}
        for name, value in (changed or {}).items():
            if name not in BY_NAME:
                raise LocalError(f"no timer {name!r}; there are {', '.join(BY_NAME)}")
            if value <= 0:
                raise LocalError(f"timer {name}: {value} is not above 0")
            self._values[name] = value

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
