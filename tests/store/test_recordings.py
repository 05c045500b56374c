"""What the journal knows of recordings: rows from events, and every way of searching for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.store.event import Event
from core.store.journal_file import JournalFile
from core.store.life import Lives
from core.store.reader import Reader
from core.store.recordings import Wanted, files, named, recordings
from core.store.records import record
from core.store.run import Run
from tests.store.story import NOON, Story

MINUTE = 60_000_000


def began(story: Story, call: int, file: str, device: str = "e1a/1", **data: Any) -> None:
    story.note("RecordingBegan", call, device, file=file, **data)


def ended(story: Story, call: int, file: str, device: str = "e1a/1") -> None:
    story.note("RecordingEnded", call, device, file=file, ms=5000, sha256="aa", problem="")


def office() -> Story:
    """Four calls, a minute apart; the third of them a consultation that went into the second."""
    story = Story()
    story.incoming(1, "e1a/1", "8001", calling="13800000001")
    began(story, 1, "1-1.wav", rule="all", retention="year")
    story.wait(10)
    ended(story, 1, "1-1.wav")
    story.hangs_up(1, "e1a/1")
    story.wait(50)
    story.incoming(2, "e1a/2", "8002", calling="13800000002")
    story.note("NetworkReached", 2, "e1a/2", number="62001001", group="country")
    story.note("Queued", 2, "e1a/2", queue="sales")
    story.note("Served", 2, "8002", agent="1002", queue="sales", waited_ms=4000)
    story.note("ServiceInitiated", 3, "8002", consults=2)
    story.note("Queued", 3, "8002", queue="service")
    began(story, 3, "3-1.wav", "8002", by="Li")
    story.note("RecordingState", 3, "8002", file="3-1.wav", state="masked")
    story.ends(3, cause=0, reason="transferred", into=2)
    ended(story, 2, "3-1.wav", "8002")
    story.note("RecordingConverted", file="3-1.wav", form="opus", sha256="bb", was="aa")
    story.note("RecordingHeard", file="3-1.wav", by="Sun", how="played")
    story.hangs_up(2, "e1a/2")
    story.wait(60)
    story.incoming(4, "e1a/1", "8003", calling="13800000001")
    began(story, 4, "4-1.wav", rule="all")
    ended(story, 4, "4-1.wav")
    story.hangs_up(4, "e1a/1")
    story.note("RecordingErased", file="4-1.wav", reason="asked for", by="Sun", sha256="aa")
    story.wait(60)
    story.incoming(5, "e1a/1", "8004", calling="13800000005")
    began(story, 5, "5-1.wav")
    return story


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    path: Path = tmp_path_factory.mktemp("journal") / "journal.db"
    events = office().events
    lives = Lives()
    over = [record(life) for event in events if (life := lives.see(event))]
    file = JournalFile(path)
    file.write(events, {}, over, Run(1, NOON, NOON, 0, ended=True))
    file.close()
    reader = Reader(path)
    yield reader
    reader.close()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["1-1.wav", "3-1.wav", "5-1.wav"]),
        (Wanted(there=False), ["1-1.wav", "3-1.wav", "4-1.wav", "5-1.wav"]),
        (Wanted(last=2), ["3-1.wav", "5-1.wav"]),
        (Wanted(since=NOON + MINUTE // 2), ["3-1.wav", "5-1.wav"]),
        (Wanted(until=NOON + MINUTE // 2), ["1-1.wav"]),
        (Wanted(call=1), ["1-1.wav"]),
        (Wanted(call=2), ["3-1.wav"]),
        (Wanted(call=3), ["3-1.wav"]),
        (Wanted(call=9), []),
        (Wanted(number="13800000001"), ["1-1.wav"]),
        (Wanted(number="13800000002"), ["3-1.wav"]),
        (Wanted(number="13800000001", there=False), ["1-1.wav", "4-1.wav"]),
        (Wanted(station="8002"), ["3-1.wav"]),
        (Wanted(station="e1a/1"), ["1-1.wav", "5-1.wav"]),
        (Wanted(group="country"), ["3-1.wav"]),
        (Wanted(queue="sales"), ["3-1.wav"]),
        (Wanted(queue="service"), ["3-1.wav"]),
        (Wanted(agent="1001"), []),
        (Wanted(agent="1002"), ["3-1.wav"]),
        (Wanted(rule="all"), ["1-1.wav"]),
        (Wanted(retention="year"), ["1-1.wav"]),
        (Wanted(retention=""), ["3-1.wav", "5-1.wav"]),
        (Wanted(text="00002"), ["3-1.wav"]),
        (Wanted(text="%"), []),
        (Wanted(file="4-1.wav", there=False), ["4-1.wav"]),
        (Wanted(file="4-1.wav"), []),
        (Wanted(open=True), ["5-1.wav"]),
        (Wanted(group="country", rule="all"), []),
    ],
)
def test_recordings_are_found_by_what_the_journal_knows(reader: Reader, wanted: Wanted, found: list[str]) -> None:
    assert [row.file for row in reader.recordings(wanted)] == found


def test_a_row_says_what_became_of_its_recording(reader: Reader) -> None:
    first, third, fourth, fifth = reader.recordings(Wanted(there=False))
    assert (first.rule, first.retention, first.ms, first.ended, first.form) == ("all", "year", 5000, True, "wav")
    assert (third.calls, third.by, third.masked, third.heard) == ((3, 2), "Li", True, 1)
    assert (third.form, third.sha256, third.name) == ("opus", "bb", "3-1.opus")
    assert (bool(fourth.erased), fourth.reason) == (True, "asked for")
    assert (fifth.ended, fifth.ms) == (False, 0)


def test_the_journal_finds_recordings_by_its_indexes(reader: Reader) -> None:
    """Years of other events lie between them."""
    sql = sqlite3.connect(reader.path)
    for wanted, index in ((Wanted(file="1-1.wav"), "recordings_by_file"), (Wanted(), "recordings_by_time")):
        asked: list[str] = []
        sql.set_trace_callback(asked.append)
        files(sql, wanted)
        sql.set_trace_callback(None)
        plan = [row[3] for row in sql.execute("EXPLAIN QUERY PLAN " + asked[0])]
        assert any(index in step for step in plan), plan
        assert not any(step.startswith("SCAN e") for step in plan), plan
    sql.close()


KINDS = (
    "RecordingBegan",
    "RecordingState",
    "RecordingEnded",
    "RecordingConverted",
    "RecordingHeard",
    "RecordingErased",
)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["1-1.wav", "2-1.wav"]))))
def test_any_order_of_events_gives_one_row_a_file(told: list[tuple[str, str]]) -> None:
    data = {"state": "paused", "form": "opus"}
    events = [Event(n, n, n, 1, 7, "8001", kind, {"file": file, **data}) for n, (kind, file) in enumerate(told, 1)]
    rows = recordings(events)
    assert {row.file for row in rows} == {file for kind, file in told if kind == "RecordingBegan"}
    assert len(rows) == len({row.file for row in rows})


def test_a_file_keeps_its_name_and_changes_its_end() -> None:
    assert named("2026/11/26/7-1.wav", "wav") == "2026/11/26/7-1.wav"
    assert named("2026/11/26/7-1.wav", "opus.age") == "2026/11/26/7-1.opus.age"
