"""A box shall have dial tone within a second: what takes long to load is loaded beside it, or where it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LATER = {
    "asyncio": "the console's",
    "chinese_calendar": "calendars, when one is asked",
    "fpdf": "print",
    "holidays": "calendars, when one is asked",
    "httpx": "flows that ask servers",
    "hw.sim.telephone": "simulated cards",
    "pytest": "tests; trio.testing loads it where it is installed",
    "pyudev": "real cards",
    "sqlalchemy": "flows that ask databases",
    "textual": "the console's",
    "xlsxwriter": "reports",
}


def test_the_daemon_begins_without_what_it_does_not_need_at_once() -> None:
    program = "import sys; import core.daemon, core.running, core.config.configuration; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert loaded.returncode == 0, loaded.stderr
    too_soon = set(loaded.stdout.split()) & set(LATER)
    assert too_soon == set(), {name: LATER[name] for name in too_soon}
