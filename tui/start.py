"""What stands there until the box has said who one is; and for whom it has no room."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from core.texts import N_, _
from tui.room import Screens


class Start(Screens):
    HELP_TEXT = N_("The console waits for the box. It goes on by itself as soon as the box answers.")
    DEFAULT_CSS = """
    Start #body { height: 1fr; content-align: center middle; text-align: center; color: $foreground 60%; }
    """

    def body(self) -> ComposeResult:
        yield Static("", id="body", markup=False)

    def show_state(self) -> None:
        super().show_state()
        if self.box.there:
            text = _("There is no room for your role here.")
        else:
            text = _("Waiting for the box at {path} ...").format(path=self.box.path)
        for body in self.query("#body").results(Static):
            body.update(text)
