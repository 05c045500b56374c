"""A command of `strowger`, run beside the console: what a command does already is not built twice.

    running = await beside("recording", "play", "--socket", path, file)
    done, text = await running.ended()          whether it did, and what it said

It can be stopped. What it does not: put anything on the terminal; the console shows what it said.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress

from core.texts import language

_PROGRAM = "from core.command import main; raise SystemExit(main())"


class Beside:
    """One that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def runs(self) -> bool:
        return self._process.returncode is None

    async def ended(self) -> tuple[bool, str]:
        """When it has: whether it did what it should, and its words."""
        said, complained = await self._process.communicate()
        text = (said if self._process.returncode == 0 else complained or said).decode(errors="replace").strip()
        return self._process.returncode == 0, text.removeprefix("strowger: ")

    def stop(self) -> None:
        """With whatever it started. Twice is nothing."""
        if self.runs:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)


async def beside(*words: str) -> Beside:
    """In a session of its own, so that it ends when it is told to and not by keys; it speaks the console's language."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"LC_ALL": "zh_CN.UTF-8" if language() == "zh" else "C.UTF-8"},
    )
    return Beside(process)
