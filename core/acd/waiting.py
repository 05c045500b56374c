"""One waiting call, its place in the order, and the places kept for those who were cut off.

    goes first:  priority 2, since 10:00    1, since 09:58    1, since 09:59    0, since 09:50

A place is one number: the time of entry, moved back by ageing_s for each step of priority. All callers age at the same
pace, so their order never changes while they wait and can be kept sorted; within a priority the longest wait goes
first; and who has waited ageing_s longer goes before a caller of one priority more, so that nobody starves. (As in
FreeSWITCH's mod_callcenter, where a caller's score grows by 1 a second from a base score.) The same number orders
callers of different queues before an agent who serves both.

Times are seconds; `entered` may lie long before `arrived`: virtual hold, a kept place, a transfer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.acd.recipe import Progress
from core.config.model.queues import Step

if TYPE_CHECKING:
    from core.acd.queue import Offer, Queue, Row

Place = tuple[float, float, int, int]
"""Sorts: the moved time of entry; the time itself, which rounding may have lost; who was told first; the call."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of who calls. owner: the agent who keeps this customer; last_agent: who served him last; number: by
    which a kept place is found.
    """

    number: str = ""
    customer_class: str = ""
    region: str = ""
    owner: str = ""
    last_agent: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Waiting:
    """A call in a queue, from its entry until an agent has it or it is gone."""

    call: int
    caller: Caller
    entered: float
    order: int
    queue: Queue
    arrived: float
    priority: int
    required: dict[str, int]
    preferred: dict[str, int]
    rank: int  # the ring of agents is as wide as that
    only: str = ""  # it waits for this agent alone
    place: Place = (0.0, 0.0, 0, 0)
    own_required: dict[str, int] = field(default_factory=dict)  # beside what its queue requires
    own_preferred: dict[str, int] = field(default_factory=dict)
    own_priority: int = 0  # beside its queue's and its class's
    row: Row | None = None  # where agents find it; None while it is offered, or its call-back rests
    offer: Offer | None = None
    call_back: str = ""  # virtual hold: the number to call; "": the caller is on the line
    tries: int = 0
    reached: bool = False  # he was called back, and is on the line
    recipe: tuple[Step, ...] = ()  # as it was when the call came in: a commit changes it for later ones
    progress: Progress = field(default_factory=Progress)
    moved: dict[str, float] = field(default_factory=dict)  # queues it has been in, and when it came

    @property
    def numbers(self) -> set[str]:
        """By which a caller is known who is to be called back."""
        return {self.call_back, self.caller.number} - {""} if self.call_back else set()

    def settle(self, ageing_s: float) -> None:
        """Its place follows from entry and priority."""
        self.place = (self.entered - self.priority * ageing_s, self.entered, self.order, self.call)


class KeptPlaces:
    """Times of entry of callers who were cut off, by queue and number. What has run out is forgotten on the way."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, float]] = {}  # in the order of keeping

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, queue: str, number: str, entered: float, until: float, now: float) -> None:
        """Without a number there is nobody to find again."""
        if number and until > now:
            self._kept.pop((queue, number), None)
            self._kept[queue, number] = (entered, until)
        self._forget(now)

    def take(self, queue: str, number: str, now: float) -> float | None:
        """The time of entry he had, once."""
        self._forget(now)
        entered, until = self._kept.pop((queue, number), (0.0, -1.0))
        return entered if until >= now else None

    def _forget(self, now: float) -> None:
        """The oldest, as far as they have run out."""
        while self._kept:
            oldest = next(iter(self._kept))
            if self._kept[oldest][1] >= now:
                return
            del self._kept[oldest]
