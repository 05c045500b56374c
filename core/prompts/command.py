"""`strowger prompt`: what the box says, and whose voice says it.

    strowger prompt list                          every prompt, with its text and where its sound comes from
    strowger prompt check                         faults of the catalogues and recordings, each with its place
    strowger prompt make                          synthesises what has no sound yet, all processors at work
    strowger prompt import call.busy busy.wav     a recording takes its place, trimmed and levelled
    strowger prompt import call.busy --text "..." another text, synthesised
    strowger prompt versions call.busy            all recordings of a prompt
    strowger prompt use call.busy 1               back to an older one; 0: the synthesiser's
    strowger prompt record call.busy 8001         by telephone: 8001 rings, who lifts it speaks
    strowger prompt hear queue.ahead ahead=2 --to out.wav

Exit code 1: a fault was found, a prompt or file is not there, a prompt could not be made.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import trio

from core.api.client import Asker
from core.prompts.catalogue import CatalogueError
from core.prompts.checking import faults_of
from core.prompts.phrases import PhraseError
from core.prompts.slots import KINDS, LANGUAGES
from core.prompts.sound_files import read_sound, write_sound
from core.prompts.store import PromptError, PromptStore, open_prompts
from core.prompts.synthesis import synthesised
from core.prompts.versions import Version, VersionError
from core.texts import _
from hw.wave import RATE, ClipError

FOLDER = Path("/var/lib/strowger/prompts")


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(metavar="ACT", required=True)

    def act(word: str, summary: str, does: Any) -> argparse.ArgumentParser:
        one = acts.add_parser(word, help=summary, description=summary)
        one.set_defaults(act=word, does=does)
        one.add_argument(
            "--folder",
            type=Path,
            default=FOLDER,
            help=_("prompts of the office (default: {folder})").format(folder=FOLDER),
        )
        one.add_argument("--json", action="store_true", help=_("print one JSON object"))
        return one

    def language(one: argparse.ArgumentParser) -> None:
        one.add_argument("--language", choices=tuple(LANGUAGES), default="zh", help=_("default: zh"))

    one = act("list", _("every prompt, its text and where its sound comes from"), _list)
    one.add_argument("--language", choices=tuple(LANGUAGES), help=_("of this language only"))
    one.add_argument("names", nargs="*", metavar="NAME", help=_("only these, or those that begin so: call."))
    act("check", _("faults of catalogues and recordings"), _check)
    one = act("make", _("synthesise what has no sound yet"), _make)
    one.add_argument("--language", choices=tuple(LANGUAGES), help=_("of this language only"))
    one = act("import", _("a file or a text takes the place of a prompt's sound"), _import)
    one.add_argument("name", metavar="NAME")
    one.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help=_("WAV, FLAC, Ogg or whatever libsndfile reads")
    )
    one.add_argument("--text", help=_("synthesise this instead"))
    one.add_argument("--by", default=getpass.getuser(), help=_("who recorded it"))
    language(one)
    one = act("versions", _("all recordings of a prompt"), _versions)
    one.add_argument("name", metavar="NAME")
    language(one)
    one = act("use", _("which recording of a prompt is heard"), _use)
    one.add_argument("name", metavar="NAME")
    one.add_argument("number", type=int, metavar="VERSION", help=_("0: the synthesiser's"))
    language(one)
    one = act("record", _("record a prompt by telephone: it rings, and who lifts it speaks"), None)
    one.add_argument("name", metavar="NAME")
    one.add_argument("station", metavar="STATION", help=_("the number of the telephone"))
    one.add_argument("--by", default=getpass.getuser(), help=_("who recorded it"))
    one.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket of the box"))
    language(one)
    one = act("hear", _("write what is heard to a WAV file"), _hear)
    one.add_argument("name", metavar="NAME")
    one.add_argument("values", nargs="*", metavar="PLACE=VALUE", help=_("values of a phrase: ahead=2, day=2026-11-26"))
    one.add_argument("--to", type=Path, required=True, metavar="FILE")
    language(one)


def run(options: argparse.Namespace) -> int:
    try:
        if options.act == "record":  # the running box does it, whose folder is its own
            return _record(options)
        code: int = options.does(open_prompts(options.folder), options)
    except (CatalogueError, PhraseError, PromptError, VersionError, ClipError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(_("{file}: {why}").format(file=error.filename or options.folder, why=error.strerror))
    return code


def _fail(text: str) -> int:
    print(f"strowger: {text}", file=sys.stderr)
    return 1


def _print(options: argparse.Namespace, facts: dict[str, Any], rows: list[str]) -> None:
    print(json.dumps(facts, ensure_ascii=False) if options.json else "\n".join(rows))


def _list(store: PromptStore, options: argparse.Namespace) -> int:
    found = []
    for code in [options.language] if options.language else list(LANGUAGES):
        for piece, entry in store.catalogue.pieces(code):
            if options.names and not any(piece.name.startswith(name) for name in options.names):
                continue
            version = store.versions.in_use(piece.name, code) if store.versions else None
            made = store.cache.has(piece.say, code)
            found.append(
                {
                    "name": piece.name,
                    "language": code,
                    "text": piece.text,
                    "sound": "recorded" if version else "synthesised" if made else "missing",
                    "version": version.number if version else None,
                    "file": f"{entry.path}:{entry.line}",
                    "note": entry.note,
                }
            )
    sounds = {"recorded": _("recorded"), "synthesised": _("synthesised"), "missing": _("to be made")}
    rows = [f"{one['name']:32} {one['language']}  {sounds[str(one['sound'])]:12} {one['text']}" for one in found]
    _print(options, {"prompts": found}, rows)
    return 0 if found else 1


def _check(store: PromptStore, options: argparse.Namespace) -> int:
    faults = faults_of(store)
    facts = [
        {"file": str(one.path), "line": one.line, "column": one.column, "problem": one.problem, "remedy": one.remedy}
        for one in faults
    ]
    counted = sum(1 for code in LANGUAGES for _piece in store.catalogue.pieces(code))
    rows = [str(one) for one in faults] or [_("{count} prompts, no fault").format(count=counted)]
    _print(options, {"faults": facts, "prompts": counted}, rows)
    return 1 if faults else 0


def _make(store: PromptStore, options: argparse.Namespace) -> int:
    began = time.perf_counter()
    languages = [options.language] if options.language else list(LANGUAGES)
    shown = _progress if sys.stderr.isatty() and not options.json else None
    done = trio.run(partial(store.make, languages, shown))
    seconds = time.perf_counter() - began
    rows = [str(error) for error in done.failed]
    rows.append(
        _("{made} made in {seconds:.1f} s, {kept} were there").format(made=done.made, seconds=seconds, kept=done.kept)
    )
    failed = [str(error) for error in done.failed]
    _print(options, {"made": done.made, "kept": done.kept, "failed": failed, "seconds": round(seconds, 2)}, rows)
    return 1 if done.failed else 0


def _progress(done: int, of: int) -> None:
    print(f"\r{done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _import(store: PromptStore, options: argparse.Namespace) -> int:
    if (options.file is None) == (options.text is None):
        return _used_wrongly(_("name a file, or give --text"))
    _recordable(store, options)
    if options.file is not None:
        samples, source = read_sound(options.file), options.file.name
    else:
        samples, source = synthesised(options.text, options.language), f"text: {options.text}"
    add = partial(store.add, options.name, options.language, samples, source=source, by=options.by)
    version = trio.run(add)
    _print(options, {"version": _facts(version, version)}, [_row(version, version), *_warnings(version)])
    return 0


def _used_wrongly(text: str) -> int:
    print(f"strowger: {text}", file=sys.stderr)
    return 2


def _warnings(version: Version) -> list[str]:
    warnings = []
    if version.quiet:
        warnings.append(_("  It was recorded very quietly: noise may be heard. Speak closer to the microphone."))
    if version.clipped:
        warnings.append(_("  It was recorded too loud and is distorted. Record it again, with less gain."))
    return warnings


def _recordable(store: PromptStore, options: argparse.Namespace) -> None:
    """CatalogueError: no such piece; for a phrase it names the pieces that can be recorded."""
    if store.catalogue.piece(options.name, options.language) is None:
        entry = store.catalogue.entries.get(options.name)
        said = entry.phrases.get(options.language) if entry else None
        if said and said.pieces:
            names = ", ".join(piece.name for piece in said.pieces)
            raise CatalogueError(
                _("{name} has places for values; record its pieces: {names}").format(name=options.name, names=names)
            )
        raise CatalogueError(
            _("there is no prompt {name} in {language}").format(name=options.name, language=options.language)
        )


def _versions(store: PromptStore, options: argparse.Namespace) -> int:
    _recordable(store, options)
    assert store.versions is not None
    versions = store.versions.of(options.name, options.language)
    heard = store.versions.in_use(options.name, options.language)
    rows = [_row(version, heard) for version in versions] or [_("no recording: the synthesiser's is heard")]
    _print(options, {"versions": [_facts(version, heard) for version in versions]}, rows)
    return 0


def _row(version: Version, heard: Version | None) -> str:
    mark = "*" if version == heard else " "
    made = version.made.astimezone().strftime("%Y-%m-%d %H:%M")
    length = _("{seconds:.1f} s, was {level:.0f} dBm0").format(seconds=version.ms / 1000, level=version.level_dbm0)
    return f"{mark} {version.number:3}  {made}  {length:24} {version.by}  {version.source}"


def _facts(version: Version, heard: Version | None) -> dict[str, Any]:
    return {
        "number": version.number,
        "in_use": version == heard,
        "made": version.made.isoformat(),
        "by": version.by,
        "source": version.source,
        "ms": version.ms,
        "level_dbm0": version.level_dbm0,
        "quiet": version.quiet,
        "clipped": version.clipped,
        "file": str(version.path),
    }


def _use(store: PromptStore, options: argparse.Namespace) -> int:
    _recordable(store, options)
    trio.run(store.use, options.name, options.language, options.number)
    return _versions(store, options)


def _record(options: argparse.Namespace) -> int:
    with Asker(options.socket) as box:
        wanted = {"device": options.station, "name": options.name, "language": options.language, "by": options.by}
        call = box.ask("prompt.record", **wanted)["call"]
    said = _("{station} rings: lift it, and follow the words (call {call})").format(station=options.station, call=call)
    _print(options, {"call": call}, [said])
    return 0


def _hear(store: PromptStore, options: argparse.Namespace) -> int:
    values: dict[str, object] = {}
    entry = store.catalogue.entries.get(options.name)
    for word in options.values:
        place, equals, value = word.partition("=")
        kinds = entry.places.get(place) if entry else None
        if not equals or not kinds:
            places = ", ".join(entry.places) if entry else ""
            return _used_wrongly(
                _("{word} is no value of {name}; it has: {places}").format(word=word, name=options.name, places=places)
            )
        try:
            values[place] = KINDS[kinds[0]].read(value)
        except ValueError:
            return _used_wrongly(_("{word} is not {what}").format(word=word, what=KINDS[kinds[0]].takes))
    clips = trio.run(partial(store.said, options.name, options.language, **values))
    samples = np.concatenate([clip.samples() for clip in clips])
    write_sound(options.to, samples)
    seconds = round(len(samples) / RATE, 2)
    _print(
        options,
        {"file": str(options.to), "seconds": seconds},
        [_("{file}: {seconds} s").format(file=options.to, seconds=seconds)],
    )
    return 0
