"""The box's own files: edited, checked, shown, written, and put to work; then the greeting's sound."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import trio

from core.config.command import put_to_work
from core.config.difference import difference as box_difference
from core.config.reading import Reading, parse
from core.hardware import PROFILES
from core.prompts.sound_files import read_sound
from core.prompts.store import open_prompts
from core.texts import N_, _
from firmware.setup.box_files import edited, greeting_files, picture_profiles
from firmware.setup.dialogue import Back, Mark, answer
from firmware.setup.dictation import dictated
from firmware.setup.hands import own, written
from firmware.setup.house import opened
from firmware.setup.plan import GREETING, Plan, planned
from firmware.setup.question import Choice, Question
from hw.wave import Samples

if TYPE_CHECKING:
    from firmware.setup.wizard import Wizard

PROMPTS = "prompts"

T = TypeVar("T")


async def files(w: Wizard) -> None:
    plan = planned(w.picture)
    profiles = picture_profiles(w.picture)
    folder = w.site.config
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name: path.read_text(encoding="utf-8") for path in files_of(folder)}
    texts: dict[str, str] = {}
    if there:
        question = Question(
            "files.begin",
            N_("There is a configuration in {folder}. What becomes of it?"),
            "keep" if w.picture.commit or not w.picture.simulated else "anew",
            choices=(
                Choice("keep", N_("it stays; lines, telephones and numbers become those of this setup")),
                Choice("anew", N_("a new one takes its place; the old files stay beside it as .old")),
            ),
            fills={"folder": folder},
        )
        if await answer(w.dialogue, question) == "keep":
            texts = there
    made = edited(plan, texts, profiles)
    reading = parse({name: text.encode() for name, text in made.items()}, folder)
    reading.box  # noqa: B018 - BadConfiguration: all mistakes are told
    for warning in reading.warnings:
        w.say("\n".join(warning.lines()), Mark.HINT)
    all_texts: dict[Path, str | None] = {folder / name: None for name in there if name not in made}
    all_texts |= {folder / name: text for name, text in made.items()}
    all_texts |= {w.site.data / PROFILES / profiles[name]: text for name, text in w.picture.profiles.items()}
    if plan.greeting != "none":
        flow, prompt = greeting_files(plan)
        all_texts |= {folder / "flows" / f"{GREETING}.toml": flow, w.site.data / PROMPTS / "setup.toml": prompt}
    _tell_box_difference(w, there, reading)
    if not await written(w, all_texts):
        raise Back
    message = _("setup")
    made_commit = await trio.to_thread.run_sync(partial(put_to_work, folder, w.site.data, w.site.socket, message))
    own(w.site.data)
    w.picture.commit = made_commit.number
    if made_commit.at_work:
        w.say(_("commit {number} is at work").format(number=made_commit.number), Mark.GOOD)
        for line in made_commit.lines:
            w.say(line)
    else:
        text = _("no box runs: it will begin with commit {number}")
        w.say(text.format(number=made_commit.number), Mark.GOOD)


def files_of(folder: Path) -> list[Path]:
    """The files of a configuration; a folder without any is a new box."""
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))


def _tell_box_difference(w: Wizard, there: dict[str, str], new: Reading) -> None:
    """What changes for the box, where there was one that could be read."""
    if not there:
        return
    old = parse({name: text.encode() for name, text in there.items()})
    if not old.mistakes:
        for line in box_difference(old.box, new.box).lines():
            w.say(line)


# ---- the greeting ----


async def words(w: Wizard) -> None:
    plan = planned(w.picture)
    if plan.greeting == "none":
        w.say(_("There is no greeting."))
    elif plan.greeting == "text":
        w.say(_("The box speaks it: {words}").format(words=plan.greeting_words), Mark.GOOD)
    elif plan.greeting == "file":
        path = Path(w.picture.answer("greeting.file"))
        samples = await _aside(w, lambda: read_sound(path))
        await _take_in(w, samples, path.name)
    else:
        await _spoken(w, plan)


async def _spoken(w: Wizard, plan: Plan) -> None:
    async with opened(w.site, committed(w).box) as house:
        said = _("Telephone {number} will ring: lift it, speak after the tone, and end with #.")
        w.say(said.format(number=plan.front), Mark.HINT)
        w.say(plan.greeting_words)
        samples = await dictated(house, plan.front, plan.greeting_words)
    await _take_in(w, samples, _("telephone {number}").format(number=plan.front))


async def _take_in(w: Wizard, samples: Samples, source: str) -> None:
    folder = w.site.data / PROMPTS
    store = open_prompts(folder, threaded=not w.site.virtual)
    by = w.picture.answer("office.installer")
    for language in ("zh", "en"):
        version = await store.add(f"setup.{GREETING}", language, samples, source=source, by=by)
    own(w.site.data)
    text = _("The greeting was taken in: {seconds:.1f} s, it was {level:.0f} dBm0.")
    w.say(text.format(seconds=version.ms / 1000, level=version.level_dbm0), Mark.GOOD)
    if version.quiet:
        w.say(_("It was recorded very quietly: noise may be heard. Speak closer to the microphone."), Mark.HINT)


async def _aside(w: Wizard, work: Callable[[], T]) -> T:
    return work() if w.site.virtual else await trio.to_thread.run_sync(work)


def committed(w: Wizard) -> Reading:
    return parse({path.name: path.read_bytes() for path in files_of(w.site.config)}, w.site.config)
