"""The trace of a line: readable, kept over a crash, and never in the way of the line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.command import main
from hw import wall_clock
from hw.signalling.line import Call, Idle, Party, Released, Seized
from hw.signalling.q850 import Cause
from hw.signalling.trace import AGAIN_S, FILE_MAX, KEPT, RATE, Trace, in_words, read


@pytest.fixture(autouse=True)
def _fixed_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 11, 23, 6, 3, 7, tzinfo=UTC))


def test_times_and_distances_are_shown() -> None:
    trace = Trace()
    trace.note(8000, "idle -> in_register")
    trace.note(8160, "hears 3 on")
    first, second = trace.lines()
    assert first.endswith(":07.000    +0.000   idle -> in_register")
    assert second.endswith(":07.020    +0.020   hears 3 on")


def test_a_telling_says_what_is_not_a_matter_of_course() -> None:
    released = Released(8000, Cause.USER_BUSY, "far", "busy tone 450.0 Hz")
    assert in_words(released) == "Released (cause user busy, reason busy tone 450.0 Hz)"
    assert in_words(Idle(3)) == "Idle"
    seized = Seized(0, Call(complete=True, calling=Party("110")))
    assert in_words(seized) == "Seized (call Call (complete True, calling Party (number 110)))"


def test_the_oldest_rows_go_first() -> None:
    trace = Trace()
    for row in range(KEPT + 10):
        trace.note(row, f"row {row}")
    assert len(trace.lines()) == KEPT
    assert trace.lines()[0].endswith("row 10")


def test_what_was_before_a_crash_can_be_read_after_it(tmp_path: Path) -> None:
    trace = Trace("trunk 1/31", tmp_path)
    trace.note(0, "idle")
    # No close: the process is gone.
    again = Trace("trunk 1/31", tmp_path)
    again.note(0, "idle again")
    rows = read(tmp_path, "trunk 1/31")
    assert [row.rpartition("   ")[2] for row in rows if not row.startswith("--")] == ["idle", "idle again"]


def test_a_chatty_line_fills_two_files_and_no_more(tmp_path: Path) -> None:
    trace = Trace("noisy", tmp_path)
    for row in range(20_000):
        trace.note(row * 160, f"bits {row:04} " + "x" * 40)
    trace.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3 * FILE_MAX
    assert read(tmp_path, "noisy")[-1].endswith("x" * 40)


def test_a_folder_that_cannot_be_written_costs_the_file_and_not_the_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    trace = Trace("line", tmp_path / "file")
    trace.note(0, "idle")
    trace.note(0, "still there")
    assert len(trace.lines()) == 2
    assert "Not a directory" in trace.problem or "File exists" in trace.problem


def test_a_full_disk_costs_the_file_and_not_the_line_and_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "line.trace").symlink_to("/dev/full")
    trace = Trace("line", tmp_path)
    for row in range(3):
        trace.note(row, "bits")
    assert "No space left" in trace.problem
    assert len(trace.lines()) == 3
    assert len(caplog.records) == 1
    (tmp_path / "line.trace").unlink()
    trace.note(10, "too soon")
    trace.note(AGAIN_S * RATE, "there is room again")
    assert [row.rpartition("   ")[2] for row in read(tmp_path, "line")[1:]] == ["there is room again"]
    assert not trace.problem
    trace.close()


def test_a_row_cut_off_by_a_full_disk_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "line.trace").write_text("14:03:07.340    +0.000   idle\n14:03:07.3")
    trace = Trace("line", tmp_path)
    trace.note(0, "idle again")
    rows = read(tmp_path, "line")
    assert rows[1] == "14:03:07.3"
    assert rows[2].startswith("-- ")
    assert rows[3].endswith("idle again")
    trace.close()


def test_the_time_of_day_is_right_after_days_and_a_new_day_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card whose crystal is slow by 100 ppm: after ten days the samples alone would be 86 s behind."""
    samples = 0
    begin = datetime(2026, 11, 23, 12).astimezone()
    monkeypatch.setattr(wall_clock, "source", lambda: begin + timedelta(seconds=samples * 1.0001 / RATE))
    trace = Trace("line", tmp_path)
    trace.note(samples, "idle")
    samples = 10 * 86_400 * RATE
    trace.note(samples, "seized")
    first, day, last = trace.lines()
    assert first.startswith("12:00:00.000")
    assert day == "-- 2026-12-03 --"
    assert last.startswith("12:01:26.400")
    assert read(tmp_path, "line")[-2:] == [day, last]
    trace.close()


def test_strowger_trace_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = Trace("station 12", tmp_path)
    trace.note(0, "idle")
    trace.note(16000, "lifted")
    assert main(["trace", "station 12", "--folder", str(tmp_path), "--last", "1"]) == 0
    assert "+2.000   lifted" in capsys.readouterr().out
    assert main(["trace", "station 13", "--folder", str(tmp_path)]) == 1
    assert "station_12" in capsys.readouterr().err
