"""`strowger config` without a running box: looks at files, keeps commits, and says what it has done."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.command import main
from core.config.command import FOLDER_OF_THE_BOX, texts_to_send
from core.config.configuration import Refused
from core.config.reading import parse
from core.sample import SAMPLE

TEXT = 'version = 1\n\n[box]\nname = "{name}"\n'
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "etc"
    made.mkdir()
    (made / "office.toml").write_text(TEXT.format(name="One"))
    return made


@pytest.fixture
def say(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Exit code, what was printed, what was complained."""

    def command(*words: str) -> tuple[int, str, str]:
        places = ("--folder", folder, "--data", tmp_path / "data", "--socket", tmp_path / "no-box")
        code = main(["config", *map(str, places), *words])
        return code, *capsys.readouterr()

    return command


def facts(said: tuple[int, str, str]) -> Any:
    return json.loads(said[1])


def test_a_good_configuration_is_found_good(say: Say) -> None:
    assert say("check")[::2] == (0, "")
    assert say("check")[1].splitlines()[-1] == "1 file, no mistake, 1 warning"
    assert facts(say("check", "--json"))["mistakes"] == []


def test_mistakes_are_printed_with_their_place_and_wanting(say: Say, folder: Path) -> None:
    (folder / "office.toml").write_text('[box]\nnme = "One"\n')
    code, out, _err = say("check")
    assert code == 1
    assert out.splitlines() == [
        f'{folder}/office.toml:2:1: [box] has no setting "nme".',
        '    2 | nme = "One"',
        "      | ^^^",
        '        Did you mean "name"?',
        "1 mistake",
    ]
    (mistake,) = facts(say("check", "--json"))["mistakes"]
    assert (mistake["line"], mistake["column"], mistake["hint"]) == (2, 1, 'Did you mean "name"?')


def test_other_files_can_be_checked(say: Say, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[bx]\n")
    assert say("check", str(tmp_path / "other.toml"))[0] == 1


def test_a_commit_with_mistakes_is_not_kept(say: Say, folder: Path) -> None:
    (folder / "office.toml").write_text("[bx]\n")
    code, _out, err = say("commit")
    assert (code, "There is no table [bx]" in err) == (1, True)
    (folder / "office.toml").write_text(TEXT.format(name="One"))
    assert "nothing was committed yet" in say("history")[2]


def test_commits_are_kept_for_the_next_start_while_no_box_runs(say: Say, folder: Path) -> None:
    code, out, _err = say("commit", "-m", "first")
    assert (code, out) == (0, "no box runs: it will begin with commit 1\n")
    assert say("diff") == (0, "They are the same.\n", "")
    (folder / "office.toml").write_text(TEXT.format(name="Two"))
    change = 'Takes effect now:\n    ~ [box] name: "One" -> "Two"\n'
    assert say("diff") == (0, change, "")
    assert say("commit", "-m", "second") == (0, f"{change}no box runs: it will begin with commit 2\n", "")
    assert say("diff", "1", "2")[1] == change
    assert say("diff", "1")[1] == change
    (made,) = facts(say("diff", "1", "2", "--json"))["changes"]
    assert (made["setting"], made["old"], made["new"], made["effect"]) == ("name", "One", "Two", "now")


def test_the_history_marks_what_is_at_work(say: Say, folder: Path) -> None:
    for name in ("One", "Two"):
        (folder / "office.toml").write_text(TEXT.format(name=name))
        say("commit", "-m", name)
    rows = [line.split() for line in say("history")[1].splitlines()]
    assert [(row[0], row[1], row[-1]) for row in rows] == [("*", "2", "Two"), ("1", rows[1][1], "One")]
    assert say("rollback") == (
        0,
        'Takes effect now:\n    ~ [box] name: "Two" -> "One"\nno box runs: it will begin with commit 1\n',
        "",
    )
    found = {row["number"]: row["current"] for row in facts(say("history", "--json"))["commits"]}
    assert found == {2: False, 1: True}
    assert say("rollback", "2")[0] == 0
    assert say("rollback", "7")[::2] == (1, "strowger: there is no commit 7\n")


def test_one_can_go_back_whatever_the_files_have_become(
    say: Say, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    socket = tmp_path / "control"
    for name in ("One", "Two"):
        (folder / "office.toml").write_text(TEXT.format(name=name) + f'[control]\nsocket = "{socket}"\n')
        say("commit")
    (folder / "office.toml").write_text("[bx]\n")
    assert main(["config", "--folder", str(folder), "--data", str(tmp_path / "data"), "rollback"]) == 0
    assert "commit 1" in capsys.readouterr().out


def test_there_is_nothing_before_the_first(say: Say) -> None:
    say("commit")
    assert say("rollback") == (1, "", "strowger: There is no earlier commit.\n")


def test_nobody_can_wait_for_a_confirmation_while_no_box_runs(say: Say) -> None:
    assert say("commit", "--confirm", "10m")[0] == 1
    assert say("confirm")[0] == 1
    assert say("history", "--json")[0] == 1


@pytest.mark.parametrize("time", ["0", "ten", "25h", "-5m", "1d"])
def test_a_time_that_is_none_is_used_wrongly(say: Say, time: str) -> None:
    with pytest.raises(SystemExit) as left:
        say("commit", "--confirm", time)
    assert left.value.code == 2


def test_every_setting_is_shown_with_its_origin(say: Say, folder: Path) -> None:
    (folder / "60-more.toml").write_text('[[conference]]\nnumber = "8500"\npin = "502814"\n')
    lines = say("show", "--origin")[1].splitlines()

    def origin(setting: str) -> str:
        return next(line.split("# ")[1] for line in lines if line.startswith(f"{setting} ="))

    assert origin("name") == f"{folder}/office.toml:4"
    assert origin("frame_ms") == "default"
    assert origin("pin") == f"{folder}/60-more.toml:3"
    assert "502814" not in "\n".join(lines)
    settings = facts(say("show", "--json"))["settings"]
    (pin,) = [row for row in settings if (row["section"], row["setting"]) == ("conference", "pin")]
    assert (pin["row"], pin["value"], pin["origin"]["line"]) == ("8500", None, 3)
    say("commit")
    assert 'name = "One"' in say("show", "--commit", "1")[1]


def test_old_files_are_brought_up_to_date_when_told_to(say: Say, folder: Path) -> None:
    file = folder / "office.toml"
    file.write_text('# Ours.\n[box]\nname = "One"\n')
    code, out, _err = say("migrate")
    assert (code, out) == (0, f"{file}:\n    version = 1\nNothing was written; --write does it.\n")
    assert facts(say("migrate", "--json", "--write")) == {"files": {str(file): ["version = 1"]}}
    assert file.read_text() == '# Ours.\nversion = 1\n\n[box]\nname = "One"\n'
    assert (folder / "office.toml.old").read_text() == '# Ours.\n[box]\nname = "One"\n'
    assert say("migrate")[1] == "All files are up to date.\n"


def test_files_that_fit_into_no_message_are_read_by_the_box(tmp_path: Path) -> None:
    small, large = parse({"a.toml": b"version = 1\n"}), parse({"a.toml": b"version = 1\n" + b"# remark\n" * 40000})
    of_the_box, elsewhere = argparse.Namespace(folder=FOLDER_OF_THE_BOX), argparse.Namespace(folder=tmp_path)
    assert texts_to_send(elsewhere, small) == {"a.toml": "version = 1\n"}
    assert texts_to_send(of_the_box, large) is None
    with pytest.raises(Refused, match="too large"):
        texts_to_send(elsewhere, large)


def test_the_command_speaks_chinese(say: Say, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("TERM", "xterm")
    assert say("check")[1].splitlines()[-1] == "1 个文件，没有错误，1 条警告"
    (folder / "office.toml").write_text("[bx]\n")
    assert "没有 [bx] 这个表" in say("check")[1]


def test_where_the_files_are_may_be_said_before_the_act_and_behind_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ("--config", folder, "check"),
        ("check", "--config", folder),
        ("--folder", folder, "check"),
        ("--config", tmp_path / "other", "check", "--folder", folder),
    ):
        assert main(["config", *map(str, words)]) == 0, words
        assert "1 file, no mistake" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda office: (office / "flows/hotline.toml").unlink(),
            "There is no such flow; the number 8800 leads to it.",
        ),
        (lambda office: (office / "60-queues.toml").unlink(), 'There is no queue "sales".'),
        (lambda office: (office / "flows/hotline.toml").write_text("[[["), "This is no TOML"),
    ],
    ids=["removed", "its queue is removed", "broken"],
)
def test_flows_that_do_not_fit_the_configuration_are_warned_of_with_it(
    spoil: Callable[[Path], object], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both commands say the same of an office whose hot line does not answer any more."""
    office = tmp_path / "office"
    shutil.copytree(SAMPLE, office)
    spoil(office)
    assert main(["config", "check", "--config", str(office)]) == 0
    assert said in (out := capsys.readouterr().out)
    assert "no mistake, " in out
    assert main(["config", "check", "--config", str(office), "--json"]) == 0
    assert said in str(json.loads(capsys.readouterr().out)["warnings"])
    assert main(["flow", "check", str(office / "flows")]) == 1
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("words", [("history",), ("show", "--commit", "1"), ("diff", "1")], ids=str)
def test_to_look_at_commits_where_none_are_makes_no_folder(words: tuple[str, ...], tmp_path: Path, say: Say) -> None:
    code, said, complained = say(*words)
    assert (code, said) == (1, "")
    assert f"nothing was committed yet in {tmp_path / 'data'}\n" in complained
    assert not (tmp_path / "data").exists()
