"""What a terminal shows, whatever pieces the bytes come in."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tui.bench.terminal import Terminal

SENT = (
    "\x1b[?1049h\x1b]0;Strowger\x07\x1b[2J\x1b[1;1H\x1b[1;38;2;1;2;3;48;2;1;120;212m王芳 8001\x1b[0m\x1b[2;3Hline"
    "\x1b[44m!\x1b[?2026$p\x1b[K"
).encode()


@given(st.lists(st.integers(0, len(SENT)), max_size=12))
def test_the_picture_does_not_depend_on_how_the_bytes_come(cuts: list[int]) -> None:
    screen = Terminal(12, 3)
    places = [0, *sorted(cuts), len(SENT)]
    for start, end in pairwise(places):
        screen.feed(SENT[start:end])
    assert screen.line(0) == "王芳 8001   "
    assert [screen.ground(0, x) for x in (0, 8, 9)] == ["48;2;1;120;212", "48;2;1;120;212", ""]
    assert screen.line(1) == "  line!     "
    assert [screen.ground(1, x) for x in (5, 6, 11)] == ["", "44", "44"]


def test_a_wide_letter_takes_two_cells() -> None:
    screen = Terminal(6, 1)
    screen.feed("\x1b[1;1H王|\x1b[1;5H芳".encode())
    assert screen.line(0) == "王| 芳"
