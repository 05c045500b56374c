"""What a client makes of what it is sent is what there is, whatever changes, and however slowly it reads."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from core.api import topics as module
from core.api.topics import Changed, Events, Filter, Snapshot, Subscription, Topic, Topics


class Row(msgspec.Struct, frozen=True):
    name: str
    value: int


def read(raw: msgspec.Raw) -> Row:
    return msgspec.json.decode(raw, type=Row)


class Mirror:
    """A client: takes one message after the other, and sees when a number is missing."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        first = subscription.begin()
        self.number = first.number
        self.rows = {name: read(raw) for name, raw in first.rows.items()}
        self.events: list[int] = []
        self.gaps = 0

    def take(self) -> bool:
        """False: there was nothing."""
        news = self._subscription.take()
        if news is None:
            return False
        self.gaps += news.number != self.number + 1
        self.number = news.number
        if isinstance(news, Snapshot):
            self.rows = {name: read(raw) for name, raw in news.rows.items()}
        elif isinstance(news, Changed):
            for name, raw in news.rows.items():
                if raw is None:
                    del self.rows[name]  # what was never told is not taken back
                else:
                    self.rows[name] = read(raw)
        elif isinstance(news, Events):
            self.events += [read(raw).value for raw in news.events]
        return True


NAMES = st.sampled_from("abcdefgh")
STEPS = st.lists(
    st.tuples(st.just("set"), NAMES, st.integers(0, 9))
    | st.tuples(st.just("gone"), NAMES, st.just(0))
    | st.tuples(st.just("take"), NAMES, st.just(0)),
    max_size=60,
)


@given(STEPS, st.integers(1, 20), st.sampled_from(["", "odd", "own"]))
@settings(max_examples=300)
def test_a_client_has_what_there_is_when_it_has_taken_all(
    steps: list[tuple[str, str, int]], room: int, only: str
) -> None:
    before, module.PENDING_MAX = module.PENDING_MAX, room
    try:
        rows: dict[str, Row] = {}
        all_topics = Topics()
        all_topics.add(
            Topic(
                "rows",
                "",
                Row,
                lambda: rows.items(),
                filters={"odd": ""},
                matches=lambda row, wanted: "odd" not in wanted or (isinstance(row, Row) and row.value % 2 == 1),
                devices=lambda key, row: (key,),
            )
        )
        stations = frozenset("abc") if only == "own" else None
        mirror = Mirror(all_topics.subscribe("rows", {"odd": True} if only == "odd" else {}, stations))
        for what, name, value in steps:
            if what == "set":
                rows[name] = Row(name, value)
                all_topics.changed("rows", name, rows[name])
            elif what == "gone":
                rows.pop(name, None)
                all_topics.changed("rows", name, None)
            else:
                mirror.take()
        while mirror.take():
            pass
        wanted = {
            name: row
            for name, row in rows.items()
            if not ((only == "odd" and row.value % 2 == 0) or (only == "own" and name not in "abc"))
        }
        assert mirror.rows == wanted
        assert mirror.gaps == 0
    finally:
        module.PENDING_MAX = before


@given(st.lists(st.sampled_from(["event", "take"]), max_size=80), st.integers(1, 20))
def test_a_flow_tells_every_event_or_shows_a_gap(steps: list[str], room: int) -> None:
    before, module.PENDING_MAX = module.PENDING_MAX, room
    try:
        all_topics = Topics()
        all_topics.add(Topic("flow", "", Row, flow=True))
        mirror = Mirror(all_topics.subscribe("flow", {}, None))
        sent: list[int] = []
        for what in steps:
            if what == "event":
                sent.append(len(sent))
                all_topics.changed("flow", "", Row("", sent[-1]))
            else:
                mirror.take()
        while mirror.take():
            pass
        assert mirror.events == sorted(mirror.events)
        assert (mirror.events == sent) == (mirror.gaps == 0)
    finally:
        module.PENDING_MAX = before


@given(st.lists(st.sampled_from(["set", "take"]), max_size=40))
def test_a_sleeping_client_is_woken_once_for_what_is_new(steps: list[str]) -> None:
    all_topics = Topics()
    all_topics.add(Topic("rows", "", Row))
    subscription = all_topics.subscribe("rows", {}, None)
    subscription.begin()
    woken = 0

    def wake() -> None:
        nonlocal woken
        woken += 1

    subscription.woke = wake
    expected, waiting = 0, False
    for step, what in enumerate(steps):
        if what == "set":
            all_topics.changed("rows", "a", Row("a", step))
            expected += not waiting
            waiting = True
        else:
            subscription.take()
            waiting = False
    assert woken == expected


def test_a_change_is_looked_at_by_those_whom_it_may_concern_only() -> None:
    """500 agents, each with his telephone, and one who sees all."""
    asked: list[str] = []

    def matches(row: msgspec.Struct, wanted: Filter) -> bool:
        asked.append(str(wanted["any"]))
        return True

    everything = Topics()
    everything.add(
        Topic(
            "rows",
            "",
            Row,
            filters={"any": ""},
            matches=matches,
            devices=lambda key, row: (key,),
        )
    )
    agents = [everything.subscribe("rows", {"any": f"{at}"}, frozenset({f"{at}"})) for at in range(500)]
    overseer = everything.subscribe("rows", {"any": "all"}, None)
    for one in (*agents, overseer):
        one.begin()
    everything.changed("rows", "7", Row("7", 1))
    everything.changed("rows", "7", None)
    everything.changed("rows", "999", Row("999", 1))
    assert asked == ["all", "7", "all"]
    for one in (*agents, overseer):
        everything.unsubscribe(one)
    assert not everything.watched("rows")


def test_rows_of_a_public_topic_concern_an_agent_too() -> None:
    topics = Topics()
    rows = [("sales", Row("sales", 1))]
    topics.add(Topic("queues", "", Row, lambda: rows, public=True))
    topics.add(Topic("spans", "", Row, lambda: rows))
    agent = frozenset({"8001"})
    assert set(topics.subscribe("queues", {}, agent).begin().rows) == {"sales"}
    assert topics.subscribe("spans", {}, agent).begin().rows == {}
