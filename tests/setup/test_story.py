"""An installer in training goes from the carton to the first call on the simulated card, in virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware.setup.dialogue import Mark
from firmware.setup.picture import load
from firmware.setup.site import Site
from firmware.setup.steps import NAMES
from firmware.setup.wizard import Wizard

from hw import virtual_time
from tests.setup.script import Script

pytestmark = pytest.mark.native


def test_from_the_carton_to_the_first_call(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)
    script = Script({"calls.way": "yes", "greeting.kind": "telephone", "office.installer": "Li"})
    assert virtual_time.run(Wizard(site, script).run)
    assert tuple(script.steps) == NAMES
    assert script.text(Mark.BAD) == ""
    picture = load(site.kept)
    assert {trial.outcome for trial in picture.trials.values()} == {"PASS"}
