"""The office that the bench commits is the one it says it is, and valid."""

from __future__ import annotations

from core.config.bench import STATIONS, office
from core.config.difference import difference
from core.config.reading import parse


def test_the_bench_commits_300_trunks_and_1000_stations_and_changes_twelve_rows() -> None:
    old, new = parse(office(False)), parse(office(True))
    assert [str(mistake) for mistake in (*old.mistakes, *new.mistakes)] == []
    lines = [line for group in new.box.trunk_group for line in new.box.lines_of(group)]
    assert (len(lines), len(new.box.station)) == (300, STATIONS)
    rows = difference(old.box, new.box).rows("station")
    assert (len(rows.added), len(rows.removed), len(rows.changed)) == (1, 1, 10)
