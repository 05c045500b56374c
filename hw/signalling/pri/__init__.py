"""ISDN primary rate (PRI, EuroISDN): libpri underneath, a span of B channels and calls on top.

    link.py      one D channel: frames, time and orders in; frames and Q.931's messages out
    span.py      the calls and B channels of one span: what the exchange orders and hears
    states.py    Q.931's call states, what may be sent in which, and what the line is for the exchange meanwhile
    channels.py  the B channels: which is free, which to take
    party.py     numbers and names with their type, plan, presentation and screening
    events.py    what a D channel tells; calls.py what a span tells
    timers.py    every timer, its value, its reason

Nothing here reads a clock, waits, or knows a card.
"""
