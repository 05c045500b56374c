"""Puts a backup back: proves it first, loses nothing of what is there, and can be done again when it was interrupted.

    data/                       1  .restore/               all of the backup, on the disk
    data/journal.db             2  restore-under-way       from here on the box does not start
    ...                         3  before-restore-.../     what was there
                                4  journal.db, ...         what was in the backup
                                5  restore-under-way gone

A power cut before 2 has changed nothing. After it the box refuses to start and says why; restoring again goes on from
there. The folder of the configuration is exchanged the same way, under the same mark. Recordings stay where they are if
the backup was made without.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.backup import UNDER_WAY
from core.backup.archive import STAMP, About, about, extract, settle, verify
from core.backup.contents import RECORDINGS
from core.texts import _
from hw.card import HardwareError

BEFORE = "before-restore-"
_STAGE = ".restore"
_STAYS = frozenset({"lock", _STAGE, UNDER_WAY})


@dataclass(frozen=True, slots=True)
class Restored:
    """about: of the backup. files: how many came from it. before: where what was there lies now; None: nothing was."""

    about: About
    files: int
    before: tuple[Path, ...]


def restore(path: Path, config: Path, data: Path, now: datetime) -> Restored:
    """The box must not run (whoever calls holds its lock). now: UTC.

    BadArchive: the backup is not good; nothing was changed. HardwareError: no room; nothing was changed.
    """
    said = about(path)
    sizes = verify(path)
    _room(data, sum(sizes.values()))
    stages = {"config": config / _STAGE, "data": data / _STAGE}
    for part, stage in stages.items():
        stage.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(stage, ignore_errors=True)
        if any(name.startswith(f"{part}/") for name in sizes):
            stage.mkdir(mode=0o700)
    whole = data / _STAGE
    whole.mkdir(mode=0o700, exist_ok=True)
    extract(path, whole)
    if (whole / "config").is_dir():
        shutil.copytree(whole / "config", stages["config"], dirs_exist_ok=True)
    mark = data / UNDER_WAY
    stamp = mark.read_text().strip() if mark.exists() else now.strftime(STAMP)
    _write(mark, f"{stamp}\n")
    before = []
    for folder, stage in ((config, stages["config"]), (data, whole / "data")):
        stays = _STAYS if said.recordings else _STAYS | {RECORDINGS}
        kept = _exchange(folder, stage, folder / f"{BEFORE}{stamp}", stays)
        before += [kept] if kept is not None else []
    for stage in stages.values():
        shutil.rmtree(stage, ignore_errors=True)
    mark.unlink()
    settle(data)
    return Restored(said, len(sizes), tuple(before))


def _exchange(folder: Path, stage: Path, before: Path, stays: frozenset[str]) -> Path | None:
    """What is in `stage` takes the place of what is in `folder`, which goes to `before`; None: nothing was there.

    Done again after an interruption: what is in `before` already was there first, and what stands in its place came
    from the backup then.
    """
    goes = [each for each in folder.iterdir() if each.name not in stays and not each.name.startswith(BEFORE)]
    if goes:
        before.mkdir(mode=0o700, exist_ok=True)
    for each in goes:
        if (before / each.name).exists():
            _remove(each)
        else:
            each.replace(before / each.name)
    came = [each.replace(folder / each.name) for each in (stage.iterdir() if stage.is_dir() else ())]
    _give(folder, [*came, before])
    for each in (folder, before):
        if each.is_dir():
            settle(each)
    return before if before.is_dir() else None


def _room(folder: Path, needed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed * 1.05:
        raise HardwareError(
            _("{folder}: {needed:.0f} MB are needed, {free:.0f} MB are free").format(
                folder=folder, needed=needed / 1e6, free=free / 1e6
            ),
            action=_("make room, or restore to another folder: --data DIR"),
        )


def _give(folder: Path, paths: Iterable[Path]) -> None:
    """What root has put there belongs to whom the folder belongs: the exchange does not run as root."""
    if os.geteuid() != 0:
        return
    owner = folder.stat()
    for path in paths:
        for each in (path, *path.rglob("*")) if path.exists() else ():
            os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)
        if path.is_dir():
            path.chmod(0o750)
            for below in path.rglob("*"):
                if below.is_dir():
                    below.chmod(0o750)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _write(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    settle(path.parent)
