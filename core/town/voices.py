"""What people of the little town say, in both languages, as text and as sound.

    voices = Voices("zh", threaded=True)
    await voices.make()
    voices.say("question", dice)        one of these sentences, with its clip; None: this machine has no synthesiser

The synthesiser takes some 50 ms a sentence and blocks: in a thread, unless time is virtual.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Literal

import trio

from hw.card import HardwareError
from hw.clips import Clip

log = logging.getLogger(__name__)

Part = Literal["opening", "question", "message", "greeting", "answer"]
VOICES = {"en": "en", "zh": "cmn-latn-pinyin"}
LEVEL_DBM0 = -20.0

SENTENCES: dict[Part, dict[str, tuple[str, ...]]] = {
    "opening": {
        "en": ("Hello, I have a question about my order.", "Good day. My machine does not start any more."),
        "zh": ("您好，我想问一下我的订单。", "你好，我的机器开不了机了。", "喂，您好，我想咨询一下价格。"),
    },
    "question": {
        "en": ("When will it be delivered?", "And what does it cost?", "Could somebody come tomorrow?"),
        "zh": ("什么时候能送到？", "那要多少钱呢？", "明天能派人来看看吗？", "好的，我明白了。"),
    },
    "message": {
        "en": ("Hello, please call me back about my order. Thank you.",),
        "zh": ("您好，请给我回个电话，谈一下订单的事，谢谢。",),
    },
    "greeting": {
        "en": ("Good day, how can I help you?",),
        "zh": ("您好，很高兴为您服务，请问有什么可以帮您？",),
    },
    "answer": {
        "en": ("One moment, I am looking it up.", "Yes, that is possible.", "I have written it down for you."),
        "zh": ("请稍等，我帮您查一下。", "好的，没有问题。", "我已经帮您登记好了。"),
    },
}


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    clip: Clip


class Voices:
    """language: in which the town speaks."""

    def __init__(self, language: str, threaded: bool = True) -> None:
        self._language = language if language in VOICES else "en"
        self._threaded = threaded
        self._made: dict[Part, list[Sentence]] = {}

    async def make(self) -> None:
        """Everything, once. Where there is no synthesiser the town is dumb, and the log says so."""
        for part, by_language in SENTENCES.items():
            if part not in self._made:
                made = partial(self._sentences, by_language[self._language])
                self._made[part] = await trio.to_thread.run_sync(made) if self._threaded else made()

    def say(self, part: Part, dice: Random) -> Sentence | None:
        sentences = self._made.get(part)
        return dice.choice(sentences) if sentences else None

    def _sentences(self, texts: tuple[str, ...]) -> list[Sentence]:
        from hw.speech import speech  # its libraries take time that dial tone does not wait for

        try:
            return [Sentence(text, Clip(speech(text, VOICES[self._language], LEVEL_DBM0))) for text in texts]
        except HardwareError as error:
            log.warning("the town is dumb: %s; %s", error, error.action)
            return []
