"""The catalogue: what is shipped is whole; what is wrong in an office's file is found, with its place."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from core.prompts.catalogue import SHIPPED, Catalogue, CatalogueError, read_catalogue
from core.prompts.parts import COMMA, SENTENCE, File, Part, Text
from core.prompts.phrases import PhraseError
from core.prompts.slots import KINDS, LANGUAGES
from tests.prompts.reading import text

BOTH = pytest.mark.parametrize("language", ["zh", "en"])
EXAMPLES: dict[str, object] = {
    "digits": "120",
    "telephone": "13800138000",
    "cardinal": Decimal("2.5"),
    "count": 2,
    "ordinal": 3,
    "position": 4,
    "money": Decimal("12.50"),
    "percent": 95,
    "date": date(2026, 11, 26),
    "weekday": date(2026, 11, 26),
    "time": time(14, 30),
    "moment": datetime(2026, 11, 26, 14, 30),
    "duration": 125,
    "spelling": "A1",
    "prompt": "feature.hot-line",
    "text": "张先生",
    "file": Path("name.wav"),
    "parts": ["number.5"],
}


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return read_catalogue()


def office(folder: Path, source: str, name: str = "office.toml") -> Catalogue:
    path = folder / name
    path.write_text(source)
    return read_catalogue(path)


def faults(folder: Path, source: str, name: str = "office.toml") -> list[str]:
    """Each as "line:column: problem"."""
    found = office(folder, source, name).faults
    assert all(fault.path == folder / name and fault.remedy for fault in found)
    return [f"{fault.line}:{fault.column}: {fault.problem}" for fault in found]


def test_what_is_shipped_has_no_fault(shipped: Catalogue) -> None:
    assert [str(fault) for fault in shipped.faults] == []
    assert len(list(SHIPPED.glob("*.toml"))) >= 9


@BOTH
def test_everything_shipped_can_be_said_in_both_languages(shipped: Catalogue, language: str) -> None:
    said = 0
    for entry in shipped.entries.values():
        if shipped.knows(entry.name, language):
            values = {place: EXAMPLES[kinds[0]] for place, kinds in entry.places.items()}
            assert shipped.phrase(entry.name, language, **values)
            said += 1
    assert said > 350


def test_every_kind_has_an_example_and_takes_it() -> None:
    assert EXAMPLES.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        assert kind.said(LANGUAGES["en"], EXAMPLES[name])
        with pytest.raises(ValueError, match=re.escape(kind.takes)):
            kind.said(LANGUAGES["en"], object())
        with pytest.raises(ValueError, match=re.escape(kind.takes)):
            kind.said(LANGUAGES["en"], True)


def test_one_is_singular_and_two_is_plural(shipped: Catalogue) -> None:
    assert text("en", shipped.phrase("queue.ahead", "en", ahead=1)) == "There is one caller ahead of you."
    assert text("en", shipped.phrase("queue.ahead", "en", ahead=2)) == "There are two callers ahead of you."
    assert text("zh", shipped.phrase("queue.ahead", "zh", ahead=2)) == "您前面还有两位客户在等候。"


def test_punctuation_beside_a_place_is_heard_as_a_pause(shipped: Catalogue) -> None:
    assert shipped.phrase("call.changed", "zh", number="110") == [
        "call.changed.1",
        *["number.yao", "number.yao", "number.0"],
        COMMA,
        "call.changed.2",
    ]
    assert shipped.phrase("call.from", "en", number="0")[-1] == "number.0"  # none at the end


def test_texts_and_files_pass_through(shipped: Catalogue) -> None:
    name = File(Path("8001.wav"))
    assert shipped.phrase("conference.joins", "zh", name=[name]) == [name, "conference.joins.1"]
    assert shipped.phrase("conference.joins", "zh", name=[Text("张")]) == [Text("张"), "conference.joins.1"]


def test_sentences_are_parted_by_a_pause_and_nothing_else_is(shipped: Catalogue) -> None:
    said: list[Part] = ["call.held", "call.from.1", "number.5", "call.held", Text("A"), "call.held", COMMA, "call.held"]
    assert shipped.paused(said, "zh") == [
        *["call.held", SENTENCE, "call.from.1", "number.5", "call.held", SENTENCE],
        Text("A"),
        *["call.held", COMMA, "call.held"],
    ]
    assert shipped.paused([], "zh") == []


@BOTH
def test_a_phrase_has_its_pauses_already(shipped: Catalogue, language: str) -> None:
    for entry in shipped.entries.values():
        if shipped.knows(entry.name, language):
            said = shipped.phrase(entry.name, language, **{name: EXAMPLES[k[0]] for name, k in entry.places.items()})
            assert shipped.paused(said, language) == said, entry.name


def test_asking_wrongly_says_what_is_wrong(shipped: Catalogue) -> None:
    with pytest.raises(CatalogueError, match="no prompt call\\.nonsense"):
        shipped.phrase("call.nonsense", "zh")
    with pytest.raises(CatalogueError, match="no prompt number\\.liang in en"):
        shipped.phrase("number.liang", "en")
    with pytest.raises(PhraseError, match=r"no value for {ahead}; give a whole number"):
        shipped.phrase("queue.ahead", "zh")
    with pytest.raises(PhraseError, match=r"{ahead} cannot be said: '3' is not a whole number"):
        shipped.phrase("queue.ahead", "zh", ahead="3")
    with pytest.raises(PhraseError, match=r"{ahead} cannot be said: -1 is out of range"):
        shipped.phrase("queue.ahead", "zh", ahead=-1)


def test_an_office_replaces_texts_and_adds_its_own(tmp_path: Path) -> None:
    catalogue = office(
        tmp_path,
        """
[call.busy]
zh = "对方占线。"
en = "Engaged."

[queue.ahead]
en = "{ahead:count} before you."
zh = "前面{ahead:count}位。"

[flow.lunch]
zh = "午休时间。"
en = "We are at lunch."
""",
    )
    assert catalogue.faults == []
    assert text("zh", ["call.busy"]) == "您拨打的用户正在通话中，请稍后再拨。"
    piece = catalogue.piece("call.busy", "zh")
    assert piece is not None
    assert piece.text == "对方占线。"
    assert catalogue.phrase("flow.lunch", "en") == ["flow.lunch"]
    # The shipped singular went with the shipped text.
    assert catalogue.phrase("queue.ahead", "en", ahead=1) == ["number.1", "queue.ahead.1"]


def test_a_file_of_one_language_replaces_only_that(tmp_path: Path) -> None:
    catalogue = office(tmp_path, '[call.busy]\nzh = "对方占线。"\n', "office.zh.toml")
    assert catalogue.faults == []
    assert catalogue.phrase("call.busy", "en") == ["call.busy"]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('[a.b]\nzh = "一"\n', "1:2: a.b: has no text in en"),
        ('[a.b]\nzh = "一"\nen = "one"\nfr = "un"\n', "4:1: a.b.fr: is not known here"),
        ('[a.b]\nzh = 1\nen = "one"\n', "2:1: a.b.zh: 1 is no text"),
        ('[a.B]\nzh = "一"\nen = "one"\n', "1:2: a.B: is no name"),
        ('zh = "一"\n', "1:1: zh: is not known here"),
        ('\na.b.zh = ""\na.b.en = "one"\n', "2:1: a.b.zh: the text is empty"),
        ('[a]\nzh = "{x}"\nen = "one"\n', "2:1: a.zh: {x} is no place for a value"),
        ('[a]\nzh = "{x:sum}"\nen = "one"\n', "2:1: a.zh: {x:sum}: there is no kind sum"),
        ('[a]\nzh = "一}"\nen = "one"\n', "2:1: a.zh: a brace without its partner"),
        ('[a]\nzh = "{x:date}"\nen = "{x:count}"\n', "1:2: a: {x} is date + count"),
        ('[a]\nzh = "一"\nen = "one"\nen-one = "one"\n', "4:1: a.en-one: has no count to go by"),
        ('[a]\nzh = "一"\nzh-say = "{x:count}"\nen = "one"\n', "2:1: a.zh: the text for the synthesiser has other"),
        ('[a]\nzh = "一"\nen = "one"\nen-one-say = "one"\n', "4:1: a.en-one-say: has no en-one beside it"),
        ("[a]\nsilence-ms = 0\n", "2:1: a.silence-ms: 0 is no silence"),
        ('[a]\nsilence-ms = 5\nzh = "一"\n', "3:1: a.zh: has a silence and a text"),
        ('[call.busy]\nzh = "{who:text}忙"\nen = "busy"\n', "1:2: call.busy: nobody gives a value for {who}"),
        (
            '[a]\nzh = "一{x:count}"\nen = "{x:count}"\n[a.1]\nzh = "二"\nen = "2"\n',
            "1:2: a: its piece a.1 has the name",
        ),
        ("[a\n", "1:3: is not TOML"),
    ],
)
def test_a_mistake_is_found_where_it_stands(source: str, fault: str, tmp_path: Path) -> None:
    assert any(found.startswith(fault) for found in faults(tmp_path, source)), faults(tmp_path, source)


def test_a_file_of_one_language_has_no_other(tmp_path: Path) -> None:
    assert faults(tmp_path, '[a]\nzh = "一"\nen = "one"\n', "office.zh.toml") == [
        "3:1: a.en: is another language than the file's"
    ]


def test_a_file_that_is_not_there_or_not_text_is_a_fault(tmp_path: Path) -> None:
    assert str(read_catalogue(tmp_path / "no.toml").faults[0]).endswith("check path and rights")
    (tmp_path / "office.toml").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in str(read_catalogue(tmp_path / "office.toml").faults[0])


def test_a_mistake_leaves_the_rest_to_be_said(tmp_path: Path) -> None:
    catalogue = office(tmp_path, '[a]\nzh = "一"\n[b]\nzh = "二"\nen = "two"\n')
    assert catalogue.phrase("b", "en") == ["b"]
    assert catalogue.phrase("call.busy", "en") == ["call.busy"]
