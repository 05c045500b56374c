"""`strowger flow`: check, draw, play and replay at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core import look
from core.command import main
from core.ivr.check import check
from core.ivr.command import separate
from core.ivr.draw import dot, tree
from core.ivr.nodes import KINDS
from core.ivr.reading import read
from core.width import width
from tests.ivr.world import mistakes, written

FOLDER = Path(__file__).resolve().parents[2] / "config" / "flows"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")


class Command:
    def __init__(self, capsys: pytest.CaptureFixture[str], prompts: Path) -> None:
        self.capsys, self.prompts = capsys, prompts

    def __call__(self, *words: str) -> tuple[int, str]:
        code = main(["flow", *words, "--prompts", str(self.prompts)])
        return code, self.capsys.readouterr().out

    def json(self, *words: str) -> tuple[int, Any]:
        code, out = self(*words, "--json")
        return code, json.loads(out)


@pytest.fixture
def flow(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    return Command(capsys, tmp_path / "prompts")


BROKEN = '[flow]\nstart = "a"\n[node.a]\nkind = "play"\nprompts = ["no.such.prompt"]\nnext = "b"\n'


def test_the_sample_flows_have_no_mistake_and_all_their_prompts(flow: Command) -> None:
    assert flow("check", str(FOLDER)) == (0, "5 flows, no mistake\n")
    flows = ["hotline", "office", "order", "pin", "survey"]
    assert flow.json("check", str(FOLDER)) == (0, {"flows": flows, "mistakes": []})


def test_mistakes_are_printed_with_their_places(flow: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text(BROKEN)
    code, out = flow("check", str(tmp_path / "broken.toml"))
    assert code == 1
    assert f'{tmp_path}/broken.toml:5:12: There is no prompt "no.such.prompt".' in out
    assert out.endswith("2 mistakes\n")
    code, found = flow.json("check", str(tmp_path / "broken.toml"))
    assert (code, [each["line"] for each in found["mistakes"]]) == (1, [5, 6])


def test_a_flow_with_mistakes_is_not_played(flow: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text(BROKEN)
    code, out = flow("run", "broken", str(tmp_path / "broken.toml"), "--simulate", "--input", "1")
    assert (code, "no.such.prompt" in out) == (1, True)


def test_a_flow_that_is_not_there_is_used_wrongly(flow: Command) -> None:
    assert flow("run", "offise", str(FOLDER), "--simulate", "--input", "1")[0] == 2
    assert flow("draw", "offise", str(FOLDER))[0] == 2


def test_a_list_of_inputs_plays_a_whole_call(flow: Command) -> None:
    row = '{"rows": 1, "changed": 0, "columns": {"state": ["shipped"], "due": [12.5], "expected": [null]}}'
    inputs = f"2,1,100200#,,{row},,,hangup"
    code, played = flow.json("run", "office", str(FOLDER), "--simulate", "--input", inputs)
    assert code == 0
    assert played["nodes"][:5] == ["office/language", "office/english", "office/hours", "office/menu", "office/order"]
    assert "The state of your order 〔100200〕 is: on its way" in played["said"]
    assert "The amount due is 〔12.5〕" in played["said"]
    assert (played["ended"], played["waits_for"]) == ("hung up", "")


def test_a_call_is_told_line_by_line(flow: Command) -> None:
    words = ["run", "survey", str(FOLDER), "--simulate", "--now", "2026-02-17T12:00", "--input", "7,,4"]
    code, out = flow(*words)
    assert code == 0
    assert "[survey/score] survey\n" in out
    assert "(score service: 4)" in out
    assert out.endswith("The flow has returned.\n")


def test_the_workshop_stops_sets_and_goes_on(flow: Command) -> None:
    inputs = ':set left 1,:into,123456#,:go,{"results": {"right": false}}'
    words = ["--simulate", "--argument", "account=42", "--break", "pin/ask", "--input", inputs]
    code, played = flow.json("run", "pin", str(FOLDER), *words)
    assert code == 0
    assert played["nodes"][-1] == "pin/back"
    assert "123456" not in json.dumps(played["moves"])


def test_a_flow_that_fails_is_found_wanting(flow: Command, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text('[flow]\nstart = "a"\n[node.a]\nkind = "transfer"\nnumber = "call.called"\n')
    code, out = flow("run", "f", str(tmp_path / "f.toml"), "--simulate", "--input", "")
    assert (code, out.splitlines()[-1]) == (1, "The flow has failed: This is no number to dial: ''.")


def test_inputs_that_mean_nothing_are_used_wrongly(flow: Command) -> None:
    for text in ("nonsense", ":break office", "{"):
        assert flow("run", "survey", str(FOLDER), "--simulate", "--input", text)[0] == 2


def test_a_person_plays_until_the_end_of_his_input(flow: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["nonsense", "", "4", ""])

    def answer(prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", answer)
    code, out = flow("run", "survey", str(FOLDER), "--simulate")
    assert code == 0
    assert "neither keys nor an order: nonsense" in out
    assert "(listens for 5 s)" in out


def test_a_kept_session_is_replayed_and_a_changed_flow_is_found_out(flow: Command, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    flow("run", "survey", str(FOLDER), "--simulate", "--input", "7,4", "--save", str(kept))
    assert flow("replay", str(kept), str(FOLDER)) == (0, "The flow does what it did then.\n")
    changed = tmp_path / "survey.toml"
    changed.write_text((FOLDER / "survey.toml").read_text().replace('"call.thank-you"', '"call.goodbye"'))
    code, out = flow("replay", str(kept), str(changed))
    assert (code, "call.goodbye" in out) == (1, True)
    assert flow.json("replay", str(kept), str(changed))[0] == 1
    kept.write_text("{}")
    assert flow("replay", str(kept), str(FOLDER))[0] == 2


def test_the_running_box_is_asked_to_take_the_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake = {"path": "office.toml", "line": 3, "column": 7, "problem": "There is no node."}
    answers: list[Any] = [{"edition": 2, "mistakes": []}, {"edition": 2, "mistakes": [mistake]}]
    monkeypatch.setattr(look, "asked", lambda options, method: answers.pop(0))
    assert (main(["flow", "publish"]), capsys.readouterr().out) == (0, "New calls take edition 2.\n")
    assert main(["flow", "publish"]) == 1
    assert capsys.readouterr().out == "office.toml:3:7: There is no node.\nNothing was changed.\n"


def test_the_flows_of_the_running_box_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = {"name": "office", "title": "办公", "languages": ["zh", "en"], "nodes": 3, "numbers": ["8600"]}
    answer = {"flows": [flow], "editions": [{"number": 2, "calls": 7}]}
    monkeypatch.setattr(look, "asked", lambda options, method: answer)
    assert main(["flow", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["office  8600     zh en      3      办公", "edition 2: 7 calls"]
    assert main(["flow", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == answer


def test_commas_in_objects_do_not_separate() -> None:
    assert separate('1,,{"a": [1, 2], "b": 3},#') == ["1", "", '{"a": [1, 2], "b": 3}', "#"]


# ---- drawing ----

CHINESE = """
[flow]
start = "欢迎"
[defaults]
give_up = "再见"
[[variable]]
name = "工号"
[node."欢迎"]
kind = "menu"
prompts = ["menu.language"]
choices = { "1" = "查询", "*" = "欢迎" }
[node."查询"]
kind = "collect"
prompts = ["input.number"]
into = "工号"
next = "再见"
[node."再见"]
kind = "hangup"
note = "a \\"quoted\\" note"
"""


def test_the_columns_of_a_tree_are_aligned_with_chinese_names() -> None:
    (flow,) = check({"f": written(CHINESE)}).flows.values()
    assert tree(flow) == [
        "欢迎               menu     menu.language",
        "├─ 1 ─ 查询        collect  工号 ← input.number",
        "│  ├─ → 再见",
        "│  └─ give up → 再见",
        "├─ * → 欢迎",
        "└─ give up ─ 再见  hangup",
    ]
    kinds = [line for line in tree(flow) if "→ " not in line or "←" in line]
    starts = {width(line[: line.index(kind)]) for line, kind in zip(kinds, ["menu", "collect", "hangup"], strict=True)}
    assert len(starts) == 1


def test_every_node_stands_once_in_the_tree_and_in_the_graph() -> None:
    for name, flow in check(read([FOLDER])).flows.items():
        lines = tree(flow)
        assert len([line for line in lines if "→ " not in line.split("  ")[0] or "←" in line]) >= len(flow.node)
        graph = "\n".join(dot(name, flow))
        assert all(f'"{each}" [shape=' in graph for each in flow.node)


def test_the_graph_is_one_that_graphviz_reads() -> None:
    (flow,) = check({"f": written(CHINESE)}).flows.values()
    lines = dot('f"x', flow)
    assert lines[0] == 'digraph "f\\"x" {'
    assert lines[-1] == "}"
    assert '  "欢迎" -> "查询" [label="1"];' in lines
    quotes = [line.replace("\\\\", "").replace('\\"', "").count('"') for line in lines]
    assert all(count % 2 == 0 for count in quotes)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_node_says_what_it_is_for(kind: str) -> None:
    assert KINDS[kind].__doc__
    assert all(field.description for name, field in KINDS[kind].model_fields.items() if name != "kind")


def test_an_unknown_kind_is_answered_with_all_there_are() -> None:
    (first, *_rest) = mistakes('[flow]\nstart = "a"\n[node.a]\nkind = "plai"\n')
    assert "play" in first.hint
