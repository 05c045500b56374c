"""Voicemail: messages for stations and departments that cannot answer.

    message, tail     what a message is, which are new, what fits into a box, what is cut off at the end; pure
    shelf             messages on the disk: safe before anybody hears "saved", whole after a power cut
    room              the boxes of the house: deliveries, lamps, what is old and goes
    leaving           greeting, tone, recording, review: for callers
    hearing           messages one by one, folders, greetings, PIN: for owners

A box is taken by the exchange as a destination, and hears of calls by its calls alone.
"""
