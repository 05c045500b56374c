"""What an agent reads of a caller: no line without something to say, every line under its label, none too wide."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.box import BEGUN, call, leg
from tui import caller

MINE = leg("8001", "8001", "Mei", muted=False)
HIS = leg("e1a/3", "62000001", "Zhang Wei", words="")


def known(**more: Any) -> dict[str, Any]:
    facts = {"customer_class": "vip", "region": "Beijing", "visit": 17, "program": "", "way": [], "flows": []}
    return facts | more


def test_at_once_only_who_he_is_and_what_he_called() -> None:
    told = caller.pieces(call(17, MINE, HIS), "8001", {}, {})
    assert told[0] == ("", "62000001 Zhang Wei")
    assert [label for label, _text in told[1:]] == ["called"]


def test_the_name_that_the_office_gives_him_stands_beside_that_of_the_network() -> None:
    told = caller.pieces(call(17, MINE, HIS, data={"customer": "Wang"}), "8001", {}, {})
    assert told[0][1] == "62000001 Zhang Wei  Wang"


def test_what_the_box_knows_each_under_its_label() -> None:
    way = [
        {"at": 0, "what": "flow", "name": "main", "seconds": 0.0, "to": ""},
        {"at": 0, "what": "queue", "name": "sales", "seconds": 42.0, "to": "8001"},
    ]
    flows = [{"flow": "main", "heard": [], "keys": [{"node": "menu", "keys": "2"}], "results": {}}]
    data = {"customer": "Zhang Wei", "order": "A7"}
    contact = {"begin": BEGUN * 1e6, "answered": True, "talk_s": 130.0, "queues": ["sales"], "called": "8200"}
    file = {
        "customer": {"note": "pays late", "fields": {"city": "Xian"}},
        "notes": [{"at": BEGUN, "text": "modem", "by": "Mei"}, {"at": BEGUN, "text": "newer", "by": "Mei"}],
        "contacts": [contact, contact | {"answered": False, "queues": []}],
    }
    told = caller.pieces(call(17, MINE, HIS, data=data), "8001", known(visit=9, way=way, flows=flows), file)
    by_label = {label: text for label, text in told if label}
    assert told[0][1] == "62000001 Zhang Wei  vip  Beijing"
    assert by_label["called"].endswith("visit 9")
    assert by_label["way"] == "flow main > queue sales, waited 0:42"
    assert by_label["pressed"] == "menu 2"
    assert by_label["data"] == "order A7", "his name stands in the first line already"
    assert by_label["file"] == "pays late, city Xian"
    assert "newer" in by_label["notes"], "the newest first"
    assert by_label["before"].endswith("talked 2:10  sales")
    assert told[-1][1].endswith("not answered  8200")


def test_what_he_hears_in_place_of_the_agent_and_whether_he_hears_him() -> None:
    held = caller.pieces(call(17, MINE | {"state": "held"}, HIS | {"hears": "music"}), "8001", {}, {})
    assert ("just now", "hears music") in held
    assert ("just now", "he does not hear you: m") in caller.pieces(
        call(17, MINE | {"muted": True}, HIS), "8001", {}, {}
    )
    rings = caller.pieces(call(17, MINE | {"state": "alerting"}, HIS | {"hears": "ringback"}), "8001", {}, {})
    assert "just now" not in [label for label, _text in rings], "that he hears it ring is no news"


@given(
    st.lists(st.tuples(st.sampled_from(("", "way", "随路数据")), st.text()), max_size=8),
    st.integers(min_value=40, max_value=140),
)
def test_no_line_is_wider_than_the_room(told: list[caller.Piece], columns: int) -> None:
    assert all(cell_len(line) <= columns for line in caller.lines(told, columns))


def test_more_of_the_same_stands_under_it() -> None:
    shown = caller.lines([("", "Wang"), ("notes", "one"), ("", "two")], 40)
    assert shown[1:] == ["notes  one", "       two"]
