"""What a flow says, as the prompts room has it: names of prompts, values composed to speech, texts for a screen.

known(catalogue)                             for the check: which prompts there are, with which places
parts(catalogue, play.said, "zh")            for PromptStore.clips(): what is played, part by part
words(catalogue, said, "zh")                 for the workshop: "您前面还有〔3〕位客户。"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from core.ivr.acts import Phrase, Prompt, Said, Value
from core.ivr.values import NoValue, shown
from core.prompts.catalogue import Catalogue, CatalogueError
from core.prompts.parts import Part
from core.prompts.phrases import Piece, Place
from core.prompts.slots import KINDS, LANGUAGES


def known(catalogue: Catalogue) -> tuple[Callable[[str, str], bool], Callable[[str], Mapping[str, tuple[str, ...]]]]:
    """Known.prompt and Known.places of core/ivr/check.py."""
    return catalogue.knows, lambda name: catalogue.entries[name].places if name in catalogue.entries else {}


def parts(catalogue: Catalogue, said: Iterable[Said], language: str) -> list[Part]:
    """NoValue: something of it cannot be said; why stands in the text."""
    found: list[Part] = []
    try:
        for one in said:
            match one:
                case Prompt(name=name):
                    found += catalogue.phrase(name, language)
                case Phrase(name=name, values=values):
                    kinds = catalogue.entries[name].places if name in catalogue.entries else {}
                    fitting = {place: _given(kinds.get(place, ()), value) for place, value in values.items()}
                    found += catalogue.phrase(name, language, **fitting)
                case Value(value=value, form=form):
                    found += KINDS[form].said(LANGUAGES[language], _given((form,), value))
    except (CatalogueError, ValueError) as error:
        raise NoValue(str(error)) from error
    return found


def _given(kinds: Iterable[str], value: Any) -> Any:
    """A value as the room takes it: names of prompts are parts, a moment has a date and a time in it."""
    if "parts" in kinds:
        return list(value) if isinstance(value, tuple) else [value]
    return value


def words(catalogue: Catalogue, said: Said, language: str) -> str:
    """The text of a prompt with its values in brackets; of a prompt that is not there its name in brackets."""
    match said:
        case Value(value=value, form=form):
            return _name_of(catalogue, value, language) if form in ("prompt", "parts") else f"〔{shown(value)}〕"
        case Prompt(name=name):
            values: Mapping[str, Any] = {}
        case Phrase(name=name, values=values):
            pass
    entry = catalogue.entries.get(name)
    phrase = entry.phrases.get(language) if entry else None
    if phrase is None:
        return f"〔{name}〕"
    found = []
    for element in phrase.elements:
        match element:
            case Piece(text=piece):
                found.append(piece)
            case Place(name=place, kind=kind):
                value = values.get(place)
                named = kind in ("prompt", "parts")
                found.append(_name_of(catalogue, value, language) if named else f"〔{_short(value)}〕")
    return ("" if language == "zh" else " ").join(found)


def _short(value: Any) -> str:
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else shown(value)


def _name_of(catalogue: Catalogue, value: Any, language: str) -> str:
    names = value if isinstance(value, tuple) else (value,)
    return "".join(words(catalogue, Prompt(str(name)), language) for name in names)
