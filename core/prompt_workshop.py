"""The prompt workshop (采编台): prompts and their versions for the control interface, and recording by telephone.

    workshop.pieces("zh", "call.")                      every piece with its text, and whose voice it is in
    workshop.record("8001", "call.busy", "zh", "Lin")   8001 rings; who lifts it records the prompt
    await workshop.use("call.busy", "zh", 1)            an older version is heard again

Raises CatalogueError and VersionError for what is not there, Refused where the telephone is not free.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from core.exchange.exchange import Exchange
from core.exchange.refusal import Refused
from core.exchange.services.recording_prompts import PromptRecording
from core.prompts.store import PromptStore
from core.prompts.versions import Version
from core.texts import _
from hw.signalling.q850 import Cause


class VersionView(msgspec.Struct, frozen=True):
    """A recording of a prompt."""

    number: Annotated[int, Meta(description="of the version, from 1")]
    in_use: Annotated[bool, Meta(description="it is heard")]
    made: Annotated[float, Meta(description="when, UTC seconds since 1970")]
    by: Annotated[str, Meta(description="who recorded it")]
    source: Annotated[str, Meta(description="the name of a file, or the telephone")]
    ms: Annotated[int, Meta(description="its length")]
    level_dbm0: Annotated[float, Meta(description="of the speech before it was brought to the level of prompts")]
    clipped: Annotated[bool, Meta(description="it was recorded too loud")]


class PromptView(msgspec.Struct, frozen=True):
    """A prompt, or a piece of one that has places for values: what is recorded under one name."""

    name: Annotated[str, Meta(description="its name: call.busy, queue.ahead.1")]
    language: Annotated[str, Meta(description="zh or en")]
    text: Annotated[str, Meta(description="what it says")]
    note: Annotated[str, Meta(description="for the person who records it")]
    version: Annotated[int, Meta(description="the recording that is heard; 0: the synthesiser's voice")]


class Workshop:
    """`folder`: for recordings that are being made."""

    def __init__(self, store: PromptStore, exchange: Exchange, folder: Path) -> None:
        self._store = store
        self._exchange = exchange
        self._folder = folder

    async def pieces(self, language: str, begins: str = "") -> list[PromptView]:
        return await self._store.aside(lambda: self._pieces(language, begins))

    def _pieces(self, language: str, begins: str) -> list[PromptView]:
        found = []
        for piece, entry in self._store.catalogue.pieces(language):
            if piece.name.startswith(begins):
                version = self._store.versions.in_use(piece.name, language) if self._store.versions else None
                number = version.number if version else 0
                found.append(PromptView(piece.name, language, piece.text, entry.note, number))
        return found

    async def versions(self, name: str, language: str) -> list[VersionView]:
        versions = self._store.recordable(name, language)

        def read() -> list[VersionView]:
            heard = versions.in_use(name, language)
            return [_view(version, heard) for version in versions.of(name, language)]

        return await self._store.aside(read)

    async def use(self, name: str, language: str, number: int) -> None:
        await self._store.use(name, language, number)

    def record(self, device: str, name: str, language: str, by: str) -> int:
        """Rings the station. Returns the number of the call."""
        self._store.recordable(name, language)
        station = self._exchange.stations.get(device)
        if station is None:
            raise Refused(Cause.UNALLOCATED, "vacant", _("there is no station {number}").format(number=device))
        if not station.free or not station.reachable:
            raise Refused(Cause.USER_BUSY, "busy", _("station {device} is not free").format(device=device))
        return PromptRecording(self._store, name, language, by, self._folder).begin(self._exchange, station).id


def _view(version: Version, heard: Version | None) -> VersionView:
    return VersionView(
        version.number,
        version == heard,
        version.made.timestamp(),
        version.by,
        version.source,
        version.ms,
        version.level_dbm0,
        version.clipped,
    )
