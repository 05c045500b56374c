"""Values of settings as people see and type them, and how one is asked for.

    value_of(setting, "a, b")          ["a", "b"]; NotSo: it is no such value
    shown(setting, ["a", "b"])         "a, b"
    question(setting, now, names)      the screen that asks for it: a line of text, or a list to choose from

A setting is a SettingView of the control interface (core/config/form.py), as JSON has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli
from textual.screen import ModalScreen

from core.config.editing import written
from core.texts import _
from tui.ask import Ask, Choose

HIDDEN = "******"
COMMAS = str.maketrans({"，": ",", "、": ",", "；": ",", ";": ","})

Setting = dict[str, Any]


class NotSo(Exception):
    """What was typed is no such value. Text: for people."""


def value_of(setting: Setting, text: str) -> Any:
    """What a person has typed, as a value. NotSo."""
    kind, text = setting["kind"], text.strip()
    try:
        if kind == "number":
            return int(text) if text.lstrip("+-").isdecimal() else float(text)
        if kind == "texts" and not text.startswith("["):
            return [word.strip() for word in text.translate(COMMAS).split(",") if word.strip()]
        if kind in ("value", "texts"):
            return tomli.loads(f"x = {text}")["x"]
    except ValueError:
        raise NotSo(_("{text} is not: {allowed}").format(text=text, allowed=setting["allowed"])) from None
    return text


def shown(setting: Setting, value: Any) -> str:
    """A value as a person sees and types it."""
    if setting["secret"] and value:
        return HIDDEN
    plain = isinstance(value, list) and all(isinstance(each, str) and "," not in each for each in value)
    if setting["kind"] == "texts" and plain:
        return ", ".join(value)
    return value if isinstance(value, str) else written(value)


def next_value(setting: Setting, now: Any) -> Any:
    """Of what has few values; None: it has many. now: None: it is left to its default."""
    if setting["kind"] == "truth":
        return not now if now is not None else setting["default"] != "true"
    if setting["kind"] == "choice":
        choices = setting["choices"]
        before = _usual(setting) if now is None else str(now)
        return choices[(choices.index(before) + 1) % len(choices)] if before in choices else choices[0]
    return None


def question(setting: Setting, now: Any, names: Mapping[str, str]) -> ModalScreen[str | None]:
    """names: what a setting of kind `node` may name, and how it is shown."""
    if setting["kind"] == "choice":
        options = {choice: choice or _('"" (none)') for choice in setting["choices"]}
        return Choose(setting["name"], setting["text"], options, _usual(setting) if now is None else str(now))
    if setting["kind"] == "node":
        return Choose(setting["name"], setting["text"], names, "" if now is None else str(now))
    text = "" if now is None or setting["secret"] else shown(setting, now)
    return Ask(setting["name"], f"{setting['text']}\n{setting['allowed']}", text, setting["secret"])


def _usual(setting: Setting) -> str:
    return str(setting["default"] or "").strip('"')
