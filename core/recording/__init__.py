"""Recordings: which calls, where they lie, how long they are kept, who has heard them.

rules.py      does a rule want this call                         pure
tape.py       one call's recording: its parts, begun and ended   the hands
recorder.py   all of a box; follows the exchange's calls
shelf.py      the files: index from the journal, search, erase, keep, disk marks
"""
