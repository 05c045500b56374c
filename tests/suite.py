"""The whole check of a checkout, part by part, and one sum at the end.

    python -m tests.suite                all parts, in the order of PARTS
    python -m tests.suite lint unit      these

    lint         ruff check, ruff format, mypy --strict; each counts as one test of the sum
    unit         every test that needs no lab
    sanitized    the tests marked `native` once more, against a build with AddressSanitizer and UBSan
    lab          the tests marked `lab`, in the guest (tests/lab/run.py)
    package      the tests marked `package`: the Debian package is built, and lives in a clean Debian. Only as root

A part that fails does not keep the next from running. A machine without the lab's kernel skips that part and says so;
with CI set in the environment that is a failure, and so is every single test that the lab skips. What fails in the lab
is tried once more in a fresh guest, and a handful that fail of the others once more alone: a few tests live in real
terminals and processes, and a host may hold those up for a minute. The sum says how many passed only then. A part that
died before its results were written counts as one failure.
Exit status: 0 when nothing failed, else 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.lab.run import LACKING
from tests.lab.run import RESULTS as LAB_RESULTS

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "tests"
WORKERS = min(4, os.cpu_count() or 1)
"""Processes that share the tests of a part. Each makes its own speech and tones first, so that more gain little."""
HANDFUL = 3
IN_CI = bool(os.environ.get("CI"))


@dataclass(frozen=True, slots=True)
class Sum:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    again: int = 0  # of those passed: not at the first try

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.again + other.again,
        )

    def __str__(self) -> str:
        text = f"{self.passed} passed, {self.failed} failed"
        text += f", {self.skipped} skipped" if self.skipped else ""
        return text + (f", {self.again} only at the second try" if self.again else "")


def run(*command: str | Path, **environment: str) -> int:
    """Runs a command in the checkout with this Python's programs first, and returns its exit status."""
    path = f"{sys.prefix}/bin:{os.environ['PATH']}"
    return subprocess.run(list(map(str, command)), cwd=ROOT, env={**os.environ, "PATH": path, **environment}).returncode


def read(results: Path, status: int) -> Sum:
    """The sum of a JUnit file that pytest has written. A failing status without a failing test is a failure too."""
    if not results.exists():
        return Sum(failed=1)
    suites = list(ElementTree.parse(results).getroot().iter("testsuite"))
    tests, bad, errors, skipped = (
        sum(int(suite.get(key, "0")) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    )
    failed = bad + errors
    return Sum(tests - failed - skipped, failed or int(status != 0), skipped)


def pytest(name: str, *arguments: str, workers: int = WORKERS, **environment: str) -> Sum:
    results = RESULTS / f"{name}.xml"
    results.unlink(missing_ok=True)
    options = ("-q", "--numprocesses", str(workers), f"--junit-xml={results}")
    status = run(sys.executable, "-m", "pytest", *options, *arguments, **environment)
    if not results.exists():
        how = f"signal {-status}" if status < 0 else f"status {status}"
        print(f"\n{name}: pytest died with {how} before its results were written", flush=True)
    return read(results, status)


def tried_again(name: str, first: Sum, **environment: str) -> Sum:
    """What failed in a part, once more and alone, if it is only a handful: more than that is no bad luck."""
    again = failures(RESULTS / f"{name}.xml")
    if not 0 < len(again) == first.failed <= HANDFUL:
        return first
    print(f"{name}: once more, alone: {', '.join(again)}", flush=True)
    second = pytest(f"{name}-again", *again, workers=0, **environment)
    return Sum(first.passed + second.passed, second.failed, first.skipped, second.passed)


def lint() -> Sum:
    brief = ("--quiet", "--output-format=concise")
    checks = (("ruff", "check", *brief), ("ruff", "format", "--check", *brief), ("mypy",))
    failed = sum(run(*check) != 0 for check in checks)
    return Sum(len(checks) - failed, failed)


def unit() -> Sum:
    return tried_again("unit", pytest("unit", "-m", "not lab and not package"))


def sanitized() -> Sum:
    if run(sys.executable, "hw/native/build.py", "--sanitize"):
        return Sum(failed=1)
    libraries = [
        subprocess.run(
            ["gcc", f"-print-file-name={name}"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    return pytest(
        "sanitized",
        "-m",
        "native and not lab and not package",
        # faulthandler would take the crash from the sanitizer, whose report says more; and with file descriptors
        # captured the report would die with the process.
        "-p",
        "no:faulthandler",
        "--capture=sys",
        LD_PRELOAD=" ".join(libraries),
        # CPython keeps memory to its end on purpose: leaks cannot be told from it.
        ASAN_OPTIONS="detect_leaks=0",
        UBSAN_OPTIONS="print_stacktrace=1",
        STROWGER_NATIVE=str(ROOT / "build" / "sanitized"),
    )


def failures(results: Path) -> list[str]:
    """The tests that failed in a JUnit file of pytest, by the names that pytest takes."""
    if not results.exists():
        return []
    cases = ElementTree.parse(results).getroot().iter("testcase")
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return [f"{str(case.get('classname')).replace('.', '/')}.py::{case.get('name')}" for case in bad]


def lab() -> Sum:
    """What fails is tried once more, in a fresh guest: a busy host may hold up what the guest reads of its disk, and a
    test waits in vain. A test that fails twice has failed; the others are named and counted."""
    status = run(sys.executable, "tests/lab/run.py")
    if status == LACKING:
        return Sum(failed=1) if IN_CI else Sum(skipped=1)
    found = read(LAB_RESULTS / "junit.xml", status)
    again = failures(LAB_RESULTS / "junit.xml")
    if again and found.failed == len(again):  # else a guest itself died: that is not tried again
        print(f"lab: once more in a fresh guest: {', '.join(again)}", flush=True)
        status = run(sys.executable, "tests/lab/run.py", *again)
        second = read(LAB_RESULTS / "junit.xml", status)
        found = Sum(found.passed + second.passed, second.failed, found.skipped + second.skipped, second.passed)
    return Sum(found.passed, found.failed + found.skipped, 0, found.again) if IN_CI else found


def package() -> Sum:
    """One story in order, and in one process."""
    if os.geteuid() != 0:
        print("package: not tried, it needs root", flush=True)
        return Sum(failed=1) if IN_CI else Sum(skipped=1)
    return pytest("package", "-m", "package", "tests/package", "--numprocesses", "0")


PARTS: dict[str, Callable[[], Sum]] = {
    "lint": lint,
    "unit": unit,
    "sanitized": sanitized,
    "lab": lab,
    "package": package,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {' '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    total = Sum()
    lines = []
    for name in names or PARTS:
        print(f"== {name}", flush=True)
        started = time.monotonic()
        found = PARTS[name]()
        total += found
        lines.append(f"{name:10} {time.monotonic() - started:5.0f} s   {found}")
    print("==", *lines, total, sep="\n")
    return 1 if total.failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
