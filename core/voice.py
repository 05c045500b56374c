"""What the box says and plays, from its configuration: prompts, music on hold, ring-back music.

    voice = Voice(box, data, alarms)
    await nursery.start(voice.run)        music is there, and every prompt that has a sound is in memory
    Sounds(box, voice.prompts, voice.hold, voice.ring_back)

    data/prompts/*.toml       catalogues of the office        data/prompts/recorded/    recordings of people
    data/music/               its sound files                 data/prompts/made/        what the synthesiser made
                                                              data/prompts/incoming/    what is being recorded

Nothing here keeps a box from starting: what is wrong is an alarm, and something else is heard: the synthesiser for a
recording, the music of the box for a file, a tone where there is no prompt at all. While it runs it looks every second
whether somebody recorded a prompt anew. What it does not: decide what is said when (core/exchange/sounds.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import trio

from core.alarms import Alarms
from core.config.model.box import Box
from core.prompts.audio import music_of
from core.prompts.hold_music import LEVEL_DBM0, hold_music
from core.prompts.sound_files import read_sound
from core.prompts.store import PromptError, PromptStore, open_prompts
from core.texts import _, plural
from hw.clips import Clip
from hw.wave import ClipError

log = logging.getLogger(__name__)

PROMPTS, MUSIC = "prompts", "music"
INCOMING = "prompts/incoming"
"""Folders below the data folder; the keys of their alarms begin with these words."""
LOOKS_EVERY_S = 1.0
LONGEST_MUSIC_S = 3600


class Voice:
    """`data`: the data folder; None: the box says nothing, but plays music. `virtual`: time is trio's, no threads."""

    def __init__(self, box: Box, data: Path | None, alarms: Alarms, *, virtual: bool = False) -> None:
        self.hold: Clip
        self.ring_back: Clip | None = None
        self.prompts: PromptStore | None = None
        self._box = box
        self._data = data
        self._alarms = alarms
        self._virtual = virtual
        if data is not None:
            self.prompts = open_prompts(data / PROMPTS, threaded=not virtual)
            self.prompts.faulted = self._prompt_fault

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        music = self._box.music
        self.hold = await self._music("hold", music.hold) or await self._call(hold_music)
        self.ring_back = await self._music("ring_back", music.ring_back)
        if self.prompts is None:
            task_status.started()
            return
        loaded = await self._load(self.prompts)
        task_status.started()
        while True:
            await trio.sleep(LOOKS_EVERY_S)
            if self.prompts.stale or not loaded:
                loaded = await self._load(self.prompts)

    async def _load(self, prompts: PromptStore) -> bool:
        """False: the disk refuses. What is in memory is said meanwhile."""
        self._alarms.clear(PROMPTS)
        if prompts.catalogue.faults:
            count = len(prompts.catalogue.faults)
            self._alarms.set(
                PROMPTS,
                "warning",
                plural(
                    "{n} fault in the texts of prompts: {first}", "{n} faults in the texts of prompts: {first}", count
                ).format(n=count, first=prompts.catalogue.faults[0]),
                _("strowger prompt check shows all of them"),
            )
        try:
            missing = await prompts.load(self._box.box.languages)
        except OSError as error:
            why = _("recorded prompts cannot be read: {why}").format(why=error)
            self._alarms.set(PROMPTS, "warning", why, _("strowger doctor looks at the disk and its folders"))
            return False
        if missing:
            log.info("prompts are not made yet; they are when first said", extra={"missing": missing})
        return True

    def _prompt_fault(self, error: PromptError) -> None:
        log.error("prompt: %s", error)
        self._alarms.set(PROMPTS, "warning", str(error), error.remedy)

    async def _music(self, setting: str, path: str) -> Clip | None:
        """None: not set, or it cannot be had."""
        key = f"{MUSIC} {setting}"
        self._alarms.clear(key)
        if not path:
            return None
        try:
            clip = await self._call(partial(_music, (self._data or Path()) / MUSIC / path))
        except ClipError as error:
            self._alarms.set(
                key, "warning", _("[music] {setting}: {why}").format(setting=setting, why=error), error.remedy
            )
            return None
        return clip

    async def _call(self, function: Callable[[], Clip]) -> Clip:
        if self._virtual:
            await trio.lowlevel.checkpoint()
            return function()
        return await trio.to_thread.run_sync(function, abandon_on_cancel=True)


def _music(path: Path) -> Clip:
    samples = music_of(read_sound(path, LONGEST_MUSIC_S), LEVEL_DBM0)
    if not len(samples):
        raise ClipError(path, _("nothing is heard in it"), _("name another file"))
    return Clip(samples)
