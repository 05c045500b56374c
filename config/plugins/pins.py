"""Plug-in of the sample flow pin.toml: is a PIN the right one for an account? An office puts its own in its place.

pins.txt beside this file has one account a line: the account, a blank, and the argon2 hash of its PIN, as

    python3 -c "from argon2 import PasswordHasher; print(PasswordHasher().hash('271828'))"

makes it. A hash takes a tenth of a second to check: that is done in a thread, calls go on meanwhile.
"""

from pathlib import Path

import trio
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PINS = Path(__file__).with_name("pins.txt")


async def right(account: str, pin: str) -> dict[str, object]:
    """Whether the account is known and the PIN is its own."""
    return {"right": await trio.to_thread.run_sync(_right, account, pin)}


def _right(account: str, pin: str) -> bool:
    lines = PINS.read_text().splitlines() if PINS.exists() else []
    known = dict(line.split(maxsplit=1) for line in lines if " " in line)
    try:
        return account in known and PasswordHasher().verify(known[account], pin)
    except (VerificationError, InvalidHashError):
        return False
