"""The sum at the end of `make test` is honest: what did not run did not pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import suite
from tests.lab import run as lab_run
from tests.suite import Sum, read

JUNIT = (
    '<testsuites><testsuite tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"/></testsuites>'
)


def junit(path: Path, tests: int, failures: int = 0, errors: int = 0, skipped: int = 0) -> Path:
    path.write_text(JUNIT.format(tests=tests, failures=failures, errors=errors, skipped=skipped))
    return path


def test_results_are_read_as_they_are(tmp_path: Path) -> None:
    assert read(junit(tmp_path / "all.xml", 10, failures=2, errors=1, skipped=3), 1) == Sum(4, 3, 3)


def test_results_that_were_never_written_are_a_failure(tmp_path: Path) -> None:
    assert read(tmp_path / "none.xml", 0) == Sum(failed=1)


def test_a_bad_status_without_a_failed_test_is_a_failure(tmp_path: Path) -> None:
    assert read(junit(tmp_path / "all.xml", 10), 3) == Sum(10, 1)


@pytest.fixture
def lab_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The lab with its status, and results in the folder given."""
    monkeypatch.setattr(suite, "LAB_RESULTS", tmp_path)
    monkeypatch.setattr(suite, "run", lambda *command: lab_run.LACKING if not list(tmp_path.iterdir()) else 0)
    return tmp_path


@pytest.mark.parametrize(("in_ci", "expected"), [(True, Sum(failed=1)), (False, Sum(skipped=1))])
def test_a_lab_that_cannot_run_fails_in_ci_only(
    lab_ends: Path, monkeypatch: pytest.MonkeyPatch, in_ci: bool, expected: Sum
) -> None:
    monkeypatch.setattr(suite, "IN_CI", in_ci)
    assert suite.lab() == expected


@pytest.mark.parametrize(("in_ci", "expected"), [(True, Sum(4, 1)), (False, Sum(4, 0, 1))])
def test_a_test_that_the_lab_skips_fails_in_ci_only(
    lab_ends: Path, monkeypatch: pytest.MonkeyPatch, in_ci: bool, expected: Sum
) -> None:
    monkeypatch.setattr(suite, "IN_CI", in_ci)
    junit(lab_ends / "junit.xml", 5, skipped=1)
    assert suite.lab() == expected


def test_what_fails_in_the_lab_is_tried_once_more_and_counted(lab_ends: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = '<testcase classname="tests.lab.test_spans" name="test_{}">{}</testcase>'
    suites = '<testsuites><testsuite tests="{}" failures="{}" errors="0" skipped="0">{}</testsuite></testsuites>'
    bad = [case.format(name, "<failure/>") for name in "ab"]
    runs = [(3, 2, [case.format("c", ""), *bad]), (2, 1, [case.format("a", ""), bad[1]])]
    ordered: list[tuple[str, ...]] = []

    def run(*command: str) -> int:
        tests, failed, cases = runs[len(ordered)]
        ordered.append(command)
        (lab_ends / "junit.xml").write_text(suites.format(tests, failed, "".join(cases)))
        return 1

    monkeypatch.setattr(suite, "IN_CI", False)
    monkeypatch.setattr(suite, "run", run)
    assert suite.lab() == Sum(passed=2, failed=1, again=1)
    assert ordered[1][2:] == ("tests/lab/test_spans.py::test_a", "tests/lab/test_spans.py::test_b")


@pytest.mark.parametrize(("bad", "expected"), [(2, Sum(passed=6, failed=1, again=1)), (4, Sum(passed=1, failed=4))])
def test_a_handful_that_failed_is_tried_once_more_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bad: int, expected: Sum
) -> None:
    case = '<testcase classname="tests.tui.test_process" name="test_{}"><failure/></testcase>'
    ordered: list[tuple[str, ...]] = []

    def pytest_again(name: str, *tests: str, workers: int) -> Sum:
        ordered.append((name, str(workers), *tests))
        return Sum(1, 1)

    monkeypatch.setattr(suite, "RESULTS", tmp_path)
    monkeypatch.setattr(suite, "pytest", pytest_again)
    (tmp_path / "unit.xml").write_text(f"<testsuites>{''.join(case.format(n) for n in range(bad))}</testsuites>")
    assert suite.tried_again("unit", Sum(5 if bad == 2 else 1, bad)) == expected
    names = tuple(f"tests/tui/test_process.py::test_{number}" for number in range(bad))
    assert ordered == ([("unit-again", "0", *names)] if bad <= suite.HANDFUL else [])


def test_the_guests_of_the_lab_share_its_tests_evenly() -> None:
    files = ["a.py", *lab_run.SECONDS, "b.py"]
    shares = lab_run.shares(files, 2)
    assert sorted(file for share in shares for file in share) == sorted(files)
    loads = [sum(lab_run.SECONDS.get(file, lab_run.USUAL) for file in share) for share in shares]
    assert max(loads) - min(loads) <= max(lab_run.SECONDS.values()) / 2
    assert lab_run.shares(["a.py"], 2) == [["a.py"]]


def test_an_unknown_part_is_used_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert suite.main(["lint", "polish"]) == 2
    assert "no such part: polish" in capsys.readouterr().err


def test_one_failure_in_any_part_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(suite, "PARTS", {"one": lambda: Sum(5, 1), "two": lambda: Sum(7, 0, 2)})
    assert suite.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "12 passed, 1 failed, 2 skipped"


def test_a_machine_without_the_lab_is_told_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab_run, "MODULES", ("no_such_module",))
    assert lab_run.main([]) == lab_run.LACKING
    said = capsys.readouterr().err
    assert "no kernel in /boot has the DAHDI modules" in said
    assert "make setup" in said
