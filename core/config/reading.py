"""Reads a configuration: files, merged, checked, with every mistake and its place.

    reading = read([Path("/usr/share/strowger/config"), Path("/etc/strowger")])
    reading.box              the model; BadConfiguration, with all mistakes, if there are any
    reading.mistakes         [] when all is well
    reading.warnings         what works, but is hardly meant
    reading.place(("station", 2, "channel"))      where a value stands

Mistakes of every kind come at once: what is no TOML, what the model does not allow, what does not fit together. Texts
are in the language in force.
How time flows: not at all; a configuration is read when it is asked for, never because a file has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.config import checks, schema, wording
from core.config.files import Source, files, source
from core.config.files import read as read_file
from core.config.finding import Finding
from core.config.merge import Merged, merge
from core.config.mistake import BadConfiguration, ConfigError, Place
from core.config.model import Box
from core.config.pruning import names, prune
from core.texts import _

__all__ = ["Reading", "parse", "read"]


@dataclass
class Reading:
    """What was read. sources: the files, in the order in which they count."""

    sources: Sequence[Source]
    merged: Merged
    mistakes: list[ConfigError] = field(default_factory=list)
    warnings: list[ConfigError] = field(default_factory=list)
    _box: Box | None = None

    @property
    def box(self) -> Box:
        if self._box is None or self.mistakes:
            raise BadConfiguration(self.mistakes)
        return self._box

    @property
    def contents(self) -> dict[str, bytes]:
        """The files by name, as a commit keeps them."""
        return {source.path.name: source.text.encode() for source in self.sources}

    def place(self, path: schema.Path, key: bool = False) -> Place:
        """Where a value stands, or its key; what stands nowhere is told by the nearest table around it."""
        while path:
            found = self.merged.origin(path)
            if found is not None:
                file, there = found
                return self.sources[file].key(there) if key else self.sources[file].value(there)
            path, key = path[:-1], True
        return Place(self.sources[0].path if self.sources else Path("."))

    # ---- what read() does, step by step ----

    def check(self) -> None:
        for each in self.sources:
            self.mistakes += each.mistakes
        try:
            self._box = Box.model_validate(self.merged.data)
        except ValidationError as error:
            said = [wording.say(details) for details in error.errors(include_url=False)]
            instead = {(words.path[:-1], meant) for words in said for meant in words.meant}
            for words in said:
                if words.missing is None or (words.path, words.missing) not in instead:
                    self._add(words)
            self._check_rest(error)
        else:
            for finding in checks.check(self._box):
                self._find(finding)
        order = {each.path: number for number, each in enumerate(self.sources)}
        self.mistakes.sort(key=lambda mistake: (order.get(mistake.path, -1), mistake.line, mistake.column))

    def _check_rest(self, error: ValidationError) -> None:
        pruned = prune(self.merged.data, error)
        if pruned.box is not None:
            for finding in checks.check_part(pruned.box, names(self.merged.data)):
                others = tuple((pruned.path(path), text) for path, text in finding.others)
                self._find(replace(finding, path=pruned.path(finding.path), others=others))

    def _add(self, words: wording.Wording) -> None:
        place = self.place(words.path, key=words.at_key)
        guessed = any(place.line in each.guessed for each in self.sources if each.path == place.path)
        if not guessed:
            self.mistakes.append(ConfigError(place, words.problem, words.hint))

    def _find(self, finding: Finding) -> None:
        others = [(self.place(path), text) for path, text in finding.others]
        mistake = ConfigError(self.place(finding.path), finding.problem, finding.hint, others)
        (self.warnings if finding.warning else self.mistakes).append(mistake)


def read(places: Iterable[Path]) -> Reading:
    """The configuration in these folders or files; a later one takes the place of an earlier one's files."""
    places = tuple(places)
    try:
        found = files(places)
        if not found:
            raise ConfigError(
                Place(places[-1] if places else Path()),
                _("There is no file of configuration."),
                _("Files end in .toml"),
            )
    except ConfigError as error:
        return Reading([], Merged(), [error])
    sources = []
    mistakes = []
    for path in found:
        try:
            sources.append(read_file(path, schema.tables()))
        except ConfigError as error:
            mistakes.append(error)
    return _checked(sources, mistakes)


def parse(contents: Mapping[str, bytes], folder: Path = Path()) -> Reading:
    """The same from files in memory, by name: a commit, or what a console sends."""
    return _checked([source(folder / name, contents[name], schema.tables()) for name in sorted(contents)], [])


def _checked(sources: list[Source], mistakes: list[ConfigError]) -> Reading:
    reading = Reading(sources, merge([each.data for each in sources]), mistakes)
    reading.check()
    return reading


def effective(box: Box) -> dict[str, Any]:
    """Every value, defaults and all, as TOML would have it."""
    return box.model_dump(mode="json", exclude_none=True)
