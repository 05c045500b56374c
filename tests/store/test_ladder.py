"""A call drawn as a ladder: eighty columns, parties in lanes, Chinese names in line."""

from __future__ import annotations

from datetime import timedelta, timezone

from hypothesis import given

from core.store.event import Event
from core.store.ladder import _WORDS, in_words, ladder
from core.store.vocabulary import KINDS
from core.store.words.kind import CALL, DEVICE
from core.texts import speaking
from core.width import width
from tests.store.random_events import any_events
from tests.store.story import Story
from tests.store.transfers import CALLER, asks_back, joins

CHINA = timezone(timedelta(hours=8))


def story() -> list[Event]:
    told = Story()
    told.incoming(1, CALLER, "8001", calling="13812345678")
    told.wait(0.02)
    told.rings(1, "8001", by=CALLER)
    told.wait(12.5)
    told.note("Diverted", 1, "8001", to="8003", reason="no answer")
    told.lets_go(1, "8001", cause=19)
    told.rings(1, "8003", by="8001")
    told.wait(3)
    told.note("PickedUp", 1, "8002", rang="8003")
    told.lets_go(1, "8003", cause=26)
    told.answers(1, "8002")
    told.wait(65)
    told.hangs_up(1, "8002", then=[CALLER])
    return told.events


LADDER = """\
                       e1a/1  8001   8003   8002
2026-11-26
20:00:00.000    0.000  .                           e1a/1 seized, group city
20:00:00.000    0.000  |                           from 13812345678 to 8001
20:00:00.020    0.020  |----->:                    8001 rings
20:00:12.520   12.500  |      :----->              8001 sends it on to 8003 (no
                       |      :                    answer)
20:00:12.520    0.000  |      x                    8001 is let go (19 no answer
                       |                           from user)
20:00:12.520    0.000  |       ----->:             8003 rings
20:00:15.520    3.000  |             :<-----:      8002 takes it from 8003
20:00:15.520    0.000  |             x      :      8003 is let go (26
                       |                    :      non-selected user clearing)
20:00:15.520    0.000  |<-------------------|      8002 answers
20:01:20.520   65.000  |                    x      8002 hangs up
20:01:20.520    0.000  x                           e1a/1 is let go
20:01:20.520    0.000  *                           e1a/1 is free
20:01:20.520    0.000                              the call is over"""


def test_the_ladder_of_a_call_that_was_picked_up() -> None:
    drawn = "\n".join(ladder(story(), CHINA))
    assert drawn == LADDER


def test_rows_of_calls_that_belong_together_say_which_call() -> None:
    told = Story()
    asks_back(told)
    joins(told, "semi")
    rows = ladder(told.events, CHINA)
    assert any(row.endswith("2: 8001 asks back, call 1 waits") for row in rows)
    assert any(row.endswith("1: e1a/1 hears music") for row in rows)


def test_a_device_in_two_calls_shows_the_livelier_state() -> None:
    told = Story()
    asks_back(told)
    told.answers(2, "8002")
    (row,) = [row for row in ladder(told.events, CHINA) if row.endswith("2: 8002 answers")]
    assert row[23:].startswith("|      |<-----|")


def test_chinese_rows_fit_and_stand_in_line() -> None:
    told = Story()
    told.note("Originated", 1, "e1a/1", called="8001", calling="13812345678", name="王芳北京科技有限公司客户服务部")
    told.rings(1, "8001", by="e1a/1")
    told.wait(5)
    told.note("TreatmentBegan", 1, "e1a/1", name="您好欢迎致电北京科技有限公司请按一转中文服务请按二转英文")
    with speaking("zh"):
        rows = ladder(told.events, CHINA)
    assert all(width(row) <= 80 for row in rows)
    assert all(row[23] == "|" for row in rows[2:])
    assert "振铃" in "".join(rows)


@given(any_events())
def test_any_events_can_be_drawn_in_eighty_columns(events: list[Event]) -> None:
    rows = ladder(events, CHINA)
    assert len(rows) >= len(events)
    # More than six parties need more: their lanes are never left out.
    assert all(width(row) <= 80 for row in rows)


def test_what_has_words_is_a_kind_and_what_has_none_shows_its_name() -> None:
    assert _WORDS.keys() <= {kind.name for kind in KINDS if CALL in kind.about or DEVICE in kind.about}
    event = Event(1, 0, 0, 1, 0, "8001", "TollAlarm", {"number": "0088", "reason": "limit"})
    assert in_words(event) == "TollAlarm 8001 number 0088, reason limit"


def test_whatever_happens_in_a_call_has_words() -> None:
    """A newcomer's first ladder said: FlowKeyed e1a/1 flow hotline, keys [['welcome', '1']]."""
    assert {kind.name for kind in KINDS if CALL in kind.about} <= _WORDS.keys()
    keyed = Event(1, 0, 0, 1, 1, "e1a/1", "FlowKeyed", {"flow": "hotline", "keys": [["welcome", "1"], ["pin", "****"]]})
    assert in_words(keyed) == "e1a/1 has pressed 1 (welcome), **** (pin)"
    noted = Event(1, 0, 0, 1, 1, "8003", "CallData", {"data": {"order": "17", "old": None}})
    assert in_words(noted) == "8003 has the call noted: order = 17, old = -"
