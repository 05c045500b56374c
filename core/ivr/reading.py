"""The files of flows: which there are, and what stands in them.

    sources = read([Path("/usr/share/strowger/flows"), Path("/etc/strowger/flows")])
    checked = check(sources, known)

A flow is called as its file is, without .toml. A file in a later folder takes the place of one with the same name in an
earlier one. Reading blocks on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.config import files, schema
from core.config.files import Source
from core.ivr.model import Flow


def read(places: Iterable[Path]) -> dict[str, Source]:
    """ConfigError: a folder or file is not there, or cannot be read at all."""
    return {path.stem: files.read(path, schema.tables(Flow)) for path in files.files(places)}


def source(path: Path, content: bytes) -> Source:
    """The same of one file in memory: what an editor holds."""
    return files.source(path, content, schema.tables(Flow))
