"""The sound of prompts: a person's recording where there is one, the synthesiser's where there is none.

    clips(["queue.ahead.1", Text("张三"), ...], "zh")
        in memory? ──────────────────────────────────────────────────────> Clip
        a version in use? ──> its file ──────────────────────────────────> Clip
        a text in the catalogue? ──> the cache, else espeak-ng ──────────> Clip

What was asked for once stays in memory (all prompts of both languages are 30 MB), so that a call pays nothing for its
prompts; `load()` takes everything in that needs no synthesis. Disk and synthesis run in worker threads; with
`threaded=False`, for virtual time, in the trio thread, so that a run repeats exactly. `make()` at set-up puts
everything into the cache, as many at once as there are processors.

A clip that is being played stays whole when its prompt changes. A recording that is added or chosen, here or by another
process, is heard from the next time on that its prompt is asked for. The store belongs to the trio thread.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import trio

from core.prompts.catalogue import Catalogue, CatalogueError, read_catalogue
from core.prompts.parts import File, Part, Text
from core.prompts.slots import LANGUAGES
from core.prompts.synthesis import SpeechCache, synthesised
from core.prompts.versions import Version, Versions
from core.texts import _
from hw import clips as hw_clips
from hw.card import HardwareError
from hw.clips import Clip, Clips
from hw.errors import LocalError
from hw.wave import ClipError, Samples

T = TypeVar("T")

log = logging.getLogger(__name__)

TEXTS_KEPT = 200  # of those that only a call knew: names, states of orders


class PromptError(Exception):
    """A part has no sound. `part` says which, `reason` why, `remedy` what to do about it."""

    def __init__(self, part: Part, language: str, reason: str, remedy: str) -> None:
        super().__init__(f"{_name(part)} ({language}): {reason}; {remedy}")
        self.part = part
        self.language = language
        self.reason = reason
        self.remedy = remedy


def _name(part: Part) -> str:
    return part if isinstance(part, str) else repr(part.text) if isinstance(part, Text) else str(part.path)


@dataclass(frozen=True, slots=True)
class Made:
    """What a set-up did: prompts made now, those that were there, and those that could not be made."""

    made: int
    kept: int
    failed: tuple[PromptError, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """Of names that were looked for. `replaced`: recordings that synthesis stands in for; `failed`: without a sound."""

    clips: dict[str, Clip]
    replaced: list[PromptError]
    failed: list[PromptError]


def _logged(error: PromptError) -> None:
    log.error("%s", error)


class PromptStore:
    """`cache`: folder of what the synthesiser made. `versions`: recordings of people, if any may be. `files` is shared
    with whoever plays files else.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        cache: Path,
        versions: Versions | None = None,
        files: Clips | None = None,
        threaded: bool = True,
    ) -> None:
        self.catalogue = catalogue
        self.versions = versions
        self.cache = SpeechCache(cache)
        self.faulted: Callable[[PromptError], None] = _logged
        """Is told of recordings that cannot be read, for which synthesis stands in, and of what could not be loaded."""
        self._files = files or Clips()
        self._threaded = threaded
        self._kept: dict[tuple[str, str], Clip] = {}  # by name and language
        self._texts: OrderedDict[tuple[str, str], Clip] = OrderedDict()  # by text and language
        self._stamp = versions.stamp() if versions else 0
        self._loaded = self._stamp
        self._forgotten = 0
        self._threads = trio.CapacityLimiter(os.cpu_count() or 1)

    # ---- for those who play ----

    async def clips(self, parts: Sequence[Part], language: str) -> list[Clip]:
        """Ready for `plane.play`: a clip for each part, and one of silence where a sentence is followed by another.

        Raises PromptError where a part has no sound at all.
        """
        parts = self.catalogue.paused(parts, language)
        if self.versions and self.versions.stamp() != self._stamp:
            self.forget()
        names = [part for part in dict.fromkeys(parts) if isinstance(part, str)]
        kept = {name: self._kept[name, language] for name in names if (name, language) in self._kept}
        if len(kept) < len(names):
            found = await self._load([name for name in names if name not in kept], language)
            if found.failed:
                raise found.failed[0]
            kept |= found.clips
        else:
            await trio.lowlevel.checkpoint()
        return [kept[part] if isinstance(part, str) else await self._own(part, language) for part in parts]

    async def said(self, name: str, language: str, /, **values: object) -> list[Clip]:
        """A phrase of the catalogue with its values. Raises CatalogueError, PhraseError, PromptError."""
        return await self.clips(self.catalogue.phrase(name, language, **values), language)

    async def _load(self, names: list[str], language: str) -> _Found:
        forgotten = self._forgotten
        found = await self.aside(partial(self._sounds, names, language))
        if forgotten == self._forgotten:  # else a prompt may have changed while we read it
            self._keep(found, language)
        return found

    def _keep(self, found: _Found, language: str) -> None:
        self._kept |= {(name, language): clip for name, clip in found.clips.items()}
        for fault in found.replaced:
            self.faulted(fault)

    async def _own(self, part: Text | File, language: str) -> Clip:
        """Of a part that only this call has."""
        if isinstance(part, File):
            try:
                return await self._files.get(part.path) if self._threaded else hw_clips.load(part.path)
            except ClipError as error:
                raise PromptError(part, language, error.reason, error.remedy) from error
        key = part.text, language
        if key not in self._texts:
            self._texts[key] = await self.aside(partial(_read_out, part, language))
            if len(self._texts) > TEXTS_KEPT:
                self._texts.popitem(last=False)
        self._texts.move_to_end(key)
        return self._texts[key]

    # ---- for those who look after prompts ----

    async def add(self, name: str, language: str, samples: Samples, *, source: str, by: str) -> Version:
        """A new recording of a prompt, heard from now on. Raises CatalogueError, VersionError, OSError."""
        versions = self.recordable(name, language)
        return await self.aside(partial(versions.add, name, language, samples, source=source, by=by), False)

    async def use(self, name: str, language: str, number: int) -> None:
        """Another version is heard from now on; 0: the synthesiser's. Raises CatalogueError, VersionError, OSError."""
        versions = self.recordable(name, language)
        await self.aside(partial(versions.use, name, language, number), False)

    @property
    def stale(self) -> bool:
        """Recordings have changed since `load()`."""
        return self.versions is not None and self.versions.stamp() != self._loaded

    async def load(self, languages: Iterable[str] = tuple(LANGUAGES)) -> int:
        """Takes into memory what has a sound already. What was there stays until it is replaced: calls go on meanwhile.
        Returns how many prompts there are that were not made yet. OSError: the disk refuses; it is `stale` then.
        """
        stamp = self._stamp = self.versions.stamp() if self.versions else 0
        missing = 0
        for language in languages:
            recorded = await self.aside(partial(self._recorded, language))
            pieces = [piece for piece, _entry in self.catalogue.pieces(language)]
            there = [one.name for one in pieces if one.name in recorded or self.cache.has(one.say, language)]
            missing += len(pieces) - len(there)
            found = await self._load(there, language)
            for fault in found.failed:
                self.faulted(fault)
        self._loaded = stamp
        return missing

    def _recorded(self, language: str) -> set[str]:
        return {name for name, code in self.versions.recorded() if code == language} if self.versions else set()

    def forget(self) -> None:
        """Looks anew for every prompt when it is next asked for."""
        self._stamp = self.versions.stamp() if self.versions else 0
        self._forgotten += 1
        self._kept.clear()

    async def make(
        self, languages: Iterable[str] = tuple(LANGUAGES), progress: Callable[[int, int], None] | None = None
    ) -> Made:
        """Everything in the catalogue into the cache, where it is not. `progress`: how many are done, of how many."""
        wanted = {(piece.say, code): piece.name for code in languages for piece, _ in self.catalogue.pieces(code)}
        missing = [key for key in wanted if not self.cache.has(*key)]
        failed: list[PromptError] = []
        done = 0

        async def one(say: str, code: str) -> None:
            nonlocal done
            try:
                await self.aside(partial(_synthesised, self.cache, wanted[say, code], say, code))
            except PromptError as error:
                failed.append(error)
            done += 1
            if progress:
                progress(done, len(missing))

        async with trio.open_nursery() as nursery:
            for key in missing:
                nursery.start_soon(one, *key)
        return Made(len(missing) - len(failed), len(wanted) - len(missing), tuple(failed))

    def recordable(self, name: str, language: str) -> Versions:
        """Where recordings of this prompt are. Raises CatalogueError."""
        if self.catalogue.piece(name, language) is None:
            raise CatalogueError(_("there is no prompt {name} in {language}").format(name=name, language=language))
        if self.versions is None:
            raise LocalError("this store has no folder for recordings")
        return self.versions

    # ---- in worker threads ----

    async def aside(self, function: Callable[[], T], may_be_left: bool = True) -> T:
        """Where this store does its work with the disk."""
        if not self._threaded:
            await trio.lowlevel.checkpoint()
            return function()
        return await trio.to_thread.run_sync(function, limiter=self._threads, abandon_on_cancel=may_be_left)

    def _sounds(self, names: list[str], language: str) -> _Found:
        found = _Found({}, [], [])
        for name in names:
            try:
                found.clips[name] = self._sound(name, language, found.replaced)
            except PromptError as error:
                found.failed.append(error)
        return found

    def _sound(self, name: str, language: str, faults: list[PromptError]) -> Clip:
        pause = self.catalogue.silence_ms(name)
        if pause is not None:
            return hw_clips.silence(pause)
        piece = self.catalogue.piece(name, language)
        if piece is None:
            raise PromptError(name, language, _("is not in the catalogue"), _("name it there, with its text"))
        version = self.versions.in_use(name, language) if self.versions else None
        if self.versions and version:
            try:
                return Clip(self.versions.speech(version))
            except ClipError as error:
                faults.append(PromptError(name, language, str(error), _("record it again, or use another version")))
        return Clip(_synthesised(self.cache, name, piece.say, language, faults))


def open_prompts(folder: Path, files: Clips | None = None, threaded: bool = True) -> PromptStore:
    """The store over a folder of an office: its catalogues *.toml, `recorded/` and, made here, `made/`. Blocks on the
    disk for some 20 ms. Faults of the catalogues are in `store.catalogue.faults`.
    """
    catalogue = read_catalogue(*sorted(folder.glob("*.toml")))
    return PromptStore(catalogue, folder / "made", Versions(folder / "recorded"), files, threaded)


def _synthesised(
    cache: SpeechCache, name: str, say: str, language: str, faults: list[PromptError] | None = None
) -> Samples:
    """faults: takes up that the disk does not keep it; whoever is to hear it, hears it. Without, that is an error."""

    def unkept(error: OSError) -> PromptError:
        why = _("cannot be kept ({why})").format(why=error)
        return PromptError(name, language, why, _("check the disk of {folder}").format(folder=cache.folder))

    refused = None if faults is None else lambda error: faults.append(unkept(error))
    try:
        samples = cache.speech(say, language, refused)
    except HardwareError as error:
        raise PromptError(name, language, str(error), error.action or _("record it")) from error
    except OSError as error:
        raise unkept(error) from error
    except ValueError as error:
        raise PromptError(name, language, str(error), _("write it shorter")) from error
    if not len(samples):
        why = _("{text} has nothing that can be read out").format(text=repr(say))
        raise PromptError(name, language, why, _("change its text, or record it"))
    return samples


def _read_out(part: Text, language: str) -> Clip:
    try:
        return Clip(synthesised(part.text, language))
    except HardwareError as error:
        raise PromptError(part, language, str(error), error.action) from error
    except ValueError as error:
        raise PromptError(part, language, str(error), _("write it shorter")) from error
