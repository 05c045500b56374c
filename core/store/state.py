"""What must survive a restart and is no event: forwards, do not disturb, message waiting, wake-up calls, counters.

    state = journal.state
    state["forward/8001/always"] = {"to": "8002"}      in memory at once, on disk with the next commit of the journal
    state.get("forward/8001/always")                   from memory, never from disk
    state.under("forward/")                            all keys that begin so, in their order
    del state["forward/8001/always"]

One row a key, its value in JSON. The keys of a room begin with its word and a slash. What was set before a power cut
and had been committed (`journal.settled()`) is there after it. A value is replaced, not changed: what is put in is
written a moment later, by another thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from core.store.event import Json

GONE = object()
"""In place of a value: the key is to be forgotten."""


class State(MutableMapping[str, Any]):
    """`write(key, value or GONE)` is called for every change."""

    def __init__(self, rows: dict[str, Any], write: Callable[[str, object], None]) -> None:
        self._rows = rows
        self._write = write

    def __getitem__(self, key: str) -> Any:
        return self._rows[key]

    def __setitem__(self, key: str, value: Json) -> None:
        self._rows[key] = value
        self._write(key, value)

    def __delitem__(self, key: str) -> None:
        del self._rows[key]
        self._write(key, GONE)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def under(self, prefix: str) -> dict[str, Any]:
        """All keys that begin so, sorted, with their values."""
        return {key: self._rows[key] for key in sorted(self._rows) if key.startswith(prefix)}
