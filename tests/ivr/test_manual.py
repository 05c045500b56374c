"""docs/flows.md has every kind of node, setting, form and function, as they are now."""

from __future__ import annotations

import pytest

from core.ivr import manual
from core.ivr.functions import FUNCTIONS
from core.ivr.nodes import KINDS
from core.ivr.wiring import FORMS
from core.prompts.slots import KINDS as SPOKEN


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_manual_is_as_the_sources_make_it(language: str) -> None:
    page = manual.PLACES[language].read_text(encoding="utf-8")
    assert manual.filled(page, language) == page, "python -m core.ivr.manual writes it anew"


def test_the_manual_says_of_each_kind_what_its_source_says() -> None:
    assert {kind: " ".join(str(model.__doc__).split()) for kind, model in KINDS.items()} == manual.ABOUT


def test_every_kind_setting_and_function_has_its_place() -> None:
    page = manual.reference()
    assert all(f"### {kind}\n" in page for kind in KINDS)
    for model in KINDS.values():
        assert all(f"`{field.alias or name}`" in page for name, field in model.model_fields.items() if name != "kind")
    assert all(f"| `{name}(" in page for name in FUNCTIONS)


def test_the_prompts_room_can_speak_every_form() -> None:
    assert set(FORMS) <= set(SPOKEN)
