"""`strowger setup`: from the card in its slot to the first call, step by step.

steps.py      the steps as a table: what each needs, asks and writes
questions.py  what each step asks, from what was found and answered so far
picture.py    what is known: spans, answers, results; kept on disk, so that setup can be left and taken up again
plan.py       what the box is to be, out of the picture
drivers.py    the driver's files: system.conf, assigned-spans.conf, modprobe options
box_files.py  the box's own files, edited or new
changes.py    files as they are and as they are to be: the difference, and the writing
wizard.py     walks through the steps with a dialogue; the acts of each are in acts.py, trials in trials.py
plain.py      the dialogue line by line; the console's is tui/setup.py
record.py     the acceptance record; paper.py prints it

Nothing is written before its difference was shown and confirmed; only the picture is kept by itself.
"""
