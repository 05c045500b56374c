"""`strowger line learn`: finds out anew what analog lines are like, long after the setup.

    strowger line learn                     all lines whose numbers are known, by calling from line to line
    strowger line learn line1 line3         these
    strowger line learn line3 --helper      with somebody at a telephone outside, who calls the line when he is told
    strowger line learn line3 --helper --call 62000001        and whom the line calls, at this number
    strowger line learn --yes               writes without asking

    lines ── learned ── what was found ── difference of the files ── confirmed? ── written ── committed

What was found goes into the line's profile, in `lines` of the data folder; a line that had none is given one in the
configuration, which is committed. Where a box runs, it lends the lines and learns them itself (by_box.py); the calls of
its other lines go on, and what was learned is at work as soon as it is written. Exit codes: 0 all were learned, 1 one
was not, or nothing was to be written, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import tomlkit
import trio

from core.api.client import connected
from core.config.command import box_at, put_to_work
from core.config.files import with_shipped
from core.config.model.box import Box
from core.config.model.trunks import Trunk
from core.config.reading import read
from core.daemon import DATA
from core.hardware import PROFILES
from core.testing_talk import PATIENCE_S
from core.texts import N_, _
from firmware import by_box
from firmware.setup.changes import Changes
from firmware.setup.dialogue import Back, Dialogue, Leave, Mark, confirmed, difference
from firmware.setup.hands import own
from firmware.setup.house import opened
from firmware.setup.learning import Learned, among_themselves, with_help
from firmware.setup.plain import Plain
from firmware.setup.question import yes_no
from firmware.setup.site import Site
from hw import virtual_time
from hw.card import HardwareError
from hw.signalling.analog.learn import LearnError

WANTING = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    learn = acts.add_parser("learn", help=_("find out what analog lines are like; the others go on"))
    learn.add_argument("lines", nargs="*", metavar="LINE", help=_("names of trunks (default: all with a number)"))
    learn.add_argument("--helper", action="store_true", help=_("with somebody at a telephone outside, line by line"))
    learn.add_argument("--call", default="", metavar="NUMBER", help=_("with --helper: he is called there, too"))
    learn.add_argument("--yes", action="store_true", help=_("write without asking"))
    learn.add_argument(
        "--config", type=Path, default=Path("/etc/strowger"), metavar="DIR", help=_("files (default: %(default)s)")
    )
    learn.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help=_("data of the box (default: %(default)s)")
    )
    by_box.arguments(learn)
    learn.add_argument("--virtual", action="store_true", help=_("on a clock that does not wait (simulated cards only)"))


def run(options: argparse.Namespace) -> int:
    if options.call and not options.helper:
        print(_("strowger: --call goes with --helper"), file=sys.stderr)
        return 2
    site = Site(config=options.config, data=options.data, socket=options.socket, virtual=options.virtual)
    box = read(with_shipped(options.config)).box
    if options.virtual and any(card.kind != "simulated" for card in box.card):
        print(_("strowger: --virtual goes with simulated cards"), file=sys.stderr)
        return 2
    trunks = chosen(box, options.lines, options.helper)
    program = virtual_time.run if options.virtual else trio.run
    runs = None if options.virtual else box_at(options.config, options.data, options.socket)
    learner = Learner(site, box, Plain(threaded=not options.virtual), runs, options.patience)
    whole: bool = program(learner.learn, trunks, options.helper, options.call, options.yes)
    return 0 if whole else WANTING


def chosen(box: Box, names: Sequence[str], helper: bool) -> list[Trunk]:
    """Of these names, or all. HardwareError: there is none of a name, or they cannot call each other."""
    by_name = {trunk.name: trunk for trunk in box.trunk}
    for name in names:
        if name not in by_name:
            there = ", ".join(by_name) or "-"
            text = _("there is no analog line {line}").format(line=name)
            raise HardwareError(text, action=_("there are: {names}").format(names=there))
    trunks = [by_name[name] for name in names] if names else [trunk for trunk in box.trunk if trunk.number or helper]
    if not helper and (len(trunks) < 2 or not all(trunk.number for trunk in trunks)):
        raise HardwareError(
            _("line to line takes two lines at least, each with its number in the configuration"),
            action=_("set number of the trunks, or learn them with somebody outside: --helper"),
        )
    return trunks


class Learner:
    """dialogue: who is asked. runs: the socket of the box that runs with these folders; None: none does."""

    def __init__(
        self, site: Site, box: Box, dialogue: Dialogue, runs: Path | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        self._site = site
        self._box = box
        self._dialogue = dialogue
        self._runs = runs
        self._patience_s = patience_s

    async def learn(self, trunks: Sequence[Trunk], helper: bool, call: str = "", yes: bool = False) -> bool:
        """Whether all were learned, and written. HardwareError: a line cannot be opened. Refusal: the running box does
        not lend it.
        """
        if self._runs is not None:
            learned = await self._by_box(self._runs, trunks, helper, call)
        else:
            learned = await self._by_itself(trunks, helper, call)
        for name, words in learned.words.items():
            self._dialogue.say(f"{name}: {'; '.join(words)}", Mark.GOOD)
        for error in learned.failed.values():
            self._dialogue.say(str(error), Mark.BAD)
        return await self._write(learned, yes) and not learned.failed

    async def _by_box(self, runs: Path, trunks: Sequence[Trunk], helper: bool, call: str) -> Learned:
        names = [trunk.name for trunk in trunks]
        wanted = {"lines": names, "helper": helper, "call": call, "patience_s": self._patience_s}
        found = await by_box.asked(runs, "line.learn", names, self._dialogue, **wanted)
        failed = {name: LearnError(why) for name, why in found["failed"].items()}
        return Learned(found["profiles"], found["words"], failed)

    async def _by_itself(self, trunks: Sequence[Trunk], helper: bool, call: str) -> Learned:
        learned = Learned()
        try:
            async with opened(self._site, self._box) as house:
                if not helper:
                    numbers = {trunk.name: trunk.number for trunk in trunks}
                    return await among_themselves(house, numbers, self._dialogue.progress)
                for trunk in trunks:
                    self._dialogue.say(_("{line}:").format(line=trunk.name))
                    learned = learned.with_also(await with_help(house, trunk.name, call, self._hint, None))
        except BaseExceptionGroup as group:
            raise _first(group) from None
        return learned

    def _hint(self, text: str) -> None:
        self._dialogue.say(text, Mark.HINT)

    async def _write(self, learned: Learned, yes: bool) -> bool:
        """False: nothing was learned, or it is not to be written. OSError: the disk refuses."""
        if not learned.profiles:
            return False
        files = {trunk.name: trunk.profile for trunk in self._box.trunk}
        profiles = {name: files[name] or f"{name}.toml" for name in learned.profiles}
        texts: dict[Path, str | None] = {
            self._site.data / PROFILES / profiles[name]: text for name, text in learned.profiles.items()
        }
        named = with_profiles(self._texts(), {name: file for name, file in profiles.items() if not files[name]})
        texts |= {self._site.config / name: text for name, text in named.items()}
        changes = Changes(texts)
        if not changes:
            self._dialogue.say(_("The files say so already."), Mark.GOOD)
            return True
        difference(self._dialogue, list(changes.lines()))
        names = ", ".join(str(path) for path in changes.paths)
        if not yes and not await self._confirmed(names):
            return False
        changes.write()
        self._dialogue.say(_("Written: {names}").format(names=names), Mark.GOOD)
        own(self._site.data)
        if named:
            made = put_to_work(self._site.config, self._site.data, self._site.socket, _("analog lines learned"))
            at_work, later = _("commit {number} is at work"), _("no box runs: it will begin with commit {number}")
            self._dialogue.say((at_work if made.at_work else later).format(number=made.number), Mark.GOOD)
            own(self._site.data)
        if self._runs is not None:
            await self._reopen(self._runs, [name for name in profiles if files[name]])
        return True

    async def _reopen(self, runs: Path, names: Sequence[str]) -> None:
        """Lines whose profile says something else now, by the same name: the box reads it when it opens them."""
        async with connected(runs, client="learn") as box:
            for name in names:
                await box.ask("line.reopen", line=name)

    async def _confirmed(self, names: str) -> bool:
        question = yes_no("write", N_("Write {names}?"), True, N_("Nothing was written yet."), names=names)
        try:
            return await confirmed(self._dialogue, question)
        except (Back, Leave):
            return False

    def _texts(self) -> dict[str, str]:
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(self._site.config.glob("[!.]*.toml"))}


def with_profiles(texts: dict[str, str], profiles: dict[str, str]) -> dict[str, str]:
    """The files in which the rows of these lines are, with their profile set. HardwareError: a row is in none."""
    left = dict(profiles)
    changed = {}
    for name, text in texts.items():
        document = tomlkit.parse(text)
        rows = [row for row in document.get("trunk", []) if row.get("name") in left]
        for row in rows:
            row["profile"] = left.pop(row["name"])
        if rows:
            changed[name] = tomlkit.dumps(document)
    if left:
        text = _("no file of the box has the line {names}").format(names=", ".join(left))
        raise HardwareError(text, action=_("write profile = ... there where the line is configured"))
    return changed


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
