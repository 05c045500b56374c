"""Builds the native layer: every .c file of this folder and the cffi glue, into one extension module.

    python hw/native/build.py                 hw/native/_media.abi3.so
    python hw/native/build.py --sanitize      build/sanitized/_media.abi3.so, with AddressSanitizer and UBSan

The declarations for Python are the headers themselves, after the preprocessor with CFFI defined and without
system headers. Only what changed is compiled; a header counts for all.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cffi

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What Python sees, in the order of their dependence. media.h and card.h have no code of their own.
HEADERS = [
    name
    for name in ("media.h", "g711.h", "clip.h", "tone.h", "detect.h", "recorder.h", "card.h", "wire.h", "dahdi.h", "engine.h")
    if name not in ("wire.h", "dahdi.h") or (HERE / name).with_suffix(".c").exists()
]
LIBRARIES = ("spandsp", "m", "pthread")
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wvla")
# Wide vectors are chosen at run time per function (target_clones), so the base stays what every 64-bit PC can do.
FAST = ("-O3", "-g", "-fno-math-errno", "-fno-trapping-math", "-fno-semantic-interposition")
SANITIZED = ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")


def declarations() -> str:
    """The headers as cffi reads them: C declarations without preprocessor lines and comments."""
    text = ""
    for name in HEADERS:
        header = (HERE / name).read_text()
        text += re.sub(r"^\s*#\s*include.*$", "", header, flags=re.MULTILINE) + "\n"
    run = subprocess.run(
        ["gcc", "-E", "-P", "-DCFFI", "-xc", "-"], input=text, capture_output=True, text=True, check=True
    )
    return run.stdout


def glue(out: Path) -> Path:
    """The C file that cffi writes; left alone when nothing in it changed."""
    builder = cffi.FFI()
    builder.cdef(declarations())
    includes = "".join(f'#include "{name}"\n' for name in HEADERS)
    builder.set_source("hw.native._media", includes, py_limited_api=True)
    path = out / "_media.c"
    fresh = out / "_media.new.c"
    builder.emit_c_code(str(fresh))
    if path.exists() and path.read_text() == fresh.read_text():
        fresh.unlink()
    else:
        fresh.replace(path)
    return path


def stale(target: Path, sources: list[Path]) -> bool:
    return not target.exists() or target.stat().st_mtime < max(s.stat().st_mtime for s in sources)


def build(sanitize: bool) -> Path:
    out = ROOT / "build" / ("sanitized" if sanitize else "native")
    out.mkdir(parents=True, exist_ok=True)
    target = (out if sanitize else HERE) / "_media.abi3.so"
    headers = sorted(HERE.glob("*.h"))
    sources = sorted(HERE.glob("*.c"))
    me = Path(__file__)
    if not stale(target, [*headers, *sources, me]):
        return target
    glue_c = glue(out)
    flags = list(SANITIZED if sanitize else FAST)
    include = [f"-I{HERE}", f"-I{sysconfig.get_paths()['include']}"]

    def compile_one(source: Path) -> Path:
        obj = out / (source.stem + ".o")
        if stale(obj, [source, *headers, me]):
            ours = source.parent == HERE
            warn = list(WARNINGS) if ours else ["-w"]
            limited = ["-DPy_LIMITED_API=0x030b0000"] if not ours else []
            command = ["gcc", "-std=gnu11", "-fPIC", "-c", *flags, *warn, *limited, *include, str(source), "-o", str(obj)]
            subprocess.run(command, check=True)
        return obj

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_one, [*sources, glue_c]))
    fresh = target.with_suffix(".new")
    libraries = [f"-l{name}" for name in LIBRARIES]
    subprocess.run(["gcc", "-shared", *flags, *map(str, objects), *libraries, "-o", str(fresh)], check=True)
    fresh.replace(target)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description="build the native layer")
    parser.add_argument("--sanitize", action="store_true", help="with AddressSanitizer and UBSan")
    arguments = parser.parse_args()
    try:
        build(arguments.sanitize)
    except subprocess.CalledProcessError as error:
        print(f"native build failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
