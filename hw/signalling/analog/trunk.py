"""A line of the public exchange on an FXO port: loop start, ITU-T E.180 and GB/T 3380 (tones), caller ID.

    the network calls                                     we call
    DTMF keys   D 0 1 0 6 ... C                           place()  loop closed, dial tone within T-DIAL-TONE
    rings                       ~~~~       ~~~~           digits   -> Proceeding, Progress: what sounds is heard
    FSK                               =M=                 ring-back                          -> Delivered
    Seized      when the caller is known, or T-CALLER     polarity turns                     -> Established
                after the second ring began               or ring-back is over and a voice   -> Established(inferred)
    answer()    loop closed                               busy, congestion, vacant number    -> Released
    no ring for T-RING-OVER: the caller has gone

    either way, in talk: busy, congestion, vacant, howler, dial tone that came back, battery gone for T-BREAK, polarity
    turned back, silence for minutes -> Released; loop open for T-GUARD -> Idle

An analog line says little. What this machine guesses it marks (inferred); what it cannot do it says (abilities): a
call cannot be refused, only left ringing, or answered and hung up; causes do not pass. Glare: who lifts into a ring has
answered it; place() then ends with CHANNEL_UNAVAILABLE and a Seized follows.

What it does not: normalise numbers of ours, make ring-back before answer (the exchange does that in the network), hear
(the plane's detectors do, before echo cancellation).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hw.card import LineEvent, LineEventKind, Unsupported
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.signalling import machine as m
from hw.signalling.analog.trunk_incoming import IncomingCall
from hw.signalling.analog.trunk_line import EARS_IDLE
from hw.signalling.analog.trunk_outgoing import OutgoingCall, check_keys
from hw.signalling.analog.trunk_states import HANG_UPS, LOOPED, REFUSALS, RINGING, State
from hw.signalling.line import Service
from hw.signalling.q850 import Cause
from hw.tone_patterns import CallProgress, tone_name


class Trunk(IncomingCall, OutgoingCall):
    """The machine of one line."""

    def begin(self, time: int) -> list[m.Act]:
        self._time = time
        return [m.Note("idle"), m.OnHook(), m.Speech(True), EARS_IDLE]

    def take(self, stimulus: m.Stimulus, time: int) -> list[m.Act]:
        self._time, self._acts = time, []
        match stimulus:
            case LineEvent(kind=kind) if kind in _EVERYWHERE:
                _EVERYWHERE[kind](self, stimulus)
            case LineEvent(kind=kind):
                self._apply(kind.value, stimulus)
            case Event(kind=EventKind.TONE_BEGIN):
                self._tone(stimulus)
            case Event(kind=EventKind.LEVEL):
                if self._voice.hear(stimulus.b / 100):
                    self._apply("voice", stimulus, quietly=True)
            case Event(kind=EventKind.DTMF_DOWN | EventKind.CALLER_ID | EventKind.SILENCE as kind):
                self._apply(kind.name.lower(), stimulus, quietly=True)
            case Event():
                pass  # what else is heard is the exchange's
            case m.Expired(name) if name in _EXPIRED_EVERYWHERE:
                _EXPIRED_EVERYWHERE[name](self, stimulus)
            case m.Expired(name):
                self._apply(name, stimulus)
            case m.PlayEnded():
                self._apply("played", stimulus, quietly=True)
            case m.Block() | m.Unblock():
                self._serve(Service.BLOCKED_HERE, isinstance(stimulus, m.Block), "by order")
            case m.MessageWaiting():
                raise Unsupported("an exchange has no message lamp", action="order it from a station")
            case m.Reset():
                self._reset()
            case _:
                rule = _ORDERS.get((self.state, type(stimulus)))
                if rule is not None:
                    rule(self, stimulus)
                elif not isinstance(stimulus, m.Release | m.Proceed | m.Alert | m.ShowProgress):
                    raise LocalError(f"{type(stimulus).__name__.lower()} in state {self.state.name.lower()}")
        return self._acts

    def _apply(self, key: str, stimulus: m.Stimulus, quietly: bool = False) -> None:
        rule = _FAR.get((self.state, key))
        if rule is not None:
            rule(self, stimulus)
        elif not quietly:
            self._note(f"{key} in {self.state.name.lower()}: ignored")

    def _send_in_talk(self, order: m.Send) -> None:
        check_keys(order.digits)
        if order.digits:
            self._acts.append(m.PlayDigits(order.digits))

    def _flash(self, _: object) -> None:
        self._flashing = True
        self._start("T-FLASH")
        self._settle()
        self._acts.append(m.FlashHook())

    def _flash_over(self, _: object) -> None:
        self._flashing = False

    def _tone(self, event: Event) -> None:
        if event.code not in self._patterns:
            return  # of a plan that the exchange listens with
        which = CallProgress.of(event.code)
        words = self._words(event)
        self._note(f"hears {words}")
        if which is CallProgress.DIAL and self.state is State.SEIZING:
            self._may_dial(event)
        elif which is CallProgress.RINGBACK and self.state is State.CALLED:
            self._ring_back_heard(event)
        elif which in REFUSALS and self.state in (State.CALLED, State.DELIVERED):
            self._fail(REFUSALS[which], words, by="far", since=event.time)
        elif which in HANG_UPS and self.state in (State.TALKING, State.HELD):
            self._hang_up_heard(which, words, event)

    def _hang_up_heard(self, which: CallProgress, words: str, event: Event) -> None:
        softest = self._profile.softest_tone_dbm0
        if which in (CallProgress.DIAL, CallProgress.SPECIAL_DIAL) and self._flashing:
            self._note("dial tone for our flash")
        elif softest is not None and event.b / 100 < softest:
            self._note(f"softer than {softest:.1f} dBm0: the echo of a tone of ours")
        else:
            self._fail(Cause.NORMAL_CLEARING, words, by="far", since=event.time)

    def _words(self, event: Event) -> str:
        """As a person would look for it in the plan: busy tone 450.3 Hz 350/350, -12.1 dBm0."""
        pulse = "/".join(str(ms) for ms in self._patterns[event.code].cadence_ms)
        name = tone_name(event.code).replace("_", " ")
        return f"{name} tone {event.a / 10:.1f} Hz{' ' + pulse if pulse else ''}, {event.b / 100:.1f} dBm0"

    def _silent(self, _: object) -> None:
        self._fail(Cause.NORMAL_UNSPECIFIED, f"nothing heard for {self._profile.silence_minutes:g} min")

    def _turned_in_talk(self, _: object) -> None:
        if self._guessed and self._answer_polarity is None:
            self._answer_polarity = self._settled
            self._note("the answer, that we had taken for given")
        elif self._answer_polarity is not None or self._profile.hang_up_by_reversal:
            self._fail(Cause.NORMAL_CLEARING, "polarity turned back", by="far")

    def _reset(self) -> None:
        if self.state in LOOPED:
            self._released_by_order(m.Release(Cause.NORMAL_UNSPECIFIED))
        elif self.state in RINGING:
            self._refuse(m.Release(Cause.NORMAL_UNSPECIFIED))


Rule = Callable[[Trunk, Any], None]

# What may happen in any state.
_EVERYWHERE: dict[LineEventKind, Rule] = {
    LineEventKind.BATTERY_LOST: Trunk._battery_lost,
    LineEventKind.BATTERY_BACK: Trunk._battery_back,
    LineEventKind.POLARITY: Trunk._polarity,
    LineEventKind.ALARM: Trunk._alarm,
    LineEventKind.ALARM_END: Trunk._alarm_over,
    LineEventKind.GONE: Trunk._gone,
    LineEventKind.BACK: Trunk._back,
}
_EXPIRED_EVERYWHERE: dict[str, Rule] = {
    "T-SETTLE": Trunk._is_settled,
    "T-POLARITY": Trunk._polarity_turned,
    "T-NO-BATTERY": Trunk._no_battery,
    "T-FLASH": Trunk._flash_over,
}

_BEGIN, _END = LineEventKind.RING_BEGIN.value, LineEventKind.RING_END.value
_AT_REST = (State.IDLE, State.GUARD)
_WAITING = (State.CALLED, State.DELIVERED)

# What the network, the detectors and the timers do, by state. Not here: noted and ignored.
_FAR: dict[tuple[State, str], Rule] = {
    **{(state, _BEGIN): Trunk._first_ring for state in _AT_REST},
    **{(state, "dtmf_down"): Trunk._key_heard for state in (*_AT_REST, State.RUNG, *RINGING)},
    **{(state, "caller_id"): Trunk._message_heard for state in (*_AT_REST, State.RUNG, *RINGING)},
    **{(state, "T-KEY"): Trunk._keys_over for state in (*_AT_REST, State.RUNG, *RINGING)},
    **{(state, "T-ANNOUNCED"): Trunk._forget_announced for state in _AT_REST},
    **{(state, _BEGIN): Trunk._ring_again for state in (State.RUNG, *RINGING, State.REFUSED)},
    **{(state, _END): Trunk._ring_pause for state in (State.RUNG, *RINGING, State.REFUSED)},
    **{(state, "T-CALLER"): Trunk._no_caller for state in (State.RUNG, *RINGING)},
    **{(state, "T-RING-LONGEST"): Trunk._rung_too_long for state in (State.RUNG, *RINGING, State.REFUSED)},
    **{(state, "T-RING-OVER"): Trunk._caller_gone for state in RINGING},
    (State.RUNG, "T-RING-OVER"): Trunk._rung_once,
    (State.REFUSED, "T-RING-OVER"): Trunk._rung_out,
    (State.REFUSING, "T-REFUSE"): Trunk._refused,
    (State.SEIZING, _BEGIN): Trunk._glare,
    (State.SEIZING, "voice"): Trunk._voice_while_seizing,
    (State.SEIZING, "T-DIAL-TONE"): Trunk._no_dial_tone,
    (State.SEIZING, "T-PAUSE"): Trunk._may_dial,
    (State.DIALLING, "played"): Trunk._digits_out,
    (State.DIALLING, LineEventKind.DIALLED.value): Trunk._digits_out,
    (State.DIALLING, "T-DIALLING"): Trunk._not_dialled,
    (State.CALLED, "voice"): Trunk._voice_without_ring_back,
    (State.CALLED, "T-MUSIC"): Trunk._music_is_over,
    (State.DELIVERED, "voice"): Trunk._voice_after_ring_back,
    **{(state, "T-ANSWER"): Trunk._nobody_answers for state in _WAITING},
    **{(state, "T-BREAK"): Trunk._loop_broken for state in (*_WAITING, State.TALKING, State.HELD)},
    **{(state, "turned"): Trunk._turned_for_answer for state in _WAITING},
    (State.TALKING, "turned"): Trunk._turned_in_talk,
    (State.TALKING, "silence"): Trunk._silent,
    (State.GUARD, "T-GUARD"): Trunk._guarded,
}

# What the exchange may order, by state. Not here: LocalError, but for orders that come too late and mean nothing any
# more.
_ORDERS: dict[tuple[State, type], Rule] = {
    (State.IDLE, m.Place): Trunk._place,
    **{(state, m.Send): Trunk._send for state in (State.SEIZING, State.DIALLING, *_WAITING)},
    (State.OFFERED, m.Alert): Trunk._alert,
    (State.HELD, m.Alert): Trunk._ring_back_to_held,
    (State.HELD, m.ShowProgress): Trunk._speak_to_held,
    **{(state, m.Answer): Trunk._answer for state in (*RINGING, State.HELD)},
    **{(state, m.Release): Trunk._refuse for state in RINGING},
    **{(state, m.Release): Trunk._released_by_order for state in LOOPED},
    (State.TALKING, m.Send): Trunk._send_in_talk,
    (State.TALKING, m.Flash): Trunk._flash,
}
