"""What an editor of the configuration and of flows asks of a running box: model, files, check, save, and back."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from core.config.commits import Commits
from core.config.configuration import Configuration
from core.config.editing import put
from core.running import RunningBox
from core.texts import speaking
from tests.core.house import House

pytestmark = pytest.mark.native

SAMPLE = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample office, to be changed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "etc"))


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Client]:
    """Of an administrator, before a box that lives by the folder."""
    data = folder.parent / "data"
    configuration = Configuration(Commits(data / "config"), [folder], threaded=False)
    running = RunningBox(await configuration.start(), data, configuration=configuration, virtual=True)
    async with trio.open_nursery() as nursery:
        await nursery.start(running.run)
        async with House(running, nursery).client() as client:
            yield client
        running.stop("test", 0)
        while running.state != "stopped":  # noqa: ASYNC110
            await trio.sleep(0.1)
        nursery.cancel_scope.cancel()


def mistakes(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, int, int]]:
    assert refused.value.code is Code.CONFIGURATION
    return [(Path(one["path"]).name, one["line"], one["column"]) for one in refused.value.about["mistakes"]]


async def test_a_setting_is_changed_tried_saved_and_put_to_work(autojump_clock: trio.abc.Clock, folder: Path) -> None:
    async with desk(folder) as box:
        held = await box.ask("config.files")
        assert held["folder"] == str(folder)
        assert held["shipped"] == []
        name = "40-people.toml"
        assert held["files"][name] == (folder / name).read_text()
        text = put(held["files"][name], ("station", 1, "name"), "王芳")
        tried = await box.ask("config.check", edits={name: text})
        (change,) = tried["changes"]
        assert [change[what] for what in ("section", "row", "setting", "new")] == ["station", "8002", "name", "王芳"]
        assert (folder / name).read_text() != text
        saved = await box.ask("config.save", files={name: text}, basis=held["basis"])
        assert (folder / name).read_text() == text
        made = await box.ask("config.commit", confirm_s=600)
        assert made["changes"] == tried["changes"]
        assert made["confirm_s"] == 600
        assert (await box.ask("config.files"))["basis"] == saved["basis"]


async def test_mistakes_come_with_line_and_column_of_what_was_typed(
    autojump_clock: trio.abc.Clock, folder: Path
) -> None:
    async with desk(folder) as box:
        with pytest.raises(Refusal) as refused:
            await box.ask("config.check", edits={"90-mine.toml": '[box]\nname = "x"\nnaem = 1\n', "91.toml": "x = “"})
        assert mistakes(refused)[0] == ("90-mine.toml", 3, 1)
        assert {file for file, _line, _column in mistakes(refused)} == {"90-mine.toml", "91.toml"}
        first = put("", ("box", "name"), "Mine")
        tried = await box.ask("config.check", edits={"90-mine.toml": first, "91.toml": None})
        assert [change["new"] for change in tried["changes"]] == ["Mine"]


async def test_two_people_do_not_save_over_each_other(autojump_clock: trio.abc.Clock, folder: Path) -> None:
    async with desk(folder) as box:
        held = await box.ask("config.files")
        await box.ask("config.save", files={"90-a.toml": "# one\n"}, basis=held["basis"])
        with pytest.raises(Refusal, match="somebody else"):
            await box.ask("config.save", files={"90-a.toml": "# two\n"}, basis=held["basis"])
        for wrong in ("../x.toml", ".x.toml", "x.txt"):
            with pytest.raises(Refusal, match="no name"):
                await box.ask("config.save", files={wrong: ""}, basis=held["basis"])
        assert (folder / "90-a.toml").read_text() == "# one\n"


async def test_the_model_has_the_manual_of_every_setting(autojump_clock: trio.abc.Clock, folder: Path) -> None:
    async with desk(folder) as box:
        tables = (await box.ask("config.model"))["tables"]
        stations = next(table for table in tables if table["name"] == "station")
        assert (stations["several"], stations["key"]) == (True, "number")
        settings = {each["name"]: each for each in stations["kinds"][0]["settings"]}
        assert settings["no_answer_s"]["allowed"] == "whole number, 5 ... 180"
        assert settings["caller_id"]["choices"] == ["fsk", "dtmf", "off"]
        assert settings["number"]["default"] is None
        spans = next(table for table in tables if table["name"] == "span")
        assert [kind["name"] for kind in spans["kinds"]] == ["pri", "r2"]
        every = [each for table in tables for kind in table["kinds"] for each in kind["settings"]]
        assert all(each["text"] and each["effect"] and each["allowed"] for each in every)
        kinds = {each["kind"] for each in every}
        assert kinds == {"truth", "choice", "number", "text", "texts", "value"}


async def test_a_flow_is_changed_checked_played_before_it_is_saved_and_published(
    autojump_clock: trio.abc.Clock, folder: Path
) -> None:
    async with desk(folder) as box:
        held = await box.ask("flow.files")
        text = put(held["files"]["office.toml"], ("node", "menu", "choices", "9"), "nowhere")
        found = await box.ask("flow.check", edits={"office.toml": text})
        (mistake,) = found["mistakes"]
        assert Path(mistake["path"]).name == "office.toml"
        assert "nowhere" in text.splitlines()[mistake["line"] - 1]
        with pytest.raises(Refusal) as refused:
            await box.ask("flow.simulate", flow="office", edits={"office.toml": text})
        assert mistakes(refused)[0][0] == "office.toml"
        text = put(text, ("node", "menu", "choices", "9"), "people")
        begun = await box.ask("flow.simulate", flow="office", edits={"office.toml": text})
        played: dict[str, Any] = {}
        for keys in ("1", "", "9"):
            played = await box.ask("flow.play", number=begun["number"], input=keys)
        assert played["state"]["nodes"][-1] == "office/people"
        tree = (await box.ask("flow.check", edits={"office.toml": text}))["trees"]["office"]
        assert tree[0]["node"] == "language"
        assert any(row["node"] == "people" and "9" in row["tree"] and not row["kind"] for row in tree)
        await box.ask("flow.save", files={"office.toml": text}, basis=held["basis"])
        edition = (await box.ask("flow.publish"))["edition"]
        assert edition == 2


async def test_a_flow_with_a_node_to_which_nothing_leads_is_drawn_all_the_same(
    autojump_clock: trio.abc.Clock, folder: Path
) -> None:
    alone = '[flow]\nstart = "a"\n[node.a]\nkind = "hangup"\n[node.b]\nkind = "set"\nvalues = {}\nnext = "c"\n'
    async with desk(folder) as box:
        found = await box.ask("flow.check", edits={"new.toml": alone})
        assert [(row["node"], row["kind"]) for row in found["trees"]["new"]] == [
            ("a", "hangup"),
            ("b", "set"),
            ("c", ""),
        ]
        tables = (await box.ask("flow.model"))["tables"]
        kinds = next(table for table in tables if table["name"] == "node")["kinds"]
        assert all(kind["text"] and kind["settings"] for kind in kinds)
        assert "menu" in {kind["name"] for kind in kinds}


def test_the_words_of_the_model_are_in_the_language_in_force() -> None:
    from core.config.form import tables

    with speaking("zh"):
        settings = [each for table in tables() for kind in table.kinds for each in kind.settings]
        assert all(not each.text.isascii() for each in settings)
