"""Call records for other systems: CSV with columns of our own, and in the order of Asterisk's cdr_csv.

Own columns: COLUMNS says what each is. Times are UTC (ISO 8601, milliseconds), durations seconds with three decimals;
they add up to the whole call. Asterisk's order (cdr_csv.c, with uniqueid and userfield):

    accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,
    start,answer,end,duration,billsec,disposition,amaflags,uniqueid,userfield

Its times are local, as Asterisk's are unless `usegmtime` is set; text is in quotes, numbers are not. Where Asterisk has
one thing and we have two: `answer` is when the caller's charge began, be it by an announcement; lastapp says what the
call reached in the end.

What it does not: select records (reader.py), or open files.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from core.store.event import to_utc
from core.store.records import CallRecord
from hw.signalling.q850 import Cause

Cell = str | int
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of our CSV."""

    name: str
    text: str
    value: Callable[[CallRecord], Cell]


def _time(us: int) -> str:
    if not us:
        return ""
    return f"{to_utc(us):%Y-%m-%dT%H:%M:%S}.{us // 1000 % 1000:03}Z"


def _seconds(us: int) -> str:
    return f"{us / 1e6:.3f}"


def plain(text: str) -> str:
    """Text of strangers for a spreadsheet: what begins like a formula is made text by a leading apostrophe."""
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


def _chain(record: CallRecord) -> str:
    """8001 attended e1a/1 to 8002; 8002 forwarded …, in the order of each kind."""
    moves = [f"{move.by} {move.how} {move.transferred} to {move.to}" for move in record.transfers]
    return "; ".join(moves + [f"{move.device} {move.reason} to {move.to}" for move in record.diversions])


COLUMNS = (
    Column("call", "number of the call", lambda r: r.call),
    Column("begin", "when it began", lambda r: _time(r.begin)),
    Column("opened", "when the caller was answered, be it by an announcement", lambda r: _time(r.opened)),
    Column("answer", "when the called party answered; empty: never", lambda r: _time(r.answer)),
    Column("end", "when it ended", lambda r: _time(r.end)),
    Column("direction", "internal, in, out", lambda r: r.direction),
    Column("calling", "number of who called", lambda r: plain(r.calling)),
    Column("name", "name of who called", lambda r: plain(r.name)),
    Column("called", "number wanted", lambda r: plain(r.called)),
    Column("dialled", "digits as dialled", lambda r: plain(r.dialled)),
    Column("account", "what it is charged to", lambda r: plain(r.account)),
    Column("device", "device that called", lambda r: r.device),
    Column("first", "device tried first", lambda r: r.first),
    Column("last", "device that answered last, or was tried last", lambda r: r.last),
    Column("trunk_in", "trunk by which it came", lambda r: r.trunk_in),
    Column("group_in", "its group", lambda r: r.group_in),
    Column("trunk_out", "trunk by which it went out", lambda r: r.trunk_out),
    Column("group_out", "its group", lambda r: r.group_out),
    Column(
        "disposition",
        "answered, busy, no answer, failed, joined (to another call), service, incomplete",
        lambda r: r.disposition,
    ),
    Column("inferred", "1: the answer is a guess from the speech path", lambda r: int(r.inferred)),
    Column("cause", "Q.850 cause", lambda r: r.cause),
    Column("hung_up", "device whose party ended it; empty: the exchange", lambda r: r.hung_up),
    Column("by", "far: a person or the network; line: fault or alarm; exchange", lambda r: r.by),
    Column("reason", "why, in words", lambda r: plain(r.reason)),
    Column("duration_s", "the whole call, s", lambda r: _seconds(r.wall_us)),
    Column("dial_s", "dialling and reaching, s", lambda r: _seconds(r.dial_us)),
    Column("ring_s", "ringing, s", lambda r: _seconds(r.ring_us)),
    Column("wait_s", "queued, parked, with announcements, s", lambda r: _seconds(r.wait_us)),
    Column("talk_s", "talking, s", lambda r: _seconds(r.talk_us)),
    Column("hold_s", "held, s", lambda r: _seconds(r.hold_us)),
    Column("other_s", "failed or clearing, s", lambda r: _seconds(r.other_us)),
    Column("queues", "queues it waited in, in their order", lambda r: "; ".join(r.queues)),
    Column("services", "services used by their codes", lambda r: "; ".join(r.services)),
    Column("moves", "transfers, then diversions", _chain),
    Column("consults", "call for which this one asked back", lambda r: r.consults or ""),
    Column("into", "call that it became part of", lambda r: r.into or ""),
)


def own_csv(records: Iterable[CallRecord]) -> Iterator[str]:
    """Lines of our CSV, the first with the names of the columns."""
    yield _line([column.name for column in COLUMNS], csv.QUOTE_MINIMAL)
    for record in records:
        yield _line([column.value(record) for column in COLUMNS], csv.QUOTE_MINIMAL)


DISPOSITIONS = {"answered": "ANSWERED", "busy": "BUSY", "no answer": "NO ANSWER", "failed": "FAILED"}


def asterisk_csv(records: Iterable[CallRecord], zone: tzinfo | None = None) -> Iterator[str]:
    """Lines as Asterisk writes them to Master.csv. zone None: local time of the machine."""
    for record in records:
        yield _line(_asterisk(record, zone), csv.QUOTE_NONNUMERIC)


def _asterisk(record: CallRecord, zone: tzinfo | None) -> list[Cell]:
    answered = min((time for time in (record.opened, record.answer) if time), default=0)
    end = record.end or record.begin + record.wall_us
    disposition = "ANSWERED" if answered else DISPOSITIONS.get(record.disposition, "NO ANSWER")
    if not answered and record.cause in (Cause.NO_CIRCUIT, Cause.SWITCH_CONGESTION):
        disposition = "CONGESTION"
    return [
        record.account,
        record.calling,
        record.called or record.dialled,
        record.group_in or "internal",
        f'"{record.name}" <{record.calling}>' if record.name else record.calling,
        f"{record.device}-{record.call}" if record.device else "",
        f"{record.last}-{record.call}" if record.last else "",
        "Queue" if record.queues else "Dial",
        record.queues[-1] if record.queues else record.last,
        *[_local(time, zone) for time in (record.begin, answered, end)],
        record.wall_us // 1_000_000,
        (end - answered) // 1_000_000 if answered else 0,
        disposition,
        "DOCUMENTATION",
        f"{record.begin // 1_000_000}.{record.call}",
        f"cause={record.cause}" + f" into={record.into}" * bool(record.into),
    ]


def _local(us: int, zone: tzinfo | None) -> str:
    return f"{to_utc(us).astimezone(zone):%Y-%m-%d %H:%M:%S}" if us else ""


def _line(cells: list[Cell], quoting: int) -> str:
    """One record is one line, whatever control characters a name has."""
    file = io.StringIO()
    row = [_CONTROL.sub(" ", cell) if isinstance(cell, str) else cell for cell in cells]
    csv.writer(file, quoting=quoting, lineterminator="").writerow(row)  # type: ignore[arg-type]
    return file.getvalue()
