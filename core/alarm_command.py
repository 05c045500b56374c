"""`strowger alarms`: alarms that stand, those of the past, and who has seen them.

    strowger alarms                         that stand, with what to do
    strowger alarms --since 7d              those of the last week, too
    strowger alarms see "span e1a"          somebody sees to it

Exit code 1: a critical one stands.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from core import look
from core.api.client import Asker
from core.store.event import from_utc
from core.store.moment import FORMS, moment
from core.texts import _
from hw import wall_clock


def arguments(parser: argparse.ArgumentParser) -> None:
    look.arguments(parser)
    parser.add_argument("words", nargs="*", metavar="[see KEY]", help=_("acknowledges the alarm of that key"))
    parser.add_argument("--since", metavar="WHEN", help=_("alarms of the past as well: {forms}").format(forms=_(FORMS)))


def run(options: argparse.Namespace) -> int:
    if options.words and (options.words[0] != "see" or len(options.words) != 2):
        print(_('strowger: strowger alarms see "KEY" acknowledges one'), file=sys.stderr)
        return 2
    try:
        since = moment(options.since, wall_clock.now()) if options.since else None
    except ValueError:
        print(_("strowger: not a time; such are {forms}").format(forms=_(FORMS)), file=sys.stderr)
        return 2
    with Asker(options.socket) as box:
        if options.words:
            box.ask("alarm.acknowledge", key=options.words[1])
        standing = box.ask("alarm.list")["alarms"]
        past = box.ask("alarm.history", since=from_utc(since))["alarms"] if since is not None else []
    past = [alarm for alarm in past if alarm["until"] is not None]
    if options.since:
        rows = [_row(alarm) for alarm in [*past, *standing]]
        head = (_("since"), _("until"), _("level"), _("alarm"), _("seen by"), _("text"))
        look.show(options, {"alarms": standing, "past": past}, head, rows)
    else:
        rows = [
            (alarm["key"], _(alarm["level"]), _time(alarm["since"]), alarm["seen_by"], alarm["text"])
            for alarm in standing
        ]
        look.show(options, {"alarms": standing}, (_("alarm"), _("level"), _("since"), _("seen by"), _("text")), rows)
        if not options.json:
            remedies = [f"{alarm['key']}: {alarm['remedy']}" for alarm in standing if alarm["remedy"]]
            print("\n".join(remedies)) if remedies else None
    return 1 if any(alarm["level"] == "critical" for alarm in standing) else 0


def _row(alarm: dict[str, Any]) -> tuple[str, ...]:
    until = alarm.get("until")
    level = _(alarm["level"]) if alarm["level"] else ""
    gone = _time(until) if until is not None else _("it stands")
    return _time(alarm["since"]), gone, level, alarm["key"], alarm["seen_by"], alarm["text"]


def _time(seconds: float | None) -> str:
    """Local."""
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M:%S}" if seconds is not None else "..."
