"""Sound that is no signal, to find out what a detector takes for one: speech, conversations, music, digits.

All of it is 8 kHz, 16 bit, through A-law; made from a seed, so always the same, and kept in `build/corpus/` because
synthesis takes longer than listening. Levels are dBm0 as in hw/native/media.h: a sine of full scale has +3.14.

    speech()        espeak-ng, English or Mandarin, in the band of a telephone line: many voices, rates and pitches
    conversation()  three people at once, over a ring-back tone now and then
    music()         plain and rich notes in equal rhythm, near the pitch of call-progress tones: the worst there is
    digits()        DTMF keys of random lengths, levels and twists
    recordings()    what Debian's asterisk-core-sounds-en-wav and asterisk-moh-opsound-wav have brought, or nothing
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from hw.g711 import linear
from hw.native import ffi, lib
from hw.speech import espeak
from hw.tones import DTMF_HIGH_HZ, DTMF_LOW_HZ
from hw.wave import Samples

Wave = npt.NDArray[np.float64]

RATE = 8000
CACHE = Path(__file__).resolve().parents[2] / "build" / "corpus"
RECORDINGS = {
    "prompts": Path("/usr/share/asterisk/sounds"),
    "hold music": Path("/usr/share/asterisk/moh"),
}
FULL_SCALE_DBM0 = 3.14
LANGUAGES = ("en", "cmn-latn-pinyin")
VOICES = ("", "+m1", "+m3", "+m5", "+m7", "+f1", "+f2", "+f3", "+f4", "+f5", "+croak", "+whisper", "+klatt3")

SENTENCES = {
    "en": (
        "Good morning, you are speaking to the service desk, how can I help you?",
        "I have been waiting for more than ten minutes now, and nobody answers.",
        "Would you give me your number, please? I will have somebody call you back.",
        "The order was sent on Tuesday, it should reach you tomorrow or the day after.",
        "Yes. Yes, I see. No, that is not what I meant at all.",
        "Hello? Hello, are you still there? I can hardly hear you.",
        "My number is four five zero, nine five zero, one four zero zero.",
        "You owe us two hundred and forty pounds, do you know who told you so?",
        "Who knew? You do, too, do you not? Oh no, no, no.",
        "One moment, please, I will put you through to my colleague.",
        "All our operators are busy at the moment. Please hold the line.",
        "Do you want the room for two nights or for three? The blue room is free until June.",
        "It is a long story, and I do not think that we have the time for it today.",
        "Ooh, how cool! Who would choose to move to a new school so soon?",
        "Please look at the bill again: the tax on line seven is wrong.",
    ),
    "cmn-latn-pinyin": (
        "ni3 hao3, hen3 gao1 xing4 wei4 nin2 fu2 wu4.",
        "qing3 wen4 nin2 de5 dian4 hua4 hao4 ma3 shi4 duo1 shao3?",
        "wo3 deng3 le5 shi2 duo1 fen1 zhong1, mei2 you3 ren2 jie1 dian4 hua4.",
        "qing3 nin2 shao1 deng3, wo3 bang1 nin2 zhuan3 jie1.",
        "wo3 de5 hao4 ma3 shi4 yao1 san1 ba1 ling2 ling2 wu3 liu4 qi1 jiu3 er4.",
        "dui4 bu5 qi3, wo3 ting1 bu5 qing1 chu5, qing3 nin2 zai4 shuo1 yi1 bian4.",
        "huo4 wu4 xing1 qi1 er4 fa1 chu1, ming2 tian1 huo4 zhe3 hou4 tian1 dao4.",
        "wei4? wei4? nin2 hai2 zai4 ma5?",
        "bu4 shi4, bu4 shi4, wo3 bu4 shi4 zhe4 ge5 yi4 si5.",
        "wu3 hao4 lou2 you3 wu3 hu4, du1 shi4 wo3 de5 zu3 fu4 mu3 zhu4.",
        "qian2 mian4 hai2 you3 san1 wei4 ke4 hu4 zai4 deng3 dai4.",
        "zhe4 ge5 yue4 de5 fei4 yong4 shi4 er4 bai3 si4 shi2 yuan2.",
    ),
}  # fmt: skip


def amplitude(dbm0: float) -> float:
    """Of a sine of that level, in steps of a 16-bit sample."""
    return float(32768 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def level(wave: Wave | Samples) -> float:
    """Mean level in dBm0; silence is -100 or so."""
    power = float(np.mean(np.square(wave.astype(np.float64)))) if len(wave) else 0.0
    return float(10 * np.log10(power / (32768**2 / 2) + 1e-10)) + FULL_SCALE_DBM0


def through_alaw(wave: Wave | Samples) -> Samples:
    """As it comes off the line: limited to 16 bit, coded to A-law and back (G.711)."""
    samples = np.clip(np.rint(wave), -32768, 32767).astype(np.int16)
    coded = np.empty(len(samples), np.uint8)
    lib.g711_encode(lib.LAW_A, ffi.from_buffer("int16_t[]", samples), ffi.from_buffer("uint8_t[]", coded), len(samples))
    return linear(coded)


@cache
def _telephone_band() -> Wave:
    """300 to 3400 Hz: a windowed-sinc filter of 257 taps."""
    n = np.arange(257) - 128

    def low_pass(hz: float) -> Wave:
        return np.asarray(2 * hz / RATE * np.sinc(2 * hz / RATE * n))

    return np.asarray((low_pass(3400) - low_pass(300)) * np.hamming(257))


def telephone_band(wave: Wave) -> Wave:
    size = 1 << (len(wave) + 256).bit_length()
    filtered = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(_telephone_band(), size), size)
    return np.asarray(filtered[128 : 128 + len(wave)])


def _kept(name: str, make: Callable[[], Samples]) -> Samples:
    path = CACHE / f"{name}.npy"
    if path.exists():
        return np.asarray(np.load(path, mmap_mode="r"))
    samples = make()
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.npy")  # two processes may be making it at once
    np.save(fresh, samples)
    fresh.replace(path)
    return samples


def _spoken(language: str, random: np.random.Generator) -> Wave:
    """Some sentences by one voice, at some level from -30 to -10 dBm0."""
    text = " ".join(random.choice(SENTENCES[language], 8))
    voice = language + str(random.choice(VOICES))
    said, rate = espeak(text, voice, "-s", str(random.integers(90, 240)), "-p", str(random.integers(0, 99)))
    wave = telephone_band(soxr.resample(said.astype(np.float64), rate, RATE))
    return np.asarray(wave * 10 ** ((random.uniform(-30, -10) - level(wave)) / 20))


def _speech(minutes: float, language: str, seed: int) -> Wave:
    random = np.random.default_rng(seed)
    wanted, parts, total = int(minutes * 60 * RATE), [], 0
    while total < wanted:
        parts.append(_spoken(language, random))
        total += len(parts[-1])
    return np.concatenate(parts)[:wanted]


def speech(minutes: float, language: str = "en", seed: int = 1) -> Samples:
    """One voice after another. `language`: one of LANGUAGES. Needs espeak-ng."""
    return _kept(f"speech-{language}-{minutes:g}-{seed}", lambda: through_alaw(_speech(minutes, language, seed)))


def conversation(minutes: float, seed: int = 1) -> Samples:
    """Three people at once; every minute China's ring-back sounds for 15 s, as when a fourth one is called into it."""

    def make() -> Samples:
        time = np.arange(int(minutes * 60 * RATE)) / RATE
        ringing = (time % 60 < 15) & (time % 5 < 1)
        wave: Wave = np.where(ringing, amplitude(-15) * np.sin(2 * np.pi * 450 * time), 0.0)
        for i, language in enumerate(("en", "cmn-latn-pinyin", "en")):
            wave = wave + _speech(minutes, language, seed * 10 + i)
        return through_alaw(wave)

    return _kept(f"conversation-{minutes:g}-{seed}", make)


def _note(hz: float, seconds: float, kind: int, random: np.random.Generator) -> Wave:
    """0 and 1: a plain sine; 2: with three harmonics; 3: with vibrato; 4: struck, dying away."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * hz * time + random.uniform(0, 2 * np.pi)
    if kind == 3:
        phase += 0.02 * hz / 6 * np.sin(2 * np.pi * 6 * time)
    wave = np.sin(phase)
    if kind == 2:
        wave = wave + 0.5 * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)
    attack = np.clip(time / 0.01, 0, 1) * np.clip((time[-1] - time) / 0.02, 0, 1)
    return np.asarray(wave * attack * (np.exp(-3 * time) if kind == 4 else 1))


def music(minutes: float, seed: int = 1) -> Samples:
    """Melodies of equal notes from A3 to A5, one voice or two, as old hold-music boxes play them.

    Notes of 100 to 1000 ms, half of them parted by rests of the same length, 500 ms at most. No pitch comes three times
    in a row, nor twice from 700 ms on: one pitch evenly on and off is busy or congestion tone by definition.
    """

    def make() -> Samples:
        random = np.random.default_rng(seed)
        scale = 220 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 19, 21, 23, 24]) / 12)
        parts, total = [], 0
        while total < minutes * 60 * RATE:
            beat, kind = random.choice([0.1, 0.2, 0.25, 0.35, 0.4, 0.5, 0.7, 1.0]), int(random.integers(5))
            two, rests = random.random() < 0.3, random.random() < 0.5 and beat <= 0.5
            dbm0 = random.uniform(-25, -8)
            row: list[int] = []
            for _ in range(int(20 / beat)):
                at = int(random.choice([7, 7, 6, 8, *range(15)]))
                while row[-2:] == [at, at] or (beat >= 0.7 and row[-1:] == [at]):
                    at = int(random.integers(15))
                row.append(at)
                wave = _note(scale[at], beat, kind, random)
                if two:
                    wave = wave + _note(scale[max(at - 2, 0)], beat, kind, random)
                rest = np.zeros(int(beat * RATE) if rests and random.random() < 0.8 else 0)
                parts += [wave * amplitude(dbm0), rest]
                total += len(wave) + len(rest)
        return through_alaw(np.concatenate(parts)[: int(minutes * 60 * RATE)])

    return _kept(f"music-{minutes:g}-{seed}", make)


def _sine(hz: float, dbm0: float, seconds: float) -> Wave:
    return np.asarray(amplitude(dbm0) * np.sin(2 * np.pi * hz / RATE * np.arange(int(seconds * RATE))))


def digits(minutes: float, seed: int = 1) -> Samples:
    """DTMF keys of 40 to 1000 ms, with pauses of 40 to 1000 ms, a quarter of them in even rhythm.

    The row has -30 to -5 dBm0, the column up to 8 dB more or less.
    """

    def make() -> Samples:
        random = np.random.default_rng(seed)
        parts, total = [], 0
        while total < minutes * 60 * RATE:
            rhythm, even = random.uniform(0.04, 1.0), random.random() < 0.25
            dbm0, twist = random.uniform(-30, -5), random.uniform(-8, 8)
            for _ in range(int(random.integers(3, 12))):
                on, off = (rhythm, rhythm) if even else random.uniform(0.04, 1.0, 2)
                row, column = random.choice(DTMF_LOW_HZ), random.choice(DTMF_HIGH_HZ)
                parts += [_sine(row, dbm0, on) + _sine(column, dbm0 + twist, on), np.zeros(int(off * RATE))]
                total += len(parts[-2]) + len(parts[-1])
        return through_alaw(np.concatenate(parts)[: int(minutes * 60 * RATE)])

    return _kept(f"digits-{minutes:g}-{seed}", make)


def recordings(what: str) -> Samples:
    """All that Debian's packages have of "prompts" or "hold music", one after another; empty if not installed."""
    parts = [np.zeros(0, np.int16)]
    for path in sorted(RECORDINGS[what].rglob("*.wav")):
        samples, rate = soundfile.read(path, dtype="int16")
        parts.append(samples if rate == RATE else soxr.resample(samples, rate, RATE))
    return through_alaw(np.concatenate(parts))
