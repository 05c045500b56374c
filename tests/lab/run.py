"""Boots the lab and runs the lab tests in it: the real DAHDI drivers without a card.

    python tests/lab/run.py                          every test marked `lab`, shared by GUESTS guests
    python tests/lab/run.py tests/lab/test_spans.py  what pytest accepts: files, node ids, -k ...; one guest

virtme-ng boots Debian's kernel in QEMU with this machine's own root file system, read-only; guest.sh loads the modules,
applies dahdi.conf and runs pytest there with the Python that runs this file. What pytest says in a guest appears here
as it is said, whole lines, with the guest's number. The results lie in build/lab/ afterwards: junit.xml of all guests,
and in a folder for each guest its own junit.xml, pytest.log, dmesg.log and console.log (the boot).

Exit status: pytest's own, of several guests the worst; 3 when a guest hung or died, 4 when this machine lacks what the
lab needs. With CI set in the environment a lack is a failure like any other; without it the reader is told what to
install.

Time: a boot takes about 15 s. The processor is emulated and some 30 times slower than the host; the guest's time is its
own, see boot(); what Python reads lies on disks of its own (images.py). A guest that shows no sign of life for SILENCE
seconds, or takes longer than LIMIT in all, is ended.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
if str(ROOT) not in sys.path:  # run by its path
    sys.path.insert(0, str(ROOT))

from tests.lab.far_end import compile_far_end  # noqa: E402
from tests.lab.images import MKE2FS, made  # noqa: E402

RESULTS = ROOT / "build" / "lab"

SILENCE = 300.0
"""Seconds without a new line on the guest's console or from its pytest before the guest counts as hung."""
LIMIT = 2700.0
"""Seconds for the whole run. Alone on two cores it takes a quarter of an hour; a busy host makes it long, not wrong."""
POLL = 0.2
"""Seconds between two looks at the guests' logs."""
GUESTS = min(2, os.cpu_count() or 1)
"""Each keeps one processor of the host busy."""
SECONDS = {
    "tests/cards/test_dahdi_contract.py": 17,
    "tests/lab/test_card_tests_lab.py": 270,
    "tests/lab/test_dahdi_speech.py": 13,
    "tests/lab/test_exchange_lab.py": 40,
    "tests/lab/test_pri_lab.py": 25,
    "tests/lab/test_queues_lab.py": 45,
    "tests/lab/test_r2_lab.py": 40,
    "tests/lab/test_setup_lab.py": 225,
    "tests/lab/test_setup_screen_lab.py": 310,
    "tests/lab/test_speech_path.py": 37,
    "tests/lab/test_working_day.py": 200,
    "tests/lines/test_dahdi_analog_contract.py": 100,
}
"""What the longest files take, roughly, of the host's time; others USUAL."""
USUAL = 5

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
    if not Path("/usr/include/openr2.h").exists():
        missing.append("no openr2.h (Debian package libopenr2-dev)")
    if not Path("/usr/sbin/dahdi_cfg").exists():
        missing.append("no dahdi_cfg (Debian package dahdi)")
    if not MKE2FS.exists():
        missing.append("no mke2fs (Debian package e2fsprogs)")
    if not (Path(sys.prefix) / "bin" / "vng").exists():
        missing.append("no vng in this Python's environment (virtme-ng of requirements.lock)")
    return missing


def collected(arguments: list[str]) -> list[str]:
    """The files that hold tests marked `lab`. Found here because collecting is 30 times slower in the guest; it also
    leaves the compiled tests and texts for it, which cannot write."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "-m", "lab", "--collect-only", "-q", *(arguments or ["tests"])]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    files = sorted({line.split("::")[0] for line in run.stdout.splitlines() if "::" in line})
    if run.returncode or not files:
        raise SystemExit(f"pytest finds no test marked `lab`:\n{run.stdout}{run.stderr}")
    return files


def shares(files: list[str], guests: int) -> list[list[str]]:
    """The files for each guest: the longest first, each to whoever has least to do."""
    loads: list[tuple[int, list[str]]] = [(0, []) for _ in range(min(guests, len(files)))]
    for file in sorted(files, key=lambda file: -SECONDS.get(file, USUAL)):
        loads.sort(key=lambda load: load[0])
        seconds, share = loads[0]
        loads[0] = seconds + SECONDS.get(file, USUAL), [*share, file]
    return [share for _, share in loads]


class Guest:
    """One guest: its folder of results, its processes, and what pytest has said in it."""

    def __init__(self, number: int, version: str, images: Sequence[Path], arguments: Sequence[str]) -> None:
        self.number = number
        self.folder = RESULTS / str(number)
        self.folder.mkdir(parents=True)
        self.trouble = ""  # why it did not come to its end
        self._log = (self.folder / "pytest.log").open("w+")
        self._console = self.folder / "console.log"
        self._rest = ""
        self._started = self._heard = time.monotonic()
        self._size = 0
        with self._console.open("w") as console:
            self._process = self._boot(version, images, arguments, console.fileno())

    def _boot(
        self, version: str, images: Sequence[Path], arguments: Sequence[str], console: int
    ) -> subprocess.Popen[bytes]:
        """In a process group of its own."""
        environment = dict(os.environ, PATH=f"{sys.prefix}/bin:{os.environ['PATH']}:/usr/sbin:/sbin")
        script = ["bash", str(HERE / "guest.sh"), str(self.folder), sys.executable, *arguments]
        command = [f"{sys.prefix}/bin/vng", "--verbose", "--run", f"/boot/vmlinuz-{version}"]
        command += ["--disable-kvm", "--force-9p", f"--rwdir={self.folder}", "--cpus", "1", "--memory", "1G"]
        drives = [f"-drive file={image},if=virtio,format=raw,readonly=on" for image in images]
        # The processor that `vng` asks for by default has wide vectors; emulating those is a third slower. Its clock
        # counts its own instructions, one a nanosecond, and leaps where it idles: a busy host makes the guest's time
        # pass slower, but never late, so that speech over the driver is the same in every run. One processor, else they
        # would drift.
        command += [f"--qemu-opts=-cpu Nehalem -icount shift=0,sleep=off {' '.join(drives)}"]
        # Without full preemption a long way through the kernel (a fork, an open channel) holds up the media thread.
        for option in ("tsc=reliable", "clocksource=tsc", "mitigations=off", "preempt=full"):
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

    @property
    def age(self) -> float:
        return time.monotonic() - self._started

    def runs(self) -> bool:
        """Also passes on what pytest said since, and ends a guest that hangs."""
        running = self._process.poll() is None
        text = self._log.read()
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            print(f"{self.number}| {line}", flush=True)
        now = time.monotonic()
        size = self._console.stat().st_size
        if text or size != self._size:
            self._heard, self._size = now, size
        if not running:
            if not (self.folder / "dmesg.log").exists():
                self.trouble = f"it went down by itself (status {self._process.returncode}), console.log says why"
        elif now - self._heard > SILENCE:
            self.trouble = f"it said nothing for {SILENCE:.0f} s"
        elif self.age > LIMIT:
            self.trouble = f"it took longer than {LIMIT:.0f} s"
        return running and not self.trouble

    def end(self) -> int:
        """Ends the guest's process group: vng, virtme-run and QEMU. Its exit status."""
        if self._rest:
            print(f"{self.number}| {self._rest}", flush=True)
        self._log.close()
        for order in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, order)
                self._process.wait(5.0)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        if not self.trouble:
            return self._process.returncode
        print(f"Lab: FAILED, guest {self.number} did not come to its end: {self.trouble}", file=sys.stderr)
        return HUNG


def gather(guests: Sequence[Guest]) -> None:
    """One junit.xml of all guests; a guest without its own is left out, and then there is none."""
    root = ElementTree.Element("testsuites")
    for guest in guests:
        results = guest.folder / "junit.xml"
        if not results.exists():
            return
        root.extend(ElementTree.parse(results).getroot().iter("testsuite"))
    ElementTree.ElementTree(root).write(RESULTS / "junit.xml")


def live(version: str, images: Sequence[Path], shares: Sequence[Sequence[str]]) -> int:
    """A guest for each share of the tests, to its end."""
    guests: list[Guest] = []
    worst = 0
    try:
        for number, tests in enumerate(shares, 1):
            print(f"Lab: guest {number}, Linux {version}, boots in QEMU; tests: {' '.join(tests)}", flush=True)
            guests.append(Guest(number, version, images, tests))
        running = list(guests)
        while running:
            for guest in [guest for guest in running if not guest.runs()]:
                running.remove(guest)
                print(f"Lab: guest {guest.number} is done after {guest.age:.0f} s", flush=True)
            time.sleep(POLL)
    finally:
        worst = max((guest.end() for guest in guests), default=1)
        gather(guests)
    return worst


def main(arguments: list[str]) -> int:
    missing = lacks()
    if missing:
        print("The lab cannot run on this machine:", *missing, sep="\n  ", file=sys.stderr)
        print("`make setup` installs all of it on Debian 12.", file=sys.stderr)
        return LACKING
    version = kernel()
    assert version is not None
    from tests.day.people import speak_beforehand  # takes a second, and only the lab wants it

    compile_far_end()
    speak_beforehand()
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the guests are ended, too
    files = collected(arguments)
    with made(RESULTS / "images") as images:
        worst = live(version, images, [arguments] if arguments else shares(files, GUESTS))
    print(f"Lab: results are in {RESULTS.relative_to(ROOT)}/")
    return worst


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
