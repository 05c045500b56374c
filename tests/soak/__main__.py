"""Lives through simulated days until so many calls are over, each day under a seed of its own.

    python -m tests.soak 100000 1          days of DAY calls from seed 1 on; two processes share them
    python -m tests.soak 300 17            the day of seed 17 alone

Exit status 1, with the seed and the last events, when something was found wrong in a day.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from hw import virtual_time
from tests.soak.day import Day, Wrong

DAY = 300


def live(seed: int, calls: int) -> tuple[int, int, str]:
    """Seed, calls that were over, and what was wrong."""
    logging.disable(logging.CRITICAL)
    day = Day(seed, calls)
    try:
        virtual_time.run(day.live, seed=seed)
    except BaseExceptionGroup as group:
        found = group.subgroup(Wrong)
        return seed, day.ended, "\n".join(_leaves(found or group))
    return seed, day.ended, ""


def _leaves(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for one in error.exceptions for leaf in _leaves(one)]
    return [str(error) if isinstance(error, Wrong) else repr(error)]


def main(calls: int, seed: int) -> int:
    began, over, wrong = time.monotonic(), 0, 0
    days = max(1, -(-calls // DAY))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for which, ended, found in pool.map(live, range(seed, seed + days), [min(calls, DAY)] * days):
            over += ended
            if found:
                wrong += 1
                print(found, flush=True)
            if which % 20 == 0:
                print(f"{over} calls, {wrong} days with something wrong, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{over} calls of {days} days from seed {seed}: {wrong} with something wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2])))
