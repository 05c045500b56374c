"""A box with calls in real time, for tests that kill it: python -m tests.store.busy_box JOURNAL SEED

Prints "begun CALL" and "settled CALL", the latter when the call is over and `settled()` has returned. Runs until it is
killed.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import trio

from core.store.journal import Journal

AT_ONCE = 8


async def main(path: Path, seed: int) -> None:
    journal = Journal(path)
    dice = random.Random(seed)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        for line in range(AT_ONCE):
            nursery.start_soon(calls, journal, dice, f"e1a/{line}", f"80{line:02}")


async def calls(journal: Journal, dice: random.Random, trunk: str, station: str) -> None:
    """One call after the other on this line."""
    while True:
        call = journal.next_call()
        print("begun", call, flush=True)
        journal.note("TrunkSeized", call, trunk, group="city", direction="in")
        journal.note("Originated", call, trunk, called=station, direction="in")
        journal.note("Delivered", call, station, by=trunk)
        await trio.sleep(dice.random() * 0.02)
        journal.note("Established", call, station)
        await trio.sleep(dice.random() * 0.05)
        journal.note("ConnectionCleared", call, trunk, by="far", cause=16)
        journal.note("TrunkReleased", call, trunk, group="city")
        journal.note("ConnectionCleared", call, station, by="near", cause=16)
        journal.note("CallCleared", call, cause=16)
        await journal.settled()
        print("settled", call, flush=True)


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]), int(sys.argv[2]))
