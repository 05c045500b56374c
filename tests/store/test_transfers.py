"""Every kind of transfer × who ends the call gives the records and segments that it must give."""

from __future__ import annotations

import pytest

from core.store.life import Lives
from core.store.records import record
from tests.store.story import table
from tests.store.transfers import KINDS, ends, golden, stories

STORIES = stories()
GOLDEN = golden()


@pytest.mark.parametrize("title", STORIES)
def test_the_rows_are_the_golden_ones(title: str) -> None:
    assert table(STORIES[title].events) == GOLDEN[title]


def test_no_golden_row_is_left_over() -> None:
    assert list(GOLDEN) == list(STORIES)
    assert {title.partition(": ")[0] for title in STORIES} >= KINDS.keys()
    assert all(len(ends(kind)) == 4 for kind in KINDS)


@pytest.mark.parametrize("title", STORIES)
def test_segments_tile_the_call_and_the_parts_of_the_record_add_up(title: str) -> None:
    for life in Lives().see_all(STORIES[title].events):
        at = 0
        for segment in life.segments:
            assert segment.at == at
            at += segment.us
        assert at == life.wall_us == record(life).wall_us == life.end - life.begin


@pytest.mark.parametrize("title", STORIES)
def test_every_call_ends_and_gives_its_trunks_back(title: str) -> None:
    lives = list(Lives().see_all(STORIES[title].events))
    assert all(life.end and not life.parties and not life.seized for life in lives)
