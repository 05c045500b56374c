"""The catalogue: every prompt that the box says, with its text in each language, read from TOML and checked.

    [call.busy]                              its name is call.busy
    zh = "您拨打的用户正忙，请稍后再拨。"
    en = "The number that you have called is busy. Please try again later."

    [queue.ahead]                            a phrase: {ahead:count} is a place for a value
    zh = "您前面还有{ahead:count}位客户。"
    en = "There are {ahead:count} callers ahead of you."
    en-one = "There is {ahead:count} caller ahead of you."       where the first count is 1

    pause.comma.silence-ms = 180             a silence, the same in all languages

`LANGUAGE-say` is what the synthesiser reads where it would stumble over the text (Mandarin: pinyin with tone digits);
`note` is for the person at the microphone. A file `NAME.LANGUAGE.toml` has prompts of that language alone; in every
other file each prompt has all languages. Files of an office come after the shipped ones: what they name anew replaces a
text, or is a prompt of the office's own.

A fault does not stop the reading: all are found at once, with file, line and column. Reading blocks on the disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tomli

from core.prompts.parts import SENTENCE, Part, Text
from core.prompts.phrases import Phrase, PhraseError, Piece, phrase
from core.prompts.slots import KINDS, LANGUAGES
from core.prompts.toml_places import key_places
from core.texts import _

SHIPPED = Path(__file__).with_name("catalogue")
LONGEST_SILENCE_MS = 10_000
FULL_STOPS = ("。", "！", "？", ".", "!", "?")

_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEXTS = {code + suffix for code in LANGUAGES for suffix in ("", "-say", "-one", "-one-say")}
_KEYS = _TEXTS | {"silence-ms", "note"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, where, and what to do about it."""

    path: Path
    line: int
    column: int
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.problem}; {self.remedy}"


class CatalogueError(Exception):
    """A prompt was asked for that the catalogue does not have, or not in this language."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One prompt. `phrases` and `singular` by language; `note` for the person who records it."""

    name: str
    path: Path
    line: int
    column: int
    phrases: dict[str, Phrase] = field(default_factory=dict)
    singular: dict[str, Phrase] = field(default_factory=dict)
    silence_ms: int | None = None
    note: str = ""

    @property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The values that it has a place for in any language: name to kinds."""
        places: dict[str, tuple[str, ...]] = {}
        for said in self.phrases.values():
            for name, kinds in said.places.items():
                places[name] = tuple(dict.fromkeys((*places.get(name, ()), *kinds)))
        return places

    def fault(self, problem: str, remedy: str) -> Fault:
        return Fault(self.path, self.line, self.column, f"{self.name}: {problem}", remedy)


class Catalogue:
    """`entries` by name; `faults` found in the files. A catalogue with faults still says what is without."""

    def __init__(self, entries: Mapping[str, Entry], faults: Sequence[Fault] = ()) -> None:
        self.entries = entries
        self.faults = list(faults)
        self._pieces: dict[str, dict[str, tuple[Piece, Entry]]] = {code: {} for code in LANGUAGES}
        for entry in entries.values():
            for one in (entry.phrases, entry.singular):
                for code, said in one.items():
                    for piece in said.pieces:
                        self._add(code, piece, entry)

    def _add(self, code: str, piece: Piece, entry: Entry) -> None:
        if piece.name in self._pieces[code] or (piece.name != entry.name and piece.name in self.entries):
            self.faults.append(
                entry.fault(
                    _("its piece {piece} has the name of another prompt").format(piece=piece.name), _("rename one")
                )
            )
        self._pieces[code][piece.name] = piece, entry

    def phrase(self, name: str, language: str, /, **values: object) -> list[Part]:
        """What is said under a name, with values in its places.

        CatalogueError: no such prompt, or not in this language. PhraseError: a value is missing or does not fit.
        """
        entry = self.entries.get(name)
        if entry is None:
            raise CatalogueError(_("there is no prompt {name}").format(name=name))
        if entry.silence_ms is not None:
            return [name]
        said = entry.phrases.get(language)
        if said is None:
            raise CatalogueError(_("there is no prompt {name} in {language}").format(name=name, language=language))
        one = entry.singular.get(language)
        if one is not None and values.get(said.counted or "") == 1:
            said = one
        return said.said(language, values)

    def paused(self, parts: Sequence[Part], language: str) -> list[Part]:
        """With the pause of a full stop after what ends with one and is followed by speech."""
        spaced: list[Part] = []
        ended = False
        for part in parts:
            if ended and not (isinstance(part, str) and self.silence_ms(part) is not None):
                spaced.append(SENTENCE)
            piece = self.piece(part, language) if isinstance(part, str) else None
            ended = piece is not None and piece.text.endswith(FULL_STOPS)
            spaced.append(part)
        return spaced

    def pieces(self, language: str) -> Iterator[tuple[Piece, Entry]]:
        """Everything that needs a sound in this language, in the order of the files."""
        yield from self._pieces.get(language, {}).values()

    def piece(self, name: str, language: str) -> Piece | None:
        found = self._pieces.get(language, {}).get(name)
        return found[0] if found else None

    def text(self, parts: Sequence[Part], language: str) -> str:
        """What is heard of these parts, to be read. A file has no words."""
        words = []
        for part in parts:
            if isinstance(part, Text):
                words.append(part.text)
            elif isinstance(part, str) and (piece := self.piece(part, language)) is not None:
                words.append(piece.text)
        return ("" if language == "zh" else " ").join(words)

    def silence_ms(self, name: str) -> int | None:
        entry = self.entries.get(name)
        return entry.silence_ms if entry else None

    def knows(self, name: str, language: str) -> bool:
        """Whether `phrase()` would find it."""
        entry = self.entries.get(name)
        return entry is not None and (entry.silence_ms is not None or language in entry.phrases)


def read_catalogue(*office: Path) -> Catalogue:
    """The shipped catalogue and the office's files after it, each replacing what stands before. Blocks on the disk."""
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for path in sorted(SHIPPED.glob("*.toml")):
        _merge(entries, _File(path, faults), faults)
    shipped = dict(entries)
    for path in office:
        file = _File(path, faults)
        for entry in file.entries():
            known = shipped.get(entry.name)
            for place in sorted(entry.places.keys() - (known.places.keys() if known else entry.places.keys())):
                given = ", ".join(known.places) if known else ""
                faults.append(
                    entry.fault(
                        _("nobody gives a value for {place}").format(place=f"{{{place}}}"),
                        _("there are values for: {places}").format(places=given or "-"),
                    )
                )
            entries[entry.name] = _replaced(known, entry)
    return Catalogue(entries, faults)


def _replaced(known: Entry | None, entry: Entry) -> Entry:
    """The office's texts over the shipped ones. A language's singular goes with its text."""
    if known is None or entry.silence_ms is not None:
        return entry
    kept = {code: said for code, said in known.singular.items() if code not in entry.phrases}
    return Entry(
        entry.name,
        entry.path,
        entry.line,
        entry.column,
        known.phrases | entry.phrases,
        kept | entry.singular,
        None,
        entry.note or known.note,
    )


def _merge(entries: dict[str, Entry], file: _File, faults: list[Fault]) -> None:
    """Shipped files share a name only if each has it in another language."""
    for entry in file.entries():
        known = entries.get(entry.name)
        if known is None:
            entries[entry.name] = entry
        elif known.phrases.keys() & entry.phrases.keys() or None not in (known.silence_ms, entry.silence_ms):
            faults.append(
                entry.fault(_("stands in {file} too").format(file=f"{known.path}:{known.line}"), _("rename one"))
            )
        else:
            entries[entry.name] = _replaced(known, entry)


class _File:
    """One file; its faults go where all faults go."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.path = path
        self.faults = faults
        parts = path.name.split(".")
        self.language = parts[-2] if len(parts) > 2 and parts[-2] in LANGUAGES else None
        self._places: dict[tuple[str, ...], tuple[int, int]] = {}

    def entries(self) -> Iterator[Entry]:
        try:
            source = self.path.read_bytes()
            table = tomli.loads(source.decode())
        except OSError as error:
            self.faults.append(
                Fault(
                    self.path, 1, 1, _("cannot be read ({why})").format(why=error.strerror), _("check path and rights")
                )
            )
        except UnicodeDecodeError:
            self.faults.append(Fault(self.path, 1, 1, _("is not UTF-8"), _("save it as UTF-8")))
        except tomli.TOMLDecodeError as error:
            self.faults.append(
                Fault(self.path, error.lineno, error.colno, _("is not TOML: {why}").format(why=error.msg), _("mend it"))
            )
        else:
            self._places = key_places(source)
            yield from self._table(table, ())

    def _fault(self, path: tuple[str, ...], problem: str, remedy: str) -> None:
        line, column = self._places.get(path, (1, 1))
        self.faults.append(Fault(self.path, line, column, f"{'.'.join(path)}: {problem}", remedy))

    def _table(self, table: dict[str, object], above: tuple[str, ...]) -> Iterator[Entry]:
        own = {key: value for key, value in table.items() if not isinstance(value, dict)}
        if own:
            entry = self._entry(above, own)
            if entry is not None:
                yield entry
        for key, value in table.items():
            if isinstance(value, dict):
                if _WORD.fullmatch(key):
                    yield from self._table(value, (*above, key))
                else:
                    self._fault((*above, key), _("is no name"), _("small letters and digits, with hyphens between"))

    def _entry(self, path: tuple[str, ...], own: dict[str, object]) -> Entry | None:
        line, column = self._places.get(path, (1, 1))
        texts: dict[str, str] = {}
        silence_ms = None
        for key, value in own.items():
            if not path or key not in _KEYS:
                self._fault(
                    (*path, key), _("is not known here"), _("a prompt has {keys}").format(keys=", ".join(sorted(_KEYS)))
                )
            elif key == "silence-ms":
                if type(value) is int and 0 < value <= LONGEST_SILENCE_MS:
                    silence_ms = value
                else:
                    self._fault(
                        (*path, key),
                        _("{value} is no silence").format(value=repr(value)),
                        _("give 1 to {most} ms").format(most=LONGEST_SILENCE_MS),
                    )
            elif not isinstance(value, str):
                self._fault((*path, key), _("{value} is no text").format(value=repr(value)), _("write it in quotes"))
            else:
                texts[key] = value
        name = ".".join(path)
        entry = Entry(name, self.path, line, column, silence_ms=silence_ms, note=texts.get("note", ""))
        if silence_ms is not None:
            for key in texts.keys() & _TEXTS:
                self._fault((*path, key), _("has a silence and a text"), _("keep one of them"))
            return entry
        if not path:
            return None
        self._texts(entry, path, texts)
        return entry if entry.phrases else None

    def _texts(self, entry: Entry, path: tuple[str, ...], texts: dict[str, str]) -> None:
        wanted = [self.language] if self.language else list(LANGUAGES)
        for code in LANGUAGES:
            for suffix, to in (("", entry.phrases), ("-one", entry.singular)):
                key = code + suffix
                if key in texts:
                    try:
                        name = entry.name + (".one" if suffix else "")
                        to[code] = phrase(name, texts[key], texts.get(f"{key}-say"))
                    except PhraseError as error:
                        self._fault((*path, key), error.problem, error.remedy)
                elif f"{key}-say" in texts:
                    self._fault(
                        (*path, f"{key}-say"),
                        _("has no {key} beside it").format(key=key),
                        _("write {key} too").format(key=key),
                    )
            if code in wanted and code not in texts:
                self._fault(
                    path,
                    _("has no text in {language}").format(language=code),
                    _("write {example}").format(example=f'{code} = "..."'),
                )
            elif code not in wanted and code in texts:
                self._fault(
                    (*path, code),
                    _("is another language than the file's"),
                    _("{file} is {language}").format(file=self.path.name, language=wanted[0]),
                )
        self._agree(entry, path)

    def _agree(self, entry: Entry, path: tuple[str, ...]) -> None:
        """One value has one type; a singular has a count to go by and no places of its own."""
        for place, kinds in entry.places.items():
            if not set.intersection(*(set(KINDS[kind].types) for kind in kinds)):
                self._fault(
                    path,
                    _("{place} is {kinds}").format(place=f"{{{place}}}", kinds=" + ".join(kinds)),
                    _("no value can be all of them: rename one"),
                )
        for code, one in entry.singular.items():
            said = entry.phrases.get(code)
            if said is None or said.counted is None:
                self._fault(
                    (*path, f"{code}-one"), _("has no count to go by"), _("use the kind count, or leave it out")
                )
            elif not one.places.keys() <= said.places.keys():
                self._fault(
                    (*path, f"{code}-one"),
                    _("has places of its own"),
                    _("the text has {places}").format(places=", ".join(said.places)),
                )
