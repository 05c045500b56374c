"""A text that is painted only when it has changed: over a slow line every line that is sent again is waited for."""

from __future__ import annotations

from textual.visual import VisualType
from textual.widgets import Static


class Still(Static):
    """Static, which paints anew whatever it is given."""

    _shown: VisualType | None = None

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        if content == self._shown:
            return
        self._shown = content
        super().update(content, layout=layout)
