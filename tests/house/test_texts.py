"""Every text for people stands in the Chinese catalogue, complete, with the same placeholders."""

from __future__ import annotations

import re
from string import Formatter

import catalogues
from babel.messages.catalog import Message

CHINESE = catalogues.read(catalogues.LOCALE / "zh_CN" / "LC_MESSAGES" / "strowger.po")
SOURCES = catalogues.sources()


def forms(texts: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts or ())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def ids(message: Message) -> str:
    return forms(message.id)[0][:50]


TRANSLATED = [message for message in CHINESE if message.id]


def test_the_catalogue_has_the_texts_of_the_sources_and_no_others() -> None:
    """When this fails: make texts, then translate what is new."""
    wanted = {tuple(forms(message.id)) for message in SOURCES if message.id}
    assert {tuple(forms(message.id)) for message in TRANSLATED} == wanted


def test_the_catalogue_is_as_make_texts_writes_it() -> None:
    path = catalogues.LOCALE / "zh_CN" / "LC_MESSAGES" / "strowger.po"
    updated = catalogues.read(path)
    updated.update(SOURCES)
    assert path.read_bytes() == catalogues.as_po(updated)


def test_every_text_is_translated_and_none_is_a_guess() -> None:
    assert [ids(message) for message in TRANSLATED if not all(forms(message.string)) or message.fuzzy] == []


def test_a_translation_is_chinese_where_the_english_is_words() -> None:
    """A text that is a name or a unit alone may stay; one with several words is no translation if it has no Han."""
    for message in TRANSLATED:
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\{.*?\}", "", forms(message.id)[0]))
        for string in forms(message.string):
            assert len(words) < 2 or re.search(r"[一-鿿]", string), string


def test_placeholders_are_the_same_in_both_languages() -> None:
    for message in TRANSLATED:
        english = [placeholders(form) for form in forms(message.id)]
        for form in forms(message.string):
            assert placeholders(form) in english, ids(message)


def test_a_translation_keeps_the_edges_of_its_text() -> None:
    for message in TRANSLATED:
        first = forms(message.id)[0]
        for form in forms(message.string):
            assert (form[:1].isspace(), form[-1:].isspace()) == (first[:1].isspace(), first[-1:].isspace()), form


def test_an_agent_has_one_name_in_chinese() -> None:
    assert [message.id for message in TRANSLATED if "坐席" in str(message.string)] == []
