"""What is wrong with an office's prompts: faults of the catalogues, and of recordings on the disk.

A recording is faulty when nobody can hear it: its file cannot be read, or no prompt has its name (any more). Blocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.prompts.catalogue import Fault
from core.prompts.store import PromptStore
from core.texts import _
from hw.wave import ClipError


def faults_of(store: PromptStore) -> list[Fault]:
    return [*store.catalogue.faults, *_recordings(store)]


def _recordings(store: PromptStore) -> Iterator[Fault]:
    versions = store.versions
    if versions is None:
        return
    for name, language in versions.recorded():
        found = versions.of(name, language)
        if store.catalogue.piece(name, language) is None:
            problem = _("is a recording of {name} in {language}, which no catalogue has").format(
                name=name, language=language
            )
            yield Fault(found[-1].path, 1, 1, problem, _("name the prompt in a catalogue, or remove its folder"))
        for version in found:
            try:
                versions.speech(version)
            except ClipError as error:
                yield Fault(version.path, 1, 1, error.reason, error.remedy)
