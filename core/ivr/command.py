"""`strowger flow`: the workshop of flows (业务生成环境) at the command line.

    strowger flow check                            all mistakes, with file, line and what was meant
    strowger flow draw office                      the flow as a tree; --dot: for Graphviz
    strowger flow run office --simulate            plays it: you are the caller
    strowger flow run office --simulate --input "2,1,,hangup" --json
    strowger flow run office --simulate --save session.json
    strowger flow replay session.json              does the flow still do today what it did then?
    strowger flow publish                          the running box takes the files as they are, for new calls
    strowger flow list                             its flows, and the editions that calls keep

Flows are read from PATHs, files or folders (default: /etc/strowger/flows); with the folder of a configuration they are
compared with its queues, mailboxes, databases and numbers. Exit codes: 0 done, 1 mistakes, a flow that
failed, or a replay that differs; 2 used wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core import look
from core.config.files import with_shipped
from core.config.mistake import BadConfiguration, ConfigError
from core.config.reading import read as read_configuration
from core.ivr.check import Checked, Known, check
from core.ivr.draw import dot, tree
from core.ivr.library import Edition, Library
from core.ivr.reading import read
from core.ivr.run import Record, for_people, replay
from core.ivr.session import Caller, plain, restored, saved
from core.ivr.simulate import Bad, Simulation, World
from core.ivr.spoken import known
from core.prompts.catalogue import Catalogue, read_catalogue
from core.texts import _, plural
from hw import wall_clock

FOLDER = Path("/etc/strowger/flows")
PROMPTS = Path("/var/lib/strowger/prompts")
WANTING, WRONG = 1, 2


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(metavar="ACT", required=True)

    def act(word: str, summary: str, does: Any) -> argparse.ArgumentParser:
        one = acts.add_parser(word, help=summary, description=summary)
        one.set_defaults(does=does)
        one.add_argument("--json", action="store_true", help=_("print one JSON object"))
        one.add_argument(
            "--prompts",
            type=Path,
            default=PROMPTS,
            metavar="DIR",
            help=_("prompts of the office (default: {folder})").format(folder=PROMPTS),
        )
        return one

    def paths(one: argparse.ArgumentParser) -> None:
        text = _("files or folders of flows (default: {folder})").format(folder=FOLDER)
        one.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=text)

    paths(act("check", _("mistakes of the flows, each with its place"), _check))
    one = act("draw", _("a flow as a tree, or for Graphviz"), _draw)
    one.add_argument("flow", metavar="FLOW")
    paths(one)
    one.add_argument("--dot", action="store_true", help=_("for Graphviz: dot -Tsvg"))
    one = act("run", _("play a flow"), _run)
    one.add_argument("flow", metavar="FLOW")
    paths(one)
    one.add_argument("--simulate", action="store_true", required=True, help=_("without a line: you are the caller"))
    one.add_argument("--input", metavar="LIST", help=_('inputs with commas between them: "1,2,#,,hangup"'))
    one.add_argument("--caller", default="13800138000", metavar="NUMBER", help=_("who calls"))
    one.add_argument("--called", default="", metavar="NUMBER", help=_("which number was called"))
    one.add_argument("--customer-class", default="", metavar="NAME", help=_("class of the customer"))
    one.add_argument("--language", default="", metavar="CODE", help=_("language of the line"))
    one.add_argument("--now", type=datetime.fromisoformat, metavar="TIME", help=_("as 2026-02-17T12:00"))
    one.add_argument("--closed", action="append", default=[], metavar="CALENDAR", help=_("a calendar that is closed"))
    one.add_argument("--argument", action="append", default=[], metavar="NAME=VALUE", help=_("of a parameter"))
    one.add_argument(
        "--break", action="append", default=[], dest="breaks", metavar="FLOW/NODE", help=_("a break point")
    )
    one.add_argument("--save", type=Path, metavar="FILE", help=_("keep the record of the session"))
    one = act("replay", _("run a kept session again, and tell what is different"), _replay)
    one.add_argument("record", type=Path, metavar="FILE")
    paths(one)
    for word, summary, does in (
        ("publish", _("the running box takes the files as they are, for new calls"), _publish),
        ("list", _("flows of the running box, and the editions that calls keep"), _list),
    ):
        look.arguments(asking := acts.add_parser(word, help=summary, description=summary))
        asking.set_defaults(does=does)


def run(options: argparse.Namespace) -> int:
    try:
        code: int = options.does(options)
    except (BadConfiguration, ConfigError) as bad:
        mistakes = bad.mistakes if isinstance(bad, BadConfiguration) else [bad]
        _tell_mistakes(options, mistakes)
        return WANTING
    except Bad as error:
        print(f"strowger: {error}", file=sys.stderr)
        return WRONG
    return code


# ---- reading ----


def _read(options: argparse.Namespace) -> tuple[Checked, Catalogue]:
    catalogue = read_catalogue(*sorted(options.prompts.glob("*.toml")))
    prompt, places = known(catalogue)
    paths: list[Path] = options.paths or [FOLDER]
    return check(read(paths), replace(_around(paths), prompt=prompt, places=places)), catalogue


def _around(paths: list[Path]) -> Known:
    """What the configuration has of which the one folder is part; of a configuration with mistakes nothing is known."""
    office = paths[0].absolute().parent
    if len(paths) > 1 or paths[0].name != FOLDER.name or not any(office.glob("*.toml")):
        return Known()
    found = read_configuration(with_shipped(office))
    return Known() if found.mistakes else Known.of(found.box)


def _edition(options: argparse.Namespace, name: str) -> tuple[Edition, Catalogue]:
    """The flows, of which the named one must be there and without mistakes."""
    checked, catalogue = _read(options)
    if name not in checked.flows:
        if checked.mistakes:
            raise BadConfiguration(checked.mistakes)
        raise Bad(_("There is no flow {name}; there are: {names}").format(name=name, names=", ".join(checked.flows)))
    return Library().publish(checked.flows), catalogue


def _tell_mistakes(options: argparse.Namespace, mistakes: Iterable[ConfigError]) -> None:
    if options.json:
        print(json.dumps({"mistakes": [mistake.facts() for mistake in mistakes]}, ensure_ascii=False))
        return
    print("\n".join(line for mistake in mistakes for line in mistake.lines()))


def _check(options: argparse.Namespace) -> int:
    checked, _catalogue = _read(options)
    if options.json:
        facts = [mistake.facts() for mistake in checked.mistakes]
        print(json.dumps({"flows": sorted(checked.flows), "mistakes": facts}, ensure_ascii=False))
        return WANTING if facts else 0
    if checked.mistakes:
        _tell_mistakes(options, checked.mistakes)
        count = len(checked.mistakes)
        print(plural("{n} mistake", "{n} mistakes", count).format(n=count))
        return WANTING
    count = len(checked.flows)
    print(plural("{n} flow, no mistake", "{n} flows, no mistake", count).format(n=count))
    return 0


def _draw(options: argparse.Namespace) -> int:
    edition, _catalogue = _edition(options, options.flow)
    flow = edition.flows[options.flow]
    lines = dot(options.flow, flow) if options.dot else tree(flow)
    print(json.dumps({"flow": options.flow, "lines": lines}, ensure_ascii=False) if options.json else "\n".join(lines))
    return 0


# ---- playing ----


def _run(options: argparse.Namespace) -> int:
    edition, catalogue = _edition(options, options.flow)
    arguments = dict(argument.partition("=")[::2] for argument in options.argument)
    caller = Caller(
        call=1,
        caller=options.caller,
        called=options.called,
        customer_class=options.customer_class,
        language=options.language,
    )
    now = options.now or wall_clock.now().replace(microsecond=0, tzinfo=None)
    world = World(frozenset(options.closed))
    playing = Simulation(edition, options.flow, caller, now, catalogue, world, arguments, tuple(options.breaks))
    if options.input is None:
        _play(playing)
    else:
        _play_list(playing, separate(options.input), quiet=options.json)
    if options.save:
        options.save.write_text(saved(playing.run.record) + "\n")
    if options.json:
        record = plain(for_people(playing.run.record))
        print(json.dumps({**playing.result(), "moves": record["moves"]}, ensure_ascii=False))
    ended = playing.run.session.ended
    return WANTING if ended and ended.how == "failed" else 0


def separate(text: str) -> list[str]:
    """The inputs of a list; commas in an object are its own."""
    found, depth = [""], 0
    for sign in text:
        depth += (sign in "{[") - (sign in "}]")
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


def _play_list(playing: Simulation, inputs: list[str], quiet: bool) -> None:
    """All that is said is heard to its end, where no key interrupts it."""
    _print(playing.lines, quiet)
    for text in inputs:
        if playing.over:
            return
        if not quiet:
            print(f"> {text}")
        _print(playing.take(text), quiet)
    while not playing.over and playing.run.session.phase == "speaking":
        _print(playing.take(""), quiet)


def _print(lines: list[str], quiet: bool) -> None:
    if lines and not quiet:
        print("\n".join(lines))


def _play(playing: Simulation) -> None:
    """With a person at the keys, until the flow or his patience is over."""
    print(_("Keys, or Enter to hear and wait; hangup; :go, :into, :over, :out, :break, :set."))
    _print(playing.lines, False)
    while not playing.over:
        try:
            text = input("> ")
        except EOFError:
            text = "hangup"
        try:
            _print(playing.take(text), False)
        except Bad as error:
            print(f"  {error}")


def _replay(options: argparse.Namespace) -> int:
    try:
        record = restored(options.record.read_text(), Record)
    except (OSError, ValueError) as error:
        raise Bad(_("The record cannot be read: {why}").format(why=error)) from error
    edition, _catalogue = _edition(options, record.flow)
    session, differences = replay(edition, record)
    if options.json:
        facts = {"differences": plain(differences), "ended": session.ended.how if session.ended else ""}
        print(json.dumps(facts, ensure_ascii=False))
    else:
        for difference in differences:
            print(_("step {n}").format(n=difference.move))
            print(f"  {_('then')}: {json.dumps(plain(difference.then), ensure_ascii=False)}")
            print(f"  {_('now')}:  {json.dumps(plain(difference.now), ensure_ascii=False)}")
        if not differences:
            print(_("The flow does what it did then."))
    return WANTING if differences else 0


# ---- the running box ----


def _publish(options: argparse.Namespace) -> int:
    answer = look.asked(options, "flow.publish")
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
    elif answer["mistakes"]:
        for each in answer["mistakes"]:
            print(f"{each['path']}:{each['line']}:{each['column']}: {each['problem']}")
        print(_("Nothing was changed."))
    else:
        print(_("New calls take edition {number}.").format(number=answer["edition"]))
    return WANTING if answer["mistakes"] else 0


def _list(options: argparse.Namespace) -> int:
    answer = look.asked(options, "flow.list")
    rows = [
        (flow["name"], " ".join(flow["numbers"]), " ".join(flow["languages"]), flow["nodes"], flow["title"])
        for flow in answer["flows"]
    ]
    look.show(options, answer, (_("flow"), _("numbers"), _("languages"), _("nodes"), _("what for")), rows)
    if not options.json:
        for edition in answer["editions"]:
            print(_("edition {number}: {calls} calls").format(**edition))
    return 0
