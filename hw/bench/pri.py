"""Complete PRI calls a second below the line interface (pri_lines.py has those through it), both ends here.

Conditions. Two `PriSpan`s, user and network, joined in memory, in virtual time; one thread. A call is SETUP with called
and calling number, CALL PROCEEDING, ALERTING, CONNECT, CONNECT ACKNOWLEDGE, DISCONNECT, RELEASE, RELEASE COMPLETE, with
layer 2 and every event taken by somebody at both ends. Timers are looked at after each step, as a shell would.

    one at a time    the next call begins when the last one is over
    thirty at once   all channels of the span go through each step together
"""

from __future__ import annotations

import time

from hw.signalling.line import NumberType
from hw.signalling.pri import calls as tell
from hw.signalling.pri.calls import Call
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.party import Number, Party
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.span import PriSpan
from hw.signalling.q850 import Cause

REQUEST = CallRequest(Number("01087654321", NumberType.NATIONAL), Party(Number("2001", NumberType.SUBSCRIBER)))


class _Pair:
    def __init__(self) -> None:
        self.now = 0.0
        self.user, self.network = (PriSpan(SpanSettings(LinkSettings(side)), 0.0) for side in (Side.USER, Side.NETWORK))
        self.ended = 0
        self._exchange()

    def _exchange(self) -> list[Call]:
        """Until the wire is quiet; returns the calls that came in at the network."""
        came = []
        moved = True
        while moved:
            moved = False
            for near, far in ((self.user, self.network), (self.network, self.user)):
                for frame in near.frames():
                    far.receive(frame, self.now)
                    moved = True
                for event in near.events():
                    if isinstance(event, tell.Seizure):
                        came.append(event.call)
                    self.ended += isinstance(event, tell.Closed)
                near.next_timer()
        return came

    def calls(self, at_once: int) -> None:
        """So many whole calls, side by side."""
        self.now += 0.001
        placed = [self.user.place(REQUEST, self.now) for _ in range(at_once)]
        came = self._exchange()
        for call in came:
            self.network.alert(call, self.now)
        self._exchange()
        for call in came:
            self.network.answer(call, self.now)
        self._exchange()
        for call in placed:
            self.user.release(call, Cause.NORMAL_CLEARING, self.now)
        self._exchange()


def measure(seconds: float = 2.0) -> dict[str, float]:
    """Runs each condition for `seconds` of wall time.

    `pri_span_calls_per_second` (one at a time) and `pri_span_calls_per_second_30` (thirty at once); `_us` the same in
    microseconds a call, for both ends together.
    """
    result: dict[str, float] = {}
    for name, at_once in (("pri_span_calls_per_second", 1), ("pri_span_calls_per_second_30", 30)):
        pair = _Pair()
        pair.calls(at_once)
        pair.ended = 0
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            pair.calls(at_once)
        rate = pair.ended / 2 / (time.perf_counter() - began)
        result[name] = round(rate, 1)
        result[f"{name}_us"] = round(1e6 / rate, 1)
    return result


if __name__ == "__main__":
    print(measure())
