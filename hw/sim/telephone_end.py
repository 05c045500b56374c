"""The telephone's end of an analog line: closes and opens the loop, sees battery and ring current. Pure.

Loop start with "kewl" disconnect as DAHDI's FXSKS does it, with the times of hw/sim/timing.py.

    dial("2")    STEADY | BREAK | MAKE | BREAK | MAKE | AFTER   | STEADY
    loop         -------|_______|------|_______|------|---------|-------
                         break    make  break    make   after    DIALLED

    flash()      STEADY | FLASH_BEFORE | FLASH | STEADY
    loop         -------|--------------|_______|-------

    ring         ____|~~~~~~|________________|~~~~~~|___
    told             RING_BEGIN  RING_END (ring_over later)     nothing within ring_guard of hanging up
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from hw.card import HardwareError, LineEventKind
from hw.sim.exchange_end import Battery
from hw.sim.line_end import LineEnd
from hw.sim.timing import Timing, samples


class Hold(Enum):
    """What the telephone's end does with the loop. Closed in all but ON_HOOK, FLASH and BREAK."""

    ON_HOOK = "on-hook"
    SEIZED = "seized"  # closed, not steady yet
    STEADY = "steady"
    FLASH_BEFORE = "flash-before"
    FLASH = "flash"
    BREAK = "break"  # of a pulse
    MAKE = "make"
    AFTER = "after"  # after a digit


DIALLING = (Hold.BREAK, Hold.MAKE, Hold.AFTER)


class TelephoneEnd(LineEnd):
    """The TRUNK side. `loops` is told every closing and opening."""

    def __init__(self, timing: Timing, loops: Callable[[bool, int], None]) -> None:
        super().__init__(timing)
        self.state = Hold.ON_HOOK
        self.battery = Battery.NORMAL
        self._loops = loops
        self._ring_current = False
        self._ringing = False  # a RING_BEGIN was told that has no RING_END yet
        self._guarded = 0  # ring current means nothing before
        self._digits = ""
        self._pulses = 0

    # -- battery and ring, as they come --

    def fed(self, ring: bool, battery: Battery, now: int) -> None:
        if ring != self._ring_current:
            self._ring_current = ring
            if ring:
                self._stop("ring over")
                if not self._ringing and now >= self._guarded:
                    self._ringing = True
                    self._tell(LineEventKind.RING_BEGIN, now)
            elif self._ringing:
                self._start("ring over", now, self.timing.ring_over)
        if battery is not self.battery:
            before, self.battery = self.battery, battery
            if battery is Battery.NONE:
                self._tell(LineEventKind.BATTERY_LOST, now)
            elif before is Battery.NONE:
                self._tell(LineEventKind.BATTERY_BACK, now)
            else:
                self._tell(LineEventKind.POLARITY, now, int(battery is Battery.REVERSED))

    # -- orders --

    @property
    def closed(self) -> bool:
        return self.state not in (Hold.ON_HOOK, Hold.FLASH, Hold.BREAK)

    @property
    def off_hook(self) -> bool:
        """We hold the line, if with breaks."""
        return self.state is not Hold.ON_HOOK

    def lift(self, now: int) -> None:
        """Closes the loop; a flash or dialling under way ends. Closed and idle already: nothing."""
        if self.state is Hold.ON_HOOK:
            self._start("step", now, self.timing.settle)
            self._go(Hold.SEIZED, now)
        elif self.state not in (Hold.SEIZED, Hold.STEADY):
            self._give_up()
            self._go(Hold.STEADY, now)

    def hang_up(self, now: int) -> None:
        """Opens the loop; a flash or dialling under way ends. Ring current is not believed for `ring_guard`."""
        if self.state is Hold.ON_HOOK:
            return
        self._give_up()
        self._guarded = now + samples(self.timing.ring_guard)
        self._go(Hold.ON_HOOK, now)

    def flash(self, now: int) -> None:
        if self.state is not Hold.STEADY:
            why = "the line is not held" if self.state is Hold.ON_HOOK else f"the line is {self.state.value}"
            raise HardwareError(f"flash: {why}", action=f"flash {self.timing.settle} ms or more after off-hook")
        self._start("step", now, self.timing.flash_before)
        self._go(Hold.FLASH_BEFORE, now)

    def dial(self, digits: str, now: int) -> None:
        """Pulses; digits given while others are being dialled follow them."""
        if not digits or not set(digits) <= set("0123456789"):
            raise ValueError(f"pulse digits {digits!r}: must be 0 to 9, one or more")
        if self.state in (Hold.ON_HOOK, Hold.FLASH_BEFORE, Hold.FLASH):
            raise HardwareError(f"pulse dialling: the loop is not closed ({self.state.value})", action="off-hook first")
        self._digits += digits
        if self.state not in DIALLING:
            self._next_digit(now)

    def _give_up(self) -> None:
        self._stop("step")
        self._digits, self._pulses = "", 0

    def _go(self, state: Hold, now: int) -> None:
        before = self.closed
        self.state = state
        if self.closed != before:
            self._loops(self.closed, now)

    def _next_digit(self, now: int) -> None:
        digit, self._digits = self._digits[0], self._digits[1:]
        self._pulses = int(digit) or 10
        self._pulse(now)

    def _pulse(self, now: int) -> None:
        self._start("step", now, self.timing.pulse_break)
        self._go(Hold.BREAK, now)

    # -- steps of a flash and of dialling --

    def _steady(self, now: int) -> None:
        self._go(Hold.STEADY, now)

    def _open_for_flash(self, now: int) -> None:
        self._start("step", now, self.timing.flash)
        self._go(Hold.FLASH, now)

    def _close_pulse(self, now: int) -> None:
        self._start("step", now, self.timing.pulse_make)
        self._go(Hold.MAKE, now)

    def _pulse_made(self, now: int) -> None:
        self._pulses -= 1
        if self._pulses:
            self._pulse(now)
        else:
            self._start("step", now, self.timing.pulse_after)
            self._go(Hold.AFTER, now)

    def _digit_dialled(self, now: int) -> None:
        if self._digits:
            self._next_digit(now)
        else:
            self._go(Hold.STEADY, now)
            self._tell(LineEventKind.DIALLED, now)

    def _expired(self, timer: str, now: int) -> None:
        if timer == "ring over":
            self._ringing = False
            self._tell(LineEventKind.RING_END, now)
        else:
            _STEP[self.state](self, now)


# What follows when the time of a state is over. ON_HOOK and STEADY have no time.
_STEP: Mapping[Hold, Callable[[TelephoneEnd, int], None]] = {
    Hold.SEIZED: TelephoneEnd._steady,
    Hold.FLASH_BEFORE: TelephoneEnd._open_for_flash,
    Hold.FLASH: TelephoneEnd._steady,
    Hold.BREAK: TelephoneEnd._close_pulse,
    Hold.MAKE: TelephoneEnd._pulse_made,
    Hold.AFTER: TelephoneEnd._digit_dialled,
}
