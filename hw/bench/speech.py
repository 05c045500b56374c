"""Synthetic speech for benches: some twenty seconds in two languages by espeak-ng, as A-law at -20 dBm0 or so."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from hw.card import HardwareError
from hw.native import ffi, lib

_TEXTS = {
    "en": "Good morning, you have reached the service line. All our agents are speaking with other customers. "
    "Please hold the line, your call will be answered in the order in which it arrived. It is half past nine.",
    "cmn-latn-pinyin": "您好，欢迎致电客户服务热线。现在所有座席都在通话中，请您稍候，"
    "我们会按照来电顺序为您服务。今天是星期一。",
}


@lru_cache
def linear_speech(level_dbm0: float = -20.0) -> npt.NDArray[np.int16]:
    """Both texts one after the other, 8 kHz, 16 bit, at the given mean level of what is not silence."""
    if shutil.which("espeak-ng") is None:
        raise HardwareError("espeak-ng is not installed", action="apt-get install espeak-ng")
    parts = []
    for voice, text in _TEXTS.items():
        made = subprocess.run(["espeak-ng", "-v", voice, "--stdout", text], capture_output=True, check=True).stdout
        samples, rate = soundfile.read(io.BytesIO(made), dtype="float32")
        parts.append(soxr.resample(samples, rate, 8000))
    speech = np.concatenate(parts)
    loud = speech[np.abs(speech) > 0.01]
    wanted = 10 ** ((level_dbm0 - 3.14) / 20) / np.sqrt(2)
    scaled = np.clip(speech * wanted / np.sqrt(np.mean(loud**2)), -1, 1) * 32767
    return np.asarray(scaled, dtype=np.int16)


@lru_cache
def alaw_speech() -> bytes:
    samples = linear_speech()
    out = ffi.new("uint8_t[]", len(samples))
    lib.g711_encode(lib.LAW_A, ffi.from_buffer("int16_t[]", samples), out, len(samples))
    return bytes(ffi.buffer(out))
