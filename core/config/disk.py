"""What the store of commits does to a disk, and no more: each step is on the platter when it returns.

    write       a new file, its content synced
    move        a file or folder gets its name, whole or not at all
    settle      the names in a folder are synced: what was made or moved in it is there after a power cut
    remove      a file, or a folder with all in it

What root makes belongs to whom the folder around it belongs: the exchange need not run as root, and reads it later. A
test puts another one in its place, which loses what was not settled.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


class Disk:
    """The machine's. Raises OSError as the system does."""

    def make_folder(self, path: Path) -> None:
        """For nobody else to read: there are PINs in it."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _give(path)

    def write(self, path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            _give(path)
            os.fsync(file.fileno())

    def move(self, old: Path, new: Path) -> None:
        old.replace(new)

    def settle(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _give(path: Path) -> None:
    """To the owner of the folder that it is in, where root has made it."""
    if os.geteuid() == 0:
        around = path.parent.stat()
        os.chown(path, around.st_uid, around.st_gid)
