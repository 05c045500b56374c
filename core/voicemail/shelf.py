"""The messages of one box on the disk.

    FOLDER/incoming/7.json, 7.wav      a message that is being spoken: who speaks is known from the first second
    FOLDER/00042.wav, 00042.json       a message; it is there when its .json is, which comes last
           00042-introduction.wav      what was said before it when it was forwarded
    FOLDER/greetings/busy.wav          what callers hear, in its owner's voice
    FOLDER/box.json                    the last number given, and the hash of a PIN that its owner has set

What `keep()` has returned is on the disk. After a power cut, `rescue()` makes messages of what was being spoken.
Everything blocks: for worker threads. One process has a shelf at a time, and one thread at a time a box.
"""

from __future__ import annotations

import io
import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import soundfile

from core.exchange.taping import party
from core.voicemail.message import Folder, Message
from core.voicemail.tail import without_tail
from hw.recordings import RecordingError, Shape, mend
from hw.wave import RATE, Samples

SHORTEST_MS = 1000  # less is somebody who has hung up after the tone


class Shelf:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # ---- what is there ----

    def messages(self) -> list[Message]:
        """By number. One that cannot be read is left out; its files stay."""
        found = (_message(path) for path in sorted(self.folder.glob("[0-9]*.json")))
        return [message for message in found if message]

    def path(self, message: Message) -> Path:
        return self.folder / f"{message.number:05}.wav"

    def introduction(self, message: Message) -> Path:
        return self.folder / f"{message.number:05}-introduction.wav"

    def greeting(self, kind: str) -> Path:
        return self.folder / "greetings" / f"{kind}.wav"

    def has_greeting(self, kind: str) -> bool:
        return self.greeting(kind).exists()

    # ---- a message comes ----

    def begin(self, token: str, message: Message) -> Path:
        """Before anybody speaks: who it is. Returns where to record."""
        incoming = self.folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        path = incoming / f"{token}.wav"
        path.unlink(missing_ok=True)
        _put(path.with_suffix(".json"), _json(message))
        return path

    def keep(self, incoming: Path, cut_ms: int = 0, urgent: bool = False) -> Message | None:
        """What was spoken becomes a message, safe on the disk. cut_ms: off its end, before the tail. None: too short.

        Raises OSError, RecordingError.
        """
        message = _message(incoming.with_suffix(".json"))
        samples = without_tail(spoken(incoming, cut_ms))
        kept = None
        if message is not None and len(samples) * 1000 // RATE >= SHORTEST_MS:
            kept = self._store(replace(message, urgent=urgent), samples, None)
        self.drop(incoming)
        return kept

    def drop(self, incoming: Path) -> None:
        """It was not to be kept."""
        incoming.with_suffix(".json").unlink(missing_ok=True)
        incoming.unlink(missing_ok=True)

    def rescue(self) -> list[Message]:
        """After a start: what was being spoken when the power went. Raises OSError."""
        saved = []
        for facts in sorted((self.folder / "incoming").glob("*.json")):
            incoming = facts.with_suffix(".wav")
            try:
                mend(incoming, Shape())
                kept = self.keep(incoming)
            except (RecordingError, soundfile.LibsndfileError):
                self.drop(incoming)  # not a second of it reached the disk
            else:
                saved += [kept] if kept else []
        return saved

    def forward(
        self, message: Message, to: Shelf, introduction: Samples | None, sender: str, received: float
    ) -> Message:
        """A copy in another box, as new there."""
        samples, _rate = soundfile.read(self.path(message), dtype="int16")
        copy = replace(message, folder=Folder.NEW, deleted=0.0, sender=sender, received=received)
        return to._store(copy, samples, introduction)

    def _store(self, message: Message, samples: Samples, introduction: Samples | None) -> Message:
        self.folder.mkdir(parents=True, exist_ok=True)
        message = replace(
            message,
            number=self._next(),
            ms=len(samples) * 1000 // RATE,
            introduction_ms=0 if introduction is None else len(introduction) * 1000 // RATE,
        )
        if introduction is not None:
            write_spoken(self.introduction(message), introduction)
        write_spoken(self.path(message), samples)
        _put(self.path(message).with_suffix(".json"), _json(message))
        return message

    def put(self, message: Message, samples: Samples) -> Message:
        """A message that was spoken elsewhere, as new here."""
        return self._store(message, samples, None)

    # ---- what its owner does ----

    def change(self, message: Message) -> None:
        """It is as given from now on."""
        _put(self.path(message).with_suffix(".json"), _json(message))

    def remove(self, message: Message) -> None:
        """For good."""
        self.path(message).with_suffix(".json").unlink(missing_ok=True)
        self.path(message).unlink(missing_ok=True)
        self.introduction(message).unlink(missing_ok=True)

    def set_greeting(self, kind: str, samples: Samples | None) -> None:
        """None: the box's own words again."""
        path = self.greeting(kind)
        if samples is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_spoken(path, samples)

    @property
    def pin_hash(self) -> str:
        """Of the PIN that its owner has set; "": none."""
        return str(self._facts().get("pin", ""))

    def set_pin_hash(self, pin: str) -> None:
        self._put_facts(pin=pin)

    # ---- within ----

    def _next(self) -> int:
        """A number, never given again; that it was given is on the disk before."""
        taken = [int(path.name[:5]) for path in self.folder.glob("[0-9]*.wav")]
        number = max([int(self._facts().get("last", 0)), *taken]) + 1
        self._put_facts(last=number)
        return number

    def _facts(self) -> dict[str, Any]:
        try:
            facts = json.loads((self.folder / "box.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def _put_facts(self, **facts: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        _put(self.folder / "box.json", json.dumps(self._facts() | facts))


def spoken(path: Path, cut_ms: int = 0) -> Samples:
    """What the party said, without so much of its end."""
    samples = party(path)
    return samples[: max(0, len(samples) - cut_ms * RATE // 1000)]


def write_spoken(path: Path, samples: Samples) -> None:
    """A-law, as it came off the line; all of it on the disk or nothing under this name."""
    made = io.BytesIO()
    soundfile.write(made, samples, RATE, subtype="ALAW", format="WAV")
    fresh = path.with_name(f"{path.name}.part")
    with fresh.open("wb") as file:
        file.write(made.getbuffer())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _json(message: Message) -> str:
    return json.dumps(asdict(message) | {"folder": message.folder.value}, ensure_ascii=False)


def _message(path: Path) -> Message | None:
    try:
        facts = json.loads(path.read_text())
        return Message(**{**facts, "folder": Folder(facts["folder"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _put(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.part")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
