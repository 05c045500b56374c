"""`strowger status`: how the box is, its alarms and what to do about them.

Exit code 1: it does not run, or a critical alarm stands.
"""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.api.client import Asker
from core.texts import N_, _, plural

# Words that the box says, as people read them.
STATES = (N_("starting"), N_("running"), N_("stopping"), N_("stopped"))
LEVELS = (N_("critical"), N_("warning"), N_("notice"))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket of the box"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def run(options: argparse.Namespace) -> int:
    with Asker(options.socket) as box:
        status = box.ask("box.status")
        alarms = box.ask("alarm.list")["alarms"] if "alarm.list" in box.welcome["methods"] else []
    if options.json:
        print(json.dumps({"status": status, "alarms": alarms}, ensure_ascii=False))
    else:
        print("\n".join(rows(status, alarms)))
    return 1 if status["worst"] == "critical" or status["state"] != "running" else 0


def rows(status: dict[str, Any], alarms: list[dict[str, Any]]) -> list[str]:
    state, since = status["state"], datetime.fromtimestamp(status["since"]).astimezone()
    lines = [
        _("{name}: {state} since {since} ({uptime}), version {version}").format(
            name=status["name"],
            state=_(state),
            since=since.strftime("%Y-%m-%d %H:%M:%S"),
            uptime=timedelta(seconds=round(status["uptime_s"])),
            version=status["version"],
        ),
        _("configuration {configuration}").format(configuration=status["configuration"] or "-"),
        plural(
            "{calls} call, {lines} lines: {busy} busy, {out} out of service, {missing} missing",
            "{calls} calls, {lines} lines: {busy} busy, {out} out of service, {missing} missing",
            status["calls"],
        ).format(**status),
        _("journal at event {event}, on disk {lag} s ago; speech late {late_ms} ms, lost {lost_frames}").format(
            lag=status["journal_lag_s"], **status
        ),
    ]
    if status["faults"]:
        lines.append(_("{faults} faults of our own were contained; see the log").format(faults=status["faults"]))
    for alarm in alarms:
        seen = " " + _("(seen by {name})").format(name=alarm["seen_by"]) if alarm["seen_by"] else ""
        level = alarm["level"]
        lines.append(f"{_(level).upper():9} {alarm['text']}{seen}")
        if alarm["remedy"]:
            lines.append(f"{'':9} {alarm['remedy']}")
    lines += status["warnings"]
    return lines
