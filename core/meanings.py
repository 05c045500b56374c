"""What an alarm of a span means, and what to do about it: for the command, the console and the alarms of the box."""

from __future__ import annotations

from core.texts import N_
from hw.card import Alarm

# What an alarm means and what to do about it, in the order in which they are to be looked at.
MEANINGS = {
    Alarm.RED: (
        N_("nothing usable comes in"),
        N_("check cable and plug, then the pair (crossed?), then framing: E1 and not T1, CRC4 as the other end has it"),
    ),
    Alarm.BLUE: (N_("all ones come in"), N_("the carrier has the circuit blocked or looped: call it")),
    Alarm.YELLOW: (
        N_("the other end does not receive us"),
        N_("check the sending pair; ask the other end what it sees"),
    ),
    Alarm.LOOPBACK: (N_("the span is looped"), N_("take the loop plug out, or end the loop-back test")),
    Alarm.NOT_OPEN: (N_("the span is not started"), N_("run dahdi_cfg")),
    Alarm.RECOVERING: (N_("the signal is back, the driver still waits"), N_("wait a few seconds")),
}
