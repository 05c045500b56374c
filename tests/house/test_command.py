"""The command `strowger`: its table leads to the modules, its exit codes say what happened."""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest

from core import bench, texts
from core.command import COMMANDS, Command, main, there
from core.texts import _
from hw.card import HardwareError

CHINESE = re.compile("[\u4e00-\u9fff]")


class Weigh(ModuleType):
    """A sub-command as the table wants it, that keeps what it was called with."""

    def __init__(self) -> None:
        super().__init__("weigh")
        self.__spec__ = ModuleSpec("weigh", None)
        self.called: argparse.Namespace | None = None
        self.fails: BaseException | None = None

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--grams", type=int, default=0)

    def run(self, options: argparse.Namespace) -> int:
        self.called = options
        if self.fails:
            raise self.fails
        return 1 if options.grams < 0 else 0


class Scales(ModuleType):
    """A bench as the table wants it."""

    def __init__(self) -> None:
        super().__init__("scales")
        self.__spec__ = ModuleSpec("scales", None)

    def run(self, seconds: float) -> dict[str, Any]:
        return {"seconds": seconds, "left": {"grams": 1}, "each": [{"side": "right", "grams": 2}]}


TABLE = (
    Command("weigh", "weigh", "weighs"),
    Command("ghost", "no.such.module", "is not part of this installation"),
)


@pytest.fixture
def weigh(monkeypatch: pytest.MonkeyPatch) -> Weigh:
    module = Weigh()
    monkeypatch.setitem(sys.modules, "weigh", module)
    return module


def test_the_word_leads_to_the_module_with_its_options(weigh: Weigh) -> None:
    assert main(["weigh", "--grams", "5"], TABLE) == 0
    assert weigh.called == argparse.Namespace(grams=5)


def test_what_the_module_returns_is_the_exit_code(weigh: Weigh) -> None:
    assert main(["weigh", "--grams", "-5"], TABLE) == 1


@pytest.mark.parametrize(
    "words", [[], ["ghost"], ["nonsense"], ["weigh", "--grams", "much"], ["--grams", "5", "weigh"]]
)
def test_used_wrongly_leaves_with_two(weigh: Weigh, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words, TABLE)
    assert left.value.code == 2
    assert "usage: strowger" in capsys.readouterr().err
    assert weigh.called is None


def test_help_names_what_is_there_and_not_what_is_missing(weigh: Weigh, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"], TABLE)
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert "weighs" in shown
    assert "ghost" not in shown


def test_refusing_hardware_is_said_with_its_remedy(weigh: Weigh, capsys: pytest.CaptureFixture[str]) -> None:
    weigh.fails = HardwareError("the span is gone", action="look at the cable")
    assert main(["weigh"], TABLE) == 1
    assert capsys.readouterr().err == "strowger: the span is gone\n  look at the cable\n"


def test_a_bug_keeps_its_traceback(weigh: Weigh) -> None:
    weigh.fails = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        main(["weigh"], TABLE)


@pytest.mark.parametrize("command", [c for c in COMMANDS if there(c.module)], ids=lambda command: command.word)
def test_every_command_has_help(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command.word, "--help"])
    assert left.value.code == 0
    assert command.summary in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", [c for c in COMMANDS if there(c.module)], ids=lambda command: command.word)
def test_every_word_of_help_is_there_in_chinese(command: Command) -> None:
    with texts.speaking("zh"):
        parser = argparse.ArgumentParser()
        importlib.import_module(command.module).arguments(parser)
        helps = [_(command.summary), *helps_of(parser)]
    assert [text for text in helps if not CHINESE.search(text)] == []


def helps_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if action.help and not isinstance(action, argparse._HelpAction):
            yield action.help
        if isinstance(action, argparse._SubParsersAction):
            for one in action._choices_actions:
                yield one.help or ""
            for below in action.choices.values():
                yield from helps_of(below)


def test_a_chinese_shell_is_told_in_chinese_what_is_wrong(
    weigh: Weigh, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(SystemExit):
        main(["weigh", "--grams", "much"], TABLE)
    told = capsys.readouterr().err
    assert "用法: strowger weigh" in told
    assert "参数 --grams" in told


@pytest.fixture
def scales(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scales", Scales())
    monkeypatch.setitem(bench.BENCHES, "scales", ("scales", 8.0, "weighs"))


def test_a_bench_prints_its_figures_and_the_machine(scales: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "scales"]) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert shown[:5] == [["seconds", "8.0"], ["left"], ["grams", "1"], ["each"], ["side", "right", "grams", "2"]]
    assert ["machine"] in shown


def test_a_bench_in_json_is_one_object(scales: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "scales", "--json", "--seconds", "2"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown.pop("machine")["cores"] > 0
    assert shown == {"seconds": 2.0, "left": {"grams": 1}, "each": [{"side": "right", "grams": 2}]}
