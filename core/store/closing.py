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
from core.store.life import Life
from core.store.run import Run
from hw.signalling.q850 import Cause


def closing(open_calls: Iterable[Life], run: Run, first: int) -> list[Event]:
    """The events that close these calls of a run that is over. Their ids begin with `first`."""
    cause, reason = int(Cause.TEMPORARY_FAILURE), "stopped" if run.ended else "power"
    said: list[Event] = []

    def say(kind: str, life: Life, device: str = "", **data: object) -> None:
        said.append(Event(first + len(said), run.time, run.clock, run.run, life.call, device, kind, data))

    for life in open_calls:
        for device in life.parties:
            say("ConnectionCleared", life, device, cause=cause, by="exchange", reason=reason)
        for trunk, group in life.seized.items():
            say("TrunkReleased", life, trunk, group=group, cause=cause)
        say("CallCleared", life, cause=cause, reason=reason)
    return said
