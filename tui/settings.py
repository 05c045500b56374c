"""What a person keeps for the console: theme, language and keys, in a file of his own.

    # ~/.config/strowger/console.toml
    theme = "light"
    language = "zh"

    [keys]
    "calls.clear" = "x"           # an action of a screen, as F1 names it, and its key or keys
    "room.team" = "f5, 7"

A mistake in the file is told, with its line and what to write, and the rest of the file holds: nobody stands before a
console that does not start. What F9 and the palette change is written back; everything else in the file stays as it is.
What it does not: know the actions (tui/keys.py does).
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.texts import LANGUAGES, _

THEMES = ("dark", "light")
_CHOICES = {"theme": THEMES, "language": tuple(LANGUAGES)}


def usual_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where it lies when nobody says otherwise."""
    folder = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME") or "~").expanduser() / ".config"
    return Path(folder) / "strowger" / "console.toml"


@dataclass
class Settings:
    """path: None: nothing is kept. theme, language: empty: the file says nothing. mistakes: in sentences for people,
    each with file and line.
    """

    path: Path | None = None
    theme: str = ""
    language: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    text: str = ""

    def wrong(self, name: str, problem: str) -> None:
        """name: of the setting."""
        setting = re.compile(rf"""^\s*["']?{re.escape(name)}["']?\s*=""")
        lines = self.text.splitlines()
        line = next((n for n, text in enumerate(lines, 1) if setting.match(text)), 1)
        self.mistakes.append(_("{file}, line {line}: {problem}").format(file=self.path, line=line, problem=problem))

    def keep(self, **chosen: str) -> None:
        """Writes what was chosen into the file, which is made where there is none. OSError: it cannot be written."""
        for name, value in chosen.items():
            setattr(self, name, value)
        if self.path is None:
            return
        import tomlkit

        try:
            document = tomlkit.parse(self.text)
        except tomlkit.exceptions.TOMLKitError:
            return  # its owner was told that it is no TOML; nothing of his is overwritten
        document.update(chosen)
        self.text = document.as_string()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(self.text, "utf-8")
        new.replace(self.path)


def read(path: Path) -> Settings:
    """No file: nothing is set. OSError: it is there and cannot be read."""
    found = Settings(path)
    try:
        found.text = path.read_text("utf-8")
        facts = tomllib.loads(found.text)
    except FileNotFoundError:
        return found
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = _("this is no TOML ({why}); nothing of this file holds").format(why=error)
        found.mistakes.append(f"{path}: {problem}")
        return found
    for name, value in facts.items():
        if name == "keys":
            _keys(found, value)
        elif name not in _CHOICES:
            known = ", ".join((*_CHOICES, "[keys]"))
            found.wrong(name, _('there is no setting "{name}"; there are: {known}').format(name=name, known=known))
        elif value not in _CHOICES[name]:
            allowed = ", ".join(f'"{choice}"' for choice in _CHOICES[name])
            found.wrong(name, _("{name} can be {allowed}").format(name=name, allowed=allowed))
        else:
            setattr(found, name, value)
    return found


def _keys(found: Settings, table: Any) -> None:
    if not isinstance(table, dict):
        found.wrong("keys", _("keys is a table: write [keys], and below it a line for each action"))
        return
    for action, key in table.items():
        if isinstance(key, str) and key.strip():
            found.keys[action] = key
        elif isinstance(key, dict):
            inner = next(iter(key), "")
            text = _('an action stands in quotes: "{action}" = "x"').format(action=f"{action}.{inner}")
            found.wrong(f"{action}.{inner}", text)
        else:
            found.wrong(action, _('a key stands in quotes: "{action}" = "x"').format(action=action))
