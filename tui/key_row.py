"""The row of keys at the foot of a screen.

    F1 Help  r Ready  n Not ready  h Hold  e End  o Consult  t Transf

A room has more keys than a narrow terminal has places. Help, which knows them all, stands first, where nothing pushes
it out; the palette last. Nothing lies over others: half a Chinese letter beneath the edge of a key costs a whole one.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

HELP = "f1"


class KeyRow(Footer):
    DEFAULT_CSS = "KeyRow FooterKey.-command-palette { dock: none; border-left: none; }"

    def compose(self) -> ComposeResult:
        yield from sorted(super().compose(), key=lambda part: not (isinstance(part, FooterKey) and part.key == HELP))
