"""The words of recordings: made, converted, missed, heard, erased."""

from __future__ import annotations

from core.store.words.kind import BOTH, REASON, Field, Kind

KINDS = (
    Kind(
        "RecordingBegan",
        BOTH,
        "what the device's party says and hears is being recorded",
        (
            Field("file", str, "below the folder of recordings", needed=True),
            Field("part", int, "of the call's recordings, from 1"),
            Field("rule", str, "which rule wanted it; empty: somebody did"),
            Field("retention", str, "class of keeping"),
            Field("by", str, "who wanted it"),
            Field("tasks", list, "numbers of the recording tasks that want it"),
        ),
    ),
    Kind(
        "RecordingTasked",
        BOTH,
        "a recording task wants the recording, too, that is being made",
        (Field("file", str, "which", needed=True), Field("task", int, "number of the task", needed=True)),
    ),
    Kind(
        "RecordingState",
        BOTH,
        "the recording goes on, pauses, or a tone takes the place of what is said",
        (
            Field("file", str, "which", needed=True),
            Field("state", str, "what it does from now on", ("runs", "paused", "masked")),
            Field("by", str, "who wanted it"),
        ),
    ),
    Kind(
        "RecordingEnded",
        BOTH,
        "the file is whole and safe on disk",
        (
            Field("file", str, "which", needed=True),
            Field("ms", int, "its length"),
            Field("lost_ms", int, "of that, silence because the disk was slow"),
            Field("sha256", str, "of the file"),
            Field("problem", str, "why it ended early; empty: in order"),
        ),
    ),
    Kind(
        "RecordingConverted",
        (),
        "a recording lies there in another form, and the one before is gone",
        (
            Field("file", str, "which: by its first name", needed=True),
            Field("form", str, "how it lies there now", ("opus", "wav.age", "opus.age"), needed=True),
            Field("sha256", str, "of the file in this form"),
            Field("was", str, "sha256 of the form before"),
        ),
    ),
    Kind(
        "RecordingMissed",
        BOTH,
        "a rule wanted the call recorded and it could not be",
        (Field("rule", str, "which rule"), REASON),
    ),
    Kind(
        "RecordingHeard",
        (),
        "somebody has listened to a recording, or taken it away",
        (
            Field("file", str, "which", needed=True),
            Field("by", str, "who", needed=True),
            Field("how", str, "played, exported", ("played", "exported")),
        ),
    ),
    Kind(
        "RecordingErased",
        (),
        "a recording was erased",
        (
            Field("file", str, "which", needed=True),
            REASON,
            Field("by", str, "who; empty: its time was over"),
            Field("sha256", str, "of what it was"),
        ),
    ),
)
