"""The network calls on a trunk: rings, caller ID by FSK and by DTMF side by side, answer and refusal.

Part of the machine of trunk.py. ETSI EN 300 659-1 (when data comes), GR-30-CORE; FIELD for what China's exchanges do.

    keys     D 0 1 0 ... C
    rings                    ~~~~                ~~~~                ~~~~
    message                            =FSK=
    told     --------------- Seized when the caller is known, or T-CALLER after the second ring: CallerKnown may follow
    file     [------------- kept if the caller could not be read ------------]

A call that stops ringing before anybody was told has not been one. Time flows in samples.
"""

from __future__ import annotations

from hw.event import Event
from hw.signalling import machine as m
from hw.signalling.analog.trunk_line import TrunkLine
from hw.signalling.analog.trunk_states import RATE, RINGING, TIMERS, State
from hw.signalling.line import Call, CallerKnown, Established, Idle, Released, Seized, SpeechOpen
from hw.signalling.q850 import Cause


class IncomingCall(TrunkLine):
    """Rules for calls that the network begins."""

    def _key_heard(self, event: Event) -> None:
        self._note(f"hears key {chr(event.code)}")
        if self.state in (State.IDLE, State.GUARD):
            self._start("T-ANNOUNCED")
        self._capture()
        found = self._caller.key(chr(event.code), event.time)
        if self._caller.timer is not None:
            self._start("T-KEY")
        else:
            self._stop("T-KEY")
        if found:
            self._caller_found()

    def _keys_over(self, _: object) -> None:
        if self._caller.expire(self._time):
            self._caller_found()

    def _message_heard(self, event: Event) -> None:
        self._note(f"hears FSK {event.blob.hex(' ')}")
        if self._caller.message(event.blob):
            self._caller_found()

    def _caller_found(self) -> None:
        self._note(f"caller: {self._caller.raw}")
        if self.state is State.RUNG:
            self._offer()
        elif self.state in RINGING:
            self._know_caller()

    def _forget_announced(self, _: object) -> None:
        self._note("no ring followed")
        self._end_capture(False)
        self._stop("T-KEY")
        self._forget()

    def _capture(self) -> None:
        if not self._capturing and self._profile.caller_id != "none":
            self._capturing = True
            self._acts.append(m.Capture())

    def _first_ring(self, _: object) -> None:
        self._note("rings")
        if self.service:
            self._note(f"out of service ({self.service!r}): nobody is told")
            return
        self._stop("T-ANNOUNCED", "T-GUARD")
        if self.state is State.GUARD:
            self._tell(Idle(self._time))
        self._rings = 1
        self._start("T-RING-LONGEST")
        self._go(State.RUNG)
        if self._profile.caller_id == "none" or self._caller.caller is not None:
            self._offer()
            return
        self._capture()
        self._start("T-CALLER", TIMERS["T-SECOND"].seconds)
        if not self._profile.wait_for_caller:
            self._offer()

    def _ring_again(self, _: object) -> None:
        """Two bursts close together are one ring (400/200/400): the message comes after the second of them."""
        self._stop("T-RING-OVER")
        if self._time - self._rang < RATE:
            return
        self._rings += 1
        self._note(f"ring {self._rings}")
        if self._rings == 2 and self._capturing:
            self._start("T-CALLER")

    def _ring_pause(self, _: object) -> None:
        if self._rings == 1:
            self._stop("T-CALLER")  # the card tells single rings: the second will be told
        self._rang = self._time
        self._start("T-RING-OVER", 1.25 * self._profile.ring_pause_s + 1)

    def _offer(self) -> None:
        known = self._caller.caller is not None
        calling = self._caller.party(self._profile.area_code, self._profile.local_digits) if known else None
        self._go(State.OFFERED)
        self._tell(Seized(self._time, Call(complete=True, calling=calling)))
        if known:
            self._stop("T-CALLER", "T-KEY")
            self._end_capture(False)

    def _know_caller(self) -> None:
        """The number came after the call was told, or did not come; a file of the line shows why."""
        self._stop("T-CALLER", "T-KEY")
        self._end_capture(self._caller.caller is None)
        party = self._caller.party(self._profile.area_code, self._profile.local_digits)
        if self._caller.problem:
            self._note(f"no caller: {self._caller.problem}")
        self._tell(CallerKnown(self._time, party, problem=self._caller.problem))

    def _no_caller(self, _: object) -> None:
        if self.state is State.RUNG:
            self._offer()
        if self._caller.caller is None:
            self._know_caller()

    def _rung_once(self, _: object) -> None:
        """Tests of the line ring so, and callers who think better of it: nobody was told, nobody is."""
        self._note("one ring and no caller: not told")
        self._rest()

    def _caller_gone(self, _: object) -> None:
        self._rest()
        self._tell(Released(self._time, Cause.NORMAL_CLEARING, "far", "caller hung up before answer: no more rings"))

    def _rung_too_long(self, _: object) -> None:
        told = self.state in RINGING
        refused = self.state is State.REFUSED
        self._rest()
        if told:
            self._tell(Released(self._time, Cause.NO_ANSWER, "line", "rang for 300 s"))
        elif refused:
            self._tell(Idle(self._time))

    def _rung_out(self, _: object) -> None:
        self._rest()
        self._tell(Idle(self._time))

    def _alert(self, _: object) -> None:
        self._go(State.ALERTED)

    def _answer(self, order: m.Answer) -> None:
        if self.state in RINGING:
            self._end_capture(False)
            self._close_loop()
        self._acts.append(m.StopPlaying())
        self._talk(Established(self._time, charged=None))

    def _refuse(self, order: m.Release) -> None:
        self._end_capture(False)
        self._stop("T-CALLER", "T-KEY")
        if self._profile.refuse == "answer":
            self._stop("T-RING-OVER", "T-RING-LONGEST")
            self._close_loop()
            self._start("T-REFUSE")
            self._go(State.REFUSING)
        else:
            self._note("an analog line cannot refuse: it rings on")
            self._go(State.REFUSED)
        self._tell(Released(self._time, order.cause, "near", "by order"))

    def _refused(self, _: object) -> None:
        self._hang_up()

    def _ring_back_to_held(self, order: m.Alert) -> None:
        """The network rings him no more."""
        if order.in_band:
            self._speak_to_held(None)
        else:
            self._acts.append(m.PlayTone("ringback"))

    def _speak_to_held(self, _: object) -> None:
        """The loop is closed already: he hears us."""
        self._acts.append(m.StopPlaying())
        if not self._open_told:
            self._open_told = True
            self._tell(SpeechOpen(self._time))
