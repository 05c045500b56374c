"""`strowger customers`: a file of customers is taken in whole or not at all, and comes out as it went in."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.client import Asker
from core.api.errors import Code, Refusal
from core.desk.command import PAGE, arguments, as_csv, read_csv
from tests.desk.office import desks

TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20).map(str.strip)
CUSTOMERS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.from_regex(r"[0-9]{3,12}", fullmatch=True),
            "name": TEXT,
            "customer_class": TEXT,
            "note": TEXT,
            "fields": st.dictionaries(st.sampled_from(["city", "合同"]), TEXT.filter(bool)),
        }
    ),
    unique_by=lambda one: str(one["number"]),
)


@given(CUSTOMERS)
def test_what_is_exported_is_read_as_it_was(customers: list[dict[str, Any]]) -> None:
    rows, mistakes = read_csv(as_csv(customers))
    assert mistakes == []
    assert [{"number": row.number, **row.facts, "fields": row.fields} for row in rows] == customers


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "number"),
        ("name,note\n", 1, "number"),
        ("number,name,name\n", 1, "once"),
        ("number,name\n13800138000,Li\nabc,Wu\n", 3, "abc"),
        ("number,name\n13800138000\n", 2, "1 columns"),
        ("number,name\n8001,A\n8002,B\n8001,C\n", 4, "line 2"),
        ('number,name\n8001,"A\nB"\nx,C\n', 4, "x"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, said: str) -> None:
    _rows, mistakes = read_csv(text)
    assert [at for at, _text in mistakes] == [line]
    assert said in mistakes[0][1]


class Kept(Asker):
    """The customers' file of a box, without the box between: what is saved is listed."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def ask(self, method: str, /, **params: Any) -> Any:
        match method:
            case "customer.save":
                if params.get("customer_class") == "silver":
                    raise Refusal(Code.REFUSED, "There is no customer class silver")
                usual = {"name": "", "customer_class": "", "note": "", "changed": 1.0}
                self.rows[params["number"]] = usual | params
            case "customer.list":
                found = sorted(number for number in self.rows if number > params["after"])[: params["most"]]
                return {"customers": [self.rows[number] for number in found]}
        return {}


def said(box: Asker, *words: str) -> int:
    parser = argparse.ArgumentParser()
    arguments(parser)
    options = parser.parse_args(words)
    code: int = options.does(box, options)
    return code


def test_a_file_is_imported_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box, file = Kept(), tmp_path / "customers.csv"
    file.write_text("number,name,city\n13800138000,李雷,北京\nnobody,X,\n", encoding="utf-8-sig")
    assert said(box, "import", str(file)) == 1
    told = capsys.readouterr()
    assert f"{file}:3: " in told.err
    assert box.rows == {}
    file.write_text("number,name,customer_class,city\n13800138000,李雷,,北京\n8001,A,silver,\n", encoding="utf-8")
    assert said(box, "import", str(file), "--json") == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["saved"] == 1, "what the box refuses is told, too, and the others are saved"
    assert f"{file}:3: There is no customer class silver" in told.err
    assert box.rows["13800138000"]["fields"] == {"city": "北京"}


def test_more_than_a_page_is_listed_and_none_is_found_wanting(capsys: pytest.CaptureFixture[str]) -> None:
    box = Kept()
    assert said(box, "list") == 1
    for number in range(PAGE + 3):
        box.ask("customer.save", number=f"{10000 + number}", fields={})
    capsys.readouterr()
    assert said(box, "list", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["customers"]) == PAGE + 3


@pytest.mark.native
async def test_all_customers_are_listed_page_by_page(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client() as root:
        for number in ("13800138003", "13800138001", "13800138002"):
            await root.ask("customer.save", number=number, name=f"N{number[-1]}")
        first = (await root.ask("customer.list", most=2))["customers"]
        rest = (await root.ask("customer.list", most=2, after=first[-1]["number"]))["customers"]
        assert [one["name"] for one in first + rest] == ["N1", "N2", "N3"]
        assert (await root.ask("customer.list", after=rest[-1]["number"]))["customers"] == []
