"""DAHDI cards: spans, channels, line events and D channels of the driver, as hw/card.py wants them.

card.py      the card: opens channels, watches spans
channel.py   a line with its events and orders
dchannel.py  HDLC frames of a D channel
span.py      what spans and channels there are, their alarms and counters
hotplug.py   arrival and loss, from the kernel
driver.py    the driver's answers and their remedies

Speech is hw/native/dahdi.c, in the media thread. Nothing here needs a driver to be imported.
"""
