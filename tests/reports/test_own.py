"""Reports of one's own: SQL files that read, and say what is wrong with them and where."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.command import main
from core.reports.catalogue import REPORTS
from core.reports.own import FOLDER
from core.store.guarded import guarded
from core.store.views import VIEWS
from hw import wall_clock
from tests.reports.histories import Telling
from tests.reports.test_sums import SHANGHAI

SAMPLES = Path(__file__).resolve().parents[2] / "config" / FOLDER


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 11, 26, 15, tzinfo=UTC))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A journal and a configuration with the folder for reports."""
    told = Telling()
    told.note("BoxStarted", version="1")
    told.log_on("1001")
    for call in (1, 2, 3):
        told.enters(call, "sales")
        told.wait(10)
        told.is_offered(call, "1001")
        told.is_served(call)
        told.note("FlowBegan", call, "e1/1", flow="survey")
        told.note("Scored", call, "e1/1", question="help", score=2 + call, station="8001")
        told.note("FlowEnded", call, "e1/1", flow="survey", how="finished", node="bye", results={"order": call})
        told.wait(30)
        told.hangs_up(call)
        told.wait(5)
        told.turns("1001", "ready")
    told.file(tmp_path / "journal.db")
    (tmp_path / "box.toml").write_text("version = 1\n", encoding="utf-8")
    (tmp_path / FOLDER).mkdir()
    return tmp_path


def report(place: Path, name: str, *words: str) -> int:
    return main(["report", name, *words, "--journal", str(place), "--config", str(place)])


def write(place: Path, text: str, name: str = "mine") -> None:
    (place / FOLDER / f"{name}.sql").write_text(text, encoding="utf-8")


def test_a_report_of_ones_own_in_all_forms(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        place,
        "-- Waits by day\n-- Of the answered.\n"
        "SELECT local_day(time) AS day, count(*) AS calls, sum(waited_s) AS wait_s, "
        "avg(waited_s) AS mean, 0.5 AS half_share, max(time) AS last_time FROM served "
        "WHERE time >= :since AND time < :until GROUP BY 1",
    )
    assert report(place, "mine") == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["day", "calls", "wait_s", "mean", "half_share", "last_time"]
    assert row.split() == ["2026-11-26", "3", "0:30", "10", "50.0", "%", "11-26", "20:01"]
    assert report(place, "mine", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["title"], answer["text"]) == ("Waits by day", "Of the answered.")
    assert [column["unit"] for column in answer["columns"]] == ["text", "count", "s", "number", "share", "time"]
    assert report(place, "mine", "--csv") == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("2026-11-26,3,30.0,10.0,0.5,2026-11-26T20:01:")
    assert report(place, "mine", "--xlsx", str(place / "x.xlsx")) == 0


def test_the_samples_work(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in SAMPLES.glob("*.sql"):
        shutil.copy(file, place / FOLDER)
    assert report(place, "scores", "--csv") == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("8001,help,3,4.0,3,")
    assert report(place, "accounts") == 1, "nobody used an account"
    assert main(["report", "--config", str(place)]) == 0
    listed = capsys.readouterr().out
    assert "accounts   Calls by account" in listed


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("SELECT 1", "mine.sql:1:1", "has no title"),
        ("-- Mine\nSELECT :sinec", "mine.sql:2:8", "Nobody gives the parameter :sinec"),
        ("-- Mine\nSELEC 1", "mine.sql:2:1", 'near "SELEC": syntax error'),
        ("-- Mine calls\nSELECT count(*)\nFROM cals", "mine.sql:3:6", "no such table: cals"),
        ("-- Mine\nSELECT queu FROM exits", "mine.sql:2:8", "no such column: queu"),
        ("-- Mine", "mine.sql", "asks nothing"),
        ("-- Mine\nDELETE FROM events", "mine.sql", "more than read"),
        ("-- Mine\nATTACH 'other.db' AS other", "mine.sql", "more than read"),
        ("-- Mine\nPRAGMA user_version", "mine.sql", "more than read"),
        ("-- Mine\nSELECT 1; SELECT 2", "mine.sql", "one statement at a time"),
    ],
)
def test_mistakes_are_told_with_their_place(
    place: Path, capsys: pytest.CaptureFixture[str], text: str, where: str, says: str
) -> None:
    write(place, text)
    assert report(place, "mine") == 1
    said = capsys.readouterr().err
    assert f"{where}: " in said
    assert says in said


def test_a_question_that_takes_too_long_is_interrupted(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.reports.own.make.__defaults__", (0.0,))
    write(place, "-- Mine\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
    assert report(place, "mine") == 1
    assert "takes longer than 0 s" in capsys.readouterr().err


def test_a_file_that_is_called_as_a_report_of_the_box(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, "-- Mine\nSELECT 1", "queues")
    assert main(["report", "--config", str(place)]) == 1
    said = capsys.readouterr()
    assert "Give the file another name" in said.err
    assert all(name in said.out for name in REPORTS)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_view_has_its_columns_and_reads_by_time(place: Path, view: object) -> None:
    assert isinstance(view, type(VIEWS[0]))
    with guarded(place / "journal.db", SHANGHAI, 10) as sql:
        cursor = sql.execute(f"SELECT * FROM {view.name} WHERE time >= ?", (0,))
        assert [name for name, *_ in cursor.description] == [name for name, _text in view.columns]
        assert cursor.fetchall(), "the history has one of each"
