"""Another form of a recording's file: smaller (Ogg Opus), or readable for one key only (age). Both block.

    python core/recording/converting.py opus FROM TO         as a process of its own, at the lowest priority
    python core/recording/converting.py age:KEY FROM TO

The new file is safe on disk when this returns; the old one is not touched. Opus has the same length to the sample, a
third of the size, and takes half a second of CPU for a minute (ENGINEERING.md). Age takes 16 ms for ten minutes; the
box has the public key only, and cannot hear again what it has encrypted.

Imports nothing of ours: the process is there soon. What it does not: say which file, when, and what becomes of the old
one (converter.py).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

BLOCK = 80_000
"""Samples at once."""


def convert(how: str, source: Path, target: Path) -> None:
    """how: "opus" or "age:PUBLIC KEY". Anything that was at `target` is replaced. ValueError: the file or the key is
    none. OSError: the disk refuses.
    """
    if how == "opus":
        to_opus(source, target)
    else:
        to_age(how.removeprefix("age:"), source, target)
    handle = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def to_opus(source: Path, target: Path) -> None:
    import soundfile

    try:
        with soundfile.SoundFile(source) as old:
            form = {"format": "OGG", "subtype": "OPUS"}
            with soundfile.SoundFile(target, "w", old.samplerate, old.channels, **form) as new:
                for block in old.blocks(BLOCK, dtype="int16", always_2d=True):
                    new.write(block)
            frames = old.frames
        written = soundfile.info(target).frames
    except soundfile.SoundFileError as error:
        raise ValueError(str(error)) from error
    if written != frames:
        raise ValueError(f"{target} has {written} samples of {frames}")


def to_age(key: str, source: Path, target: Path) -> None:
    import pyrage

    try:
        recipient = pyrage.x25519.Recipient.from_str(key)
        pyrage.encrypt_file(str(source), str(target), [recipient])
    except (pyrage.RecipientError, pyrage.EncryptError) as error:
        raise ValueError(str(error)) from error


def main(words: list[str]) -> int:
    os.nice(19)
    try:
        convert(words[0], Path(words[1]), Path(words[2]))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
