"""What the contract of R2 circuits is tried on: circuits with a line of ours at both ends.

    box   R2Channel ── bits, tones ── R2Channel   world

R2Rig is made by a fixture: of two machines in memory, on the simulated card, or over the DAHDI driver. near and far
are alike to the contract: whoever calls is the caller. Waits are upper bounds; how time passes is the rig's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Delivered,
    Dialled,
    Established,
    Party,
    Released,
    Seized,
    Service,
    SpeechOpen,
    Telling,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2.settings import CHINA, ITU, R2Settings

T = TypeVar("T", bound=Telling)

NUMBER, CALLER = "87654321", "01012345678"
CALL = Call(NUMBER, complete=True, calling=Party(CALLER), category=2)
# Patience is short, so that tests in real time are; what it is by default is in hw/signalling/r2/timers.py.
TIMES = {"T-ANSWER": 6.0, "T-FORWARD": 3.0, "T-CLEAR": 3.0, "T-DIGIT": 1.0}

SETTINGS = {
    "china, length known": replace(CHINA, called_digits=8, times=TIMES),
    "china, length known, caller asked": replace(CHINA, called_digits=8, ask_caller_after=3, times=TIMES),
    "china, by time-out": replace(CHINA, times=TIMES),
    "china, by time-out, caller asked": replace(CHINA, ask_caller_after=1, times=TIMES),
    "itu, end code": replace(ITU, times=TIMES),
    "itu, end code, caller asked": replace(ITU, ask_caller_after=1, times=TIMES),
}


class R2Line(Protocol):
    """As much of hw.signalling.line.Line as R2 has."""

    @property
    def connection(self) -> Connection: ...

    @property
    def service(self) -> Service: ...

    def place(self, call: Call) -> None: ...

    def send(self, digits: str) -> None: ...

    def proceed(self) -> None: ...

    def alert(self, in_band: bool = False) -> None: ...

    def progress(self, cause: Cause | None = None) -> None: ...

    def answer(self, charged: bool = True) -> None: ...

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None: ...

    def block(self) -> None: ...

    def unblock(self) -> None: ...

    def reset(self) -> None: ...

    def trace(self) -> list[str]: ...


class End:
    """One end: its line, what it told, and what to do when it tells something."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.line: R2Line
        self.told: list[Telling] = []
        self.then: Callable[[Telling], None] = lambda telling: None

    def __call__(self, _: object, telling: Telling) -> None:
        self.told.append(telling)
        self.then(telling)

    def of(self, kind: type[T]) -> list[T]:
        return [telling for telling in self.told if isinstance(telling, kind)]

    @property
    def dialled(self) -> str:
        return "".join(telling.digits for telling in self.of(Dialled))

    @property
    def complete(self) -> bool:
        return any(telling.complete for telling in self.of(Dialled))

    @property
    def endings(self) -> list[tuple[Cause, str]]:
        return [(telling.cause, telling.by) for telling in self.of(Released)]


class R2Rig(ABC):
    @abstractmethod
    def circuit(self, near: R2Settings, far: R2Settings | None = None, index: int = 0) -> Circuit:
        """The index-th circuit, with its two ends; far None: as near."""

    @abstractmethod
    async def sleep(self, seconds: float) -> None: ...

    @abstractmethod
    def alarm(self) -> None:
        """The span loses its signal."""

    @abstractmethod
    def clear(self) -> None: ...


class Circuit:
    """Two ends and the way between them."""

    def __init__(self, rig: R2Rig, near: End, far: End) -> None:
        self.rig = rig
        self.near = near
        self.far = far
        self.calls = 0

    def ends(self, near_calls: bool) -> tuple[End, End]:
        """Caller and called."""
        return (self.near, self.far) if near_calls else (self.far, self.near)

    def trace(self) -> str:
        return "\n".join(row for end in (self.near, self.far) for row in (end.name, *end.line.trace()))

    async def until(self, condition: Callable[[], bool], within: float) -> None:
        """AssertionError with both traces."""
        waited = 0.0
        while not condition():
            assert waited < within, f"not within {within} s:\n{self.trace()}"
            await self.rig.sleep(0.02)
            waited += 0.02

    async def ready(self) -> None:
        """Both ends have seen that the other is idle."""
        await self.until(lambda: not self.near.line.service and not self.far.line.service, 3)

    # ---- a call, step by step ----

    async def reach(self, state: str, near_calls: bool, call: Call = CALL) -> tuple[End, End]:
        """Makes a call and takes it so far: "seizing", "register", "complete", "alerting", "connected"."""
        caller, called = self.ends(near_calls)
        for end in (caller, called):
            end.told.clear()
        caller.line.place(call)
        if state == "seizing":
            return caller, called
        await self.until(lambda: len(called.of(Dialled)) >= 3, 5)
        if state == "register":
            return caller, called
        await self.until(lambda: called.complete, 12)
        if state == "complete":
            return caller, called
        called.line.alert(in_band=True)
        await self.until(lambda: bool(caller.of(Delivered)), 5)
        if state == "alerting":
            return caller, called
        called.line.answer()
        await self.until(lambda: bool(caller.of(Established)), 2)
        return caller, called

    async def free(self) -> None:
        """Both ends are idle and in service, and each told one Released for its call, and nothing of it afterwards."""
        ends = (self.near, self.far)
        await self.until(
            lambda: all(end.line.connection is Connection.NULL and not end.line.service for end in ends), 15
        )
        for end in ends:
            check_story(end, self.trace)

    async def works(self) -> None:
        """The next call goes through, in both directions."""
        for near_calls in (True, False):
            caller, called = await self.reach("connected", near_calls)
            assert called.dialled == NUMBER, self.trace()
            caller.line.release()
            await self.free()


def check_story(end: End, trace: Callable[[], str]) -> None:
    """What was told is calls, each closed by one Released; what is told of a call is told within it."""
    open_calls = len(end.of(Released)) - len(end.of(Seized))  # placed by us: nothing tells the begin
    assert open_calls in (0, 1), f"{end.name}: {end.told}\n{trace()}"
    running = open_calls == 1
    for telling in end.told:
        match telling:
            case Seized():
                assert not running, trace()
                running = True
            case Released():
                assert running, trace()
                running = False
            case Dialled() | CallerKnown() | Delivered() | SpeechOpen() | Established():
                assert running, f"{telling} outside a call\n{trace()}"
    assert not running, trace()
