"""Every run of the tests is the same run.

Properties are tried on the same examples, and no example is judged by the speed of the machine. Tasks that wake
together are taken in an order that trio draws by lot; here the lot is seeded before each test. `pytest --schedule N`
draws with another seed: a test that then fails has found an order of events that nobody thought of.

The native layer and the texts are compiled first where they are older than their sources, so that what is tested is
what stands in the checkout. Each test begins in English, whatever the machine or the test before it speaks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import catalogues
import pytest
import trio._core._run as scheduler
from hypothesis import settings

from core import texts

settings.register_profile("strowger", deadline=None, derandomize=True)
settings.load_profile("strowger")
# Trio's own switch for this, made for hypothesis: tasks are put in order of their birth before the lot is drawn.
scheduler._hypothesis_plugin_setup()
if "PYTEST_XDIST_WORKER" not in os.environ:
    subprocess.run([sys.executable, Path(__file__).parent.parent / "hw" / "native" / "build.py"], check=True)
catalogues.compile_all()
os.environ["LC_ALL"] = "C.UTF-8"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--schedule", type=int, default=1, metavar="N", help="seed for the order of trio's tasks")


def pytest_runtest_setup(item: pytest.Item) -> None:
    scheduler._r.seed(item.config.getoption("--schedule"))
    texts.use("en")
