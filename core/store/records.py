"""Call records: one row a call, of what was and how long each part of it took.

    begin      answer                           end
      |dial|ring|wait|  talk   |hold|   talk    |other|      the parts add up to the whole, to the microsecond

    dial    dialling and reaching             talk    talking and conference
    ring    somebody rings                    hold    somebody is held and nobody else talks
    wait    queued, parked, treated           other   failed, clearing

A consultation is a call of its own and has its own record, with `consults`; if it ended by being joined to another
call, `into` names that. A record that is not closed yet has end 0.

What it does not: write records for people and other systems (cdr.py), or judge them (reports do).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from core.store.event import Event
from core.store.life import Diversion, Life, Lives, Segment, Transfer
from hw.signalling.q850 import Cause

PARTS = {
    "dialling": "dial_us",
    "reaching": "dial_us",
    "ringing": "ring_us",
    "queued": "wait_us",
    "parked": "wait_us",
    "treated": "wait_us",
    "talking": "talk_us",
    "conference": "talk_us",
    "held": "hold_us",
    "failed": "other_us",
    "clearing": "other_us",
}
"""In which part of a record each kind of segment counts."""


class CallRecord(msgspec.Struct, frozen=True):
    """Times are UTC in µs since 1970, 0: did not happen. Parts of the duration are in µs of the monotonic clock."""

    call: int
    run: int
    begin: int
    opened: int
    """When the caller's own line was answered: from then on the network charges him, whoever he speaks with."""
    answer: int
    """When the first called party answered: a person, a mailbox, a conference; not an announcement."""
    end: int
    calling: str
    name: str
    called: str
    dialled: str
    direction: str
    account: str
    device: str
    """The device that called."""
    first: str
    """The device that was tried first."""
    last: str
    """The device that answered, or of several the last; without an answer the one tried last."""
    trunk_in: str
    group_in: str
    trunk_out: str
    group_out: str
    cause: int
    hung_up: str
    """The device whose party ended the call; empty: the exchange did."""
    by: str
    """far: a person, or the network; line: a fault or alarm of the line of hung_up; exchange."""
    reason: str
    dial_us: int
    ring_us: int
    wait_us: int
    talk_us: int
    hold_us: int
    other_us: int
    inferred: bool
    charged: bool | None
    queues: tuple[str, ...]
    services: tuple[str, ...]
    """Services used by their codes."""
    transfers: tuple[Transfer, ...]
    diversions: tuple[Diversion, ...]
    consults: int
    into: int

    @property
    def wall_us(self) -> int:
        """From begin to end, or to the last event of a call that is still open."""
        return self.dial_us + self.ring_us + self.wait_us + self.talk_us + self.hold_us + self.other_us

    @property
    def disposition(self) -> str:
        """answered, busy, no answer, failed; joined: to another call before an answer; service: it was made to use
        one; incomplete: no number was dialled.
        """
        if self.answer:
            return "answered"
        if self.into:
            return "joined"
        if self.services:
            return "service" if self.cause == Cause.NORMAL_CLEARING else "failed"
        if not self.called and (not self.dialled or self.cause in GIVEN_UP):
            return "incomplete"
        if self.cause == Cause.USER_BUSY:
            return "busy"
        return "no answer" if self.cause in UNANSWERED else "failed"


GIVEN_UP = {0, Cause.NORMAL_CLEARING, Cause.INVALID_NUMBER}
"""Causes of a call whose number never became complete."""
UNANSWERED = {0, Cause.NORMAL_CLEARING, Cause.NO_USER_RESPONDING, Cause.NO_ANSWER, Cause.NORMAL_UNSPECIFIED}
"""Causes with which a call ends that rang until somebody gave up."""


def records(events: Iterable[Event]) -> Iterator[CallRecord]:
    """In the order in which the calls end; then those that are still open."""
    return (record(life) for life in Lives().see_all(events))


def segments(events: Iterable[Event]) -> Iterator[Segment]:
    """Of each call from its begin to its end; calls in the order of records()."""
    for life in Lives().see_all(events):
        yield from life.segments


def record(life: Life) -> CallRecord:
    """What a life says so far."""
    parts = dict.fromkeys(("dial_us", "ring_us", "wait_us", "talk_us", "hold_us", "other_us"), 0)
    for segment in life.segments:
        parts[PARTS[segment.kind]] += segment.us
    first = life.originated
    trunk_in, group_in = _trunk(life, "in")
    trunk_out, group_out = _trunk(life, "out")
    hung_up, by, _ = who(life)
    return CallRecord(
        call=life.call,
        run=life.run,
        begin=life.begin,
        opened=life.opened,
        answer=life.answer,
        end=life.end,
        calling=first.get("calling") or "",
        name=first.get("name") or "",
        called=first.get("called") or "",
        dialled=first.get("dialled") or life.dialled,
        direction=first.get("direction") or ("in" if trunk_in else "internal"),
        account=first.get("account") or "",
        device=life.calling_device,
        first=life.first,
        last=life.last,
        trunk_in=trunk_in,
        group_in=group_in,
        trunk_out=trunk_out,
        group_out=group_out,
        cause=life.cause,
        hung_up=hung_up,
        by=by,
        reason=life.reason,
        inferred=life.inferred,
        charged=life.charged,
        queues=tuple(life.queues),
        services=tuple(life.services),
        transfers=tuple(life.transfers),
        diversions=tuple(life.diversions),
        consults=life.consults,
        into=life.into,
        **parts,
    )


def _trunk(life: Life, direction: str) -> tuple[str, str]:
    """Trunk and group of the last seizure in this direction: the one that the call went by in the end."""
    found = "", ""
    for trunk, (way, group) in life.trunks.items():
        if way == direction:
            found = trunk, group
    return found


def who(life: Life) -> tuple[str, str, str]:
    """Who ended it: the device, by whose doing, why. While it is open, and after a transfer of all of it: nobody."""
    if life.ending is None or not life.end:
        return "", "", ""
    ending = life.ending
    if ending.by in ("far", "line"):
        return ending.device, ending.by, ending.reason
    return "", "exchange", ending.reason
