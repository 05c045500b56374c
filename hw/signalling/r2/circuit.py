"""What the circuit and the call on it share: bits as seen and sent, timers that run, the acts of the present step.

Nothing is decided here. `time` is in samples of the plane.
"""

from __future__ import annotations

from collections.abc import Callable

from hw.signalling import machine as m
from hw.signalling.line import Telling
from hw.signalling.r2.bits import abcd
from hw.signalling.r2.settings import R2Settings
from hw.signalling.r2.states import State


class Circuit:
    """free: called by a call that has left the circuit, when both ends are idle or will not answer any more.
    held: called by one that is over, but whose far end keeps the circuit.
    """

    def __init__(self, settings: R2Settings, free: Callable[[], None], held: Callable[[], None]) -> None:
        self.settings = settings
        self.free = free
        self.held = held
        self.state = State.IDLE
        self.far: int | None = None  # a and b of the far end; None: not known yet
        self.time = 0
        self.dead = False  # the card is gone: nothing can be sent
        self.acts: list[m.Act] = []
        self._sent: int | None = None
        self._sounding = False
        self._running: set[str] = set()

    def note(self, text: str) -> None:
        self.acts.append(m.Note(text))

    def tell(self, telling: Telling) -> None:
        self.acts.append(m.Tell(telling))

    def go(self, state: State) -> None:
        self.note(f"{self.state.name.lower()} -> {state.name.lower()}")
        self.state = state

    # ---- bits ----

    def send(self, pair: int) -> None:
        """a and b, until others are sent."""
        if self.dead:
            return
        if pair != self._sent:
            self._sent = pair
            self.note(f"sends ab {pair:02b}")
        self.acts.append(m.SetBits(abcd(pair, self.settings.cd_bits)))

    # ---- speech path ----

    def listen(self, act: m.Listen) -> None:
        self.acts.append(act)

    def play(self, act: m.PlayR2 | m.PlayTone | m.PlayDigits) -> None:
        self._sounding = True
        self.acts.append(act)

    def quiet(self) -> None:
        """Stops what we play, and nothing that the exchange does."""
        if self._sounding:
            self._sounding = False
            self.acts.append(m.StopPlaying())

    # ---- timers ----

    def start(self, name: str, seconds: float | None = None) -> None:
        self._running.add(name)
        self.acts.append(m.Start(name, seconds))

    def stop(self, *names: str) -> None:
        for name in names:
            if name in self._running:
                self._running.discard(name)
                self.acts.append(m.Stop(name))

    def stop_all(self) -> None:
        """The call's. Bits that are being looked at are not the call's alone."""
        self.stop(*sorted(self._running - {"T-BITS"}))

    def runs(self, name: str) -> bool:
        return name in self._running

    def expired(self, name: str) -> None:
        self._running.discard(name)
