"""The key by which the distribution knows a call: its number when it was first seen, whatever transfers make of it.

call 7 comes into a queue            7
it is joined with call 9, and is 9   7 still: nobody loses his place
a caller is to be called back        his key stays when his call is over, and goes on to the call of the try
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.store.journal import Journal


class Keys:
    """kept: keys that belong to somebody though no call may have them just now."""

    def __init__(self, journal: Journal, kept: Container[int]) -> None:
        self._journal = journal
        self._kept = kept
        self._keys: dict[Call, int] = {}
        self._calls: dict[int, Call] = {}

    def of(self, call: Call) -> int:
        """From now on it has one."""
        key = self._keys.get(call)
        if key is None:
            key = self._journal.next_call() if call.id in self._calls or call.id in self._kept else call.id
            self.give(call, key)
        return key

    def had(self, call: Call) -> int:
        """0: it has none."""
        return self._keys.get(call, 0)

    def give(self, call: Call, key: int) -> None:
        """From now on the call is known by a key that another one may have had."""
        self._keys[call], self._calls[key] = key, call

    def take(self, call: Call) -> None:
        """Its key is somebody else's, or nobody's any more."""
        key = self._keys.pop(call, None)
        if key is not None and self._calls.get(key) is call:
            del self._calls[key]

    def call(self, key: int) -> Call | None:
        """None: it is over."""
        return self._calls.get(key)

    def number(self, key: int) -> int:
        """That call's number now; 0: it is over."""
        call = self._calls.get(key)
        return call.id if call is not None else 0
