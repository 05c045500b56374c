"""How loud a recording is, piece by piece: for its picture.

    said, heard = peaks(folder, row, 76)        76 levels of each channel, 0 to 1

It reads the file in blocks, so that ten hours cost no more memory than ten seconds. What it does not: decrypt.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from core.recording.shelf import ShelfError
from core.store.recordings import Recording
from core.texts import _

BLOCK = 1 << 16
"""Frames read at once."""
DIGITS = 3
"""Of a level: more would not be seen."""


def peaks(folder: Path, row: Recording, steps: int) -> tuple[list[float], list[float]]:
    """The highest sample of each step, left and right; one channel counts as both. ShelfError: it is encrypted, gone or
    broken. Blocks.
    """
    if row.form.endswith(".age"):
        text = _("recording {file} is encrypted: only who has the private key can hear it").format(file=row.file)
        raise ShelfError(text)
    highest = np.zeros((steps, 2))
    try:
        with soundfile.SoundFile(folder / row.name) as sound:
            each = max(1, -(-sound.frames // steps))
            at = 0
            for block in sound.blocks(BLOCK, dtype="float32", always_2d=True):
                places = np.minimum((at + np.arange(len(block))) // each, steps - 1)
                for channel in (0, 1):
                    np.maximum.at(highest[:, channel], places, np.abs(block[:, min(channel, block.shape[1] - 1)]))
                at += len(block)
    except (OSError, soundfile.SoundFileError) as error:
        raise ShelfError(_("recording {file}: {why}").format(file=row.file, why=error)) from error
    levels = np.minimum(highest, 1.0).round(DIGITS)
    return levels[:, 0].tolist(), levels[:, 1].tolist()
