"""Texts for people, in their language: gettext over catalogues that every checkout and package carries.

    from core.texts import _, plural, speaking

    print(_("no such line: {line}").format(line=name))
    print(plural("{n} call", "{n} calls", n).format(n=n))
    with speaking("zh"):                  what this task says from here on, whoever else speaks meanwhile
        answer = _("line is busy")

The msgid is the English text itself, with named placeholders in braces, filled in after the translation. A text that
is made at import (a table of data) is marked with `N_` and translated where it is shown: `_(row.text)`.

Which language: of the innermost `speaking` of the task (the daemon answers each client in his), else the one that the
process chose with `use`, else English. A catalogue is core/locale/<locale>/LC_MESSAGES/strowger.mo, made by
packaging/catalogues.py from the .po beside it; where none was made, texts are English.
What it does not: translate what comes from outside (names, numbers) or what machines read (logs, JSON keys).
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "strowger"
CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = {"en": "", "zh": "zh_CN"}
"""Languages of the box to the folder of their catalogue; English needs none."""

_process = "en"
_task: ContextVar[str] = ContextVar("language of the task", default="")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = LANGUAGES.get(language, "")
    if not folder:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGUES, [folder], fallback=True)


def _(text: str) -> str:
    """The text in the language in force; the English itself where the catalogue lacks it."""
    return _catalogue(language()).gettext(text)


def plural(one: str, many: str, n: int) -> str:
    """The form that goes with `n`; English has two, Chinese one."""
    return _catalogue(language()).ngettext(one, many, n)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a text for the catalogue, untranslated."""
    return text


def language() -> str:
    """The language in force here: "en" or "zh"."""
    return _task.get() or _process


def use(language: str) -> None:
    """Chooses the language of the process. One that is not in LANGUAGES is English."""
    global _process
    _process = language if language in LANGUAGES else "en"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Chooses the language of this task, and of those it starts, until the block ends. Empty: no change."""
    token = _task.set(language if language in LANGUAGES else _task.get())
    try:
        yield
    finally:
        _task.reset(token)


def wanted(environment: Mapping[str, str]) -> str:
    """The language that a person's environment asks for, in the order of POSIX: LC_ALL, LC_MESSAGES, LANG.

    The Linux console without a graphics terminal (TERM=linux) cannot draw Chinese: English there.
    """
    if environment.get("TERM") == "linux":
        return "en"
    asked = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    code = asked.partition("_")[0].partition(".")[0].lower()
    return code if code in LANGUAGES else "en"
