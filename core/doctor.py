"""`strowger doctor`: looks after everything that a box needs, whether it runs or not, and says what is to be done.

    strowger doctor                  one line a check: ok, notice or WANTING, with the remedy
    strowger doctor --json

It changes nothing. What the running box says of itself (alarms, faults, lost speech) is asked over the control
interface; the rest is looked at from outside: configuration, journal, disk, clock, cards, voice, service, backups. A
check that fails by its own fault says so and keeps none of the others from being done. Exit code 1: something is
wanting.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from core.api.client import Asker
from core.api.errors import Refusal
from core.backup import UNDER_WAY, shelf
from core.backup.command import FOLDER_OF_THE_BOX, box_of, commits_of, folders
from core.config.files import with_shipped
from core.config.mistake import BadConfiguration, ConfigError
from core.config.model.box import Box
from core.config.reading import read
from core.daemon import DATA
from core.meanings import MEANINGS
from core.store.disk import room
from core.store.reader import NAME as JOURNAL
from core.texts import N_, _, plural
from core.width import fit
from hw import wall_clock
from hw.card import HardwareError

GOOD, NOTICE, WANTING = "ok", "notice", "wanting"
# Words that are shown.
LEVELS = (N_("ok"), N_("notice"), N_("wanting"))
BACKUP_DAYS = 2
"""A nightly backup is that old when one night was missed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """check: what was looked at. level: ok, notice or wanting. remedy: what to do; empty when all is well."""

    check: str
    level: str
    text: str
    remedy: str = ""


class Patient:
    """The box from outside. `ask`: of the running box; None: none answers at `socket`."""

    def __init__(self, config: Path, data: Path | None, socket: Path | None) -> None:
        self.config = config
        self.data = data or DATA
        self._socket = socket
        if data is None and self.box is not None:
            self.data = Path(self.box.box.data)

    @cached_property
    def box(self) -> Box | None:
        try:
            return box_of(self.config, self.data)
        except (BadConfiguration, ConfigError, HardwareError, LookupError, OSError, Refusal):
            return None

    @cached_property
    def answers(self) -> tuple[dict[str, Any], list[dict[str, Any]]] | str:
        """Status and alarms; or why nobody answers."""
        path = self._socket
        if path is None and "STROWGER_SOCKET" not in os.environ and self.box is not None:
            path = Path(self.box.control.socket)
        try:
            with Asker(path) as asker:
                alarms = asker.ask("alarm.list")["alarms"] if "alarm.list" in asker.welcome["methods"] else []
                return asker.ask("box.status"), alarms
        except (HardwareError, Refusal) as error:
            return str(error)


Check = Callable[[Patient], Iterable[Finding]]


def configuration(patient: Patient) -> Iterable[Finding]:
    name = _("configuration")
    try:
        found = read(with_shipped(patient.config))
    except ConfigError as error:
        yield Finding(name, WANTING, str(error), error.hint)
        return
    if found.mistakes:
        count = len(found.mistakes)
        text = plural("the files have {n} mistake", "the files have {n} mistakes", count).format(n=count)
        yield Finding(name, WANTING, text, _("see each with its line: strowger config check"))
        return
    commits = commits_of(patient.data)
    current = commits.pointers.current if commits is not None else 0
    if commits is None or not current:
        yield Finding(name, NOTICE, _("no mistake; nothing was committed yet"), "strowger config commit")
    elif commits.contents(current) != found.contents:
        text = _("the files are not what is at work (commit {number})").format(number=current)
        yield Finding(name, NOTICE, text, _("see what differs: strowger config diff"))
    else:
        yield Finding(name, GOOD, _("no mistake, commit {number} is at work").format(number=current))


def journal(patient: Patient) -> Iterable[Finding]:
    name = _("journal")
    path = patient.data / JOURNAL
    if (patient.data / UNDER_WAY).exists():
        text = _("a backup was put back only in part")
        yield Finding(name, WANTING, text, _("do it again: strowger restore FILE"))
        return
    if not path.exists():
        text = _("{path}: not there; the box has never run").format(path=path)
        yield Finding(name, NOTICE, text, _("start it: systemctl start strowger"))
        return
    try:
        how = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)) as sql:
            (said,) = sql.execute("PRAGMA quick_check(1)").fetchone()
            (events,) = sql.execute("SELECT count(*) FROM events").fetchone()
    except sqlite3.Error as error:
        said, events = str(error), 0
    if said != "ok":
        text = _("{path} is damaged: {error}").format(path=path, error=said)
        yield Finding(name, WANTING, text, _("stop the box and put the last backup back: strowger restore FILE"))
        return
    size = path.stat().st_size / 1e6
    yield Finding(name, GOOD, _("whole, {events} events, {megabytes:.0f} MB").format(events=events, megabytes=size))
    aside = sorted(each.name for each in patient.data.glob(f"{path.stem}*damaged*"))
    if aside:
        text = _("a damaged journal was put aside: {names}").format(names=", ".join(aside))
        yield Finding(name, NOTICE, text, _("keep it until its calls are not needed any more, then delete it"))


def disk(patient: Patient) -> Iterable[Finding]:
    name = _("disk")
    if not patient.data.exists():
        text = _("{folder}: not there").format(folder=patient.data)
        yield Finding(name, WANTING, text, _("make it, owned by the user of the box; or --data DIR"))
        return
    said = room(patient.data)
    percent = 100 * said.free / said.whole
    text = _("{percent:.0f} % free, {gigabytes:.1f} GB").format(percent=percent, gigabytes=said.free / 1e9)
    if not said.level:
        yield Finding(name, GOOD, text)
        return
    remedy = _("erase old recordings, or keep them for fewer days ([retention] of the configuration)")
    yield Finding(name, NOTICE if said.level == "notice" else WANTING, text, remedy)


def running(patient: Patient) -> Iterable[Finding]:
    name = _("exchange")
    answers = patient.answers
    if isinstance(answers, str):
        yield Finding(
            name, WANTING, answers, _("start it: systemctl start strowger; why not: journalctl -u strowger -e")
        )
        return
    status, alarms = answers
    uptime = timedelta(seconds=round(status["uptime_s"]))
    text = plural(
        "{state} for {uptime}, {calls} call, {lines} lines",
        "{state} for {uptime}, {calls} calls, {lines} lines",
        status["calls"],
    ).format(state=_(status["state"]), uptime=uptime, calls=status["calls"], lines=status["lines"])
    level = GOOD if status["state"] == "running" else NOTICE
    yield Finding(name, level, text, "" if level == GOOD else _("wait until it has started, or has stopped"))
    if status["missing"]:
        text = plural("{n} line is missing", "{n} lines are missing", status["missing"]).format(n=status["missing"])
        yield Finding(name, WANTING, text, _("strowger lines says which; look at the cards below"))
    if status["faults"]:
        text = _("{faults} faults of our own were contained; see the log").format(faults=status["faults"])
        yield Finding(name, NOTICE, text, "journalctl -u strowger -p warning")
    if status["lost_frames"]:
        text = _("{frames} frames of speech were lost").format(frames=status["lost_frames"])
        yield Finding(name, NOTICE, text, _("something keeps the processor from the media plane: see the load"))
    for warning in status["warnings"]:
        yield Finding(name, WANTING, warning, _("run it as the service that the package brings"))
    for alarm in alarms:
        level = WANTING if alarm["level"] == "critical" else NOTICE
        yield Finding(_("alarm"), level, alarm["text"], alarm["remedy"])


def cards(patient: Patient) -> Iterable[Finding]:
    name = _("cards")
    if patient.box is None or all(card.kind == "simulated" for card in patient.box.card):
        yield Finding(name, GOOD, _("the configuration has no real card"))
        return
    from hw.dahdi.span import read_spans

    spans = read_spans()
    if not spans:
        remedy = _("what is missing between slot and span: strowger card detect")
        yield Finding(name, WANTING, _("the driver has no span"), remedy)
    for span in spans:
        for alarm in span.alarms:
            meaning, remedy = MEANINGS[alarm]
            yield Finding(name, WANTING, f"{span.name}: {alarm.name}, {_(meaning)}", _(remedy))
        if not span.alarms:
            yield Finding(name, GOOD, _("span {number} {name}: no alarm").format(number=span.number, name=span.name))


def clock(patient: Patient) -> Iterable[Finding]:
    name = _("clock")
    now = wall_clock.now()
    if now.year < 2026:
        yield Finding(name, WANTING, f"{now:%Y-%m-%d %H:%M}", _("set the clock; its battery may be empty"))
        return
    said = _asked("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if said == "no":
        text = _("{now}, not set by any time server").format(now=f"{now:%Y-%m-%d %H:%M %Z}")
        yield Finding(name, NOTICE, text, _("records have the time of this clock: timedatectl set-ntp true"))
    else:
        yield Finding(name, GOOD, f"{now:%Y-%m-%d %H:%M %Z}")


def voice(patient: Patient) -> Iterable[Finding]:
    name = _("voice")
    if shutil.which("espeak-ng"):
        yield Finding(name, GOOD, _("prompts without a recording can be synthesised"))
    else:
        text = _("prompts without a recording are silent")
        yield Finding(name, NOTICE, text, _("apt install espeak-ng, or record them: strowger prompt record"))


def service(patient: Patient) -> Iterable[Finding]:
    name = _("service")
    shown = _asked("systemctl", "show", "strowger", "--property=LoadState,UnitFileState,NRestarts")
    facts = dict(line.partition("=")[::2] for line in shown.splitlines())
    if facts.get("LoadState") != "loaded":
        yield Finding(name, GOOD, _("not under systemd here"))
        return
    if facts.get("UnitFileState") != "enabled":
        text = _("it does not start with the machine")
        yield Finding(name, WANTING, text, "systemctl enable strowger")
    restarts = int(facts.get("NRestarts", "0") or 0)
    if restarts:
        text = plural("restarted {n} time by itself", "restarted {n} times by itself", restarts).format(n=restarts)
        yield Finding(name, NOTICE, text, "journalctl -u strowger -p warning")
    elif facts.get("UnitFileState") == "enabled":
        yield Finding(name, GOOD, _("starts with the machine, never restarted by itself"))


def backups(patient: Patient) -> Iterable[Finding]:
    name = _("backups")
    if patient.box is None:
        return
    folder = patient.box.backup.folder
    if not folder:
        text = _("none are made by night")
        yield Finding(name, NOTICE, text, _("name a folder: [backup] folder = ..."))
        return
    path = Path(folder)
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        yield Finding(name, NOTICE, _("{folder} cannot be read").format(folder=folder), _("run it as root"))
        return
    ours = [each for each in shelf.backups(path) if each.about.box == patient.box.box.name]
    if not ours:
        text = _("{folder}: no backup").format(folder=folder)
        yield Finding(name, WANTING, text, _("make one: strowger backup"))
        return
    age = wall_clock.utc() - datetime.fromisoformat(ours[-1].about.when)
    days = age / timedelta(days=1)
    text = plural("{n} backup, {days:.1f} days old", "{n} backups, the newest {days:.1f} days old", len(ours)).format(
        n=len(ours), days=days
    )
    if days > BACKUP_DAYS:
        yield Finding(name, WANTING, text, _("why: systemctl status strowger-backup; make one: strowger backup"))
    else:
        yield Finding(name, GOOD, text)


CHECKS: tuple[Check, ...] = (configuration, journal, disk, running, cards, clock, voice, service, backups)


def examine(patient: Patient, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """All findings, in the order of the checks."""
    found: list[Finding] = []
    for check in checks:
        try:
            found += check(patient)
        except Exception as error:  # one that cannot be done must not hide the others
            text = _("could not be looked at: {error}").format(error=f"{type(error).__name__}: {error}")
            found.append(Finding(check.__name__, NOTICE, text, _("run it as root")))
    return found


def arguments(parser: argparse.ArgumentParser) -> None:
    folders(parser)
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket of the box"))


def run(options: argparse.Namespace) -> int:
    found = examine(Patient(options.config or FOLDER_OF_THE_BOX, options.data, options.socket))
    if options.json:
        print(json.dumps({"findings": [asdict(finding) for finding in found]}, ensure_ascii=False))
    else:
        print("\n".join(line for finding in found for line in rows(finding)))
    return 1 if any(finding.level == WANTING for finding in found) else 0


def rows(finding: Finding) -> list[str]:
    level = _(finding.level)
    shown = level.upper() if finding.level == WANTING else level
    lines = [f"{fit(shown, 8)}  {fit(finding.check, 13)}  {finding.text}"]
    return [*lines, f"{'':25}{finding.remedy}"] if finding.remedy else lines


def _asked(*command: str) -> str:
    """What a program of the system says; empty where there is none."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
