"""The flows of the box, several versions at once: a call keeps the version that it began with (多版本).

    library.publish(flows)          edition 1; new calls take it
      call A begins                 edition 1
    library.publish(flows)          edition 2; new calls take it
      call B begins                 edition 2
      call A ends                   edition 1 goes, nobody holds it

An edition is the whole set of flows that were checked together, so that a call never meets a sub-flow that does not fit
the one that called it. Flows that have not changed are the same objects in both. What it does not: check flows
(core/ivr/check.py), run them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.ivr.model import Flow
from hw.errors import LocalError


@dataclass(slots=True)
class Edition:
    """number: from 1, each higher than the one before. calls: how many hold it."""

    number: int
    flows: Mapping[str, Flow]
    calls: int = field(default=0, compare=False)


class Library:
    def __init__(self) -> None:
        self._editions: dict[int, Edition] = {}
        self._newest = 0

    def publish(self, flows: Mapping[str, Flow]) -> Edition:
        """New calls take these from now on. Without any change the newest edition stays."""
        newest = self._editions.get(self._newest)
        if newest and newest.flows == flows:
            return newest
        before = newest.flows if newest else {}
        kept = {name: before[name] if before.get(name) == flow else flow for name, flow in flows.items()}
        self._newest += 1
        self._editions[self._newest] = Edition(self._newest, kept)
        self._clear()
        return self._editions[self._newest]

    def newest(self) -> Edition:
        """LocalError: nothing was published."""
        if not self._newest:
            raise LocalError("no flows are published")
        return self._editions[self._newest]

    def edition(self, number: int) -> Edition:
        """LocalError: it has gone."""
        if number not in self._editions:
            raise LocalError(f"there is no edition {number} of the flows")
        return self._editions[number]

    def editions(self) -> list[Edition]:
        """Those that are there, the oldest first."""
        return [self._editions[number] for number in sorted(self._editions)]

    @contextmanager
    def held(self, number: int = 0) -> Iterator[Edition]:
        """Keeps an edition for one call, 0: the newest. At the end of the block it goes if it is old and free."""
        edition = self.edition(number) if number else self.newest()
        edition.calls += 1
        try:
            yield edition
        finally:
            edition.calls -= 1
            self._clear()

    def _clear(self) -> None:
        for number, edition in list(self._editions.items()):
            if number != self._newest and not edition.calls:
                del self._editions[number]
