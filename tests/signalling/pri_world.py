"""Two ends of a PRI span in memory and virtual time: our exchange as user, a public network at the other end.

    world = World()
    call = world.user.place("1001")        what is ordered takes effect at once, what follows in no time
    far = world.network.seizure()          the call at the other end
    world.run(4)                           four seconds pass

What each end told is kept in `told`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hw.signalling.pri import calls as tell
from hw.signalling.pri.calls import Call
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.party import Number
from hw.signalling.pri.settings import E1, LinkSettings, Side, SpanSettings
from hw.signalling.pri.span import PriSpan
from hw.signalling.pri.timers import Timers
from hw.signalling.q850 import Cause

T = TypeVar("T", bound=tell.SpanEvent)

LONGEST = 200.0  # seconds: T301 and what its clearing may take


class End:
    """One end: the span, and all that it told."""

    def __init__(self, world: World, settings: SpanSettings) -> None:
        self.world = world
        self.span = PriSpan(settings, world.now)
        self.told: list[tell.SpanEvent] = []
        self.then: Callable[[End, tell.SpanEvent], None] = lambda end, event: None

    # ---- orders; each runs until the wire is quiet ----

    def place(self, number: str | CallRequest, channel: int | None = None, exclusive: bool | None = None) -> Call:
        request = CallRequest(Number(number)) if isinstance(number, str) else number
        call = self.span.place(request, self.world.now, channel, exclusive)
        self.world.settle()
        return call

    def digits(self, call: Call, digits: str) -> None:
        self.span.digits(call, digits, self.world.now)
        self.world.settle()

    def proceed(self, call: Call) -> None:
        self.span.proceed(call, self.world.now)
        self.world.settle()

    def progress(self, call: Call, cause: Cause | None = None) -> None:
        self.span.progress(call, self.world.now, cause)
        self.world.settle()

    def alert(self, call: Call, in_band: bool = False) -> None:
        self.span.alert(call, self.world.now, in_band)
        self.world.settle()

    def answer(self, call: Call) -> None:
        self.span.answer(call, self.world.now)
        self.world.settle()

    def release(self, call: Call, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        self.span.release(call, cause, self.world.now)
        self.world.settle()

    # ---- what it told ----

    def heard(self, kind: type[T]) -> list[T]:
        return [event for event in self.told if isinstance(event, kind)]

    def last(self, kind: type[T]) -> T:
        events = self.heard(kind)
        assert events, f"no {kind.__name__} among {self.told}"
        return events[-1]

    def seizure(self) -> Call:
        """The call that came in last."""
        return self.last(tell.Seizure).call

    def released(self, call: Call) -> tell.Released:
        """How the call ended; exactly once, and nothing came after it but Closed."""
        events = [event for event in self.told if isinstance(event, tell.OnCall) and event.call is call]
        ends = [event for event in events if isinstance(event, tell.Released)]
        assert len(ends) == 1, events
        assert all(isinstance(event, tell.Closed) for event in events[events.index(ends[0]) + 1 :]), events
        return ends[0]

    def idle(self) -> bool:
        return not self.span.calls() and all(channel.call is None for channel in self.span.channels)


class World:
    """`names`: both ends send names. Frames pass at once while `cut` is False, through `spoil` if there is one."""

    def __init__(
        self,
        *,
        overlap: bool = False,
        exclusive: bool | None = None,
        names: bool | None = None,
        user_timers: dict[str, float] | None = None,
        network_timers: dict[str, float] | None = None,
        channels: tuple[int, ...] = E1,
        up: bool = True,
    ) -> None:
        self.now = 0.0
        self.cut = False
        self.spoil: Callable[[bytes, End], bytes | None] = lambda frame, to: frame
        self.user, self.network = (
            End(
                self,
                SpanSettings(
                    LinkSettings(side, Timers(timers), names),
                    overlap=overlap,
                    exclusive=exclusive,
                    channels=channels,
                ),
            )
            for side, timers in ((Side.USER, user_timers), (Side.NETWORK, network_timers))
        )
        self.ends = (self.user, self.network)
        if up:
            self.run(1)
            assert [end.span.in_service for end in self.ends] == [True, True]

    def other(self, end: End) -> End:
        return self.network if end is self.user else self.user

    def settle(self) -> None:
        """Until no frame is under way and nothing is due."""
        moved = True
        while moved:
            moved = False
            for end in self.ends:
                end.span.advance(self.now)
                for frame in end.span.frames():
                    moved = True
                    spoilt = None if self.cut else self.spoil(frame, self.other(end))
                    if spoilt:
                        self.other(end).span.receive(spoilt, self.now)
                for event in end.span.events():
                    moved = True
                    end.told.append(event)
                    end.then(end, event)

    def run(self, seconds: float) -> None:
        """Time passes, timer by timer."""
        until = self.now + seconds
        self.settle()
        while True:
            due = min((t for t in (end.span.next_timer() for end in self.ends) if t is not None), default=None)
            if due is None or due > until:
                break
            self.now = max(self.now, due)
            self.settle()
        self.now = until
        self.settle()

    def active(self, outgoing: End | None = None) -> tuple[Call, Call]:
        """An answered call: (at the end that placed it, at the other)."""
        here = outgoing or self.user
        there = self.other(here)
        call = here.place("1001")
        far = there.seizure()
        there.alert(far)
        there.answer(far)
        return call, far

    def idle(self) -> bool:
        return self.user.idle() and self.network.idle()
