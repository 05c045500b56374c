"""Recording a prompt by telephone (采编): the telephone rings; lifted, it asks, records, and lets its user decide.

    rings ── lifted ──> "speak after the tone" ─ beep ─ ... speech ... # ──> "1 listen, 2 again, 3 save, * discard"
                              ^                                                 |       |        |          |
                              '─────────────────────────────────────────────────┼───────'     a version  nothing
                                        nothing was heard, or too quietly       '── heard as callers will hear it

Begun by the control interface, which knows who may (core/prompt_workshop.py). The key at the end is cut off. Whoever
hangs up before he has saved leaves nothing behind.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.exchange.asking import ask
from core.exchange.leg import Leg, Treatment
from core.exchange.refusal import Said
from core.exchange.taping import taken_down
from core.prompts.audio import QUIET_DBM0, measured, prompt_of
from core.prompts.store import PromptStore
from hw.clips import Clip
from hw.recordings import RecordingError
from hw.signalling.line import Party
from hw.signalling.q850 import Cause
from hw.wave import Samples

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.station import Station

log = logging.getLogger(__name__)

RINGS_S = 60.0
LONGEST_S = 120.0
TRIES = 5  # of each question: who answers none of them has gone away

SAVE, LISTEN, AGAIN, DISCARD = "3", "1", "2", "*"


@dataclass(frozen=True, slots=True)
class PromptRecording:
    """`name`, `language`: of the prompt. `by`: whose voice it is said to be. `folder`: for the file meanwhile."""

    store: PromptStore
    name: str
    language: str
    by: str
    folder: Path

    def begin(self, exchange: Exchange, station: Station) -> Call:
        return exchange.ring_station(station, self.take, Party(station.name), "recall")

    async def take(self, call: Call) -> None:
        leg = await call.lifted(RINGS_S)
        if leg is None:
            return
        result = "left"  # he may hang up at any time, and this ends then
        try:
            result = await self._record_and_decide(call, leg)
        finally:
            call.note("ServiceUsed", leg, service="record_prompt", arguments=[self.name, self.language], result=result)
        call.end(Cause.NORMAL_CLEARING, "service done")

    async def _record_and_decide(self, call: Call, leg: Leg) -> str:
        """What came of it, in a word."""
        for _try in range(TRIES):
            try:
                samples = await self._record(call, leg)
            except RecordingError as error:
                log.error("prompt %s: %s", self.name, error)
                await _say(call, leg, "recording.failed")
                return "failed"
            level = measured(samples).level_dbm0
            if level is None:
                await _say(call, leg, "prompt.nothing-heard")
                continue
            if level < QUIET_DBM0:
                await _say(call, leg, "prompt.too-quiet")
                continue
            choice = await self._decide(call, leg, samples)
            if choice == SAVE:
                return await self._save(call, leg, samples)
            if choice == DISCARD:
                await _say(call, leg, "prompt.discarded")
                return "discarded"
            if choice != AGAIN:
                break
        return "left"

    async def _record(self, call: Call, leg: Leg) -> Samples:
        """What was said between the tone and the key."""
        await _say(call, leg, "prompt.record")
        return await taken_down(call, leg, self.folder / f"{call.id}.wav", self.store.aside, LONGEST_S)

    async def _decide(self, call: Call, leg: Leg, samples: Samples) -> str:
        """AGAIN, SAVE, DISCARD; "": he does not answer."""
        heard = Treatment(f"prompt:{self.name}", [Clip(prompt_of(samples))], loop=False)
        silent = 0
        while silent < TRIES:
            key = await ask(call, Said("prompt.review"), longest=1)
            if key in (AGAIN, SAVE, DISCARD):
                return key
            if key == LISTEN:
                await leg.play(heard)
            else:
                silent += 1
                await _say(call, leg, "menu.wrong-key" if key else "menu.nothing-heard")
        return ""

    async def _save(self, call: Call, leg: Leg, samples: Samples) -> str:
        try:
            version = await self.store.add(
                self.name, self.language, samples, source=f"telephone {leg.name}", by=self.by or leg.name
            )
        except OSError as error:
            log.error("prompt %s: %s", self.name, error)
            await _say(call, leg, "recording.failed")
            return "failed"
        await _say(call, leg, "prompt.saved")
        return f"version {version.number}"


async def _say(call: Call, leg: Leg, name: str) -> None:
    words = await call.exchange.sounds.say(Said(name), leg.device.language)
    if words is not None:
        await leg.play(words)
