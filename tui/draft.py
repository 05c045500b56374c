"""Files of settings as a person changes them, before they are saved: what the box has, what differs, and the way back.

    draft = Draft(await box.ask("config.files"))
    draft.change({"40-people.toml": text})
    draft.edits                                {"40-people.toml": text}: what config.check and config.save take
    draft.undo()

What it does not: look at what the texts say, or ask the box. Pure.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

Edits = dict[str, str | None]
"""Of files, by name; None: the file goes."""


class Draft:
    """files: a FileSet of the control interface, as JSON has it."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self.folder: str = files["folder"]
        self.basis: str = files["basis"]
        self.shipped = frozenset(files["shipped"])
        self._held: dict[str, str] = dict(files["files"])
        self._steps: list[Edits] = [{}]

    @property
    def edits(self) -> Edits:
        """Files that are not as the box has them."""
        return {name: text for name, text in self._steps[-1].items() if text != self._held.get(name)}

    @property
    def texts(self) -> dict[str, str]:
        """All files, as they would be."""
        texts = {**self._held, **self._steps[-1]}
        return {name: text for name, text in sorted(texts.items()) if text is not None}

    def held(self, name: str) -> str:
        """As the box has it; empty: it has none."""
        return self._held.get(name, "")

    @property
    def steps(self) -> int:
        """How many were made."""
        return len(self._steps) - 1

    def change(self, edits: Mapping[str, str | None], after: int | None = None) -> None:
        """One step, which undo() takes back; it takes the place of all that were made after so many."""
        now = {**self._steps[-1], **edits}
        if now != self._steps[-1]:
            self._steps[len(self._steps) if after is None else after + 1 :] = [now]

    def undo(self) -> bool:
        """Whether there was a step."""
        if len(self._steps) == 1:
            return False
        self._steps.pop()
        return True

    def difference(self) -> list[str]:
        """Line by line, as diff -u shows it."""
        rows: list[str] = []
        for name, text in sorted(self.edits.items()):
            before, after = self._held.get(name, "").splitlines(), (text or "").splitlines()
            rows += difflib.unified_diff(before, after, name, name, n=2, lineterm="")
        return rows
