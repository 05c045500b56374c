"""The far end of an R2 circuit in the lab: openr2_far.c, compiled on the host before the guest boots."""

from __future__ import annotations

import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "openr2_far.c"
OPENR2_FAR = HERE.parent.parent / "build" / "openr2_far"


def compile_far_end() -> None:
    """SystemExit with the compiler's words."""
    OPENR2_FAR.parent.mkdir(exist_ok=True)
    strict = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror")
    command = ["gcc", *strict, "-o", str(OPENR2_FAR), str(SOURCE), "-lopenr2", "-lspandsp"]
    compiled = subprocess.run(command, capture_output=True, text=True)
    if compiled.returncode:
        raise SystemExit(f"{' '.join(command)}\n{compiled.stderr}")
