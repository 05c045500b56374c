"""Prompts by the synthesiser (espeak-ng): from text to samples, each made once and kept on disk.

    text + language ──> key = hash of all that decides the sound ──> file in the cache?  ──yes──> samples
                                                                        └─no──> espeak-ng, trim, level, keep

The cache can be deleted at any time; what is missing is made again. Whoever changes the recipe counts RECIPE up, and
old files are no longer found. Everything here blocks (some 30 ms for a sentence) and may run in many threads at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from core.prompts.audio import LEVEL_DBM0, prompt_of
from core.prompts.reading import readable
from core.prompts.sound_files import write_sound
from core.texts import _
from hw.speech import espeak
from hw.wave import RATE, Samples, to_int16

RECIPE = 1
LONGEST = 4000  # characters; more is no prompt


@dataclass(frozen=True, slots=True)
class Voice:
    """Of espeak-ng: its name, and its words a minute (175 by default) for sentences, slow as people speak to strangers,
    and for what stands in the middle of one, which would drag if it were read for itself: a number, a unit, a day.
    """

    name: str
    sentence: int
    fragment: int
    fragment_longest: int  # characters

    def options(self, words: str) -> tuple[str, ...]:
        is_fragment = len(words.strip()) <= self.fragment_longest and words.strip()[-1].isalnum()
        return ("-s", str(self.fragment if is_fragment else self.sentence))


VOICES = {"zh": Voice("cmn-latn-pinyin", 160, 215, 3), "en": Voice("en", 155, 195, 9)}


def synthesised(text: str, language: str) -> Samples:
    """At 8 kHz, trimmed and at the level of prompts; empty where there is nothing to read.

    HardwareError: espeak-ng is not there or fails. ValueError: the text is too long.
    """
    if len(text) > LONGEST:
        raise ValueError(
            _("a text of {count} characters is too long to be read out: {most} at most").format(
                count=len(text), most=LONGEST
            )
        )
    parts = [_spoken(words, of) for of, words in readable(text, language)]
    return prompt_of(np.concatenate(parts)) if len(parts) > 1 else (parts[0] if parts else np.zeros(0, np.int16))


def _spoken(words: str, language: str) -> Samples:
    voice = VOICES[language]
    # A text that begins with a hyphen would be an option.
    made, rate = espeak(f" {words}", voice.name, *voice.options(words))
    return prompt_of(to_int16(soxr.resample(made, rate, RATE)))


class SpeechCache:
    """Files of synthesised speech in a folder. Threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, text: str, language: str) -> Path:
        recipe = [RECIPE, LEVEL_DBM0, language, *(astuple(voice) for voice in VOICES.values()), text]
        key = hashlib.sha256(json.dumps(recipe, ensure_ascii=False).encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.wav"

    def has(self, text: str, language: str) -> bool:
        return self.path(text, language).exists()

    def speech(self, text: str, language: str, refused: Callable[[OSError], None] | None = None) -> Samples:
        """Kept, or made now and kept. HardwareError, ValueError: as `synthesised`. refused: told when the disk does not
        keep it, which costs nobody the speech; without it that is an OSError.
        """
        path = self.path(text, language)
        kept = _read(path)
        if kept is None:
            kept = synthesised(text, language)
            try:
                _write(path, kept)
            except OSError as error:
                if refused is None:
                    raise
                refused(error)
        return kept


def _read(path: Path) -> Samples | None:
    """None: there is none, or none that can be used (a power cut left half of it)."""
    try:
        samples, rate = soundfile.read(path, dtype="int16")
    except (OSError, soundfile.LibsndfileError):
        return None
    return samples if rate == RATE and samples.ndim == 1 else None


def _write(path: Path, samples: Samples) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Another thread or process may be making the same.
    fresh = path.with_name(f"{path.stem}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        write_sound(fresh, samples)
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
