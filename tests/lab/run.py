"""Boots the lab and runs the lab tests in it: the real DAHDI drivers without a card.

    python tests/lab/run.py                          every test marked `lab`
    python tests/lab/run.py tests/lab/test_spans.py  what pytest accepts: files, node ids, -k ...

virtme-ng boots Debian's kernel in QEMU with this machine's own root file system, read-only; guest.sh loads the modules,
applies dahdi.conf and runs pytest there with the Python that runs this file. What pytest says in the guest appears here
as it is said. The results lie in build/lab/ afterwards: junit.xml, pytest.log, dmesg.log and console.log (the boot).

Exit status: pytest's own; 3 when the guest hung or died, 4 when this machine lacks what the lab needs. With CI set in
the environment a lack is a failure like any other; without it the reader is told what to install.

Time: a boot takes about 15 s. The processor is emulated and some 30 times slower than the host; the guest's time is its
own, see boot(). A guest that shows no sign of life for SILENCE seconds, or takes longer than LIMIT in all, is ended.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TextIO

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RESULTS = ROOT / "build" / "lab"

SILENCE = 180.0
"""Seconds without a new line on the guest's console or from its pytest before the guest counts as hung."""
LIMIT = 600.0
"""Seconds for the whole run. Alone on two cores it takes 100 s; a busy host makes it long, not wrong."""
POLL = 0.2
"""Seconds between two looks at the guest's logs."""

MODULES = ("dahdi", "dahdi_dynamic", "dahdi_dynamic_loc")
HUNG, LACKING = 3, 4


def kernel() -> str | None:
    """The newest installed kernel for which all DAHDI modules are built; not the one that runs here."""

    def age(version: str) -> list[int]:
        return [int(part) for part in version.replace("-", ".").split(".") if part.isdigit()]

    found = []
    for image in Path("/boot").glob("vmlinuz-*"):
        version = image.name.removeprefix("vmlinuz-")
        built = Path("/lib/modules") / version / "updates" / "dkms"
        if all(list(built.glob(f"{module}.ko*")) for module in MODULES):
            found.append(version)
    return max(found, key=age, default=None)


def lacks() -> list[str]:
    """What the lab needs and this machine has not, one sentence each."""
    missing = []
    if kernel() is None:
        missing.append("no kernel in /boot has the DAHDI modules (linux-image-amd64, linux-headers-amd64, dahdi-dkms)")
    for command, package in (("qemu-system-x86_64", "qemu-system-x86"), ("busybox", "busybox-static")):
        if shutil.which(command) is None:
            missing.append(f"no {command} (Debian package {package})")
    if not Path("/usr/sbin/dahdi_cfg").exists():
        missing.append("no dahdi_cfg (Debian package dahdi)")
    if not (Path(sys.prefix) / "bin" / "vng").exists():
        missing.append("no vng in this Python's environment (virtme-ng of requirements.lock)")
    return missing


def marked() -> list[str]:
    """The files that hold tests marked `lab`. Found here because collecting is 30 times slower in the guest; it also
    leaves the compiled test files for it."""
    command = [sys.executable, "-m", "pytest", "-m", "lab", "--collect-only", "-q", "tests"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    files = sorted({line.split("::")[0] for line in run.stdout.splitlines() if "::" in line})
    if run.returncode or not files:
        raise SystemExit(f"pytest finds no test marked `lab`:\n{run.stdout}{run.stderr}")
    return files


def boot(version: str, arguments: list[str], console: TextIO) -> subprocess.Popen[bytes]:
    """Starts the guest in a process group of its own."""
    environment = dict(os.environ, PATH=f"{sys.prefix}/bin:{os.environ['PATH']}:/usr/sbin:/sbin")
    path = sysconfig.get_paths()
    script = ["bash", str(HERE / "guest.sh"), str(RESULTS), sys.executable, *arguments]
    command = [f"{sys.prefix}/bin/vng", "--verbose", "--run", f"/boot/vmlinuz-{version}"]
    command += ["--disable-kvm", "--force-9p", f"--rwdir={RESULTS}", "--cpus", "1", "--memory", "1G"]
    command += [f"--rodir={folder}" for folder in sorted({path["stdlib"], path["purelib"]})]
    # The processor that `vng` asks for by default has wide vectors; emulating those is a third slower. Its clock counts
    # its own instructions, one a nanosecond, and leaps where it idles: a busy host makes the guest's time pass slower,
    # but never late, so that speech over the driver is the same in every run. One processor, else they would drift.
    command += ["--qemu-opts=-cpu Nehalem -icount shift=0,sleep=off"]
    for option in ("tsc=reliable", "clocksource=tsc", "mitigations=off"):
        command += ["--append", option]
    command += ["--exec", shlex.join(script)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=console,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def end(guest: subprocess.Popen[bytes]) -> None:
    """Ends the guest's process group: vng, virtme-run and QEMU."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(guest.pid, order)
            guest.wait(5.0)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def watch(guest: subprocess.Popen[bytes], console: Path, log: TextIO) -> str | None:
    """Shows the guest's pytest as it runs, until the guest is gone. Returns why it had to be ended, if it had to."""
    started = heard = time.monotonic()
    size = 0
    while True:
        running = guest.poll() is None
        text = log.read()
        sys.stdout.write(text)
        sys.stdout.flush()
        now = time.monotonic()
        if text or console.stat().st_size != size:
            heard, size = now, console.stat().st_size
        if not running:
            return None
        if now - heard > SILENCE:
            return f"it said nothing for {SILENCE:.0f} s"
        if now - started > LIMIT:
            return f"it took longer than {LIMIT:.0f} s"
        time.sleep(POLL)


def main(arguments: list[str]) -> int:
    missing = lacks()
    if missing:
        print("The lab cannot run on this machine:", *missing, sep="\n  ", file=sys.stderr)
        print("`make setup` installs all of it on Debian 12.", file=sys.stderr)
        return LACKING
    version = kernel()
    assert version is not None
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    console, log = RESULTS / "console.log", RESULTS / "pytest.log"
    log.touch()
    tests = arguments or marked()
    print(f"Lab: Linux {version} boots in QEMU; tests: {' '.join(tests)}", flush=True)
    with console.open("w") as out, log.open() as said:
        guest = boot(version, tests, out)
        try:
            ended = watch(guest, console, said)
        finally:
            end(guest)
    if not (RESULTS / "pytest.log").read_text().endswith("\n"):
        print()
    print(f"Lab: results are in {RESULTS.relative_to(ROOT)}/ ({', '.join(sorted(p.name for p in RESULTS.iterdir()))})")
    if ended is None and not (RESULTS / "dmesg.log").exists():
        ended = f"it went down by itself (status {guest.returncode}), console.log says why"
    if ended is not None:
        print(f"Lab: FAILED, the guest did not come to its end: {ended}", file=sys.stderr)
        return HUNG
    return guest.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
