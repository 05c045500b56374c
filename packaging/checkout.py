#!/usr/bin/python3
"""Installs what a checkout needs and this machine lacks; `make` calls it before everything else.

    packaging/checkout.py

Three things, in this order, each only where it is wanting:

1. the Debian packages of packaging/debian-packages.txt, by apt-get (as root, or through sudo),
2. the DAHDI modules for the lab's kernel, by dkms: its package builds for the kernel that runs, the lab boots another,
3. .venv with the exact packages of requirements.lock, and the command `strowger` in it.

Runs with nothing but Debian's Python. When all is there it takes a tenth of a second, says nothing and touches no
network.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "packaging" / "debian-packages.txt"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
VENV = ROOT / ".venv"
STAMP = VENV / "installed"
# The machine's own Python and no other: the lab's guest, which has this machine's files, and the .deb run that one.
PYTHON = Path("/usr/bin/python3")


class SetupError(Exception):
    """What is wrong and how to mend it, for the reader."""


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def run(*command: str | Path) -> None:
    words = [str(word) for word in command]
    if subprocess.run(words).returncode:
        raise SetupError(f"this failed, its own words stand above: {' '.join(words)}")


def as_root(*command: str) -> None:
    """Runs a command as root: directly, or through sudo, which may ask for a password."""
    if os.geteuid() == 0:
        run(*command)
    elif shutil.which("sudo"):
        run("sudo", *command)
    else:
        raise SetupError(f"this needs root, and there is no sudo. As root: {' '.join(command)}")


def wanted() -> list[str]:
    """The Debian packages of the list, in its order."""
    lines = (line.partition("#")[0].strip() for line in PACKAGES.read_text().splitlines())
    return [line for line in lines if line]


def missing(names: list[str]) -> list[str]:
    """Those of the packages that are not installed."""
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names]
    try:
        # Its exit status says only that some name is unknown; what it knows stands in the output.
        shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    except FileNotFoundError:
        raise SetupError("no dpkg-query here. The checkout sets itself up on Debian 12 only.") from None
    there = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in there]


def install_packages() -> None:
    names = missing(wanted())
    if not names:
        return
    say(f"Debian packages: {' '.join(names)}")
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet")
    as_root(*quiet, "update")
    as_root(*quiet, "install", "--yes", "--no-install-recommends", *names)


def kernels() -> list[str]:
    """The installed kernels, newest first."""
    versions = [image.name.removeprefix("vmlinuz-") for image in Path("/boot").glob("vmlinuz-*")]
    return sorted(versions, key=lambda version: [int(part) for part in re.findall(r"\d+", version)], reverse=True)


def build_modules() -> None:
    """DAHDI for the lab's kernel. A failure costs the lab and nothing else, so it is said and the rest goes on."""
    if any(list(Path("/lib/modules", kernel, "updates/dkms").glob("dahdi.ko*")) for kernel in kernels()):
        return
    for kernel in kernels():
        if Path("/lib/modules", kernel, "build").exists():
            say(f"DAHDI modules for Linux {kernel}, some two minutes")
            try:
                as_root("dkms", "autoinstall", "-k", kernel)
            except SetupError as error:
                say(f"the lab will not run: {error}")
            return
    say("the lab will not run: no kernel in /boot has its headers in /lib/modules")


def fingerprint() -> str:
    """What .venv was made from: changes when the lock, the project's metadata or the checkout's place does."""
    project = tomllib.loads(PROJECT.read_text())
    made_of = [LOCK.read_text(), project["project"], project["build-system"], project["tool"]["setuptools"], str(ROOT)]
    return hashlib.sha256(repr([*made_of, sys.version]).encode()).hexdigest()


def install_environment() -> None:
    if STAMP.exists() and STAMP.read_text() == fingerprint():
        return
    say(".venv with the packages of requirements.lock")
    pip = (VENV / "bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    # From nothing, so that what left the lock is gone too.
    run(PYTHON, "-m", "venv", "--clear", VENV)
    run(*pip, "--require-hashes", "--requirement", LOCK)
    run(*pip, "--no-index", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    STAMP.write_text(fingerprint())


def main() -> int:
    try:
        install_packages()
        build_modules()
        install_environment()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
