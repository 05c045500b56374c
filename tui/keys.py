"""Keys of the console by configuration: names of all actions, and what a person's table of keys means.

    named(Board)         board.block  board.unblock  board.reset  board.trace  ...
    keymap(settings)     {"board.block": "x"}, and its mistakes are told

An action is named by its screen and what it does. Every binding of a screen gets its name when its class is made
(`named`), so none can be without. Rooms (room.calls), what is everywhere (help, quit, light) and moving in tables
(table.down) have names, too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.binding import Binding, BindingType
from textual.keys import KEY_ALIASES, Keys, _character_to_key

from core.texts import _
from tui.settings import Settings

_MODIFIERS = ("ctrl", "shift", "alt")
_NAMED = {key.value for key in Keys} | {alias for aliases in KEY_ALIASES.values() for alias in aliases}


def named(owner: str, bindings: Sequence[BindingType]) -> list[BindingType]:
    """The bindings, each with its name: block of order('block')."""
    return [
        replace(binding, id=f"{owner}.{_name(binding.action)}")
        if isinstance(binding, Binding) and not binding.id
        else binding
        for binding in bindings
    ]


def alt_sent(key: str) -> str:
    """As what the toolkit takes Alt with a digit on most terminals: for the sign that a Macintosh has there. Empty: it
    takes it for what it is.
    """
    sent = ANSI_SEQUENCES_KEYS.get("\x1b" + key)
    return _character_to_key(sent) if isinstance(sent, str) else ""


def keymap(settings: Settings, groups: Iterable[Iterable[Binding]]) -> dict[str, str]:
    """The table of keys as the toolkit takes it; what is wrong in it is added to the mistakes of the settings.

    groups: bindings that are in force together: in each no two actions may have one key.
    """
    together = [list(group) for group in groups]
    known = {binding.id for group in together for binding in group if binding.id}
    wanted: dict[str, str] = {}
    for action, text in settings.keys.items():
        keys = [_key(word.strip()) for word in (text.split(",") if text.strip() != "," else [text.strip()])]
        if action not in known:
            near = difflib.get_close_matches(action, known, 3) or sorted(known)
            listed = ", ".join(near)
            settings.wrong(action, _('no action "{action}"; there are: {near}').format(action=action, near=listed))
        elif not all(keys):
            settings.wrong(
                action,
                _('"{key}" is no key; write a sign (x), f1 to f24, enter, space, or ctrl+x, alt+x').format(key=text),
            )
        else:
            wanted[action] = ",".join(keys)
    for group in together:
        _clashes(settings, wanted, group)
    return wanted


def _clashes(settings: Settings, wanted: dict[str, str], group: list[Binding]) -> None:
    """Takes out of wanted what has a key that another action of the group has."""
    mine: dict[str, set[str]] = {}
    for binding in group:
        if binding.id:
            keys = wanted.get(binding.id, binding.key).split(",")
            mine.setdefault(binding.id, set()).update(_key(key.strip()) or key.strip() for key in keys)
    for action in [action for action in wanted if action in mine]:
        others = (other for other, keys in mine.items() if other != action and keys & mine[action])
        other = next(others, "")
        if other:
            text = _('"{key}" is the key of {other} already').format(key=settings.keys[action], other=other)
            settings.wrong(action, text)
            del wanted[action], mine[action]


def _name(action: str) -> str:
    """order('block') is block, ladder is ladder."""
    name, _bracket, parameters = action.partition("(")
    words = re.findall(r"\w+", parameters)
    return "_".join(words) if words else name


def _key(word: str) -> str:
    """As the toolkit names it; empty: it is no key."""
    *modifiers, last = word.split("+") if len(word) > 1 else [word]
    if not set(modifiers) <= set(_MODIFIERS):
        return ""
    if len(last) == 1 and last.isprintable() and not last.isspace():
        last = _character_to_key(last)
    elif last not in _NAMED and not re.fullmatch(r"f([1-9]|1[0-9]|2[0-4])", last):
        return ""
    return "+".join((*modifiers, last))
