"""`strowger card`: the cards in this machine, their spans and channels, with alarms, what they mean and what to do.

    strowger card                  spans that the DAHDI driver has
    strowger card --simulated      those of the simulated card, for training
    strowger card --channels       every channel, not only spans
    strowger card detect           the cards that are plugged in, and what is missing until they have spans
    strowger card loop 1 line      loops to the far end (line, payload), or to us (local); or ends that (open)
    strowger card trace 3          opens span 3 and keeps the frames of its D channel, for Wireshark
    strowger card tune 9           matches the analog line of channel 9, and writes /etc/fxotune.conf; a running box
                                   that has the line lends it

Exit code 1: no driver, no span, a span in alarm, or a card that is not ready.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import trio

from core.daemon import DATA
from core.given import key, seconds
from core.hardware import TRACES
from core.lines import Lines
from core.meanings import MEANINGS
from core.testing_talk import PATIENCE_S
from core.texts import _
from firmware import detect
from firmware.bench import Bench
from firmware.opening import opened
from firmware.outcome import Outcome
from firmware.tracing import NAME, traced
from firmware.tune import TUNE, tune, with_line
from firmware.verdict import Verdict, told, worst, written
from hw import virtual_time
from hw.card import Balance, ChannelKind, HardwareError, SpanInfo, SpanLoop
from hw.dahdi.card import DahdiCard
from hw.dahdi.span import read_spans
from hw.plane import Plane
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.sim.card import SimCard
from hw.sim.far import FarSide
from hw.timers import Timers

FXOTUNE_CONF = Path("/etc/fxotune.conf")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "act",
        nargs="?",
        choices=("list", "detect", "loop", "trace", "tune"),
        default="list",
        metavar="list|detect|loop|trace|tune",
    )
    parser.add_argument(
        "span",
        nargs="?",
        type=int,
        metavar="SPAN|CHANNEL",
        help=_("list, loop, trace: of which span; tune: which channel"),
    )
    parser.add_argument("loop", nargs="?", choices=[loop.value for loop in SpanLoop], help=_("loop: which"))
    parser.add_argument("--seconds", type=whole_seconds, default=30, metavar="S", help=_("trace: so long (default 30)"))
    parser.add_argument("--to", type=Path, metavar="FILE", help=_("trace: into which file (default: spanN.pcap)"))
    parser.add_argument(
        "--side", choices=[side.value for side in Side], default="user", help=_("trace: which side we are")
    )
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help=_("trace, tune: data of the box"))
    parser.add_argument(
        "--config", type=Path, default=Path("/etc/strowger"), metavar="DIR", help=_("tune: files of the box")
    )
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("tune: control socket of the box, if it runs"))
    parser.add_argument(
        "--patience",
        type=seconds,
        default=PATIENCE_S,
        metavar="S",
        help=_("tune: so long a call on the line of the running box may go on before (default: %(default)g s)"),
    )
    parser.add_argument("--digit", type=key, default="1", help=_("tune: the digit that ends the dial tone (default 1)"))
    parser.add_argument("--simulated", action="store_true", help=_("of the simulated card"))
    parser.add_argument("--channels", action="store_true", help=_("every channel too"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def whole_seconds(text: str) -> int:
    """ArgumentTypeError: less than one, or a day and more."""
    if not text.isdecimal() or not 1 <= int(text) <= 86400:
        raise argparse.ArgumentTypeError(_("{text} is no number of seconds from 1 to 86400").format(text=text))
    return int(text)


def run(options: argparse.Namespace) -> int:
    if options.act == "detect":
        return detected(options)
    if options.act == "loop":
        return looped(options)
    if options.act == "trace":
        return trace(options)
    if options.act == "tune":
        return tuned(options)
    spans = simulated() if options.simulated else read_spans()
    if not spans:
        raise HardwareError(
            _("the driver has no span"),
            action=_("what is missing between slot and span: strowger card detect; without a card: --simulated"),
        )
    if options.span is not None:
        spans = tuple(span for span in spans if span.number == options.span)
        if not spans:
            text = _("the card has no span {number}").format(number=options.span)
            raise HardwareError(text, action=_("strowger card lists the spans"))
    if options.json:
        print(json.dumps({"spans": [facts(span) for span in spans]}, ensure_ascii=False))
    else:
        print("\n".join(row for span in spans for row in rows(span, options.channels)))
    return 1 if any(span.alarms for span in spans) else 0


def detected(options: argparse.Namespace) -> int:
    """The cards, and how far each is from being used."""
    cards = (detect.simulated(simulated()),) if options.simulated else detect.detect()
    verdicts = [card.verdict for card in cards] or [detect.none_found()]
    if options.json:
        print(
            json.dumps({"cards": [card.facts() for card in cards], "worst": worst(verdicts).value}, ensure_ascii=False)
        )
    else:
        for card in cards:
            print(f"{card.place}  {card.name}")
            print("\n".join(f"    {row}" for row in written(card.verdict)))
        if not cards:
            print("\n".join(written(verdicts[0])))
    return 0 if worst(verdicts) is Outcome.PASS else 1


def tuned(options: argparse.Namespace) -> int:
    """Matches a port to its line, and writes what was found into fxotune's file, which is applied at every start."""
    if options.span is None:
        print(_("Which channel? strowger card --channels lists them."))
        return 2
    from firmware import by_box  # the one act that wants it

    facts = None if options.simulated else by_box.made(_tuning(options))
    if facts is None:
        program = virtual_time.run if options.simulated else trio.run
        facts = program(_tuned, options)
    if facts.get("keep"):
        balance = facts["balance"]
        conf = FXOTUNE_CONF.read_text() if FXOTUNE_CONF.exists() else ""
        found = Balance(balance["impedance"], tuple(balance["taps"]))
        FXOTUNE_CONF.write_text(with_line(conf, options.span, found))
    print(json.dumps(facts, ensure_ascii=False) if options.json else "\n".join(told(facts)))
    return 0 if facts["outcome"] == Outcome.PASS.value else 1


def _tuning(options: argparse.Namespace) -> argparse.Namespace:
    """As strowger test would ask the running box for it."""
    asked = {"test": TUNE, "subject": str(options.span), "partner": "", "own": "", "number": ""}
    return argparse.Namespace(**(vars(options) | asked), long=False, profile=None)


async def _tuned(options: argparse.Namespace) -> Mapping[str, Any]:
    async with opened(options.simulated) as bench:
        verdict, balance = await tune(bench, options.span, options.digit)
    keep = balance is not None and not options.simulated
    return verdict.facts() | {"balance": asdict(balance) if balance is not None else None, "keep": keep}


def trace(options: argparse.Namespace) -> int:
    """HardwareError: the file cannot be written."""
    if options.span is None:
        print(_("Which span? strowger card lists them."))
        return 2
    to = options.to or Path(f"span{options.span}.pcap")
    program = virtual_time.run if options.simulated else trio.run
    with tempfile.TemporaryDirectory(prefix="strowger-trace-") as folder:
        verdict = program(_traced, options, Path(folder))
        if verdict.figures:
            _keep(Path(folder) / f"{NAME}.pcap", to)
    facts = verdict.facts() | {"file": str(to) if verdict.figures else None}
    lines = [*written(verdict), *([f"       {to}"] if verdict.figures else [])]
    print(json.dumps(facts, ensure_ascii=False) if options.json else "\n".join(lines))
    return 0 if verdict.outcome is Outcome.PASS else 1


def _keep(found: Path, to: Path) -> None:
    try:
        shutil.copyfile(found, to)
    except OSError as error:
        raise HardwareError(f"{to}: {error.strerror}", action=_("give another file: --to FILE")) from None


async def _traced(options: argparse.Namespace, folder: Path) -> Verdict:
    kept = [] if options.simulated else sorted((options.data / TRACES).glob("*.pcap"))
    side = Side(options.side)
    async with opened(options.simulated) as bench, trio.open_nursery() as nursery:
        if isinstance(bench.card, SimCard):
            await nursery.start(_network, bench)
        verdict = await traced(bench, options.span, options.seconds, folder, side, kept)
        nursery.cancel_scope.cancel()
    return verdict


async def _network(bench: Bench, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """The network at the far ends of the simulated spans that have a D channel."""
    assert isinstance(bench.card, SimCard)
    timers = Timers()
    lines = Lines(bench.plane, timers)
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run)
        for span in bench.card.spans():
            if any(info.kind is ChannelKind.DCHANNEL for info in span.channels):
                lines.pri(span.name, FarSide(bench.card), span.number, SpanSettings(LinkSettings(Side.NETWORK)))
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            lines.close_all()


def looped(options: argparse.Namespace) -> int:
    """HardwareError: no such span, or it cannot."""
    if options.span is None or options.loop is None:
        print(_("strowger card loop: of which span, and which: local, line, payload or open?"))
        return 2
    plane = Plane(virtual=True)
    card = SimCard(plane) if options.simulated else DahdiCard(plane)
    try:
        card.loop(options.span, SpanLoop(options.loop))
    finally:
        plane.close()
        card.free()
    return 0


def simulated() -> tuple[SpanInfo, ...]:
    plane = Plane(virtual=True)
    card = SimCard(plane)
    spans = card.spans()
    plane.close()
    card.free()
    return spans


def facts(span: SpanInfo) -> dict[str, Any]:
    return {
        "number": span.number,
        "name": span.name,
        "kind": span.kind,
        "hardware": span.hardware,
        "location": span.location,
        "timing": span.timing,
        "alarms": [alarm.name for alarm in span.alarms],
        "counters": {name: count for name, count in asdict(span.counters).items() if count is not None},
        "channels": [
            {
                "number": channel.number,
                "slot": channel.slot,
                "kind": channel.kind.value if channel.kind else None,
                "name": channel.name,
            }
            for channel in span.channels
        ],
    }


def rows(span: SpanInfo, channels: bool) -> list[str]:
    kinds: dict[str, int] = {}
    for channel in span.channels:
        kind = channel.kind.value if channel.kind else "not configured"
        kinds[kind] = kinds.get(kind, 0) + 1
    what = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    lines = [f"span {span.number}  {span.kind}  {span.name}  ({what})"]
    for alarm in span.alarms:
        meaning, remedy = MEANINGS[alarm]
        lines.append(f"    ALARM {alarm.name}: {_(meaning)}. {_(remedy)[:1].upper()}{_(remedy)[1:]}.")
    counted = {name: count for name, count in asdict(span.counters).items() if count}
    if counted:
        lines.append("    " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counted.items()))
    if channels:
        for channel in span.channels:
            kind = channel.kind.value if channel.kind else "not configured"
            lines.append(f"    {channel.number:4}  slot {channel.slot:2}  {kind:14}  {channel.name}")
    return lines
