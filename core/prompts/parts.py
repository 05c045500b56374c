"""What speech is composed of: a list of parts, played one after the other.

    ["number.5", "unit.minute", Text("张先生"), File(Path("greetings/8001.wav"))]

A part is the name of a prompt in the catalogue, a text that only the running call knows, or a file that somebody spoke.
Composition yields names alone; services put texts and files between them. Who makes sound of parts is
`core.prompts.store`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Text:
    """Read out by the synthesiser in the language of the call, such as a name from a database."""

    text: str


@dataclass(frozen=True, slots=True)
class File:
    """A WAVE file that may change under its name: a greeting, a message."""

    path: Path


Part = str | Text | File

# Names of silences in the catalogue.
GROUP = "pause.group"  # between the groups of a telephone number
COMMA = "pause.comma"
SENTENCE = "pause.sentence"
