"""Builds the native layer: one extension module for each line of EXTENSIONS, from C files and the cffi glue.

    python hw/native/build.py                 the extension modules beside their sources
    python hw/native/build.py --sanitize      the same in build/sanitized/, with AddressSanitizer and UBSan

The declarations for Python are the headers themselves, after the preprocessor with CFFI defined and without
system headers. Only what changed is compiled; a header counts for all of its folder. Says nothing when all went well.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cffi

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@dataclass(frozen=True)
class Extension:
    """One extension module: all C files of `folder`, what Python sees of them (`headers`, in the order of their
    dependence), and the libraries and options for the linker."""

    module: str
    folder: Path
    headers: tuple[str, ...]
    link: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]


MEDIA_HEADERS = (
    "media.h", "g711.h", "clip.h", "tone.h", "detect.h", "recorder.h", "card.h", "wire.h", "dahdi.h", "engine.h",
)  # fmt: skip

EXTENSIONS = (
    Extension("hw.native._media", HERE, MEDIA_HEADERS, ("-lspandsp", "-lm", "-lpthread")),
    # libpri asks gettimeofday() for its timers, and dchannel.c answers; only the archive can be bound to that.
    Extension(
        "hw.native.pri._pri",
        HERE / "pri",
        ("dchannel.h",),
        ("-l:libpri.a", "-Wl,--wrap=gettimeofday", "-Wl,--exclude-libs,ALL", "-Wl,-Bsymbolic"),
    ),
)

WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wvla")
# Wide vectors are chosen at run time per function (target_clones), so the base stays what every 64-bit PC can do.
FAST = ("-O3", "-g", "-fno-math-errno", "-fno-trapping-math", "-fno-semantic-interposition")
SANITIZED = ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")


def declarations(extension: Extension) -> str:
    """The headers as cffi reads them: C declarations without preprocessor lines and comments."""
    text = ""
    for name in extension.headers:
        header = (extension.folder / name).read_text()
        text += re.sub(r"^\s*#\s*include.*$", "", header, flags=re.MULTILINE) + "\n"
    command = ["gcc", "-E", "-P", "-DCFFI", "-xc", "-"]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


def glue(extension: Extension, out: Path) -> Path:
    """The C file that cffi writes; left alone when nothing in it changed."""
    builder = cffi.FFI()
    builder.cdef(declarations(extension))
    includes = "".join(f'#include "{name}"\n' for name in extension.headers)
    builder.set_source(extension.module, includes, py_limited_api=True)
    code = io.StringIO()
    with contextlib.redirect_stdout(None):  # cffi prints the name of what it writes
        builder.emit_c_code(code)  # type: ignore[arg-type]  # takes a file too, says cffi's manual
    path = out / f"{extension.name}.c"
    if not path.exists() or path.read_text() != code.getvalue():
        path.write_text(code.getvalue())
    return path


def stale(target: Path, sources: list[Path]) -> bool:
    return not target.exists() or target.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def build(extension: Extension, sanitize: bool) -> None:
    """Brings one extension module up to date. Raises CalledProcessError where the compiler says no."""
    folder = extension.folder
    out = ROOT / "build" / ("sanitized" if sanitize else "native")
    target = (out if sanitize else folder) / f"{extension.name}.abi3.so"
    headers = [*sorted(folder.glob("*.h")), Path(__file__)]
    sources = sorted(folder.glob("*.c"))
    if not stale(target, [*headers, *sources]):
        return
    objects = out / extension.name
    objects.mkdir(parents=True, exist_ok=True)
    flags = SANITIZED if sanitize else FAST
    include = [f"-I{folder}", f"-I{sysconfig.get_paths()['include']}"]

    def compile_one(source: Path) -> Path:
        made = objects / f"{source.stem}.o"
        if stale(made, [source, *headers]):
            ours = source.parent == folder
            strict = WARNINGS if ours else ("-w", "-DPy_LIMITED_API=0x030b0000")
            command = ["gcc", "-std=gnu11", "-fPIC", "-c", *flags, *strict, *include, str(source), "-o", str(made)]
            subprocess.run(command, check=True)
        return made

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(compile_one, [*sources, glue(extension, objects)]))
    fresh = target.with_suffix(".new")
    subprocess.run(["gcc", "-shared", *flags, *map(str, made), *extension.link, "-o", str(fresh)], check=True)
    fresh.replace(target)


def main() -> int:
    parser = argparse.ArgumentParser(description="build the native layer")
    parser.add_argument("--sanitize", action="store_true", help="with AddressSanitizer and UBSan")
    sanitize = parser.parse_args().sanitize
    try:
        for extension in EXTENSIONS:
            build(extension, sanitize)
    except subprocess.CalledProcessError as error:
        print(f"native build failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
