"""From the toolkit to the terminal: only what differs goes out (tui/picture.py), and is counted (tui/pace.py)."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tui.picture import Picture

PROBE = "\x1b[6n"
"""How far is the terminal? It answers with the place of its cursor (DSR 6)."""


class LineDriver(LinuxDriver):
    """The toolkit's own for Linux. `sent`: characters since the last probe."""

    sent = 0
    _picture: Picture | None = None

    def write(self, data: str) -> None:
        size = self._get_terminal_size()
        if self._picture is None or self._picture.size != size:
            self._picture = Picture(*size)
        if different := self._picture.differing(data):
            self.sent += len(different)
            super().write(different)

    def forget(self) -> None:
        """What is painted next is sent in full."""
        self._picture = None

    def probe(self) -> None:
        super().write(PROBE)
        self.flush()
        self.sent = 0


def paint_anew(app: App[Any]) -> None:
    """All of it: noise on a line, or another program, has spoiled the picture."""
    if isinstance(app._driver, LineDriver):
        app._driver.forget()
    app.refresh(layout=True)
