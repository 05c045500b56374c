"""A prompt's text with places for values, cut into what is recorded and what is composed.

    queue.ahead    您前面还有{ahead:count}位客户，请稍候。

    pieces         queue.ahead.1 = 您前面还有       queue.ahead.2 = 位客户，请稍候。
    with ahead=2   ["queue.ahead.1", "number.liang", "queue.ahead.2"]

A text without places is one piece that has the name of the prompt itself. Punctuation next to a place becomes a pause.
Pure; the kinds of places are `core.prompts.slots`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.prompts.parts import COMMA, SENTENCE, Part
from core.prompts.slots import KINDS, LANGUAGES
from core.texts import _

_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_STOPS = dict.fromkeys("。.！!？?；;", SENTENCE) | dict.fromkeys("，,、：:", COMMA)
_AT_START = re.compile(r"^\s*([。.！!？?；;，,、：:])?\s*")
_AT_END = re.compile(r"([。.！!？?；;，,、：:])?\s*$")


class PhraseError(ValueError):
    """A text is no phrase, or a value does not fit. `problem` and `remedy` are for people."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Piece:
    """What is recorded or synthesised under one name. `text` is for people, `say` for the synthesiser."""

    name: str
    text: str
    say: str


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Pieces, places and names of pauses, in the order in which they are heard."""

    elements: tuple[Piece | Place | str, ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(element for element in self.elements if isinstance(element, Piece))

    @property
    def places(self) -> dict[str, tuple[str, ...]]:
        """Name to kinds: a date may be said as date and as weekday in one phrase."""
        places: dict[str, tuple[str, ...]] = {}
        for element in self.elements:
            if isinstance(element, Place):
                places[element.name] = (*places.get(element.name, ()), element.kind)
        return places

    @property
    def counted(self) -> str | None:
        """The first place whose value decides between singular and plural."""
        return next((name for name, kinds in self.places.items() if any(KINDS[kind].counts for kind in kinds)), None)

    def said(self, language: str, values: Mapping[str, object]) -> list[Part]:
        """PhraseError: a value is missing, of a wrong type, or cannot be said."""
        parts: list[Part] = []
        for element in self.elements:
            if isinstance(element, Piece):
                parts.append(element.name)
            elif isinstance(element, str):
                parts.append(element)
            elif element.name not in values:
                raise PhraseError(_("no value for {place}").format(place=f"{{{element.name}}}"), _give(element.kind))
            else:
                try:
                    parts += KINDS[element.kind].said(LANGUAGES[language], values[element.name])
                except ValueError as error:
                    raise PhraseError(
                        _("{place} cannot be said: {why}").format(place=f"{{{element.name}}}", why=error),
                        _give(element.kind),
                    ) from None
        return parts


def _give(kind: str) -> str:
    return _("give {what}").format(what=_(KINDS[kind].takes))


def phrase(name: str, text: str, say: str | None = None) -> Phrase:
    """`say`: the same phrase as the synthesiser is to read it. PhraseError: braces, places or kinds are wrong."""
    elements = _elements(text)
    spoken = _elements(say) if say is not None else elements
    if [type(element) for element in spoken] != [type(element) for element in elements]:
        raise PhraseError(
            _("the text for the synthesiser has other places"), _("let both have the same in the same order")
        )
    several = len(elements) > 1 or not isinstance(elements[0], str)
    made: list[Piece | Place | str] = []
    number = 0
    for element, heard in zip(elements, spoken, strict=True):
        if isinstance(element, _Pause):
            made.append(element.name)
        elif isinstance(element, Place):
            made.append(element)
        else:
            number += 1
            made.append(Piece(f"{name}.{number}" if several else name, element, str(heard)))
    return Phrase(tuple(made))


@dataclass(frozen=True, slots=True)
class _Pause:
    name: str


def _elements(text: str) -> list[str | Place | _Pause]:
    elements: list[str | Place | _Pause] = []
    chunks = _PLACE.split(text)  # words, place, words, place, ..., words
    for index, chunk in enumerate(chunks):
        if index % 2:
            elements.append(_place(chunk))
        else:
            elements += _words(chunk, after=index > 0, before=index < len(chunks) - 1)
    while elements and isinstance(elements[-1], _Pause):
        elements.pop()  # the end of a phrase is no pause: who says another after it knows
    if not elements:
        raise PhraseError(_("the text is empty"), _("write what is to be said"))
    return elements


def _place(inside: str) -> Place:
    name, colon, kind = inside.partition(":")
    if not _NAME.fullmatch(name) or not colon or not kind:
        raise PhraseError(
            _("{place} is no place for a value").format(place=f"{{{inside}}}"),
            _("write it as in {example}").format(example="{ahead:count}"),
        )
    if kind not in KINDS:
        raise PhraseError(
            _("{place}: there is no kind {kind}").format(place=f"{{{inside}}}", kind=kind),
            _("kinds are {kinds}").format(kinds=", ".join(KINDS)),
        )
    return Place(name, kind)


def _words(chunk: str, after: bool, before: bool) -> list[str | Place | _Pause]:
    """`after`, `before`: a place stands next to it, so that punctuation there is a pause."""
    if "{" in chunk or "}" in chunk:
        raise PhraseError(
            _("a brace without its partner"), _("write it as in {example}").format(example="{ahead:count}")
        )
    elements: list[str | Place | _Pause] = []
    found = _AT_START.match(chunk)
    if after and found and found[1]:
        elements.append(_Pause(_STOPS[found[1]]))
        chunk = chunk[found.end() :]
    last = _AT_END.search(chunk)
    if any(character.isalnum() for character in chunk):
        elements.append(chunk.strip())
        if before and last and last[1]:
            elements.append(_Pause(_STOPS[last[1]]))
    return elements
