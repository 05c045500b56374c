"""Queues and agents on real calls: the hands of core/acd.

room.py         all of it put to work in an exchange; acts of the control interface ask here
dispatch.py     events in, orders out: the one place where the distribution is told anything
hands.py        what is ordered, done on real calls
keys.py         the key by which the distribution knows a call

waiter.py       a caller on the line; leaving.py, asking_back.py: out of the queue; caller.py: what is known of him
call_backs.py   callers who are to be called back; call_back.py: one; calling_back.py: one try; reach.py: whom
ringing.py      agents' telephones that ring for who waits
desks.py        agents at their telephones; log_on.py, pins.py, open_line.py: how they come there
assignments.py  queues and skills that supervisors give at run time; skills_dropped.py: what an agent drops himself
help.py         agents ask for help; overseeing.py: a supervisor in a call; supervisors.py: whom he looks after
codes.py        all that by telephone

rows.py         queues and agents as they are now; screens.py: shown when they change; alarming.py: alarms of them
*_kept.py       what survives a restart
"""
