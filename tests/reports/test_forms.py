"""The command `strowger report`: the table, CSV, spreadsheet and JSON have the same figures, each with its formula."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core import texts
from core.command import main
from core.reports import manual
from core.reports.catalogue import REPORTS
from core.width import width
from hw import wall_clock
from tests.reports.histories import Telling

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CONFIG = """version = 1
[[queue]]
name = "sales"
number = "8500"
service_level_s = 10
[[queue]]
name = "+help"
number = "8501"
[[agent_group]]
name = "desk"
[[agent]]
number = "1001"
name = "王芳"
group = "desk"
queues = [{ queue = "sales" }]
"""


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 11, 26, 15, tzinfo=UTC))


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    """Ten calls between noon and one o'clock UTC: every second one is abandoned, one is turned away."""
    told = Telling()
    told.note("BoxStarted", version="1")
    told.log_on("1001")
    for call in range(1, 10):
        told.enters(call, "sales" if call % 3 else "+help")
        told.wait(8 + call)
        if call % 2:
            told.is_offered(call, "1001")
            told.wait(4)
            told.is_served(call)
            told.wait(100)
        told.hangs_up(call)
        told.wait(200)
        told.turns("1001", "ready")
    told.is_turned_away(10, "sales")
    told.turns("1001", "rest", "tea")
    told.wait(60)
    told.enters(11, "+help")
    told.note("FlowBegan", 11, "e1/1", flow="menu")
    told.wait(30)
    told.note("FlowEnded", 11, "e1/1", flow="menu", how="finished", node="bye")
    told.leaves(11, "step 1", "number 8001")
    told.file(tmp_path / "journal.db")
    (tmp_path / "box.toml").write_text(CONFIG, encoding="utf-8")
    return ["--journal", str(tmp_path), "--config", str(tmp_path)]


def cells(path: Path, number: int) -> list[list[str]]:
    """What stands in a sheet, row by row."""
    with zipfile.ZipFile(path) as book:
        shared = (
            [
                "".join(text.itertext())
                for text in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}si")
            ]
            if "xl/sharedStrings.xml" in book.namelist()
            else []
        )
        sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    rows = []
    for row in sheet.iter(f"{SHEET}row"):
        found = []
        for cell in row.iter(f"{SHEET}c"):
            value = cell.find(f"{SHEET}v")
            text = "".join(cell.itertext()) if value is None else value.text or ""
            found.append(shared[int(text)] if cell.get("t") == "s" else text)
        rows.append(found)
    return rows


def test_a_table_for_people_in_80_columns(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "queues", *asked]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["queue", "offered", "answered", "abandoned", "SL", "ASA", "AHT", "longest"]
    assert [row.split()[:4] for row in rows] == [
        ["+help", "4", "2", "1"],
        ["sales", "7", "3", "3"],
        ["-" * len(rows[2])],
        ["total", "11", "5", "4"],
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("report", list(REPORTS))
@pytest.mark.parametrize("by", ["all", "30", "day"])
def test_every_table_fits_and_is_aligned(
    asked: list[str],
    capsys: pytest.CaptureFixture[str],
    report: str,
    language: str,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texts, "wanted", lambda environment: language)
    if not REPORTS[report].told_by(by):
        assert main(["report", report, "--by", by, *asked]) == 2
        return
    assert main(["report", report, "--by", by, *asked]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert all(width(row) <= 80 for row in rows), "\n".join(rows)


def test_csv_spreadsheet_and_json_say_the_same(
    asked: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in REPORTS:
        by = "30" if REPORTS[name].steps else "all"
        command = ["report", name, "--by", by, "--since", "2026-11-20", *asked]
        assert main([*command, "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert main([*command, "--csv"]) == 0
        found = list(csv.reader(io.StringIO(capsys.readouterr().out)))
        assert main([*command, "--xlsx", str(tmp_path / "report.xlsx")]) == 0
        sheet = cells(tmp_path / "report.xlsx", 1)
        units = {column["name"]: column["unit"] for column in answer["columns"]}
        assert found[0] == list(units)
        assert len(sheet) == 1 + len(answer["rows"]) + (answer["total"] is not None)
        for row, line, drawn in zip(answer["rows"], found[1:], sheet[1:], strict=False):
            for (column, value), in_csv, in_sheet in zip(row.items(), line, drawn, strict=True):
                if value is None:
                    assert (in_csv, in_sheet) == ("", "")
                elif units[column] == "time":
                    moment = datetime.fromisoformat(in_csv)
                    assert moment.timestamp() == value // 1_000_000
                    days = (moment.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86400
                    assert float(in_sheet) == pytest.approx(days, abs=1e-8)
                elif units[column] == "text":
                    assert (in_csv.removeprefix("'"), in_sheet) == (value, value)
                else:
                    assert (float(in_csv), float(in_sheet)) == (value, value)


def test_the_spreadsheet_says_how_its_figures_are_worked_out(asked: list[str], tmp_path: Path) -> None:
    main(["report", "queues", "--xlsx", str(tmp_path / "report.xlsx"), *asked])
    meaning = {row[1]: row[3] for row in cells(tmp_path / "report.xlsx", 2) if len(row) == 4}
    assert meaning["asa"] == "wait of the answered / answered"
    assert set(meaning) >= {column.name for column in REPORTS["queues"].columns}


def test_a_name_that_looks_like_a_formula_is_text(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "queues", "--csv", "--only", "+help", *asked]) == 0
    assert ",'+help," in capsys.readouterr().out


def test_columns_that_are_asked_for(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "agents", "--columns", "agent,name,ready", *asked]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["agent", "name", "ready"]
    assert rows[1].split()[:2] == ["1001", "王芳"]


def test_rows_are_sorted_by_what_is_asked_for(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for column, first in (("answered", "sales"), ("level2", "+help"), ("queue", "+help")):
        assert main(["report", "queues", "--sort", column, "--csv", "--by", "month", *asked]) == 0
        assert f",{first}," in capsys.readouterr().out.splitlines()[1].replace("'", "")


def test_an_interval_is_half_an_hour(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for by in ("interval", "30"):
        assert main(["report", "queues", "--by", by, "--csv", *asked]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def test_limits_are_those_of_the_configuration(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """sales wants an answer within 10 s, and nobody got one; help has the usual 20."""
    main(["report", "queues", "--json", *asked])
    rows = {row["queue"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert (rows["sales"]["level2"], rows["+help"]["level2"]) == (0.0, 0.5)


def test_a_configuration_with_mistakes_spoils_no_report(
    asked: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "box.toml").write_text("version = 1\n[box]\nnam = 1\n", encoding="utf-8")
    assert main(["report", "queues", *asked]) == 0
    said = capsys.readouterr()
    assert "without this configuration" in said.err
    assert "sales" in said.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["report", "quues"], "there is no report quues; there are: queues"),
        (["report", "queues", "--columns", "agents"], "there is no column agents; there are: begin"),
        (["report", "ranking", "--by", "day"], "not told in steps"),
        (["report", "queue-log", "--csv"], "has one form"),
        (["report", "queues", "--sort", "agents"], "there is no column agents; there are: begin"),
        (["report", "queues", "--since", "soon"], "not a time; such are"),
        (["report", "queues", "--since", "2026-11-26", "--until", "2026-11-25"], "the period is empty"),
    ],
)
def test_used_wrongly_it_says_what_would_be_right(
    asked: list[str], capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert main([*words, *asked]) == 2
    assert says in capsys.readouterr().err


def test_nothing_to_report_is_found_wanting(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "queues", "--since", "2026-11-20", "--until", "2026-11-21", *asked]) == 1
    assert "nothing to report" in capsys.readouterr().err


def test_the_list_of_reports(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = ["--config", str(tmp_path)]
    assert main(["report", *config]) == 0
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines() if not line.startswith(" ")] == [*REPORTS, "queue-log"]
    assert main(["report", "--json", *config]) == 0
    assert [report["name"] for report in json.loads(capsys.readouterr().out)["reports"]] == list(REPORTS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_manual_has_every_column_with_its_formula_as_it_is_now(language: str) -> None:
    page = manual.PATHS[language].read_text(encoding="utf-8")
    assert manual.filled(page, language) == page, "make reports writes it anew"
    for report in REPORTS.values():
        for column in report.columns:
            assert re.search(rf"^\| `{column.name}` \| {column.unit.value} \| \S.* \|$", page, re.MULTILINE)
