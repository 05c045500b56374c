"""A disk that can lose power: it works like the machine's, and knows what would be left of it after a cut.

A file's content is safe when write() returns, its name and that of a folder only after settle() of what they are in.
Whatever was not settled may be there or not, each step by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.config.disk import Disk


class PowerCut(Exception):
    """Here it was."""


@dataclass(eq=False)
class Folder:
    names: dict[str, Folder | bytes] = field(default_factory=dict)


@dataclass(eq=False)
class Step:
    """A change of names that is not settled: in which folders."""

    folders: tuple[Folder, ...]
    change: Callable[[], None]


class QuickDisk(Disk):
    """Whose power is never cut."""

    def write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)

    def settle(self, folder: Path) -> None:
        """Nothing waits."""


class ForgetfulDisk(Disk):
    """The power is cut before step `cut` (counted from 0), or never. `root` exists and is settled."""

    def __init__(self, root: Path, cut: int | None = None) -> None:
        self.steps = 0
        self._cut = cut
        self._root = root
        self._now = Folder()  # as programs see it
        self._safe: dict[int, Folder] = {id(self._now): Folder()}  # what each folder is sure to have
        self._all = [self._now]
        self._open: list[Step] = []

    def _step(self) -> None:
        if self.steps == self._cut:
            raise PowerCut
        self.steps += 1

    def _folder(self, path: Path) -> Folder:
        found: Folder | bytes = self._now
        for name in path.relative_to(self._root).parts:
            assert isinstance(found, Folder)
            found = found.names[name]
        assert isinstance(found, Folder)
        return found

    def _link(self, folder: Folder, name: str, what: Folder | bytes) -> None:
        folder.names[name] = what
        self._open.append(Step((folder,), lambda: self._safe[id(folder)].names.__setitem__(name, what)))

    def _unlink(self, folder: Folder, name: str) -> None:
        del folder.names[name]
        self._open.append(Step((folder,), lambda: _drop(self._safe[id(folder)], name)))

    # ---- Disk ----

    def make_folder(self, path: Path) -> None:
        if not path.exists():
            self._step()
            made = Folder()
            self._safe[id(made)] = Folder()
            self._all.append(made)
            self._link(self._folder(path.parent), path.name, made)
        super().make_folder(path)

    def write(self, path: Path, content: bytes) -> None:
        self._step()
        self._link(self._folder(path.parent), path.name, content)
        path.write_bytes(content)

    def move(self, old: Path, new: Path) -> None:
        self._step()
        before, after = self._folder(old.parent), self._folder(new.parent)
        what = before.names.pop(old.name)
        after.names[new.name] = what

        def change() -> None:
            _drop(self._safe[id(before)], old.name)
            self._safe[id(after)].names[new.name] = what

        self._open.append(Step((before, after), change))
        super().move(old, new)

    def settle(self, folder: Path) -> None:
        self._step()
        if folder != self._root.parent:
            here = self._folder(folder)
            for step in [step for step in self._open if here in step.folders]:
                step.change()
                self._open.remove(step)

    def remove(self, path: Path) -> None:
        self._step()
        if path.is_dir():
            inside = self._folder(path)
            for name in list(inside.names):
                self._unlink(inside, name)
        if path.exists():
            self._unlink(self._folder(path.parent), path.name)
        super().remove(path)

    # ---- after the cut ----

    def left(self, survives: Callable[[], bool], into: Path) -> Path:
        """Writes what is left into a folder; `survives` draws lots for every step that was not settled."""
        for step in self._open:
            if survives():
                step.change()
        self._write(self._now, into)
        return into

    def _write(self, folder: Folder, into: Path) -> None:
        into.mkdir(parents=True)
        for name, what in self._safe[id(folder)].names.items():
            if isinstance(what, Folder):
                self._write(what, into / name)
            else:
                (into / name).write_bytes(what)


def _drop(folder: Folder, name: str) -> None:
    folder.names.pop(name, None)
