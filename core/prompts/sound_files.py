"""Sound files: those that an office brings are read as they come, in any format, rate and channels that libsndfile
knows; those that we keep are WAVE, 16 bit at 8 kHz.

WAVE files are read by `hw.wave`, which also reads those that were never finished. Blocks on the disk.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile
import soxr

from core.texts import _
from hw.wave import RATE, ClipError, Samples, read_wave, to_int16

LONGEST_S = 600  # a prompt


def read_sound(path: Path, longest_s: int = LONGEST_S) -> Samples:
    """At 8 kHz; all channels are heard together. Raises ClipError."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
                samples = read_wave(path)
            else:
                file.seek(0)
                with soundfile.SoundFile(file) as sound:
                    if sound.frames > longest_s * sound.samplerate:
                        raise _too_long(path, longest_s)
                    wave = sound.read(dtype="float32", always_2d=True).mean(axis=1)
                    samples = to_int16(np.nan_to_num(soxr.resample(wave, sound.samplerate, RATE)))
    except FileNotFoundError:
        raise ClipError(path, _("there is no such file"), _("check the path")) from None
    except IsADirectoryError:
        raise ClipError(path, _("is a directory, not a file"), _("name a file")) from None
    except PermissionError:
        raise ClipError(
            path, _("may not be read"), _("give this user the right to read it and its directory")
        ) from None
    except (OSError, soundfile.LibsndfileError) as error:
        raise ClipError(
            path, _("is no sound file that can be read ({why})").format(why=error), _("bring it as WAV, FLAC or Ogg")
        ) from None
    if len(samples) > longest_s * RATE:
        raise _too_long(path, longest_s)
    return samples


def write_sound(path: Path, samples: Samples) -> None:
    """Raises OSError, as every other writing does and libsndfile does not."""
    made = io.BytesIO()
    soundfile.write(made, samples, RATE, subtype="PCM_16", format="WAV")
    path.write_bytes(made.getbuffer())


def _too_long(path: Path, longest_s: int) -> ClipError:
    return ClipError(path, _("lasts over {minutes} minutes").format(minutes=longest_s // 60), _("cut it"))
