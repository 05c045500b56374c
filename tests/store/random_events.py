"""Strategies: any events of the vocabulary in any order, and whole calls as an exchange would note them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from core.store.event import Event
from core.store.vocabulary import KINDS
from core.store.words.kind import CALL, DEVICE, Field, Kind
from tests.store.story import NOON, Story

DEVICES = ("8001", "8002", "8003", "e1a/1", "e1a/2", "7800")
CALLS = (1, 2, 3)

Noted = tuple[str, int, str, dict[str, Any]]


def values(field: Field) -> st.SearchStrategy[Any]:
    if field.one_of:
        return st.sampled_from(field.one_of)
    if field.name in ("consults", "consultation", "into"):
        return st.sampled_from((0, *CALLS))
    if field.name in ("to", "transferred", "rang"):
        return st.sampled_from(DEVICES)
    if field.name == "members":
        return st.lists(st.sampled_from(DEVICES), unique=True)
    texts = st.text(max_size=5)
    by_type: dict[type, st.SearchStrategy[Any]] = {
        str: texts,
        int: st.integers(0, 127),
        bool: st.booleans(),
        float: st.floats(-10, 10),
        list: st.lists(texts, max_size=2),
        dict: st.dictionaries(texts, texts, max_size=2),
        object: st.none() | texts | st.integers(),
    }
    return by_type[field.type]


@st.composite
def noted(draw: st.DrawFn, kinds: tuple[Kind, ...] = KINDS) -> Noted:
    """What note() may be given."""
    kind = draw(st.sampled_from(kinds))
    fields = [field for field in kind.fields if field.needed or draw(st.booleans())]
    data = {field.name: draw(values(field)) for field in fields}
    call = draw(st.sampled_from(CALLS)) if CALL in kind.about or draw(st.booleans()) else 0
    device = draw(st.sampled_from(DEVICES)) if DEVICE in kind.about or draw(st.booleans()) else ""
    return kind.name, call, device, data


@st.composite
def any_events(draw: st.DrawFn) -> list[Event]:
    """Events of a few calls and devices in any order, which need not make sense."""
    ofcalls = tuple(kind for kind in KINDS if kind.about and kind.about[0] == CALL)
    clock = 0
    events = []
    for number, (kind, call, device, data) in enumerate(draw(st.lists(noted(ofcalls), max_size=40)), 1):
        clock += draw(st.integers(0, 3_000_000))
        events.append(Event(number, NOON + clock, clock, 1, call, device, kind, data))
    return events


@st.composite
def whole_calls(draw: st.DrawFn) -> list[Event]:
    """One call after the other, each from its first event to its last, with people who come and go."""
    story = Story()
    for call in range(1, draw(st.integers(1, 4)) + 1):
        _one_call(draw, story, call)
    return story.events


def _one_call(draw: st.DrawFn, story: Story, call: int) -> None:
    def time_passes() -> None:
        story.wait(draw(st.integers(0, 60_000_000)) / 1e6)

    caller, *others = draw(st.permutations(DEVICES))
    if "/" in caller:
        story.incoming(call, caller, others[0])
    else:
        story.calls(call, caller, others[0])
    there: dict[str, str] = {caller: "connected"}
    for _ in range(draw(st.integers(0, 12))):
        time_passes()
        device = draw(st.sampled_from(DEVICES))
        state = there.get(device)
        if state is None:
            story.rings(call, device)
            there[device] = "alerting"
        elif state == "alerting":
            if draw(st.booleans()):
                story.answers(call, device)
                there[device] = "connected"
            elif len(there) > 1:
                story.lets_go(call, device)
                del there[device]
        elif state == "held":
            story.takes_back(call, device, caller)
            there[device] = "connected"
        elif draw(st.booleans()):
            story.holds(call, device, caller)
            there[device] = "held"
        elif len(there) > 1:
            story.lets_go(call, device, by="far")
            del there[device]
    time_passes()
    first, *rest = there
    story.hangs_up(call, first, then=rest)
