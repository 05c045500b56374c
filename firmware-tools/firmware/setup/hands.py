"""What several acts do to the machine: files written when their difference was confirmed, commands run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from core.texts import N_, _
from firmware.setup.changes import Changes
from firmware.setup.dialogue import Mark, difference
from hw.card import HardwareError

if TYPE_CHECKING:
    from firmware.setup.wizard import Wizard

COMMAND_S = 60.0


async def written(w: Wizard, texts: Mapping[Path, str | None]) -> bool:
    """Shows the difference and writes it when that is wanted. False: it is not. OSError."""
    changes = Changes(texts)
    if not changes:
        w.say(_("The files say so already."), Mark.GOOD)
        return True
    difference(w.dialogue, list(changes.lines()))
    names = ", ".join(str(path) for path in changes.paths)
    if not await w.confirm("write", N_("Write {names}?"), names=names, why=N_("Nothing was written yet.")):
        return False
    changes.write()
    w.say(_("Written: {names}").format(names=names), Mark.GOOD)
    return True


async def command(words: list[str]) -> str:
    """Its output. HardwareError: it failed, with what it said."""

    def run() -> subprocess.CompletedProcess[str]:
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        return subprocess.run(
            words, capture_output=True, text=True, timeout=COMMAND_S, check=False, env={**os.environ, "PATH": path}
        )

    try:
        done = await trio.to_thread.run_sync(run)
    except (OSError, subprocess.TimeoutExpired) as error:
        text = _("{command} cannot be run: {why}").format(command=words[0], why=error)
        raise HardwareError(text, action=_("apt install dahdi; and run the setup as root")) from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        text = _("{command} failed: {said}").format(command=" ".join(words), said=said)
        raise HardwareError(text, action=_("the kernel says more: dmesg | tail"))
    return done.stdout


def own(folder: Path) -> None:
    """What root wrote there belongs to the owner of the folder, who is the box."""
    if os.geteuid() != 0:
        return
    owner = folder.stat()
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            shutil.chown(path, owner.st_uid, owner.st_gid)
