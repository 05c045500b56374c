"""The folders of tests/config/golden with what is said about them, in both languages.

python -m tests.config.golden        writes it anew: read the difference before it is committed
"""

from __future__ import annotations

from pathlib import Path

from core.config.reading import read
from core.texts import speaking

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())


def said(name: str, language: str) -> str:
    with speaking(language):
        reading = read([GOLDEN / name])
    rows = [line for mistake in (*reading.mistakes, *reading.warnings) for line in mistake.lines()]
    return "\n".join(rows).replace(f"{GOLDEN}/", "") + "\n"


def kept(name: str, language: str) -> Path:
    return GOLDEN / f"{name}.{language}.txt"


if __name__ == "__main__":
    for each in NAMES:
        for code in ("en", "zh"):
            kept(each, code).write_text(said(each, code))
