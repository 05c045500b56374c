"""One thing that does not fit together in a configuration: where in the model, what, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """path: of the value. others: what belongs to it, each with what is to be said there. warning: it works, but."""

    path: Path
    problem: str
    hint: str = ""
    others: tuple[tuple[Path, str], ...] = ()
    warning: bool = False
    name: str = ""  # that is not there
