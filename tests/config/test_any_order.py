"""Whatever is committed, confirmed, taken back or cut off, in any order: one whole set is at work, in every room."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.commits import Commits, Pointers
from core.config.configuration import Configuration, Refused
from core.config.difference import Difference
from core.config.mistake import BadConfiguration
from core.config.model import Box
from tests.config.forgetful_disk import QuickDisk

NAMES = ("One", "Two", "Three", "refused", "wrong")
STEPS = st.one_of(
    st.tuples(st.just("commit"), st.sampled_from(NAMES), st.sampled_from([0, 60])),
    st.tuples(st.just("confirm"), st.just(""), st.just(0)),
    st.tuples(st.just("rollback"), st.just(""), st.integers(0, 4)),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from([31, 61])),
    st.tuples(st.just("kill"), st.just(""), st.just(0)),
)


class Board:
    """A room that shows the name of the box, and refuses one."""

    def __init__(self, shows: str) -> None:
        self.shows = shows

    async def prepare(self, old: Box, new: Box, difference: Difference) -> Callable[[], None]:
        await trio.lowlevel.checkpoint()
        assert self.shows == old.box.name
        if new.box.name == "refused":
            raise Refused("not this one")
        return lambda: setattr(self, "shows", new.box.name)


class Model:
    """What should be: the names of the commits, by number; which is at work, which is confirmed, and until when."""

    def __init__(self) -> None:
        self.commits = ["", "One"]
        self.current = self.confirmed = 1
        self.until = float("inf")

    def stay(self, number: int) -> None:
        self.current = self.confirmed = number
        self.until = float("inf")

    def previous(self) -> int:
        return self.confirmed if self.current != self.confirmed else self.current - 1


class Story:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = Model()
        (folder / "files").mkdir()
        self.write("One")

    def write(self, name: str) -> None:
        text = "[bx]\n" if name == "wrong" else f'[box]\nname = "{name}"\n'
        (self.folder / "files" / "a.toml").write_text(text)

    def begin(self) -> Configuration:
        commits = Commits(self.folder / "commits", QuickDisk())
        return Configuration(commits, [self.folder / "files"], threaded=False)

    async def tell(self, steps: list[tuple[str, str, int]]) -> None:
        while steps:
            async with trio.open_nursery() as nursery:
                configuration = self.begin()
                box = await configuration.start()
                board = Board(box.box.name)
                configuration.rooms = (board,)
                await nursery.start(configuration.run)
                self.model.stay(self.model.confirmed)
                self.look(configuration, board)
                while steps:
                    act, name, number = steps.pop(0)
                    if act == "kill":
                        break
                    await self.step(configuration, act, name, number)
                    self.look(configuration, board)
                nursery.cancel_scope.cancel()

    def look(self, configuration: Configuration, board: Board) -> None:
        model = self.model
        if trio.current_time() >= model.until:
            model.stay(model.confirmed)
        name = model.commits[model.current]
        assert (configuration.box.box.name, board.shows) == (name, name)
        pointers = configuration.pointers
        assert (pointers.current, pointers.confirmed) == (model.current, model.confirmed)
        assert (pointers.until is None) == (model.current == model.confirmed)
        assert len(configuration.commits.history()) == len(model.commits) - 1

    async def step(self, configuration: Configuration, act: str, name: str, number: int) -> None:
        model = self.model
        try:
            if act == "wait":
                await trio.sleep(number)
            elif act == "commit":
                self.write(name)
                await configuration.commit("li", "", number)
                model.commits.append(name)
                model.current = len(model.commits) - 1
                model.until = trio.current_time() + number if number else float("inf")
                if not number:
                    model.stay(model.current)
            elif act == "confirm":
                await configuration.confirm("li")
                model.stay(model.current)
            else:
                expected = number or model.previous()
                await configuration.rollback("li", number)
                model.stay(expected)
        except BadConfiguration:
            assert name == "wrong"
        except Refused:
            nothing_waits = act == "confirm" and model.current == model.confirmed
            nothing_before = act == "rollback" and not number and not model.previous()
            assert name == "refused" or nothing_waits or nothing_before
        except LookupError:
            assert number >= len(model.commits)


@settings(max_examples=40)
@given(st.lists(STEPS, max_size=12))
def test_one_whole_set_is_at_work_whatever_happens(steps: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = trio.testing.MockClock(autojump_threshold=0)
        trio.run(Story(Path(folder)).tell, list(steps), clock=clock)


def test_the_pointers_of_a_new_box_point_nowhere(tmp_path: Path) -> None:
    assert Commits(tmp_path, QuickDisk()).pointers == Pointers()
