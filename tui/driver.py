"""From the toolkit to the terminal: only what differs goes out (tui/picture.py), and is counted (tui/pace.py).

A terminal may go away without a word to us (no SIGHUP for who has no controlling terminal, or ignores it). The toolkit
would then read its end for ever, with a whole processor: whoever uses this driver ends instead.
"""

from __future__ import annotations

import os
import select
import threading
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tui.picture import Picture

PROBE = "\x1b[6n"
"""How far is the terminal? It answers with the place of its cursor (DSR 6)."""
END_S = 5.0
"""So long a program has to end when its terminal has gone."""


class LineDriver(LinuxDriver):
    """The toolkit's own for Linux. `sent`: characters since the last probe."""

    sent = 0
    _picture: Picture | None = None
    _gone = False
    _watched = False

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._closed = threading.Event()

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if not self._watched:  # else it comes back from the shell that it was put aside for
            self._watched = True
            threading.Thread(target=self._until_it_goes, name="terminal", daemon=True).start()

    def _until_it_goes(self) -> None:
        poll = select.poll()
        poll.register(self.fileno, 0)  # nothing but its end
        poll.poll()
        self._gone = True
        try:
            self._app.call_from_thread(self._app.exit, return_code=1)
        except RuntimeError:
            return  # it is ending already
        if not self._closed.wait(END_S):
            os._exit(1)  # it waits for a terminal that is not there

    def write(self, data: str) -> None:
        if self._gone:
            return
        size = self._get_terminal_size()
        if self._picture is None or self._picture.size != size:
            self._picture = Picture(*size)
        if different := self._picture.differing(data):
            self.sent += len(different)
            super().write(different)

    def close(self) -> None:
        self._closed.set()
        if not self._gone:  # else what is left to be written would be waited for
            super().close()

    def forget(self) -> None:
        """What is painted next is sent in full."""
        self._picture = None

    def probe(self) -> None:
        self.sent = 0
        if not self._gone:
            super().write(PROBE)
            self.flush()


def paint_anew(app: App[Any]) -> None:
    """All of it: noise on a line, or another program, has spoiled the picture."""
    if isinstance(app._driver, LineDriver):
        app._driver.forget()
    app.refresh(layout=True)
