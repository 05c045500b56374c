"""The guest's own disks: what Python reads there, one file system an image.

    with made(RESULTS / "images") as images:         the files, in the order of the guest's disks
        ...

    vda   the checkout's FOLDERS, compiled     vdb   the standard library     vdc   the installed packages

A guest reads the host's files over 9p, and every question and answer takes 4 ms of its own time: a start of the box,
which reads more than a thousand files, took up to 100 s that way. What lies on a disk the guest keeps in memory once
it has read it. guest.sh mounts them where the host has the same files.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("config", "core", "firmware-tools", "hw", "tests", "tui")
MKE2FS = Path("/usr/sbin/mke2fs")
"""Not on everybody's path."""


@contextmanager
def made(folder: Path) -> Iterator[list[Path]]:
    """In `folder`, which goes again with them: they hold half a gigabyte."""
    checkout = folder / "checkout"
    try:
        subprocess.run([sys.executable, "-m", "compileall", "-q", "-j", "0", *FOLDERS], cwd=ROOT, check=True)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, checkout / name)
        sources = (checkout, *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")))
        yield [_image(folder / f"{at}.img", source) for at, source in enumerate(sources)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _image(path: Path, source: Path) -> Path:
    sizes = [file.lstat().st_size for file in source.rglob("*")]
    room = sum(size + 4096 for size in sizes) * 11 // 10 + (16 << 20)
    path.touch()  # else mke2fs says that it makes it
    command = [str(MKE2FS), "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-N", str(len(sizes) + 1000)]
    subprocess.run([*command, "-d", str(source), str(path), f"{room >> 10}k"], check=True)
    return path
