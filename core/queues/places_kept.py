"""Places of callers whom the box itself cuts off, by a power cut or a restart: who rings again has his place back.

    comes into a queue ──> kept, since when he waits ──> leaves it: forgotten
                                                    └──> the box goes down, and begins anew: his for place_kept_s

As of anybody who is cut off, in queues that keep places and for numbers that are known. Who waited longer than a day
ago is forgotten. Times kept are UTC seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.acd import events as e
from core.acd.distribution import Distribution
from core.queues.settings import queue_of

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

KEPT = "queues/place/"
LONGEST_S = 86_400.0


class PlacesKept:
    def __init__(self, exchange: Exchange, distribution: Distribution) -> None:
        self._exchange = exchange
        self._distribution = distribution

    def keep(self, queue: str, key: int, number: str) -> None:
        """A caller has come into the queue."""
        exchange, settings = self._exchange, queue_of(self._exchange.box, queue)
        if number and settings is not None and settings.place_kept_s and self._distribution.waits(key):
            waited_s = exchange.clock() - self._distribution.place(key)[1]
            exchange.journal.state[f"{KEPT}{queue}/{number}"] = round(exchange.utc().timestamp() - waited_s, 1)

    def forget(self, queue: str, number: str) -> None:
        """He has left it; but for the end of the box."""
        if not self._exchange.closing:
            self._exchange.journal.state.pop(f"{KEPT}{queue}/{number}", None)

    def again(self) -> Iterator[e.PlaceKept]:
        """At a start; each once."""
        exchange = self._exchange
        now, clock = exchange.utc().timestamp(), exchange.clock()
        for key, since in exchange.journal.state.under(KEPT).items():
            del exchange.journal.state[key]
            queue, number = key.removeprefix(KEPT).rsplit("/", 1)
            settings = queue_of(exchange.box, queue)
            waited_s = now - since
            if settings is not None and settings.place_kept_s and 0 <= waited_s <= LONGEST_S:
                yield e.PlaceKept(queue, number, clock - waited_s, clock + settings.place_kept_s)
