"""We call on a trunk: dial tone, digits, what is heard then, and how the answer is known.

Part of the machine of trunk.py. Tones: ITU-T E.180, GB/T 3380; what each says stands in trunk_states.py.

    loop     ___|------------------------------------------------------------
    heard       |== dial ==|              |ring-back|     |ring-back|  voice
    sent                    1 2 3 4 5 6
    told                               Proceeding    Delivered         Established(inferred), or by polarity: true
                                       Progress

Before the answer speech flows both ways: who lets the caller speak into the trunk then may hear his echo taken for the
called party's voice. Time flows in samples.
"""

from __future__ import annotations

from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event
from hw.signalling import machine as m
from hw.signalling.analog.trunk_line import TrunkLine
from hw.signalling.analog.trunk_states import RATE, State
from hw.signalling.analog.voice_ear import LOOK_MS, VoiceEar
from hw.signalling.line import Call, Delivered, Established, Proceeding, Progress, Released, Seized
from hw.signalling.q850 import Cause

VOICE_LASTS_S = 10  # a pause this long in what was taken for music: it was an announcement

_EARS_SEIZING = m.Listen(Ear.TONES | Ear.LEVEL, tones="dial", level_ms=LOOK_MS)
_EARS_CALLED = m.Listen(Ear.TONES | Ear.LEVEL, level_ms=LOOK_MS)


class OutgoingCall(TrunkLine):
    """Rules for calls that we begin."""

    def _place(self, order: m.Place) -> None:
        if self.service:
            raise LocalError(f"place on a trunk out of service: {self.service!r}")
        self._check_dialled(order.call.called)
        if not self._battery:
            self._tell(Released(self._time, Cause.NO_CIRCUIT, "line", "no battery on the line"))
            return
        if self._caller.caller is not None:
            self._tell(Released(self._time, Cause.CHANNEL_UNAVAILABLE, "far", "glare: a caller is being announced"))
            return
        self._stop("T-ANNOUNCED", "T-KEY")
        self._end_capture(False)
        self._forget()
        self._call, self._pending = order.call, order.call.called
        self._close_loop()
        if self._profile.dial_tone == "wait":
            self._acts.append(_EARS_SEIZING)
            self._start("T-DIAL-TONE", self._profile.dial_tone_s)
        else:
            self._start("T-PAUSE", self._profile.pause_s)
        self._go(State.SEIZING)

    def _glare(self, _: object) -> None:
        """It rang as we lifted: we have answered a caller. The loop stays closed for him; what we wanted is over."""
        self._note("rings: glare")
        self._stop("T-DIAL-TONE", "T-PAUSE")
        self._forget()
        self._acts.append(m.Listen(Ear.TONES))
        self._go(State.HELD)
        self._tell(
            Released(self._time, Cause.CHANNEL_UNAVAILABLE, "far", "glare: a call came in as the line was seized")
        )
        self._tell(Seized(self._time, Call(complete=True)))

    def _may_dial(self, _: object) -> None:
        self._stop("T-DIAL-TONE", "T-PAUSE")
        self._go(State.DIALLING)
        self._dial()

    def _no_dial_tone(self, _: object) -> None:
        if self._voiced is not None:
            self._fail(Cause.CHANNEL_UNAVAILABLE, "line in use: a voice, and no dial tone")
        else:
            self._fail(Cause.NO_CIRCUIT, f"no dial tone within {self._profile.dial_tone_s:g} s")

    def _voice_while_seizing(self, _: object) -> None:
        self._voiced = self._time

    def _send(self, order: m.Send) -> None:
        """Digits of an incomplete number, as the line dials; later, DTMF to whoever listens."""
        if not order.digits:
            return
        if self.state is State.SEIZING or (self.state is State.DIALLING and self._pending):
            self._check_dialled(order.digits)
            self._pending += order.digits
        elif self.state is State.DIALLING or (self.state is State.CALLED and not self._call.complete):
            self._check_dialled(order.digits)
            self._pending = order.digits
            self._go(State.DIALLING)
            self._dial()
        else:
            check_keys(order.digits)
            self._acts.append(m.PlayDigits(order.digits))

    def _check_dialled(self, digits: str) -> None:
        if self._profile.dial == "pulse" and not set(digits) <= set("0123456789"):
            raise LocalError(f'{digits!r}: pulses dial 0 to 9 only; set dial = "dtmf" where the exchange takes it')
        check_keys(digits)

    def _dial(self) -> None:
        """What is pending goes out in one piece; what comes meanwhile follows."""
        self._stop("T-ANSWER", "T-MUSIC")
        if not self._pending:
            self._start("T-DIALLING")
            return
        digits, self._out = self._pending, self._pending
        self._acts.append(m.Listen(Ear(0)))
        self._start("T-DIALLING", 5 + 2.0 * len(digits))
        pulses = self._profile.dial == "pulse"
        self._acts.append(m.DialPulses(digits) if pulses else m.PlayDigits(digits))
        self._note(f"dials {digits}{' by pulses' if pulses else ''}")

    def _digits_out(self, _: object) -> None:
        self._stop("T-DIALLING")
        self._pending = self._pending.removeprefix(self._out)
        if self._pending:
            self._dial()
            return
        self._acts.append(_EARS_CALLED)
        self._voice = VoiceEar()
        self._settle()
        self._start("T-ANSWER")
        self._go(State.CALLED)
        if not self._dialled:
            self._dialled = True
            if self._call.complete:
                self._tell(Proceeding(self._time))
            self._tell(Progress(self._time, in_band=True))

    def _not_dialled(self, _: object) -> None:
        if self._pending:
            self._fail(Cause.TEMPORARY_FAILURE, "the card did not finish dialling")
        else:
            self._fail(Cause.INVALID_NUMBER, "no digit was given")

    def _ring_back_heard(self, event: Event) -> None:
        self._stop("T-MUSIC")
        self._voice = VoiceEar()
        self._go(State.DELIVERED)
        self._tell(Delivered(self._time, in_band=True))

    def _voice_without_ring_back(self, _: object) -> None:
        """An announcement, ring-back music, or somebody who answered at once: time will tell."""
        if self._voiced is None and self._profile.answer != "reversal":
            self._note("a voice, and no ring-back before it")
            self._start("T-MUSIC")
        self._voiced = self._time

    def _voice_after_ring_back(self, _: object) -> None:
        if self._profile.answer != "reversal":
            self._guess("a voice after ring-back")

    def _music_is_over(self, _: object) -> None:
        if self._voiced is not None and self._time - self._voiced < VOICE_LASTS_S * RATE:
            self._guess("a voice for 65 s")
        self._voiced = None

    def _guess(self, why: str) -> None:
        self._note(f"taken for answered: {why}")
        self._guessed = True
        self._talk(Established(self._time, inferred=True))

    def _turned_for_answer(self, _: object) -> None:
        if self._profile.answer == "inferred":
            self._note("polarity turned: this line's profile infers answers")
            return
        self._answer_polarity = self._settled
        self._talk(Established(self._time))

    def _nobody_answers(self, _: object) -> None:
        cause = Cause.NO_ANSWER if self.state is State.DELIVERED else Cause.NO_USER_RESPONDING
        self._fail(cause, "neither answer nor refusal for 180 s")


def check_keys(digits: str) -> None:
    """LocalError: there is no key for one of them."""
    if not set(digits) <= set("0123456789*#ABCD,"):
        raise LocalError(f"{digits!r} cannot be dialled; give 0-9 * # A-D, and commas for a second's pause")
