"""Recordings: which calls, where they lie, how long they are kept, who has heard them.

rules.py                       does a rule want this call                      pure
recorder.py, tape.py           all recordings of a box; one call's             follow the exchange's calls
mending.py                     what a power cut left                           at the start
shelf.py, keeping.py           search, verify, hear, hold, erase               the index is the journal
steward.py, marks.py           what is too old goes; disk and quota            every hour, every ten seconds
converter.py, converting.py    smaller, encrypted                              when there is time
room.py                        all of it in the running box; acts of the control interface ask here
"""
