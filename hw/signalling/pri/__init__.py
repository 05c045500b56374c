"""ISDN primary rate (PRI, EuroISDN): libpri underneath, a span of B channels and calls on top.

    trunk.py     a span on a card, as lines; b_line.py one of them; line_call.py what a line says, as ISDN has it
    span.py      the calls of one span: what the exchange orders and hears
    channels.py  its B channels: which is free, which to take, two-way seizure
    restarts.py  RESTART of channels
    states.py    Q.931's call states: what may be ordered and heard in which, and what that is for the exchange
    calls.py     a call, and what the span tells
    link.py      one D channel: frames, time and orders in; frames and Q.931's messages out
    events.py    what a D channel tells
    party.py     numbers and names with their type, plan, presentation and screening
    settings.py  what is set on a span
    timers.py    every timer, its value, its reason

Nothing here reads a clock or waits; only trunk.py and b_line.py know a card.
"""
