"""The row of keys at the foot of a screen.

    r Ready  n Not ready  h Hold  e End  o Consult  t Transf ▏F1 Help

A room has more keys than a narrow terminal has places. Help, which knows them all, stands at the right end, where no
other pushes it out; the toolkit has its palette there, whose key now comes last of all.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

HELP = "f1"


class KeyRow(Footer):
    DEFAULT_CSS = """
    KeyRow FooterKey.-help { dock: right; padding-right: 1; border-left: vkey $foreground 20%; }
    KeyRow FooterKey.-command-palette { dock: none; border-left: none; }
    """

    def compose(self) -> ComposeResult:
        for part in super().compose():
            if isinstance(part, FooterKey) and part.key == HELP:
                part.add_class("-help")
            yield part
