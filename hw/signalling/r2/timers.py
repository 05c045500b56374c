"""The timers of an MFC/R2 circuit, one table. Each can be set (R2Settings.times)."""

from __future__ import annotations

from hw.signalling.machine import Timer

# T1 to T3 are the three time-outs of Q.476, in its order; the others have no name there.
TIMERS = {
    timer.name: timer
    for timer in (
        # -- bits --
        Timer("T-BITS", 0.02, "a change of A or B counts when it has lasted 20 ms, ± 7 (Q.422)"),
        Timer("T-SEIZE", 2.0, "outgoing: seizure not acknowledged, the circuit is faulty (Q.422; 2 s suit satellites)"),
        Timer("T-GLARE", 0.1, "outgoing: both seized; ours is held so long that they see it too (Q.422)"),
        Timer("T-ANSWER", 60.0, "outgoing: nobody answers; exchanges give up between 60 and 90 s"),
        Timer("T-BACK", 0.2, "outgoing: so long after clear-back they may answer again (hook flash, meter pulse)"),
        Timer("T-CLEAR", 10.0, "outgoing: no release guard; the call is over, the circuit blocked until it comes"),
        Timer("T-GUARD", 0.2, "incoming: from clear-forward to idle, so that tones and registers are gone (Q.421)"),
        Timer("T-FORWARD", 30.0, "incoming: we ended the call and they do not clear; it is over, the circuit blocked"),
        Timer("T-IDLE", 0.1, "idle is shown at least so long, before it counts and before blocked may follow"),
        # -- registers --
        Timer("T1", 15.0, "outgoing: one forward code for so long, nobody understands it (Q.476: 15 ± 3 s)"),
        Timer("T2", 24.0, "outgoing: no code to send for so long (Q.476: at least 24 s)"),
        Timer("T3", 15.0, "incoming: no new forward code for so long (Q.476: 8 to 24 s)"),
        Timer("T-DIGIT", 4.0, "incoming: no further digit of a number of unknown length: it is complete"),
        Timer("T-LULL", 0.1, "incoming: from the last code to a pulse (Q.442: 100 ms), to speech or answer"),
        Timer("T-PULSE", 0.15, "a backward code that answers no forward one lasts 150 ± 50 ms (Q.442)"),
        Timer("T-DEAF", 0.15, "after a pulse: codes begun before they heard it are no answer (Q.442: 300 ± 100 ms)"),
    )
}
