"""A card made of Python functions: what a plane asks of it is seen by the test, what it answers is set.

It is in C what hw/native/card.h says, which Python does not see otherwise: the header is read once more, as C sees it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cffi

import hw.native

_FOLDER = Path(hw.native.__file__).parent


def _declarations() -> str:
    text = "".join((_FOLDER / name).read_text() for name in ("media.h", "card.h"))
    text = re.sub(r"^\s*#\s*include.*$", "", text, flags=re.MULTILINE)
    return subprocess.run(
        ["gcc", "-E", "-P", "-xc", "-"], input=text, capture_output=True, text=True, check=True
    ).stdout


_ffi = cffi.FFI()
_ffi.cdef(_declarations())


class PaperCard:
    """`pointer` is for Plane.add_card(), channel() for Plane.open_port(). Every answer may be replaced before that.

    waits: what wait() answers, each time it is asked; without it the card gives no pace.
    """

    def __init__(self, waits: Callable[[], int] | None = None) -> None:
        self.activates = 0
        self.joins = 0
        self.asked: list[str] = []
        self.reading: Callable[[list[Any]], None] = lambda slots: None
        self._waits = waits
        self._ops = _ffi.new("struct card_ops *")
        self._card = _ffi.new("struct card *", {"ops": self._ops})
        self._channels: list[Any] = []
        self._kept = [self._operation(name) for name in ("read", "write", "activate", "deactivate", "join", "part")]
        if waits is not None:
            self._kept.append(self._operation("wait"))

    def _operation(self, name: str) -> Any:
        kind = _ffi.typeof(getattr(self._ops, name))
        made = _ffi.callback(kind, getattr(self, f"_{name}"))
        setattr(self._ops, name, made)
        return made

    @property
    def pointer(self) -> Any:
        return hw.native.ffi.cast("struct card *", int(_ffi.cast("uintptr_t", self._card)))

    def channel(self) -> Any:
        self._channels.append(hw.native.ffi.new("char[1]"))
        return self._channels[-1]

    def times(self, what: str) -> int:
        return self.asked.count(what)

    def _wait(self, card: Any, frame: int) -> int:
        self.asked.append("wait")
        assert self._waits is not None
        return self._waits()

    def _read(self, card: Any, slots: Any, count: int, frame: int, time: int) -> None:
        self.asked.append("read")
        self.reading([slots[place] for place in range(count)])

    def _write(self, card: Any, slots: Any, count: int, frame: int, time: int) -> None:
        self.asked.append("write")

    def _activate(self, card: Any, slot: Any, frame: int) -> int:
        self.asked.append("activate")
        return self.activates

    def _deactivate(self, card: Any, slot: Any) -> None:
        self.asked.append("deactivate")

    def _join(self, card: Any, a: Any, b: Any) -> int:
        self.asked.append("join")
        return self.joins

    def _part(self, card: Any, a: Any, b: Any) -> None:
        self.asked.append("part")
