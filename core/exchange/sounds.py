"""What the exchange lets people hear: tones of the country, music, and words where there are any.

    sounds.tone("ringback")                    Treatment, for as long as it lasts
    sounds.refusal("vacant", "zh")             words of a prompt, or None: the tone of the cause says it
    sounds.say(Said("pin.enter"), "zh")        words; None: the prompt is not there

Words come from the store of prompts; in its absence, nothing is said and tones are heard. A prompt that cannot be had
is logged, and its call goes on with the tone. What it does not: decide when.
"""

from __future__ import annotations

import logging
from functools import cache

from core.config.model.box import Box
from core.exchange.leg import Treatment
from core.exchange.refusal import REASONS, Refused, Said
from core.prompts.catalogue import CatalogueError
from core.prompts.phrases import PhraseError
from core.prompts.store import PromptError, PromptStore
from hw.playback import Audible
from hw.signalling.analog.station import TONES
from hw.signalling.q850 import Cause
from hw.sounds import CountrySounds
from hw.tones import Tone, silence, sine

log = logging.getLogger(__name__)

# Which setting of [announcements] says whether a reason is told in words.
_SETTING = {
    "vacant": "vacant",
    "incomplete": "vacant",
    "barred": "barred",
    "limit": "barred",
    "busy": "busy",
    "congestion": "congestion",
    "no-answer": "no_answer",
    "unreachable": "unreachable",
}


class Sounds:
    """`music`: for whoever waits, played over and over; None: silence. ring_back_music: for callers from outside while
    somebody rings for them; None: the tone.
    """

    def __init__(
        self,
        box: Box,
        prompts: PromptStore | None = None,
        music: Audible | None = None,
        ring_back_music: Audible | None = None,
    ) -> None:
        self._country = CountrySounds(box.box.country)
        self._prompts = prompts
        self._box = box
        self._music = Treatment("music", [music] if music is not None else [Tone([silence(1000)])])
        self.ring_back_music = Treatment("ring-back music", [ring_back_music]) if ring_back_music is not None else None
        self.prompting = Treatment("prompting", [Tone([sine(1000, ms=200)])], loop=False)
        """Asks for digits where there are no words."""
        self.tone = cache(self._tone)
        self._confirmation = Tone([sine(450, ms=100), silence(100)] * 2 + [sine(450, ms=100)])

    def reconfigure(self, box: Box) -> None:
        self._box = box

    def _tone(self, name: str) -> Treatment:
        """By the country's plan: "dial", "ringback", "busy", ..."""
        return Treatment(name, [self._country.tone(name)], loop=False)

    def music(self, language: str) -> Treatment:
        return self._music

    def failure(self, cause: Cause) -> Treatment:
        """The tone that says why, to a party whose line does not say it itself."""
        return self.tone(TONES.get(cause, "busy"))

    async def say(self, said: Said, language: str) -> Treatment | None:
        if self._prompts is None:
            return None
        try:
            parts = self._prompts.catalogue.phrase(said.name, language, **said.values)
            clips = await self._prompts.clips(parts, language)
        except (CatalogueError, PhraseError, PromptError) as error:
            log.error("prompt %s cannot be said: %s", said.name, error)
            return None
        words = self._prompts.catalogue.text(parts, language)
        return Treatment(f"prompt:{said.name}", clips, loop=False, words=words) if clips else None

    async def refusal(self, refused: Refused, language: str) -> Treatment | None:
        """Words of it, where the configuration wants words."""
        setting = _SETTING.get(refused.reason)
        if setting is not None and getattr(self._box.announcements, setting) == "tone":
            return None
        said = refused.said or (Said(REASONS[refused.reason]) if REASONS[refused.reason] else None)
        return await self.say(said, language) if said is not None else None

    async def done(self, said: Said, language: str) -> Treatment:
        """What a feature code has done: in words, or by a confirmation tone."""
        words = await self.say(said, language) if self._box.announcements.services == "words" else None
        return words or Treatment("confirmation", [self._confirmation], loop=False)
