"""Time between two events: of the monotonic clock within a run, of the wall clock from one run to another."""

from __future__ import annotations

from core.store.event import Event

OF_RUNS = frozenset({"BoxStarted", "BoxStopped", "BoxFailed"})
"""Kinds by which over() knows that a run is over; every reading that follows things needs them."""


def elapsed(began: Event, event: Event) -> int:
    """µs from the one to the other, never below 0. The clock on the wall may have been set between them."""
    us = event.clock - began.clock if event.run == began.run else event.time - began.time
    return max(0, us)


def lasted(began: Event, until: int) -> int:
    """µs from an event until a moment in UTC µs."""
    return max(0, until - began.time)


def over(event: Event) -> int | None:
    """When the run ended of which this event is the last word, UTC in µs; None: it says no such thing."""
    if event.kind == "BoxStopped":
        return event.time
    if event.kind == "BoxFailed":
        return int(event.data.get("last") or event.time)
    return event.time if event.kind == "BoxStarted" else None
