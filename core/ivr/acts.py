"""What a flow wants done, and what happens to it: the whole language between the stepper and its hands.

    hands                                stepper
      | begin ------------------------------>|
      |<------- Entered, Play(ticket 1) -----|      prompts sound
      | Key("1") --------------------------->|      the caller pressed a key
      |<------- StopPlaying, Query(ticket 2)-|
      | PlayEnded(ticket 1) ---------------->|      came too late: no effect
      | Answered(ticket 2, "done", rows) --->|
      |<------- Play(ticket 3) --------------|
      | HungUp ----------------------------->|      the session has ended

An act with a ticket is answered by one stimulus with that ticket: Play by PlayEnded, Listen by TimedOut (unless a key
or another act came before), all others by Answered. The stepper waits for one ticket at a time; an answer with another
one has no effect, so that hands need not care about races. Keys and HungUp may come at any moment.

Acts and stimuli are plain data and have a JSON form (core/ivr/session.py).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

# ---- what is said ----


class Prompt(Struct, frozen=True, tag="prompt"):
    """A prompt by its name."""

    name: str


class Value(Struct, frozen=True, tag="value"):
    """A value, spoken in a form (core/ivr/wiring.py)."""

    value: Any
    form: str


class Phrase(Struct, frozen=True, tag="phrase"):
    """A prompt with values in its places."""

    name: str
    values: dict[str, Any]


Said = Prompt | Value | Phrase


# ---- acts ----


class Entered(Struct, frozen=True, tag="entered"):
    """A node has begun. For traces; nothing is to be done."""

    flow: str
    node: str
    kind: str


class Play(Struct, frozen=True, tag="play"):
    """Say all of it, in order, in this language. What sounds from an earlier Play ends."""

    ticket: int
    said: tuple[Said, ...]
    language: str


class StopPlaying(Struct, frozen=True, tag="stop-playing"):
    """Silence, now."""


class Listen(Struct, frozen=True, tag="listen"):
    """If no key comes for so long, s: TimedOut."""

    ticket: int
    timeout_s: float


class Record(Struct, frozen=True, tag="record"):
    """Record the caller until silence, the longest time, or a key (which comes as Key as well: a Stop ends it then).

    Answered: "done" with `recording` (its name) and `seconds`.
    """

    ticket: int
    longest_s: int
    silence_s: float
    beep: bool


class StopRecording(Struct, frozen=True, tag="stop-recording"):
    """End what Record began; it answers with what there is."""


class Query(Struct, frozen=True, tag="query"):
    """Answered: "done" with `columns` (name to a tuple of values, for those wanted), `rows` and `changed` (counts)."""

    ticket: int
    database: str
    sql: str
    values: dict[str, Any]
    columns: tuple[str, ...]
    rows: int
    timeout_s: float


class Request(Struct, frozen=True, tag="request"):
    """Answered: "done" with `status` and `found` (path to value, for those wanted; nothing where there is none)."""

    ticket: int
    method: str
    url: str
    values: dict[str, Any]
    headers: dict[str, str]
    wanted: tuple[str, ...]
    timeout_s: float


class CallPlugIn(Struct, frozen=True, tag="plugin"):
    """Answered: "done" with `results` (name to value)."""

    ticket: int
    plugin: str
    values: dict[str, Any]
    timeout_s: float


class Dial(Struct, frozen=True, tag="dial"):
    """Answered: "talked" when the other party has gone; "busy", "no answer", "failed"."""

    ticket: int
    number: str
    no_answer_s: int
    data: dict[str, Any]


class Enqueue(Struct, frozen=True, tag="queue"):
    """Answered: "talked" when the agent has gone; "timeout", "full"."""

    ticket: int
    queue: str
    priority: int | None
    longest_s: int
    data: dict[str, Any]


class Transfer(Struct, frozen=True, tag="transfer"):
    """Answered: "done" when the caller is no longer ours; "failed"."""

    ticket: int
    number: str
    data: dict[str, Any]


class TakeMessage(Struct, frozen=True, tag="voicemail"):
    """Answered: "done"."""

    ticket: int
    box: str


class CallBack(Struct, frozen=True, tag="callback"):
    """Answered: "done" when it is noted. at: local time, None: as soon as may be."""

    ticket: int
    number: str
    queue: str
    at: Any
    data: dict[str, Any]


class Mail(Struct, frozen=True, tag="mail"):
    """Answered: "done" when it is in the outbox. attach: names of recordings."""

    ticket: int
    to: str
    subject: str
    text: str
    attach: tuple[str, ...]


class Score(Struct, frozen=True, tag="score"):
    """Keep the score of a survey with the call. Not answered."""

    question: str
    score: int


class HangUp(Struct, frozen=True, tag="hang-up"):
    """End the call. Not answered."""


class Finish(Struct, frozen=True, tag="finish"):
    """The flow has returned, with its results; the caller goes back to where he came from. Not answered."""

    results: dict[str, Any]


class Paused(Struct, frozen=True, tag="paused"):
    """The workshop's break: nothing goes on until Resume. The node has not begun."""

    flow: str
    node: str


class Told(Struct, frozen=True, tag="told"):
    """A message for the workshop: what was wrong with an order."""

    text: str


Act = (
    Entered | Play | StopPlaying | Listen | Record | StopRecording | Query | Request | CallPlugIn | Dial | Enqueue
    | Transfer | TakeMessage | CallBack | Mail | Score | HangUp | Finish | Paused | Told
)  # fmt: skip
Ticketed = (
    Play | Listen | Record | Query | Request | CallPlugIn | Dial | Enqueue | Transfer | TakeMessage | CallBack | Mail
)


# ---- stimuli ----


class Key(Struct, frozen=True, tag="key"):
    """The caller pressed 0 to 9, * or #. Others have no effect."""

    key: str


class PlayEnded(Struct, frozen=True, tag="play-ended"):
    ticket: int


class TimedOut(Struct, frozen=True, tag="timed-out"):
    ticket: int


class Answered(Struct, frozen=True, tag="answered"):
    """outcome: see the acts; "failed" always may be. reason: why, in words."""

    ticket: int
    outcome: str
    values: dict[str, Any] = {}
    reason: str = ""


class HungUp(Struct, frozen=True, tag="hung-up"):
    """The caller has gone."""


class Resume(Struct, frozen=True, tag="resume"):
    """The workshop goes on. how: "go" to the next break point; "into" to the next node; "over" to the next one of this
    flow or of those it came from; "out" to the next one of those it came from.
    """

    how: str = "go"


class Break(Struct, frozen=True, tag="break"):
    """The workshop sets a break point, or takes it away. node "": at every node of the flow."""

    flow: str
    node: str
    on: bool = True


class Assign(Struct, frozen=True, tag="assign"):
    """The workshop sets a variable of the innermost flow to what an expression gives."""

    variable: str
    text: str


Stimulus = Key | PlayEnded | TimedOut | Answered | HungUp | Resume | Break | Assign
