"""What both directions of a trunk call have in common: the line under it, and how calls on it end.

Part of the machine of trunk.py: the loop that we close and open, battery and polarity that the exchange feeds, faults.

    battery   --------|__|------|________|---------|___________________|-----
                      < T-BREAK   T-BREAK: over      T-NO-BATTERY: out of service   and back
    polarity  --|_____________________|--------
                 T-POLARITY: answered  T-POLARITY: hung up       within T-SETTLE of a change of ours: means nothing

What it does not: know why a call was made or what is heard on it.
"""

from __future__ import annotations

from hw.card import Ability, LineEvent, Unsupported
from hw.ear import Ear
from hw.signalling import machine as m
from hw.signalling.analog.caller_ear import CallerEar
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.trunk_states import CONNECTIONS, IN_CALL, LINE_TIMERS, TIMERS, State
from hw.signalling.analog.voice_ear import VoiceEar
from hw.signalling.line import (
    Call,
    Connection,
    Established,
    Idle,
    LineAbility,
    Released,
    Service,
    ServiceChanged,
    Telling,
)
from hw.signalling.q850 import Cause

EARS_IDLE = m.Listen(Ear.CALLER_ID | Ear.DTMF)


class TrunkLine:
    """Without directions; see Trunk."""

    timers = TIMERS

    def __init__(self, profile: LineProfile, card: Ability = Ability.NONE) -> None:
        if profile.answer == "reversal" and Ability.SEE_POLARITY not in card:
            raise Unsupported(
                "this port cannot see reversals of polarity", action='set answer = "inferred", or use another card'
            )
        self._profile = profile
        self._patterns = {pattern.number: pattern for pattern in profile.patterns}
        self.abilities = LineAbility.OVERLAP | LineAbility.FLASH
        if profile.answer == "reversal":
            self.abilities |= LineAbility.TRUE_ANSWER
        self.state = State.IDLE
        self.service = Service.NONE
        self._faults: set[str] = set()  # "span", "battery": why there is Service.ALARM
        self._battery = True
        self._reversed = self._settled = False  # polarity as seen last, and as it has been for T-POLARITY
        self._settling = self._flashing = False
        self._acts: list[m.Act] = []
        self._time = 0
        self._forget()

    def _forget(self) -> None:
        """What belongs to one call."""
        self._rings = 0
        self._rang = 0  # when ring current stopped last
        self._caller = CallerEar(self._profile.caller_id)
        self._capturing = False
        self._call = Call()
        self._pending = ""  # digits that are not out yet
        self._out = ""  # those of them that are being sent
        self._dialled = False  # digits have been out
        self._open_told = False
        self._voice = VoiceEar()
        self._voiced: int | None = None  # when a voice was heard last
        self._answer_polarity: bool | None = None  # of a line that turned it to say "answered"
        self._guessed = False

    @property
    def connection(self) -> Connection:
        return CONNECTIONS[self.state]

    def _apply(self, key: str, stimulus: m.Stimulus, quietly: bool = False) -> None:
        """By the machine's table; what is not in it is noted, unless quietly."""
        raise NotImplementedError

    def _note(self, text: str) -> None:
        self._acts.append(m.Note(text))

    def _go(self, state: State) -> None:
        self._note(f"{self.state.name.lower()} -> {state.name.lower()}")
        self.state = state

    def _tell(self, telling: Telling) -> None:
        self._acts.append(m.Tell(telling))

    def _start(self, name: str, seconds: float | None = None) -> None:
        self._acts.append(m.Start(name, seconds))

    def _stop(self, *names: str) -> None:
        self._acts.extend(m.Stop(name) for name in names)

    # ---- battery, polarity, faults ----

    def _battery_lost(self, _: object) -> None:
        self._note("battery lost")
        self._battery = False
        self._start("T-NO-BATTERY")
        if self._profile.loop_break_ms and self.state in (State.CALLED, State.DELIVERED, State.TALKING, State.HELD):
            self._start("T-BREAK", self._profile.loop_break_ms / 1000)

    def _battery_back(self, _: object) -> None:
        self._note("battery back")
        self._battery = True
        self._stop("T-BREAK", "T-NO-BATTERY")
        self._fault("battery", False, "battery is back")

    def _loop_broken(self, _: object) -> None:
        cause = Cause.NORMAL_CLEARING if self.state in (State.TALKING, State.HELD) else Cause.NORMAL_UNSPECIFIED
        self._fail(cause, f"loop broken for {self._profile.loop_break_ms} ms", by="far")

    def _no_battery(self, _: object) -> None:
        reason = "no battery: nothing is plugged in, or the line is cut"
        self._end_by_line(reason)
        self._fault("battery", True, reason)

    def _polarity(self, event: LineEvent) -> None:
        self._reversed = bool(event.value)
        self._note(f"polarity {'reversed' if self._reversed else 'normal'}")
        if self._reversed == self._settled:
            self._stop("T-POLARITY")
        else:
            self._start("T-POLARITY")

    def _polarity_turned(self, stimulus: m.Stimulus) -> None:
        self._settled = self._reversed
        if self._settling:
            self._note("too soon to mean anything")
        else:
            self._apply("turned", stimulus, quietly=True)

    def _alarm(self, event: LineEvent) -> None:
        self._end_by_line("span alarm")
        self._fault("span", True, "span alarm")

    def _alarm_over(self, _: object) -> None:
        self._fault("span", False, "alarm ended")

    def _gone(self, _: object) -> None:
        self._end_by_line("card gone")
        self._stop(*TIMERS)
        self._serve(Service.GONE, True, "card gone")

    def _back(self, _: object) -> None:
        """As when it begins; what has changed meanwhile the card tells."""
        if Service.GONE not in self.service:
            return
        self._faults.clear()
        self._battery, self._reversed, self._settled = True, False, False
        self._rest()
        self._acts.append(m.Speech(True))
        self._serve(Service.ALARM | Service.GONE, False, "card is back")

    def _fault(self, which: str, on: bool, reason: str) -> None:
        if on:
            self._faults.add(which)
        else:
            self._faults.discard(which)
        self._serve(Service.ALARM, bool(self._faults), reason)

    def _serve(self, flag: Service, on: bool, reason: str) -> None:
        before = self.service
        self.service = before | flag if on else before & ~flag
        if self.service != before:
            self._tell(ServiceChanged(self._time, self.service, reason))

    # ---- begin and end of talk, ends ----

    def _end_capture(self, keep: bool) -> None:
        if self._capturing:
            self._capturing = False
            self._acts.append(m.EndCapture(keep))

    def _close_loop(self) -> None:
        self._acts.append(m.OffHook())
        self._settle()

    def _settle(self) -> None:
        self._settling = True
        self._start("T-SETTLE")

    def _is_settled(self, _: object) -> None:
        self._settling = False

    def _talk(self, established: Established) -> None:
        self._stop("T-CALLER", "T-KEY", "T-RING-OVER", "T-RING-LONGEST", "T-ANSWER", "T-MUSIC")
        silence_ms = round(self._profile.silence_minutes * 60_000)
        self._acts.append(m.Listen(Ear.TONES | Ear.SPEECH if silence_ms else Ear.TONES, silence_timeout_ms=silence_ms))
        self._settle()
        self._go(State.TALKING)
        self._tell(established)

    def _released_by_order(self, order: m.Release) -> None:
        self._hang_up()
        self._tell(Released(self._time, order.cause, "near", "by order"))

    def _fail(self, cause: Cause, reason: str, by: str = "line", since: int | None = None) -> None:
        """A call with the loop closed is over."""
        self._hang_up()
        self._tell(Released(self._time, cause, by, reason, since))

    def _hang_up(self) -> None:
        self._rest(State.GUARD)
        self._start("T-GUARD", self._profile.guard_s)

    def _guarded(self, _: object) -> None:
        self._go(State.IDLE)
        self._tell(Idle(self._time))

    def _rest(self, state: State = State.IDLE) -> None:
        """Everything the call had goes; loop open, ears for the next caller."""
        self._end_capture(False)
        self._stop(*(name for name in TIMERS if name not in LINE_TIMERS))
        self._flashing = False
        self._acts += [m.StopPlaying(), m.OnHook(), EARS_IDLE]
        self._forget()
        if self.state is not state:
            self._go(state)

    def _end_by_line(self, reason: str) -> None:
        was = self.state
        if was is State.IDLE:
            return
        self._rest()
        if was in IN_CALL:
            self._tell(Released(self._time, Cause.DESTINATION_OUT_OF_ORDER, "line", reason))
        elif was in (State.REFUSED, State.REFUSING, State.GUARD):
            self._tell(Idle(self._time))
