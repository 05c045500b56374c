"""Only what differs goes to the terminal, and it shows the same as if everything had gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.bench.terminal import Terminal
from tui.picture import BEGIN, END, Picture

WIDTH, HEIGHT = 12, 4

places = st.builds(lambda y, x: f"\x1b[{y};{x}H", st.integers(1, HEIGHT), st.integers(1, WIDTH))
styles = st.sampled_from(["\x1b[0m", "\x1b[1;97;46m", "\x1b[38;2;1;2;3;48;2;9;9;9m", "\x1b[40m", "\x1b[7m"])
letters = st.text(st.sampled_from("ab 中文~|"), max_size=WIDTH + 2)
others = st.sampled_from([BEGIN, END, "\x1b[?25l", "\x1b]22;default\x07", "\a", "\r\n", "\x1b[>1u"])
paintings = st.lists(st.one_of(places, letters, letters, styles), max_size=12).map("".join)
frames = st.lists(st.one_of(places, letters, letters, styles, others), max_size=12).map("".join)


def seen(terminal: Terminal) -> list[list[tuple[str, str]]]:
    """An unwritten cell is a blank on the terminal's own ground."""
    return [
        [(terminal._letters[y][x], terminal.ground(y, x)) for x in range(terminal.width)]
        for y in range(terminal.height)
    ]


@given(st.lists(frames, max_size=8))
def test_the_terminal_shows_the_same(all_frames: list[str]) -> None:
    whole, less, picture = Terminal(WIDTH, HEIGHT), Terminal(WIDTH, HEIGHT), Picture(WIDTH, HEIGHT)
    for frame in all_frames:
        whole.feed(frame.encode())
        less.feed(picture.differing(frame).encode())
        assert seen(less) == seen(whole)


@given(st.lists(frames, max_size=4), paintings)
def test_what_is_there_already_is_not_sent(before: list[str], painting: str) -> None:
    picture, last = Picture(WIDTH, HEIGHT), f"{END}\x1b[1;1H\x1b[0m{painting}"
    for frame in (*before, last):
        picture.differing(frame)
    assert picture.differing(last) == ""


@given(st.lists(frames, min_size=1, max_size=6), st.integers(0, 5))
def test_a_spoiled_picture_is_whole_again_once_all_is_painted(all_frames: list[str], spoiled_after: int) -> None:
    """Noise on the line, then Ctrl+L: the toolkit paints everything, and everything is sent."""
    less, picture = Terminal(WIDTH, HEIGHT), Picture(WIDTH, HEIGHT)
    for at, frame in enumerate(all_frames):
        less.feed(picture.differing(frame).encode())
        if at == spoiled_after:
            less.feed(b"\x1b[2;1H\x1b[41m#~{{{")
    picture.forget()
    everything = "".join(f"\x1b[{y + 1};1H\x1b[4{y}m" + "xy" * (WIDTH // 2) for y in range(HEIGHT)) + "\x1b[0m"
    whole = Terminal(WIDTH, HEIGHT)
    whole.feed(everything.encode())
    less.feed(picture.differing(everything).encode())
    assert seen(less) == seen(whole)


def test_a_frame_stays_one_frame() -> None:
    """A terminal that can show a frame at once is told where it begins and ends, and of an empty one nothing."""
    picture = Picture(WIDTH, HEIGHT)
    sent = "".join(map(picture.differing, (BEGIN, "\x1b[1;1Hhello\x1b[1;1H", END)))
    assert sent.startswith(BEGIN)
    assert sent.endswith(END)
    assert "".join(map(picture.differing, (BEGIN, "\x1b[1;1Hhello\x1b[1;1H", END))) == ""
    assert picture.differing("\x1b[1;1Hhullo\x1b[1;1H") == "\x1b[1;2Hu\x1b[1;1H"


def test_a_letter_or_two_between_are_cheaper_than_a_jump() -> None:
    picture = Picture(WIDTH, HEIGHT)
    picture.differing("\x1b[1;1Hline 1 idle\x1b[1;1H")
    assert picture.differing("\x1b[1;1Hlane 7 idle\x1b[1;1H") == "\x1b[1;2Hane 7\x1b[1;1H"


def test_who_leaves_finds_the_screen_as_it_was_before() -> None:
    """The picture was painted once more over the shell, when the alternate screen had been left."""
    picture = Picture(WIDTH, HEIGHT)
    picture.differing("\x1b[1;1H\x1b[7mcalls\x1b[0m\x1b[1;3H")
    assert picture.differing("\x1b[?1049l") == "\x1b[?1049l"
    assert picture.differing("\x1b[?25h") == "\x1b[?25h"
