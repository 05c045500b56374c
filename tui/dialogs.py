"""What stands before a screen until it is answered: a question of yes or no, and the list of keys (F1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from core.texts import N_, _
from core.width import wrap
from tui.columns import fit


class Question(ModalScreen[bool]):
    """True: yes. The text is shown as it is."""

    DEFAULT_CSS = """
    Question { align: center middle; }
    Question > Vertical { width: 60; max-width: 90%; height: auto; background: $panel;
        padding: 1 2; }
    Question Static { width: 1fr; height: auto; }
    Question .keys { margin-top: 1; color: $text-warning; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", N_("Yes")),
        Binding("n,escape", "answer(False)", N_("No")),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._text, markup=False)
            yield Static(_("y: yes    n: no"), markup=False, classes="keys")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


WIDTH = 66
"""Cells of the list of keys."""


class Help(ModalScreen[None]):
    """text: what the screen below is for. keys: each with what it does, and its name in the file of keys."""

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > VerticalScroll { width: 72; max-width: 96%; height: auto; max-height: 90%; background: $panel;
        padding: 1 2; scrollbar-size-vertical: 1; }
    Help Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "close", N_("Back"))]

    def __init__(self, text: str, keys: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._text = text
        self._keys = keys

    def compose(self) -> ComposeResult:
        rows = [*wrap(self._text, WIDTH), ""]
        rows += [f"{fit(key, 14)} {fit(meaning, 28)} {name}" for key, meaning, name in self._keys]
        rows += ["", _("Esc closes this list.")]
        with VerticalScroll():
            yield Static("\n".join(rows), markup=False)

    def action_close(self) -> None:
        self.dismiss()
