"""Times that are set, moved and dropped come up in order, each at its last time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.acd.agenda import Agenda, Key

keys: st.SearchStrategy[Key] = st.tuples(st.sampled_from(("look", "agent")), st.integers(0, 3))


@given(st.lists(st.one_of(st.tuples(keys, st.integers(0, 20)), st.tuples(keys, st.none()), st.integers(0, 25))))
def test_it_is_a_table_of_times(acts: list[tuple[Key, int | None] | int]) -> None:
    agenda, table = Agenda(), dict[Key, float]()
    for act in acts:
        if isinstance(act, int):
            due = list(agenda.due(act))
            assert [table[key] for key in due] == sorted(time for time in table.values() if time <= act)
            assert set(due) == {key for key, time in table.items() if time <= act}
            table = {key: time for key, time in table.items() if time > act}
            continue
        key, time = act
        if time is None:
            agenda.drop(key)
            table.pop(key, None)
        else:
            agenda.set(key, time)
            table[key] = time
        assert agenda.next() == min(table.values(), default=None)
        assert len(agenda) == len(table)


def test_what_is_set_for_now_while_looking_comes_as_well() -> None:
    agenda = Agenda()
    agenda.set(("look", 1), 5.0)
    seen = []
    for key in agenda.due(5.0):
        seen.append(key)
        if key == ("look", 1):
            agenda.set(("look", 2), 5.0)
    assert seen == [("look", 1), ("look", 2)]
