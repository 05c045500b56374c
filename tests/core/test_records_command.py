"""`strowger records` and `strowger trace CALL` read the journal, whether the exchange runs or not."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import causes
from core.command import main
from core.store.event import Event
from core.store.journal_file import JournalFile
from core.store.life import Lives
from core.store.records import record
from core.store.run import Run
from core.texts import speaking
from hw import wall_clock
from hw.signalling.q850 import Cause
from tests.store.story import NOON, Story
from tests.store.transfers import stories


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 11, 26, 15, tzinfo=UTC))


def journal(folder: Path, events: list[Event]) -> str:
    lives = Lives()
    ended = [record(life) for event in events if (life := lives.see(event))]
    file = JournalFile(folder / "journal.db")
    file.write(events, {}, ended, Run(1, NOON, NOON, 0, ended=True))
    file.close()
    return str(folder / "journal.db")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An attended transfer, and a call to a busy station by somebody with a Chinese name."""
    story = Story()
    story.events = stories()["attended: the caller hangs up"].events
    story.seconds = 100
    story.note("Originated", 3, "8005", called="8006", calling="8005", name="王芳", direction="internal")
    story.note("Failed", 3, "8006", cause=17)
    story.wait(3)
    story.hangs_up(3, "8005")
    return journal(tmp_path, story.events)


def test_a_table_for_people(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--since", "2026-11-20", "--journal", path]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[1].split() == ["call", "time", "from", "to", "talk", "result"]
    assert "13812345678" in rows[2]
    assert "8001 > 8002" in rows[2]
    assert rows[2].endswith("0:40    answered, e1a/1 hung up")
    assert rows[3].endswith("joined to call 1")
    assert "8005 王芳            8006         -       busy" in rows[4]


def test_only_those_of_a_number_in_json(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["records", "--since", "2026-11-20", "--number", "8006", "--json", "--journal", path]
    assert main(command) == 0
    (told,) = json.loads(capsys.readouterr().out)["records"]
    assert (told["call"], told["name"], told["disposition"], told["wall_us"]) == (3, "王芳", "busy", 3_000_000)


def test_csv_and_asterisks_order(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--since", "2026-11-20", "--csv", "--journal", path]) == 0
    assert [row["call"] for row in csv.DictReader(capsys.readouterr().out.splitlines())] == ["1", "2", "3"]
    assert main(["records", "--since", "2026-11-20", "--asterisk", "--utc", "--last", "1", "--journal", path]) == 0
    (row,) = csv.reader(capsys.readouterr().out.splitlines())
    assert (row[9], row[14]) == ("2026-11-26 12:01:40", "BUSY")


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"], ["--asterisk"]])
def test_none_is_found_wanting(path: str, form: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--since", "2h", "--journal", path, *form]) == 1


def test_a_time_that_is_none_is_used_wrongly(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--since", "soon", "--journal", path]) == 2
    assert "yesterday" in capsys.readouterr().err


def test_no_journal_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--journal", str(tmp_path / "none.db")]) == 1
    assert "--journal" in capsys.readouterr().err


def test_a_call_is_drawn_with_those_that_belong_to_it(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", "2", "--journal", path, "--folder", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "2: 8001 asks back, call 1 waits" in shown
    assert "1: the call is over" in shown
    assert "connected" in shown.splitlines()[-1]
    assert main(["trace", "2", "--journal", path, "--folder", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["call"] for row in told["records"]] == [2, 1]
    assert {row["call"] for row in told["events"]} == {1, 2}
    assert sum(row["us"] for row in told["segments"] if row["call"] == 1) == 57_000_000


def test_a_line_of_that_name_comes_first_and_the_call_is_mentioned(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "2.trace").write_text("lifted\n")
    assert main(["trace", "2", "--journal", path, "--folder", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert out == "lifted\n"
    assert "--call" in err
    assert main(["trace", "2", "--call", "--journal", path, "--folder", str(tmp_path)]) == 0
    assert "asks back" in capsys.readouterr().out


def test_neither_line_nor_call(path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "77", "--journal", path, "--folder", str(tmp_path)]) == 1
    assert "no call 77" in capsys.readouterr().err
    assert main(["trace", "e1/7", "--folder", str(tmp_path)]) == 1
    assert "no trace of any line" in capsys.readouterr().err
    (tmp_path / "e1_8.trace").write_text("")
    assert main(["trace", "e1/7", "--folder", str(tmp_path)]) == 1
    assert f"no trace of line e1/7 in {tmp_path}\n  there is one of e1_8" in capsys.readouterr().err


def test_causes_are_those_of_the_standard_in_the_language_of_who_asks() -> None:
    assert {cause: cause.text for cause in causes.TEXTS} == causes.TEXTS
    with speaking("zh"):
        assert causes.in_words(Cause.NORMAL_CLEARING) == "正常拆线"
        assert causes.in_words(Cause.PREEMPTION) == Cause.PREEMPTION.text


@pytest.mark.parametrize("last", ["0", "-3", "many"])
def test_the_last_none_of_the_calls_is_not_all_of_them(
    last: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["records", "--since", "2026-11-20"], ["trace", "1"]):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--journal", path, f"--last={last}"])
        assert ended.value.code == 2
        assert f"{last} is no whole number from 1" in capsys.readouterr().err


def test_who_finds_no_call_is_told_since_when_it_was_sought(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--since", "2026-11-20", "--number", "4711", "--journal", path]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "no such call since 2026-11-20 00:00" in said.err


def test_a_box_without_traces_says_where_they_were_sought(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["trace"], ["trace", "e1a"]):
        assert main([*words, "--folder", str(tmp_path)]) == 1
        assert f"no trace of any line in {tmp_path}\n  say where they are" in capsys.readouterr().err
    assert main(["trace", "eight", "--call", "--folder", str(tmp_path)]) == 1
    assert "eight is no number of a call" in capsys.readouterr().err


def test_why_a_call_ended_by_itself_is_read_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story()
    story.note("Originated", 1, "8005", called="8600", calling="8005", direction="internal")
    story.note("Established", 1, "8600", charged=True)
    story.note("ConnectionCleared", 1, "8600", cause=16, by="exchange", reason="service done")
    story.note("CallCleared", 1, cause=16, reason="service done")
    path = journal(tmp_path, story.events)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    for words in (["records", "--since", "2026-11-20"], ["trace", "1", "--folder", str(tmp_path)]):
        assert main([*words, "--journal", path]) == 0
        said = capsys.readouterr().out
        assert "服务结束" in said
        assert "service done" not in said
