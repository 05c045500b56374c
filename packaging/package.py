#!/usr/bin/python3
"""Builds the Debian package (`make package`), and says from which Python packages.

    packaging/package.py                            build/package/strowger_VERSION_amd64.deb
    packaging/package.py --version 0.1.1 --out DIR  of another version, somewhere else
    packaging/package.py --requirements             the part of requirements.lock that a running box needs
    packaging/package.py --requirements cffi babel  the part that these need

The package is made from what git knows of this tree, changed or not, in a folder of its own: what lies about in a
checkout never gets into it. Runs with nothing but Debian's Python, and with the Debian packages of
packaging/debian-packages.txt.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "package"


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def requirements(lock: str, wanted: Iterable[str]) -> str:
    """The entries of a lock (of pip-compile) for these packages and all that they bring, with their hashes."""
    entries: dict[str, str] = {}
    brings: dict[str, set[str]] = {}
    for entry in re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]:
        name = entry.partition("==")[0]
        entries[name] = entry
        for by in re.findall(r"^[ #]*([a-z][\w.-]*)", entry.partition("# via")[2], re.MULTILINE):
            brings.setdefault(by, set()).add(name)
    missing = sorted(set(wanted) - entries.keys())
    if missing:
        raise SystemExit(f"package.py: not in requirements.lock: {', '.join(missing)}")
    needed: set[str] = set()
    more = set(wanted)
    while more:
        needed |= more
        more = {name for by in more for name in brings.get(by, ())} - needed
    return "".join(entries[name] for name in sorted(needed))


def changelog(version: str) -> str:
    now = format_datetime(datetime.now().astimezone())
    return (
        f"strowger ({version}) bookworm; urgency=medium\n\n"
        "  * See /usr/share/doc/strowger/CHANGELOG.md.\n\n"
        f" -- The Strowger founders <strowger@localhost>  {now}\n"
    )


def lay_out(tree: Path, version: str) -> None:
    """The files that git knows, as they are now, and debian/ where its tools want it."""
    shutil.rmtree(tree, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    debian = tree / "debian"
    shutil.copytree(tree / "packaging" / "debian", debian)
    for unit in ("strowger.service", "strowger-backup.service", "strowger-backup.timer"):
        shutil.copy2(tree / "packaging" / unit, debian / f"strowger.{unit}")
    (debian / "changelog").write_text(changelog(version))
    project_file = tree / "pyproject.toml"
    text = project_file.read_text()
    project_file.write_text(re.sub(r'^version = ".*"$', f'version = "{version}"', text, count=1, flags=re.MULTILINE))
    # The sample is where the box looks for it, and not where it would count for every box.
    (tree / "config").rename(tree / "sample")


def build(version: str, out: Path) -> Path:
    """Returns the package's path."""
    out.mkdir(parents=True, exist_ok=True)
    tree = out / f"strowger-{version}"
    lay_out(tree, version)
    log = out / "build.log"
    # A caller's Python settings would make pip find this tree installed already.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    with log.open("w") as file:
        done = subprocess.run(
            ["dpkg-buildpackage", "--build=binary", "--no-sign", "--no-check-builddeps"],
            cwd=tree, env=environment, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    if done.returncode:
        tail = log.read_text(errors="replace").splitlines()[-30:]
        raise SystemExit("\n".join([*tail, f"package.py: the build failed, its words stand above and in {log}"]))
    shutil.rmtree(tree)
    (made,) = out.glob(f"strowger_{version}_*.deb")
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description="builds the Debian package")
    facts = project()
    parser.add_argument("--version", default=facts["version"], help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    parser.add_argument("--requirements", nargs="*", metavar="NAME", help="print the locked packages that these need")
    options = parser.parse_args()
    if options.requirements is not None:
        named = options.requirements or facts["dependencies"]
        sys.stdout.write(requirements((ROOT / "requirements.lock").read_text(), named))
        return 0
    print(build(options.version, options.out.resolve()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
