"""What stands before a screen until it is answered: a question of yes or no, a form of some fields, a choice, and the
list of keys (F1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from core.texts import N_, _
from tui.columns import fit, plain


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


@dataclass(frozen=True, slots=True)
class Field:
    """name: of its value in the answer. label: shown before it. value: what stands there at first. hint: what may stand
    there, while nothing does.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""


class Form(ModalScreen[dict[str, str] | None]):
    """The values by the names of the fields, without blanks at their ends; None: given up. Enter goes to the next field
    and, in the last, is the answer; in a form of one field it is the answer at once.
    """

    DEFAULT_CSS = """
    Form { align: center middle; }
    Form > Vertical { width: 64; max-width: 96%; height: auto; background: $panel; padding: 1 2; }
    Form .text { width: 1fr; height: auto; margin-bottom: 1; }
    Form Horizontal { height: 1; margin-bottom: 1; }
    Form Horizontal Static { width: 18; }
    Form Input { width: 1fr; }
    Form .keys { color: $text-warning; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", N_("Back")),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("ctrl+s,f10", "accept", N_("Accept")),
    ]

    def __init__(self, text: str, fields: Sequence[Field]) -> None:
        super().__init__()
        self._text = text
        self._fields = tuple(fields)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._text, markup=False, classes="text")
            for field in self._fields:
                with Horizontal():
                    yield Static(fit(field.label, 17), markup=False)
                    yield Input(field.value, placeholder=field.hint, compact=True, id=f"field-{field.name}")
            yield Static(_("Enter: next, then go    F10: go    Esc: back"), markup=False, classes="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == f"field-{self._fields[-1].name}":
            self.action_accept()
        else:
            self.focus_next()

    def action_accept(self) -> None:
        names = [field.name for field in self._fields]
        self.dismiss({name: self.query_one(f"#field-{name}", Input).value.strip() for name in names})

    def action_give_up(self) -> None:
        self.dismiss(None)


class Choice(ModalScreen[str | None]):
    """The name of what was chosen; None: nothing. choices: by name, each with its text. A digit or letter before it
    chooses, too. at: where the cursor stands first.
    """

    KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
    DEFAULT_CSS = """
    Choice { align: center middle; }
    Choice > Vertical { width: 64; max-width: 96%; height: auto; max-height: 90%; background: $panel; padding: 1 2; }
    Choice .text { width: 1fr; height: auto; margin-bottom: 1; }
    Choice OptionList { height: auto; max-height: 16; border: none; padding: 0; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", N_("Back"))]

    def __init__(self, text: str, choices: Mapping[str, str], at: str = "") -> None:
        super().__init__()
        self._text = text
        self._choices = dict(choices)
        self._at = at

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._text, markup=False, classes="text")
            rows = zip_longest(self.KEYS[: len(self._choices)], self._choices.values(), fillvalue=" ")
            yield OptionList(*(Text(f"{key}  {plain(words)}") for key, words in rows))

    def on_mount(self) -> None:
        names = list(self._choices)
        self.query_one(OptionList).highlighted = names.index(self._at) if self._at in names else 0

    def on_key(self, event: events.Key) -> None:
        place = self.KEYS.find(event.key) if len(event.key) == 1 else -1
        if 0 <= place < len(self._choices):
            event.stop()
            self.dismiss(list(self._choices)[place])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(list(self._choices)[event.option_index])

    def action_give_up(self) -> None:
        self.dismiss(None)


class Help(ModalScreen[None]):
    """text: what the screen below is for. keys: each with what it does."""

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > VerticalScroll { width: 64; max-width: 96%; height: auto; max-height: 90%; background: $panel;
        padding: 1 2; scrollbar-size-vertical: 1; }
    Help Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "close", N_("Back"))]

    def __init__(self, text: str, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._text = text
        self._keys = keys

    def compose(self) -> ComposeResult:
        rows = [self._text, "", *(f"{fit(key, 12)} {meaning}" for key, meaning in self._keys)]
        rows += ["", _("Esc closes this list.")]
        with VerticalScroll():
            yield Static("\n".join(rows), markup=False)

    def action_close(self) -> None:
        self.dismiss()
