"""One device's half of one call: what CSTA calls a connection (ECMA-269, 6.1.5).

    caller's leg     INITIATED ─ dials ─> INITIATED ──────────────> CONNECTED ─> NULL
    called's leg                          ALERTING ──────────────> CONNECTED ─> NULL
    after a flash                                                  CONNECTED ─> HELD ─> CONNECTED
    gone wrong                            FAIL (hears why) ────────────────────────────> NULL

A leg never lives outside a call; a transfer moves it to another (`move`). Whoever waits for it uses `until()`; NULL
always ends the wait, so that nobody waits for a party that has gone.

What the party hears is one of three, in this order: its treatment (tone, announcement, music), the conversation, or
silence. Treatments are set with treat() or, for the time of an await, play(); they end by themselves when the leg goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import trio

from hw.playback import Audible, Playback, PlayEnd
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call, Routine
    from core.exchange.device import Device


class State(Enum):
    """CSTA's connection states."""

    NULL = "null"
    INITIATED = "initiated"
    ALERTING = "alerting"
    QUEUED = "queued"
    CONNECTED = "connected"
    HELD = "held"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a party hears that is no person. name: as in the journal ("ringback", "music", "prompt:number-vacant").
    words: what is said, to be read; empty: no words, or none that the box knows.
    """

    name: str
    sources: Sequence[Audible]
    loop: bool = True
    words: str = ""


class Leg:
    """Made by Call.add(). `party`: who it is, as shown to others. `why`: cause and words of its end, once NULL."""

    __slots__ = (
        "_woken",
        "after",
        "alerted",
        "call",
        "calling",
        "cause",
        "complete",
        "device",
        "early",
        "keys",
        "listener",
        "muted",
        "number",
        "open_line",
        "party",
        "playback",
        "progressed",
        "reason",
        "since",
        "state",
        "treatment",
        "whispers",
    )

    def __init__(self, call: Call, device: Device, calling: bool, party: Party, state: State) -> None:
        self.call = call
        self.device = device
        self.calling = calling
        self.party = party
        self.state = state
        self.since = trio.current_time()
        self.number = ""  # outside number that a trunk leg was called with
        self.early = False  # heard and hears before the answer
        self.alerted = False  # its far end was told that somebody rings
        self.progressed = False  # its far end was told that something is to be heard
        self.muted = False
        self.open_line = False  # its telephone stays off the hook between calls: no party, never joined or rung back
        self.listener = False  # hears the conversation and is heard by nobody
        self.whispers: Leg | None = None  # a listener who is heard by this party alone
        self.treatment: Treatment | None = None
        self.playback: Playback | None = None
        self.cause = Cause.NORMAL_CLEARING
        self.reason = ""
        self.keys: deque[str] = deque()
        self.complete = False  # no more digits will come
        self.after: Routine | None = None  # what is done with this party when it is left alone
        self._woken: trio.Event | None = None

    def __repr__(self) -> str:
        return f"<Leg {self.device.name} {self.state.value} in call {self.call.id}>"

    @property
    def name(self) -> str:
        return self.device.name

    @property
    def port(self) -> int:
        """Where the plane has its speech; -1: it has no speech path now."""
        return self.device.port_of(self)

    @property
    def gone(self) -> bool:
        return self.state is State.NULL

    # ---- states ----

    def enter(self, state: State) -> None:
        """By its device and its call alone, who note in the journal what it means."""
        self.state = state
        self.since = trio.current_time()
        self.wake()
        self.call.exchange.touched(self.call)

    def wake(self) -> None:
        if self._woken is not None:
            self._woken.set()
            self._woken = None
        self.call.woke()

    async def news(self) -> None:
        """Until something happens to the leg: a state, a digit, speech before answer."""
        if self._woken is None:
            self._woken = trio.Event()
        await self._woken.wait()
        # Woken because the calling party has gone: nothing of his may go on.
        await trio.lowlevel.checkpoint_if_cancelled()

    async def until(self, *states: State) -> State:
        """Until it is in one of the states, or gone."""
        while self.state not in states and self.state is not State.NULL:
            await self.news()
        return self.state

    # ---- digits ----

    def key(self, digits: str) -> None:
        self.keys.extend(digits)
        self.wake()

    async def next_key(self) -> str:
        """The next digit; "" when the far end says that there are no more, or is gone."""
        while not self.keys:
            if self.complete or self.state is State.NULL:
                return ""
            await self.news()
        return self.keys.popleft()

    # ---- what it hears ----

    def treat(self, treatment: Treatment | None) -> None:
        """From now on, instead of the conversation; None: the conversation again."""
        if self.treatment is treatment:
            return
        before, self.treatment = self.treatment, treatment
        if before is not None:
            self.call.note("TreatmentEnded", self, name=before.name)
        if treatment is not None:
            self.call.note("TreatmentBegan", self, name=treatment.name)
        self.call.arrange()

    async def play(self, treatment: Treatment) -> PlayEnd:
        """Plays it to its end, or until cancelled or gone: STOPPED then."""
        self.treat(treatment)
        try:
            while self.treatment is treatment and self.playback is None and not self.gone:
                await self.news()  # its speech path is not open yet
            if self.treatment is not treatment or self.playback is None or self.gone:
                return PlayEnd.STOPPED
            return (await self.playback.wait()).end
        finally:
            if self.treatment is treatment and not self.gone:
                self.treat(None)
