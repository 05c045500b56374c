"""What else happens to an installer: a helper on the telephone, a box that is there already, a line learned later."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from firmware.line_command import Learner, chosen
from firmware.setup.dialogue import Mark
from firmware.setup.house import SETTLED_S, opened
from firmware.setup.paper import print_sheet
from firmware.setup.picture import Picture, load
from firmware.setup.plan import planned
from firmware.setup.record import sheet
from firmware.setup.site import Site
from firmware.setup.wizard import Wizard

from core.command import main
from core.config.commits import Commits
from core.config.reading import read
from core.daemon import locked
from hw import virtual_time
from hw.card import HardwareError
from tests.setup.script import Script

pytestmark = pytest.mark.native

QUICK = {"calls.way": "no", "calls.front": "no", "learn.how": "skip"}


def through(site: Site, **answers: str | list[str]) -> Script:
    script = Script({**QUICK, **{name.replace("__", "."): answer for name, answer in answers.items()}})
    assert virtual_time.run(Wizard(site, script).run)
    assert script.text(Mark.BAD) == ""
    return script


def commits(site: Site) -> int:
    return len(Commits(site.data / "config").history())


def test_a_line_is_learned_with_somebody_who_calls_it_and_is_called(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)
    answers = {**QUICK, "learn.how": "help", "learn.line:line1": "yes", "learn.line": "no", "learn.helper": "62000001"}
    script = Script(answers)
    assert virtual_time.run(Wizard(site, script).run)
    told = script.text(Mark.HINT)
    assert "Call the line from another telephone, and let it ring." in told
    assert "Hang up now." in told
    assert "Your telephone will ring: answer it, and say something." in told
    kept = load(site.kept)
    assert list(kept.profiles) == ["line1"]
    assert (kept.trials["line1.learned"].outcome, script.text(Mark.BAD)) == ("PASS", "")
    assert "dials by keys (DTMF)" in kept.trials["line1.learned"].sentence
    trunks = {trunk.name: trunk.profile for trunk in read([site.config]).box.trunk}
    assert trunks == {"line1": "line1.toml", "line2": "", "line3": "", "line4": ""}


def test_a_box_that_is_there_keeps_what_the_setup_does_not_know(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)
    through(site)
    people = site.config / "40-people.toml"
    people.write_text(
        people.read_text().replace('number = "8001"', 'number = "8001"  # the porter\nname = "Wang Fang"')
    )
    extra = site.config / "60-mine.toml"
    extra.write_text('[[hunt_group]]\nnumber = "7000"\nmembers = ["8001", "8002"]\n')
    script = through(site, resume="office", files__begin="keep", extensions__reach="long_distance")
    assert "files.begin" in script.asked
    assert "# the porter" in people.read_text()
    box = read([site.config]).box
    assert box.station[0].name == "Wang Fang"
    assert {station.class_of_service for station in box.station} == {"long_distance"}
    assert extra.exists()
    assert "long_distance" in script.text(Mark.ADDED)
    assert commits(site) == 2


def test_a_new_configuration_leaves_the_old_files_beside_it(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)
    through(site)
    extra = site.config / "60-mine.toml"
    extra.write_text('[[hunt_group]]\nnumber = "7000"\nmembers = ["8001", "8002"]\n')
    through(site, resume="office", files__begin="anew")
    assert not extra.exists()
    assert extra.with_name("60-mine.toml.old").exists()
    assert not read([site.config]).box.hunt_group


def test_an_e1_that_turns_out_to_be_another_one_keeps_nothing_of_the_first(tmp_path: Path) -> None:
    """Its row kept the side of an ISDN span, which MFC/R2 does not know, and the whole configuration was refused."""
    site = Site.training(tmp_path, virtual=True)
    through(site)
    lines = site.config / "20-lines.toml"
    lines.write_text(lines.read_text().replace('side = "user"', 'side = "user"\noverlap = true'))
    assert read([site.config]).box.span[0].signalling == "pri"
    through(site, **{"resume": "spans", "span.SIMULATED:3.use": "none", "files.begin": "keep"})
    (only,) = read([site.config]).box.span
    assert (only.name, only.signalling) == ("e1a", "r2")
    assert "overlap" not in lines.read_text()


def test_without_its_font_the_sheet_is_printed_all_the_same(tmp_path: Path) -> None:
    picture = Picture(answers={"office.name": "北京分公司", "office.installer": "Li"})
    paper = tmp_path / "sheet.pdf"
    print_sheet(sheet(picture, planned(picture)), paper, tmp_path / "there-is-none.ttc")
    assert paper.read_bytes().startswith(b"%PDF")
    assert b"Helvetica" in paper.read_bytes()


def test_a_line_is_called_on_only_when_it_has_stayed_in_service_for_a_while(tmp_path: Path) -> None:
    """A data link that had just come up was called on; the far end began it once more, and answered with cause 101."""
    site = Site.training(tmp_path, virtual=True)
    through(site)

    async def story() -> tuple[float, int]:
        async with opened(site, read([site.config]).box) as house:
            line = house.line("e1a/31")
            assert await house.in_service([line])

            async def goes_once_more() -> None:
                await trio.sleep(SETTLED_S / 2)
                line.block()
                await trio.sleep(1.0)
                line.unblock()

            house.nursery.start_soon(goes_once_more)
            begun = trio.current_time()
            found = await house.in_service([line])
            return trio.current_time() - begun, len(found)

    waited_s, there = virtual_time.run(story)
    assert there == 1
    assert waited_s > SETTLED_S + 2.0


# ---- strowger line learn ----


def test_two_lines_are_learned_later_from_line_to_line(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)
    through(site)
    before = commits(site)
    where = ["--config", str(site.config), "--data", str(site.data), "--virtual"]
    assert main(["line", "learn", "line1", "line3", "--yes", *where]) == 0
    assert {trunk.name: trunk.profile for trunk in read([site.config]).box.trunk} == {
        "line1": "line1.toml",
        "line2": "",
        "line3": "line3.toml",
        "line4": "",
    }
    assert 'dial = "dtmf"' in (site.data / "lines" / "line3.toml").read_text()
    assert commits(site) == before + 1
    assert main(["line", "learn", "line1", "line3", "--yes", *where]) == 0  # again: they have their profiles
    assert commits(site) == before + 1


def test_what_was_learned_is_shown_and_written_only_when_it_is_wanted(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)
    through(site)
    box = read([site.config]).box
    before = {path: path.read_bytes() for path in site.config.glob("*.toml")}
    script = Script({"write": "no"})
    trunks = chosen(box, ["line1", "line2"], helper=False)
    assert virtual_time.run(Learner(site, box, script).learn, trunks, False) is False
    assert "line1.toml" in script.text()
    assert {path: path.read_bytes() for path in site.config.glob("*.toml")} == before
    assert not (site.data / "lines").exists() or not list((site.data / "lines").iterdir())


def test_a_line_is_not_learned_while_the_exchange_runs_on_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site.training(tmp_path, virtual=True)
    through(site)
    with locked(site.data):
        assert main(["line", "learn", "--config", str(site.config), "--data", str(site.data), "--virtual"]) == 1
    assert "systemctl stop strowger" in capsys.readouterr().err


def test_lines_that_cannot_be_learned_so_are_refused_with_the_remedy(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)
    through(site)
    box = read([site.config]).box
    with pytest.raises(HardwareError) as none:
        chosen(box, ["line9"], helper=False)
    assert "line4" in none.value.action
    with pytest.raises(HardwareError) as alone:
        chosen(box, ["line1"], helper=False)
    assert "--helper" in alone.value.action
    assert main(["line", "learn", "line1", "--call", "62000001"]) == 2
    assert [trunk.name for trunk in chosen(box, [], helper=False)] == ["line1", "line2", "line3", "line4"]
