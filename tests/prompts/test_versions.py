"""Recordings of prompts: every version is kept, the newest is heard, an older one can be heard again."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.prompts.audio import LEVEL_DBM0
from core.prompts.versions import SYNTHESISED, Version, VersionError, Versions
from hw import wall_clock
from tests.prompts.test_audio import level, silence, tone

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Versions:
    monkeypatch.setattr(wall_clock, "source", lambda: NOON)
    return Versions(tmp_path / "recorded")


def record(versions: Versions, dbm0: float = -30, ms: int = 400, name: str = "call.busy") -> Version:
    return versions.add(name, "zh", np.concatenate([silence(300), tone(dbm0, ms)]), source="busy.wav", by="lin")


def test_before_anybody_recorded_nothing_is_there(versions: Versions) -> None:
    assert versions.of("call.busy", "zh") == []
    assert versions.in_use("call.busy", "zh") is None
    assert list(versions.recorded()) == []


def test_a_recording_is_kept_with_its_facts_at_the_level_of_prompts(versions: Versions) -> None:
    version = record(versions, dbm0=-48)
    assert (version.number, version.made, version.by, version.source) == (1, NOON, "lin", "busy.wav")
    assert version.level_dbm0 == pytest.approx(-48, abs=0.3)
    assert version.quiet
    assert not version.clipped
    assert 400 <= version.ms <= 500
    assert level(versions.speech(version)) == pytest.approx(LEVEL_DBM0, abs=0.5)
    assert versions.of("call.busy", "zh") == [version]
    assert list(versions.recorded()) == [("call.busy", "zh")]


def test_the_newest_is_heard_and_an_older_one_can_be_chosen(versions: Versions) -> None:
    first, second = record(versions), record(versions)
    assert versions.in_use("call.busy", "zh") == second
    versions.use("call.busy", "zh", first.number)
    assert versions.in_use("call.busy", "zh") == first
    versions.use("call.busy", "zh", SYNTHESISED)
    assert versions.in_use("call.busy", "zh") is None
    third = record(versions)  # whoever records wants to be heard
    assert versions.in_use("call.busy", "zh") == third
    assert versions.of("call.busy", "zh") == [first, second, third]


def test_a_version_that_is_not_there_cannot_be_chosen(versions: Versions) -> None:
    record(versions)
    with pytest.raises(VersionError, match="has no version 7; there are: 1"):
        versions.use("call.busy", "zh", 7)


def test_silence_is_no_version(versions: Versions) -> None:
    with pytest.raises(VersionError, match="nothing is heard"):
        versions.add("call.busy", "zh", silence(1000), source="busy.wav", by="lin")
    assert versions.of("call.busy", "zh") == []


def test_a_name_leads_out_of_no_folder(versions: Versions) -> None:
    for name in ("../call", "call/busy", "", ".", "Call"):
        with pytest.raises(ValueError, match="is no name of a prompt"):
            record(versions, name=name)


def test_half_a_version_after_a_power_cut_is_none_and_its_number_is_not_used_again(versions: Versions) -> None:
    first = record(versions)
    (first.path.parent / "2.wav").write_bytes(b"RIFF")
    (first.path.parent / "3.json").write_text('{"made"')
    assert versions.in_use("call.busy", "zh") == first
    assert record(versions).number == 4


def test_a_folder_that_goes_away_while_it_is_listed_holds_nothing(
    versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(versions)
    listing = os.scandir

    def goes_away(path: Path | int) -> object:
        if isinstance(path, Path) and path.name == "zh":
            shutil.rmtree(path)
        return listing(path)

    monkeypatch.setattr(os, "scandir", goes_away)
    assert list(versions.recorded()) == []
    assert versions.of("call.busy", "zh") == []


def test_the_stamp_changes_with_every_change_even_if_the_clock_stands(versions: Versions) -> None:
    stamps = [versions.stamp()]
    for _ in range(3):
        record(versions)
        stamps.append(versions.stamp())
    versions.use("call.busy", "zh", 1)
    stamps.append(versions.stamp())
    assert sorted(set(stamps)) == stamps


@settings(max_examples=25)
@given(st.lists(st.integers(0, 5), max_size=8))
def test_whatever_is_chosen_what_is_heard_is_what_was_chosen_last(
    tmp_path_factory: pytest.TempPathFactory, acts: list[int]
) -> None:
    """0: record; n: choose version n - 1, where there is one."""
    versions = Versions(tmp_path_factory.mktemp("recorded"))
    count, heard = 0, None
    for act in acts:
        if act == 0:
            count += 1
            heard = record(versions).number
            assert heard == count
        elif act - 1 <= count:
            versions.use("call.busy", "zh", act - 1)
            heard = (act - 1) or None
    in_use = versions.in_use("call.busy", "zh")
    assert (in_use.number if in_use else None) == heard


def test_what_is_written_about_a_version_can_be_read_by_others(versions: Versions) -> None:
    facts = json.loads(record(versions).path.with_suffix(".json").read_text())
    assert facts["made"] == "2026-11-26T12:00:00+00:00"
    assert facts["by"] == "lin"
