"""Keeps the catalogues of texts: extracts from the sources, updates the .po files, compiles them.

    python packaging/catalogues.py              extract and update every .po, then compile (make texts)
    python packaging/catalogues.py --compile    compile only what is older than its .po (make, and the tests, do it)

A translator then finds the new texts in core/locale/zh_CN/LC_MESSAGES/strowger.po with an empty msgstr. Entries are
sorted by their English and carry no line numbers, so that two people who add texts seldom meet in one line. An obsolete
entry is dropped.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "core" / "locale"
STOREYS = ("core", "firmware-tools", "tui")
# Functions whose argument is a text: which arguments (None: the first).
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2), "mistake": (1,), "setting": (1,), "code": (1,)}


def sources(root: Path = ROOT) -> Catalog:
    """Every text that the sources mark."""
    catalogue = Catalog(project="Strowger", fuzzy=False)
    for storey in STOREYS:
        found = extract_from_dir(root / storey, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Text:",))
        for name, _line, message, comments, _context in found:
            # The file alone, so that a moved line is no change.
            catalogue.add(message, None, [(f"{storey}/{name}", 0)], auto_comments=comments)
    return catalogue


def catalogues() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/strowger.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def as_po(catalogue: Catalog) -> bytes:
    """The file's bytes: no dates, no line numbers, sorted, so that the same texts give the same file."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True, omit_header=True, include_lineno=False)
    head = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: Strowger\\n"\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return head.encode() + file.getvalue()


def replace(path: Path, content: bytes) -> None:
    """Whole or not at all: several test processes may do it at once."""
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(content)
    new.replace(path)


def update() -> None:
    texts = sources()
    for path in catalogues():
        catalogue = read(path)
        catalogue.update(texts, no_fuzzy_matching=True)
        replace(path, as_po(catalogue))


def compile_all() -> None:
    for path in catalogues():
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < path.stat().st_mtime_ns:
            file = io.BytesIO()
            write_mo(file, read(path))
            replace(compiled, file.getvalue())


def main(words: list[str]) -> int:
    if words not in ([], ["--compile"]):
        print("usage: packaging/catalogues.py [--compile]", file=sys.stderr)
        return 2
    if not words:
        update()
    compile_all()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
