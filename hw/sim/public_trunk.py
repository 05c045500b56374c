"""The public exchange at the far end of a trunk: it answers, refuses and announces as the town's plan says.

One for every signalling that has lines of its own there (public_pri.py, public_r2.py); the plan: public_plan.py.

    call = city.call("8001", city.plan["62000001"])                         somebody in town calls us
    await call.answered.wait()

    the box                              PublicTrunk
    Seized, Dialled 62000001 ──────────> find(): Zhang Wei                   digits until somebody has the number
    <── proceed()                        course(): 0 ALERT, 3 ANSWER
    <── alert(), ring-back in band
    <── answer(), speech

What it does: the plan's steps as orders to a Line; tones and speech in band; calls to the box, en bloc or digit by
digit. What it does not: switch between the box's spans, charge, know anything of the near side or of a signalling.

How time flows: the steps of a call are timers on trio's clock, one at a time; Released drops what is left of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import ClassVar

import trio

from hw.errors import LocalError
from hw.plane import Plane
from hw.playback import Audible
from hw.signalling.line import (
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    Line,
    Party,
    Proceeding,
    Released,
    Seized,
    SpeechOpen,
    Telling,
)
from hw.signalling.q850 import Cause
from hw.sim.public_plan import Act, Digits, Plan, Step, Subscriber, course
from hw.timers import Timers
from hw.tone_patterns import CallProgress
from hw.tone_plan import tone_plan

DIGIT_GAP_S = 0.3  # a caller of the town dialling overlapped


class TownCall:
    """A call from the town to the box. `told`: what its line told, `released` the last of it."""

    def __init__(self, plane: Plane, line: Line, caller: Subscriber | None) -> None:
        self.line = line
        self.caller = caller
        self.told: list[Telling] = []
        self.answered = trio.Event()
        self.ended = trio.Event()
        self._plane = plane

    @property
    def released(self) -> Released | None:
        return next((telling for telling in self.told if isinstance(telling, Released)), None)

    def hang_up(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        """When it is over already: nothing."""
        if not self.ended.is_set():
            self.line.release(cause)

    def say(self, what: Audible) -> None:
        """Once, to whoever has answered."""
        if not self.ended.is_set() and self.line.port >= 0:
            self._plane.play(self.line.port, [what])


class PublicTrunk(ABC):
    """Whoever makes the lines has them tell `take`.

    in_band: dial tone and ring-back tone are put into the speech path here; else the line sees to them, if there are.
    """

    in_band: ClassVar[bool]

    def __init__(self, name: str, plane: Plane, timers: Timers, plan: Plan, country: str) -> None:
        self.name = name
        self.plan = plan
        self.timers = timers
        self._plane = plane
        self._tones = tone_plan(country)
        self._dialled: dict[Line, str] = {}
        self._courses: dict[Line, tuple[Subscriber, float, deque[Step]]] = {}
        self._calls: dict[Line, TownCall] = {}
        self._unheard: dict[Line, Audible] = {}  # to be played as soon as the caller hears it

    @property
    @abstractmethod
    def lines(self) -> Sequence[Line]:
        """The far channels."""

    def call(self, number: str, caller: Subscriber | Party, *, overlapped: bool = False) -> TownCall:
        """To the box. `overlapped`: one digit at a time. LocalError: no line is idle and in service, or the signalling
        cannot carry the number.

        A Subscriber speaks after the answer and hangs up as the plan says; a Party does neither.
        """
        idle = (line for line in self.lines if line.connection is Connection.NULL and not line.service)
        line = next(idle, None)
        if line is None:
            raise LocalError(f"{self.name}: no line is idle and in service")
        subscriber = caller if isinstance(caller, Subscriber) else None
        party = caller.party if isinstance(caller, Subscriber) else caller
        category = subscriber.category if subscriber is not None else None
        first = number[:1] if overlapped else number
        call = self._calls[line] = TownCall(self._plane, line, subscriber)
        try:
            line.place(Call(first, complete=not overlapped, calling=party, category=category))
        except LocalError:
            del self._calls[line]
            raise
        self._dial(line, number[len(first) :])
        return call

    def close(self) -> None:
        for line in self.lines:
            self.timers.stop((self, line))

    # ---- what the lines tell ----

    def take(self, line: Line, telling: Telling) -> None:
        ours = self._calls.get(line)
        if ours is not None:
            ours.told.append(telling)
        match telling:
            case Seized(call=call):
                self._dialled[line] = ""
                self._take(line, call.called, call.complete)
            case Dialled(digits=digits, complete=complete) if line in self._dialled:
                self._take(line, digits, complete)
            case Proceeding() | Delivered() if ours is not None:
                self.timers.stop((self, line))  # no more digits
            case Established() if ours is not None:
                self._answered(line, ours)
            case Established() if line in self._courses:
                self._talk(line, self._courses[line][0])
            case SpeechOpen() if line in self._unheard:
                self.sound(line, self._unheard.pop(line))
            case Released():
                self._over(line)

    def _over(self, line: Line) -> None:
        self.timers.stop((self, line))
        self._courses.pop(line, None)
        self._dialled.pop(line, None)
        self._unheard.pop(line, None)
        if line.port >= 0:
            self._plane.stop(line.port)
        call = self._calls.pop(line, None)
        if call is not None:
            call.ended.set()

    # ---- the box calls ----

    def _take(self, line: Line, digits: str, complete: bool) -> None:
        dialled = self._dialled[line] = self._dialled[line] + digits
        found = self.plan.find(dialled, complete)
        if found is Digits.MORE:
            if self.in_band and not dialled:
                self.sound(line, self._tones.tone(CallProgress.DIAL))
            elif self.in_band and dialled == digits:
                self._plane.stop(line.port)
            return
        del self._dialled[line]  # digits that come now are too many
        line.proceed()
        if isinstance(found, Subscriber):
            self._courses[line] = found, trio.current_time(), deque(course(found))
            self._next(line)
        else:
            line.release(Cause.UNALLOCATED)

    def _next(self, line: Line) -> None:
        """The steps that are due; then a timer for the first that is not."""
        while line in self._courses:
            subscriber, begun, steps = self._courses[line]
            if not steps:
                return
            wait = begun + steps[0].seconds - trio.current_time()
            if wait > 0:
                self.timers.start((self, line), wait, lambda: self._next(line))
                return
            self._act(line, subscriber, steps.popleft())

    def _act(self, line: Line, subscriber: Subscriber, step: Step) -> None:
        match step.act:
            case Act.ALERT:
                if self.in_band:
                    self._unheard[line] = self._tones.tone(CallProgress.RINGBACK)
                line.alert(in_band=self.in_band)
            case Act.ANNOUNCE:
                talk = subscriber.talk
                self._unheard[line] = talk if talk is not None else self._tones.tone(CallProgress.SPECIAL_INFORMATION)
                line.progress(Cause.UNALLOCATED)
            case Act.ANSWER:
                line.answer(subscriber.charged)  # Established: talks
            case Act.REFUSE:
                line.release(step.cause)
            case Act.HANG_UP:
                line.release()

    def sound(self, line: Line, what: Audible) -> None:
        self._plane.play(line.port, [what], loop=True)

    def _talk(self, line: Line, subscriber: Subscriber | None) -> None:
        self._unheard.pop(line, None)
        self._plane.stop(line.port)
        if subscriber is not None and subscriber.talk is not None:
            self.sound(line, subscriber.talk)

    # ---- the town calls ----

    def _dial(self, line: Line, digits: str) -> None:
        if digits:

            def dial() -> None:
                line.send(digits[0])
                self._dial(line, digits[1:])

            self.timers.start((self, line), DIGIT_GAP_S, dial)

    def _answered(self, line: Line, call: TownCall) -> None:
        self.timers.stop((self, line))
        call.answered.set()
        self._talk(line, call.caller)
        if call.caller is not None and call.caller.hang_up_s is not None:
            self.timers.start((self, line), call.caller.hang_up_s, line.release)
