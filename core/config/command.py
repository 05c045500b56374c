"""`strowger config`: look at the configuration, put it to work, go back.

    strowger config check                     all mistakes, with file, line and what was meant
    strowger config diff                      what the files would change, and when it takes effect
    strowger config diff 17                   what they would change in commit 17;  diff 16 17: between two commits
    strowger config commit -m "new group"     puts the files to work
    strowger config commit --confirm 10m      and goes back by itself, unless ...
    strowger config confirm                   ... this says that all is well
    strowger config rollback                  back to the commit before; rollback 16: to that one
    strowger config history                   who committed what, and when
    strowger config show --origin             every setting in force, with file and line
    strowger config migrate --write           files of an older format

check, show and migrate read files. diff and history ask the running box; commit, confirm and rollback are done by it.
When none runs, the commits are kept for its next start, and the command says so. Exit codes: 0 done, 1 mistakes or
refused, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.api.client import Asker
from core.api.errors import Refusal
from core.api.wire import MESSAGE_MAX, socket_path
from core.config import migration, showing
from core.config.commits import FOLDER, Commit, Commits, DamagedCommit, Pointers
from core.config.configuration import CONFIRM_S_MAX, Refused, kept, previous
from core.config.difference import Difference, difference
from core.config.files import files, with_shipped
from core.config.mistake import BadConfiguration, ConfigError
from core.config.reading import Reading, read
from core.daemon import DATA, locked
from core.texts import N_, _, plural
from hw import wall_clock
from hw.card import HardwareError

WANTING = 1
FOLDER_OF_THE_BOX = Path("/etc/strowger")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "": 60}


def arguments(parser: argparse.ArgumentParser) -> None:
    _places(parser)
    parser.set_defaults(folder=FOLDER_OF_THE_BOX, data=DATA, socket=None)
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, (_run, summary) in _ACTS.items():
        one = acts.add_parser(name, help=_(summary), description=_(summary))
        _places(one)
        one.add_argument("--json", action="store_true", help=_("print one JSON object"))
        if name == "check":
            one.add_argument(
                "files", nargs="*", type=Path, metavar="PATH", help=_("files or folders instead of --config")
            )
        elif name == "diff":
            one.add_argument("commits", nargs="*", type=int, metavar="N", help=_("commits; default: the one at work"))
        elif name == "commit":
            one.add_argument("-m", "--message", default="", help=_("why, for the history"))
            back = _("goes back after 90s, 10m or 2h unless it is confirmed")
            one.add_argument("--confirm", type=_duration, default=0, metavar="TIME", help=back)
        elif name == "rollback":
            one.add_argument("number", nargs="?", type=int, default=0, metavar="N", help=_("default: the one before"))
        elif name == "show":
            one.add_argument("--origin", action="store_true", help=_("with file and line of each value"))
            one.add_argument("--commit", type=int, default=0, metavar="N", help=_("of this commit, not of the files"))
        elif name == "migrate":
            one.add_argument("--write", action="store_true", help=_("write the files; the old ones stay beside them"))


def _places(parser: argparse.ArgumentParser) -> None:
    """Where the box is: before the act or behind it, as people write it."""
    for words, metavar, text in (
        (("--config", "--folder"), "DIR", _("files ({folder})").format(folder=FOLDER_OF_THE_BOX)),
        (("--data",), "DIR", _("data of the box ({folder})").format(folder=DATA)),
        (("--socket",), "PATH", _("control socket (default: as configured)")),
    ):
        name = words[-1].removeprefix("--")
        parser.add_argument(*words, dest=name, type=Path, default=argparse.SUPPRESS, metavar=metavar, help=text)


def run(options: argparse.Namespace) -> int:
    try:
        code: int = _ACTS[options.act][0](options)
    except BadConfiguration as bad:
        return _wanting(options, bad.mistakes)
    except ConfigError as error:
        return _wanting(options, [error])
    except (Refused, Refusal, DamagedCommit, LookupError) as error:
        mistakes = error.about.get("mistakes", []) if isinstance(error, Refusal) else []
        if options.json:
            print(json.dumps({"refused": str(error), "mistakes": mistakes}, ensure_ascii=False))
        else:
            print(f"strowger: {error}", file=sys.stderr)
            for mistake in mistakes:
                print(f"{mistake['path']}:{mistake['line']}:{mistake['column']}: {mistake['problem']}", file=sys.stderr)
        return WANTING
    return code


# ---- looking ----


def check(options: argparse.Namespace) -> int:
    found = read(options.files or with_shipped(options.folder))
    flows = [] if options.files or found.mistakes else _flows(options.folder, found)
    if options.json:
        print(json.dumps(_checked(found, flows), ensure_ascii=False))
        return WANTING if found.mistakes else 0
    _print(line for mistake in (*found.mistakes, *found.warnings, *flows) for line in mistake.lines())
    count, warnings = len(found.mistakes), len(found.warnings) + len(flows)
    if count:
        print(plural("{n} mistake", "{n} mistakes", count).format(n=count))
        return WANTING
    said = plural("{n} file, no mistake", "{n} files, no mistake", len(found.sources)).format(n=len(found.sources))
    if warnings:
        more = plural("{n} warning", "{n} warnings", warnings).format(n=warnings)
        said = _("{said}, {more}").format(said=said, more=more)
    print(said)
    return 0


def _flows(folder: Path, found: Reading) -> list[ConfigError]:
    """Where the flows do not fit. Warnings, since a flow with a mistake costs itself and no other."""
    from core.ivr import check, reading  # the one act that wants them

    places = [place / "flows" for place in with_shipped(folder) if (place / "flows").is_dir()]
    return check.check(reading.read(places), check.Known.of(found.box)).mistakes


def diff(options: argparse.Namespace) -> int:
    if len(options.commits) > 2:
        raise Refused(_("Two commits at most can be compared."))
    if len(options.commits) == 2:
        commits = _commits(options)
        old, new = (kept(commits, number).box for number in options.commits)
    else:
        found = read(with_shipped(options.folder))
        new = found.box
        if not options.commits:
            with _running(options, found) as asker:
                if asker is not None:
                    would = asker.ask("config.check", files=texts_to_send(options, found))
                    lines = would["lines"] or [_("They are the same.")]
                    _print([json.dumps({"changes": would["changes"]}, ensure_ascii=False)] if options.json else lines)
                    return 0
        commits = _commits(options)
        number = options.commits[0] if options.commits else commits.pointers.current
        if not number:
            raise Refused(_("Nothing was committed yet."))
        old = kept(commits, number).box
    _tell(options, {}, difference(old, new), _("They are the same."))
    return 0


def history(options: argparse.Namespace) -> int:
    rows, until = _history(options)
    if options.json:
        print(json.dumps({"commits": rows}, ensure_ascii=False))
        return 0
    waits = any(row["current"] and not row["confirmed"] for row in rows)
    for row in rows:
        when = datetime.fromisoformat(row["when"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        mark = ("?" if waits else "*") if row["current"] else "+" if row["confirmed"] else " "
        print(f"{mark} {row['number']:4}  {when}  {row['who']:12}  {row['message']}".rstrip())
    if waits and until is not None:
        text = _("commit {number} goes back at {time} unless it is confirmed")
        current = next(row["number"] for row in rows if row["current"])
        print(text.format(number=current, time=until.astimezone().strftime("%H:%M:%S")))
    return 0


def show(options: argparse.Namespace) -> int:
    found = kept(_commits(options), options.commit) if options.commit else read(with_shipped(options.folder))
    if options.json:
        print(json.dumps({"settings": [each.facts() for each in showing.values(found)]}, ensure_ascii=False))
    else:
        _print(showing.lines(found, options.origin))
    return 0


def migrate(options: argparse.Namespace) -> int:
    paths = {path.name: path for path in files([options.folder])}
    try:
        texts = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
        moved = {name: found for name, found in migration.migrate(texts).items() if found.steps}
    except (OSError, UnicodeDecodeError, migration.NewerFormat) as error:
        raise Refused(str(error)) from None
    if options.write:
        for name, found in moved.items():
            paths[name].replace(paths[name].with_name(f"{name}.old"))
            paths[name].write_text(found.text, encoding="utf-8")
    if options.json:
        steps = {str(paths[name]): found.steps for name, found in moved.items()}
        print(json.dumps({"files": steps}, ensure_ascii=False))
        return 0
    for name, found in moved.items():
        _print([f"{paths[name]}:", *(f"    {step}" for step in found.steps)])
    if not moved:
        print(_("All files are up to date."))
    elif not options.write:
        print(_("Nothing was written; --write does it."))
    return 0


# ---- putting to work ----


@dataclass(frozen=True, slots=True)
class AtWork:
    """A commit that was made. lines: what changes, and when; at_work: a box runs, and has it."""

    number: int
    lines: list[str]
    at_work: bool


def put_to_work(folder: Path, data: Path, socket: Path | None, message: str) -> AtWork:
    """Commits the files of a folder, by the running box or for its next start. BadConfiguration, Refused, Refusal,
    HardwareError: see commit()."""
    options = argparse.Namespace(folder=folder, data=data, socket=socket, message=message, confirm=0)
    found = read(with_shipped(folder))
    found.box  # noqa: B018 - BadConfiguration
    with _running(options, found) as asker:
        if asker is not None:
            made = asker.ask("config.commit", message=message, confirm_s=0, files=texts_to_send(options, found))
            return AtWork(made["number"], made["lines"], True)
    number, changes = _keep(options, found)
    return AtWork(number, changes.lines(), False)


def commit(options: argparse.Namespace) -> int:
    found = read(with_shipped(options.folder))
    found.box  # noqa: B018 - BadConfiguration
    with _running(options, found) as asker:
        if asker is not None:
            asked = {"message": options.message, "confirm_s": options.confirm, "files": texts_to_send(options, found)}
            return _done(options, asker.ask("config.commit", **asked))
        if options.confirm:
            raise Refused(_("No box runs that could go back by itself: commit without --confirm."))
        number, changes = _keep(options, found)
        _tell(options, _later(number), changes, "")
    return 0


def _keep(options: argparse.Namespace, found: Reading) -> tuple[int, Difference]:
    """A commit for the next start of the box."""
    with _alone(options) as commits:
        current = commits.pointers.current
        changes = difference(kept(commits, current).box, found.box) if current else Difference(())
        made = commits.add(found.contents, _who(), wall_clock.utc(), options.message)
        commits.point(Pointers(made.number, made.number))
    return made.number, changes


def confirm(options: argparse.Namespace) -> int:
    with _running(options) as asker:
        if asker is None:
            raise Refused(_("No box runs: at its start it goes back to the last confirmed commit."))
        return _done(options, asker.ask("config.confirm"))


def rollback(options: argparse.Namespace) -> int:
    with _running(options) as asker:
        if asker is not None:
            return _done(options, asker.ask("config.rollback", number=options.number))
        with _alone(options) as commits:
            number = options.number or previous(commits)
            if not number:
                raise Refused(_("There is no earlier commit."))
            changes = difference(kept(commits, commits.pointers.current).box, kept(commits, number).box)
            commits.point(Pointers(number, number))
        _tell(options, _later(number), changes, "")
    return 0


_ACTS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "check": (check, N_("find all mistakes")),
    "diff": (diff, N_("what the files would change, and when it takes effect")),
    "commit": (commit, N_("put the files to work")),
    "confirm": (confirm, N_("let the last commit stay")),
    "rollback": (rollback, N_("put an earlier commit to work")),
    "history": (history, N_("the commits that are kept")),
    "show": (show, N_("every setting in force")),
    "migrate": (migrate, N_("bring files of an older format up to date")),
}


# ---- what they share ----


@contextmanager
def _running(options: argparse.Namespace, found: Reading | None = None) -> Iterator[Asker | None]:
    """The running box; None: none runs there. HardwareError: one runs, and may not be asked."""
    path = options.socket or _socket(options, found)
    if not _answers(path):
        yield None
        return
    with Asker(path) as asker:
        yield asker


def box_at(folder: Path, data: Path, where: Path | None = None) -> Path | None:
    """The socket of the box that runs with this configuration and data; None: none runs. where: its socket, if that is
    known. HardwareError: one runs, and may not be asked.
    """
    path = where
    if path is None:
        options = argparse.Namespace(folder=folder, data=data)
        found = read(with_shipped(folder))
        path = _socket(options, found) if (data / FOLDER).is_dir() else _configured(found)
    return path if _answers(path) else None


def _answers(path: Path) -> bool:
    """HardwareError: somebody is there who may not be asked."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        try:
            trial.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError as error:
            raise HardwareError(
                _("the box does not answer at {path}: {why}").format(path=path, why=error.strerror or error),
                action=_("ask as a user of the box, or as root"),
            ) from None
    return True


def _socket(options: argparse.Namespace, found: Reading | None) -> Path:
    """As the environment says, else the commit at work, whatever the files have become meanwhile, else the files."""
    try:
        commits = _commits(options)
        current = commits.pointers.current
        at_work = kept(commits, current) if current else found
    except (HardwareError, DamagedCommit, LookupError):
        at_work = found
    return _configured(at_work)


def _configured(found: Reading | None) -> Path:
    """As the environment says, else the configuration."""
    if os.environ.get("STROWGER_SOCKET") or found is None or found.mistakes:
        return socket_path()
    return Path(found.box.control.socket)


@contextmanager
def _alone(options: argparse.Namespace) -> Iterator[Commits]:
    """The commits while no box has them. HardwareError: one has."""
    with locked(options.data):
        yield _opened(options.data / FOLDER)


def _commits(options: argparse.Namespace) -> Commits:
    """To look at; that makes no folder, least of all root's where the box must write. HardwareError: there are none."""
    return _opened(options.data / FOLDER, make=False)


def _opened(folder: Path, make: bool = True) -> Commits:
    try:
        if make or folder.exists():
            return Commits(folder)
    except OSError as error:
        raise HardwareError(
            f"{folder}: {error.strerror}", action=_("look there as root, or name the folder of the data: --data DIR")
        ) from None
    raise HardwareError(
        _("nothing was committed yet in {folder}").format(folder=folder.parent),
        action=_("name the folder of the box's data: --data DIR"),
    )


def _who() -> str:
    """Who asks: also behind sudo."""
    return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name


def _done(options: argparse.Namespace, made: dict[str, Any]) -> int:
    """What the box has answered."""
    if options.json:
        print(json.dumps(made, ensure_ascii=False))
        return 0
    _print(made["lines"])
    print(_("commit {number} is at work").format(number=made["number"]))
    if made["confirm_s"]:
        seconds = made["confirm_s"]
        time = f"{seconds / 60:g} min" if seconds >= 120 else f"{seconds:g} s"
        print(_("it goes back in {time}, unless you say: strowger config confirm").format(time=time))
    return 0


def _later(number: int) -> dict[str, Any]:
    return {"number": number, "confirm_s": 0.0, "at_work": False}


def _tell(options: argparse.Namespace, facts: dict[str, Any], changes: Difference, same: str) -> None:
    if options.json:
        print(json.dumps({**facts, "changes": changes.facts()}, ensure_ascii=False))
        return
    _print(changes.lines() if changes or not same else [same])
    if facts:
        print(_("no box runs: it will begin with commit {number}").format(number=facts["number"]))


def _wanting(options: argparse.Namespace, mistakes: Any) -> int:
    if options.json:
        print(json.dumps({"mistakes": [mistake.facts() for mistake in mistakes]}, ensure_ascii=False))
    else:
        for mistake in mistakes:
            print("\n".join(mistake.lines()), file=sys.stderr)
    return WANTING


def _checked(found: Reading, flows: list[ConfigError]) -> dict[str, Any]:
    return {
        "files": [str(source.path) for source in found.sources],
        "mistakes": [mistake.facts() for mistake in found.mistakes],
        "warnings": [warning.facts() for warning in (*found.warnings, *flows)],
    }


def _history(options: argparse.Namespace) -> tuple[list[dict[str, Any]], datetime | None]:
    """The commits, the newest first, and when the current one goes back: of the running box, or as they are kept.

    Of each: * at work, ? at work and to be confirmed, + where it goes back to.
    """
    with _running(options) as asker:
        if asker is not None:
            found = asker.ask("config.history")
            waits = found["confirm_s"] > 0
            until = wall_clock.utc() + timedelta(seconds=found["confirm_s"]) if waits else None
            return [_asked(row, waits) for row in found["commits"]], until
    commits = _commits(options)
    pointers = commits.pointers
    return [_about(commit, pointers) for commit in commits.history()], pointers.until


def _about(commit: Commit, pointers: Pointers) -> dict[str, Any]:
    return {
        "number": commit.number,
        "who": commit.who,
        "when": commit.when.isoformat(),
        "message": commit.message,
        "hash": commit.hash,
        "current": commit.number == pointers.current,
        "confirmed": commit.number == pointers.confirmed,
    }


def _asked(row: dict[str, Any], waits: bool) -> dict[str, Any]:
    """The same of what the box has answered."""
    current = row["state"] == "current"
    return {
        "number": row["number"],
        "who": row["who"],
        "when": datetime.fromtimestamp(row["when"], UTC).isoformat(),
        "message": row["message"],
        "hash": row["hash"],
        "current": current,
        "confirmed": row["state"] == "confirmed" or (current and not waits),
    }


def texts_to_send(options: argparse.Namespace, found: Reading) -> dict[str, str] | None:
    """The files by name, as the box takes them; None: they are too large for a message, and it reads its own."""
    texts = {name: content.decode() for name, content in found.contents.items()}
    if len(json.dumps(texts, ensure_ascii=False).encode()) < MESSAGE_MAX - 4096:
        return texts
    if options.folder != FOLDER_OF_THE_BOX:
        text = _("These files are too large to be sent to the box; it reads {folder} itself.")
        raise Refused(text.format(folder=FOLDER_OF_THE_BOX))
    return None


def _duration(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|)", text)
    seconds = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    if not 0 < seconds <= CONFIRM_S_MAX:
        raise argparse.ArgumentTypeError(f"{text!r}: write 90s, 10m or 2h, at most {CONFIRM_S_MAX // 3600}h")
    return seconds


def _print(lines: Any) -> None:
    for line in lines:
        print(line)
