"""Records leave as CSV that says the same as the records, and in Asterisk's order."""

from __future__ import annotations

import csv
import re
from datetime import UTC, timedelta, timezone

from hypothesis import given

from core.store.cdr import COLUMNS, asterisk_csv, own_csv, plain
from core.store.event import Event
from core.store.records import CallRecord, records
from tests.store.random_events import any_events
from tests.store.story import Story
from tests.store.transfers import stories

STORIES = stories()
ASTERISK = re.split(
    r"\s+",
    "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec "
    "disposition amaflags uniqueid userfield",
)


def of(title: str) -> list[CallRecord]:
    return list(records(STORIES[title].events))


def rows(lines: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(lines))


def test_columns_are_explained_and_named_once() -> None:
    assert all(column.text for column in COLUMNS)
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_a_transferred_call_in_our_columns() -> None:
    first = rows(list(own_csv(of("attended: the caller hangs up"))))[1]
    wanted = {
        "call": "1",
        "begin": "2026-11-26T12:00:00.000Z",
        "answer": "2026-11-26T12:00:05.000Z",
        "end": "2026-11-26T12:00:57.000Z",
        "calling": "13812345678",
        "called": "8001",
        "first": "8001",
        "last": "8002",
        "trunk_in": "e1a/1",
        "disposition": "answered",
        "hung_up": "e1a/1",
        "duration_s": "57.000",
        "talk_s": "40.000",
        "hold_s": "12.000",
        "moves": "8001 attended e1a/1 to 8002",
        "consults": "",
    }
    assert {name: first[name] for name in wanted} == wanted


@given(any_events())
def test_the_durations_of_each_row_add_up(events: list[Event]) -> None:
    told = list(records(events))
    for row, record in zip(rows(list(own_csv(told))), told, strict=True):
        parts = sum(float(row[f"{part}_s"]) for part in ("dial", "ring", "wait", "talk", "hold", "other"))
        assert abs(parts - float(row["duration_s"])) < 0.005
        assert row["call"] == str(record.call)


def test_a_name_is_never_a_formula() -> None:
    assert [plain(text) for text in ("=1+1", "+86138", "@cmd", "王芳", "")] == ["'=1+1", "'+86138", "'@cmd", "王芳", ""]


def test_a_record_is_one_line_whatever_a_name_has_in_it() -> None:
    story = Story()
    story.note("Originated", 1, "8001", called="8002", calling="8001", name="A\r\nB\x00\u2028C", direction="internal")
    story.hangs_up(1, "8001")
    told = list(records(story.events))
    _head, line = own_csv(told)
    assert "A  B  C" in line
    assert len("".join(asterisk_csv(told)).splitlines()) == 1


def test_the_same_call_in_asterisks_order() -> None:
    story = Story()
    story.note("ServiceInitiated", 1, "8001")
    story.note("Originated", 1, "8001", called="010888", calling="8001", name='"A" 王', direction="out", account="7")
    story.seizes(1, "e1a/2", "010888")
    story.wait(5)
    story.answers(1, "e1a/2")
    story.wait(30.9)
    story.hangs_up(1, "8001", then=["e1a/2"])
    (line,) = asterisk_csv(records(story.events), UTC)
    assert line == (
        '"7","8001","010888","internal","""""A"" 王"" <8001>","8001-1","e1a/2-1","Dial","e1a/2",'
        '"2026-11-26 12:00:00","2026-11-26 12:00:05","2026-11-26 12:00:35",35,30,"ANSWERED","DOCUMENTATION",'
        '"1795694400.1","cause=16"'
    )
    (local,) = asterisk_csv(records(story.events), timezone(timedelta(hours=8)))
    assert '"2026-11-26 20:00:00"' in local


def dispositions(cause: int) -> str:
    story = Story()
    story.calls(1, "8001", "8002")
    story.note("Failed", 1, "8002", cause=cause)
    story.wait(3)
    story.hangs_up(1, "8001")
    (row,) = csv.DictReader(asterisk_csv(records(story.events), UTC), fieldnames=ASTERISK)
    assert row["answer"] == ""
    assert (row["duration"], row["billsec"]) == ("5", "0")
    return str(row["disposition"])


def test_dispositions_are_asterisks() -> None:
    assert [dispositions(cause) for cause in (17, 19, 1, 34)] == ["BUSY", "NO ANSWER", "FAILED", "CONGESTION"]
