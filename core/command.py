"""The command `strowger`: finds the sub-command in one table and hands over to its module.

    strowger bench media --json
    strowger --help

A module of the table has two functions:

    def arguments(parser: argparse.ArgumentParser) -> None     adds its options and, where it has them, sub-commands
    def run(options: argparse.Namespace) -> int                does the work, returns the exit code

What prints a table also prints it as one JSON object with `--json`. Exit codes: 0 done, 1 found wanting (a check
failed, the hardware refused), 2 used wrongly. Only the module that was asked for is imported: help comes at once.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from core import texts, usage
from core.api.errors import Refusal
from core.config.mistake import BadConfiguration, ConfigError
from core.texts import N_, _
from hw.card import HardwareError
from hw.errors import LocalError

WANTING, INTERRUPTED = 1, 130


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table: the word that calls it, its module, one sentence of help."""

    word: str
    module: str
    summary: str


COMMANDS = (
    Command("run", "core.daemon", N_("the exchange itself, as a service or in a terminal")),
    Command(
        "demo", "tui.demo", N_("the box on its simulated card: a little town of callers, and the console in front")
    ),
    Command("console", "tui.command", N_("calls, board and alarms of the running box, on the whole terminal")),
    Command(
        "setup", "tui.setup_command", N_("from the card to the first call, step by step; --simulated for training")
    ),
    Command("status", "core.status", N_("how the box is, and its alarms")),
    Command("alarms", "core.alarm_command", N_("alarms that stand, and those of the past; see one")),
    Command("calls", "core.calls", N_("the calls of the running box")),
    Command("queues", "core.queue_command", N_("its queues, and who is to be called back; cancel a call-back")),
    Command("lines", "core.line_command", N_("its lines; block, unblock and reset them")),
    Command("line", "firmware.line_command", N_("learn what an analog line is like; the calls of the others go on")),
    Command("config", "core.config.command", N_("check, compare, commit and roll back the configuration")),
    Command("town", "core.town_command", N_("the people around a simulated card: lift, dial, call in")),
    Command("card", "firmware.card_command", N_("find the cards; their spans, alarms and what to do; close a loop")),
    Command("test", "firmware.test_command", N_("test spans and analog lines: PASS, FAIL or ABORT, and the next step")),
    Command("number", "core.number", N_("what would happen if these digits were dialled, and why")),
    Command("mailboxes", "core.mailboxes", N_("the mailboxes of the running box, and how full they are")),
    Command("prompt", "core.prompts.command", N_("what the box says: check, synthesise, import, versions")),
    Command("flow", "core.ivr.command", N_("automatic services: check, draw, play and replay flows")),
    Command("trace", "core.trace", N_("what a line or a call did, with milliseconds")),
    Command("records", "core.records", N_("calls that are over: table, CSV, JSON")),
    Command(
        "report", "core.report_command", N_("figures of the past: queues, agents and more; table, CSV, XLSX, JSON")
    ),
    Command("recording", "core.recording.command", N_("recordings: find, hear, export, verify, hold, erase")),
    Command("customers", "core.desk.command", N_("the customers' file: find, show, import, export, forget")),
    Command("backup", "core.backup.command", N_("one file with all that the box knows, made while it runs")),
    Command("restore", "core.backup.restore_command", N_("put a backup back, here or on another box")),
    Command("doctor", "core.doctor", N_("look after everything that a box needs, and say what to do")),
    Command("bench", "core.bench", N_("measure what this machine can carry")),
)


def there(module: str) -> bool:
    """Whether a module is part of this installation."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def main(words: Sequence[str] | None = None, table: Sequence[Command] = COMMANDS) -> int:
    words = sys.argv[1:] if words is None else words
    texts.use(texts.wanted(os.environ))
    usage.speak()
    top = argparse.ArgumentParser(prog="strowger", description=_("A call-centre exchange in one box."))
    top.add_argument(
        "--version", action="version", version=f"strowger {version('strowger')}", help=_("show the version and exit")
    )
    below = top.add_subparsers(metavar="COMMAND", required=True)
    for command in table:
        if there(command.module):
            parser = below.add_parser(command.word, help=_(command.summary), description=_(command.summary))
            if words[:1] == [command.word]:
                module = importlib.import_module(command.module)
                module.arguments(parser)
    # Wrong words and calls for help end here.
    options = top.parse_args(words)
    try:
        code: int = module.run(options)
    except (HardwareError, LocalError, Refusal) as error:
        remedy = getattr(error, "action", "") or getattr(error, "remedy", "")
        print(f"strowger: {error}", *[f"  {remedy}"] * bool(remedy), sep="\n", file=sys.stderr)
        return WANTING
    except (BadConfiguration, ConfigError) as bad:
        mistakes = bad.mistakes if isinstance(bad, BadConfiguration) else (bad,)
        print(*(line for mistake in mistakes for line in mistake.lines()), sep="\n", file=sys.stderr)
        return WANTING
    except sqlite3.DatabaseError as error:
        # The journal, as a rule: pages are lost that nobody looks at when it is opened.
        print(_("strowger: a database of the box is damaged: {error}").format(error=error), file=sys.stderr)
        print("  " + _("which one, and what to do: strowger doctor"), file=sys.stderr)
        return WANTING
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us (head, less) has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
