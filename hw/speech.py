"""Speech from text by espeak-ng: 8 kHz, 16 bit, at a level that is said.

Voices: "en", and "cmn-latn-pinyin" for Mandarin (it takes Hanzi; plain "cmn" reads the tone digits in English).
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from hw.card import HardwareError
from hw.native import ffi, lib

RATE = 8000
TIMEOUT_S = 30
FULL_SCALE_DBM0 = 3.14  # of a sine, G.711
SOUND = 0.01  # of full scale; below is a pause and does not count for the level

_SAMPLE = {
    "en": "Good morning, you have reached the service line. All our agents are speaking with other customers. "
    "Please hold the line, your call will be answered in the order in which it arrived. It is half past nine.",
    "cmn-latn-pinyin": "您好，欢迎致电客户服务热线。现在所有座席都在通话中，请您稍候，"
    "我们会按照来电顺序为您服务。今天是星期一。",
}


def espeak(text: str, voice: str, *options: str) -> tuple[npt.NDArray[np.float32], int]:
    """Samples (full scale 1) and their rate as espeak-ng makes them. Blocks for some 50 ms. HardwareError: it fails."""
    if shutil.which("espeak-ng") is None:
        raise HardwareError("espeak-ng is not installed", action="apt-get install espeak-ng")
    # What is preloaded into us (a sanitizer under test) is not for espeak-ng, which hangs in it.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    command = ["espeak-ng", "-v", voice, *options, "--stdout", text]
    try:
        made = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        raise HardwareError(f"espeak-ng took over {TIMEOUT_S} s", action="see what else this machine does") from None
    if made.returncode:
        raise HardwareError(f"espeak-ng: {made.stderr.decode(errors='replace').strip()}", action="check the voice")
    samples, rate = soundfile.read(io.BytesIO(made.stdout), dtype="float32")
    return samples, rate


@lru_cache(maxsize=64)
def speech(text: str, voice: str = "en", dbm0: float = -20.0) -> npt.NDArray[np.int16]:
    """Blocks for some 50 ms. dbm0: mean level of what is not pause. HardwareError: espeak-ng is not there or fails."""
    samples, rate = espeak(text, voice)
    samples = soxr.resample(samples, rate, RATE)
    sound = samples[np.abs(samples) > SOUND]
    wanted = 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20) / np.sqrt(2)
    now = np.sqrt(np.mean(sound**2)) if len(sound) else 1.0
    return np.asarray(np.clip(samples * wanted / now, -1, 1) * 32767, dtype=np.int16)


def sample_speech() -> npt.NDArray[np.int16]:
    """Some twenty seconds in two languages, for benches."""
    return np.concatenate([speech(text, voice) for voice, text in _SAMPLE.items()])


def alaw(samples: npt.NDArray[np.int16]) -> bytes:
    out = ffi.new("uint8_t[]", len(samples))
    lib.g711_encode(lib.LAW_A, ffi.from_buffer("int16_t[]", samples), out, len(samples))
    return bytes(ffi.buffer(out))
