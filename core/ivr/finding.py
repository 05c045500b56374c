"""One thing that is wrong in a flow, and where: a setting, and where it holds an expression, a part of that.

Finding(("node", "hours", "cases", 0, "when"), "There is no variable tody.", 'Did you mean "today"?', span=(0, 4))

    7 | cases = [{ when = "tody == 2026-10-01", next = "closed" }]
      |                    ^^^^
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.config.files import Source
from core.config.mistake import ConfigError, Place
from core.ivr.expression import ExpressionError
from core.ivr.wiring import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """path: of the setting in its file; key: its name is meant, not its value. span: characters of the text that is the
    value, None: all of it.
    """

    path: Path
    problem: str
    hint: str = ""
    span: tuple[int, int] | None = None
    key: bool = False

    def mistake(self, source: Source) -> ConfigError:
        place = source.key(self.path) if self.key else source.value(self.path)
        return ConfigError(narrowed(place, self.span) if self.span else place, self.problem, self.hint)


def of_expression(path: Path, error: ExpressionError) -> Finding:
    return Finding(path, error.message, error.hint, (error.start, error.end))


def narrowed(place: Place, span: tuple[int, int]) -> Place:
    """The part of a text of TOML that holds these characters of its value. Of a text of several lines: all of it."""
    written = place.source[place.column - 1 : place.column - 1 + place.length]
    mark = written[:1]
    if mark not in ("'", '"') or written.startswith(mark * 3) or not written.endswith(mark):
        return place
    starts, at = [], 1
    while at < len(written) - 1:
        starts.append(at)
        if mark == '"' and written[at] == "\\":
            at += {"u": 6, "U": 10}.get(written[at + 1], 2)
        else:
            at += 1
    starts.append(len(written) - 1)
    first, last = (starts[min(offset, len(starts) - 1)] for offset in span)
    return replace(place, column=place.column + first, length=max(last - first, 1))
