"""docs/desk.md names every act of a desk, and nothing that there is not."""

from __future__ import annotations

import re
from pathlib import Path

from core.api import desk_acts, queue_acts
from core.api.all_acts import REGISTRY
from core.config.model.features import Features

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "desk.md").read_text(encoding="utf-8")
TABLES = [line for line in TEXT.splitlines() if line.startswith("|")]
ELSEWHERE = ("call.list", "call.trace")
"""Acts on calls that are no desk's."""


def test_every_method_in_it_is_an_act() -> None:
    named = {name for line in TABLES for name in re.findall(r"`([a-z]+\.[a-z_]+)`", line)}
    assert named <= set(REGISTRY.acts), named - set(REGISTRY.acts)


def test_every_act_of_agents_and_calls_is_in_it() -> None:
    modules = {queue_acts.__name__, desk_acts.__name__}
    wanted = {act.name for act in REGISTRY.acts.values() if act.run.__module__ in modules}
    wanted |= {name for name in REGISTRY.acts if name.startswith("call.")} - set(ELSEWHERE)
    assert {name for name in wanted if f"`{name}`" not in TEXT} == set()


def test_every_code_in_it_is_dialled_so_where_nobody_has_changed_it() -> None:
    known = {code for code in Features().model_dump().values() if code}
    named = {code for line in TABLES for code in re.findall(r"`([*#]+[0-9*#]+)`", line)}
    assert named, "there are codes"
    for code in named:
        assert any(code.startswith(each) for each in known), code
