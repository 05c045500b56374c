"""The log of the daemon: one line an event, fields by name, for journald, for a terminal, for whoever greps.

    2026-11-26T01:24:08.113Z info  core.lines  line e1a is missing  span=3
    log.warning("client let go", extra={"peer": "Mei", "why": "slow"})      -> ... client let go  peer=Mei why=slow

What stands in `extra` becomes fields; so a call is found by `call=17`, a device by `device=e1a/3`. A traceback stays in
its line, as the field `trace` with its line ends written \\n. Under systemd the line begins with the priority for
journald (sd-daemon(3)) and has no time, which journald adds; elsewhere it has the time, in UTC.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_PLAIN = re.compile(r"[^\s\"=\\]+")
_ENDS = str.maketrans({"\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"})


def value(what: object) -> str:
    """As a field shows it: in quotes where it would not be one word."""
    text = str(what)
    return text if _PLAIN.fullmatch(text) else f'"{text.translate(_ENDS)}"'


class OneLine(logging.Formatter):
    """journald: with priority instead of time and level."""

    def __init__(self, journald: bool) -> None:
        super().__init__()
        self._journald = journald

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: what for name, what in record.__dict__.items() if name not in _OWN}
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        said = " ".join([f"{name}={value(what)}" for name, what in fields.items()])
        body = f"{record.name}  {message}" + (f"  {said}" if said else "")
        if self._journald:
            return f"<{priority(record.levelno)}>{body}"
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"{time} {record.levelname.lower():8} {body}"


def priority(level: int) -> int:
    """syslog's, of a level of logging."""
    return next((number for least, number in _PRIORITIES if level >= least), 7)


def begin(environment: Mapping[str, str], level: int = logging.INFO, stream: TextIO = sys.stderr) -> None:
    """Everything that is logged from now on goes there, and only there."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine(journald="JOURNAL_STREAM" in environment))
    logging.basicConfig(level=level, handlers=[handler], force=True)
