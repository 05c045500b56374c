"""What a run that died could not say itself: its calls ended when it did.

    last heartbeat          cut          next start
      |                      |             |  for each call without a CallCleared, as of the last heartbeat:
      | <---------------------------------------- ConnectionCleared (by exchange, reason "power") of each device left
      | <---------------------------------------- TrunkReleased of each trunk still seized
      | <---------------------------------------- CallCleared (reason "power")

These events carry the time, clock and run of the last heartbeat: durations stay those of the run in which the call
was. Q.850 has no cause for a power cut; 41 (temporary failure) comes nearest. A run that stopped in order and left a
call open all the same closes it with reason "stopped".
"""

from __future__ import annotations

from collections.abc import Iterable

from core.store.event import Event
from core.store.journal_file import Run
from hw.signalling.q850 import Cause

JOINS = {"ServiceInitiated", "Originated", "Delivered", "NetworkReached", "Established", "PickedUp", "Failed"}


def closing(open_calls: Iterable[Event], run: Run, first: int) -> list[Event]:
    """The events that close the calls; `open_calls` are all events of these. Their ids begin with `first`."""
    devices: dict[int, dict[str, None]] = {}
    trunks: dict[int, dict[str, str]] = {}
    for event in open_calls:
        there = devices.setdefault(event.call, {})
        if event.kind in JOINS:
            there[event.device] = None
        elif event.kind == "ConnectionCleared":
            there.pop(event.device, None)
        elif event.kind == "TrunkSeized":
            trunks.setdefault(event.call, {})[event.device] = event.data.get("group", "")
        elif event.kind == "TrunkReleased":
            trunks.get(event.call, {}).pop(event.device, None)
    cause, reason = int(Cause.TEMPORARY_FAILURE), "stopped" if run.ended else "power"
    said: list[Event] = []

    def say(kind: str, call: int, device: str = "", **data: object) -> None:
        said.append(Event(first + len(said), run.time, run.clock, run.run, call, device, kind, data))

    for call, there in devices.items():
        for device in there:
            say("ConnectionCleared", call, device, cause=cause, by="exchange", reason=reason)
        for trunk, group in trunks.get(call, {}).items():
            say("TrunkReleased", call, trunk, group=group, cause=cause)
        say("CallCleared", call, cause=cause, reason=reason)
    return said
