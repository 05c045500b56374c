"""The reference says all there is, in words, and is the one in docs/."""

from __future__ import annotations

import msgspec
import pytest

from core.alarms import KINDS
from core.api import reference
from core.api.acts import Act
from core.api.all_acts import MODULES, REGISTRY
from core.api.asking import Rooms
from core.api.board import topics
from core.api.errors import Code
from core.store.vocabulary import EVENTS

TEXT = reference.text()


def test_the_file_is_what_the_sources_make() -> None:
    """When this fails: make reference."""
    assert reference.PATH.read_text(encoding="utf-8") == TEXT


def test_every_method_topic_error_and_event_is_there() -> None:
    for name in REGISTRY.acts:
        assert f"### {name}\n" in TEXT
    for topic in topics(Rooms()):
        assert f"### Topic {topic.name}\n" in TEXT
    for code in Code:
        assert f"| {code.number} | `{code.word}` |" in TEXT
    for name in EVENTS:
        assert f"| `{name}` |" in TEXT
    for word in KINDS:
        assert f"| `{word}` |" in TEXT


def test_every_act_belongs_to_a_module_of_the_reference() -> None:
    assert {act.run.__module__ for act in REGISTRY.acts.values()} == {module.__name__ for module in MODULES}


@pytest.mark.parametrize("act", REGISTRY.acts.values(), ids=lambda act: act.name)
def test_every_parameter_has_its_meaning_and_every_row_its_words(act: Act) -> None:
    info = msgspec.inspect.type_info(act.params)
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        assert isinstance(field.type, msgspec.inspect.Metadata), (act.name, field.name)
        assert (field.type.extra_json_schema or {}).get("description"), (act.name, field.name)
    assert act.text.endswith("."), act.name


def test_links_lead_somewhere() -> None:
    anchors = {line.removeprefix("### ").lower() for line in TEXT.splitlines() if line.startswith("### ")}
    links = {part.partition(")")[0] for part in TEXT.split("](#")[1:]}
    assert links <= anchors
