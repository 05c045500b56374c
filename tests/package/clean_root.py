"""A clean Debian 12 in a folder, as debootstrap lays it, in which a package is installed and lives.

Every command runs with processes and mounts of its own (unshare), so that whatever goes wrong leaves none behind. There
is no systemd in it: the service's user, limits and folders are given by hand, as the unit says.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

MIRROR = "http://deb.debian.org/debian"
_INSIDE = 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" "$@"'
PATIENCE_S = 120.0
LIMITS = ("prlimit", "--rtprio=99", "--memlock=unlimited")
AS_SERVICE = ("setpriv", "--reuid=strowger", "--regid=strowger", "--init-groups")


def limits_given() -> bool:
    """Whether this machine lets root give a process what the unit gives it; a container may not."""
    return subprocess.run([*LIMITS, "true"], capture_output=True).returncode == 0


class CommandFailed(AssertionError):
    pass


class CleanRoot:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lay(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        _run("debootstrap", "--variant=minbase", "--include=adduser", "bookworm", str(self.folder), MIRROR)
        shutil.copy2("/etc/resolv.conf", self.folder / "etc" / "resolv.conf")
        # As in every image: nothing is started at installation.
        policy = self.folder / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        self("apt-get", "--quiet", "update")

    def __call__(self, *command: str, code: int = 0) -> str:
        """What it says on stdout. CommandFailed: another exit code."""
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, env=_environment())
        if done.returncode != code:
            raise CommandFailed(f"{' '.join(command)}: {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def install(self, package: Path) -> None:
        shutil.copy2(package, self.folder / "root" / package.name)
        self("apt-get", "--quiet", "--yes", "--no-install-recommends", "install", f"/root/{package.name}")

    def path(self, absolute: str) -> Path:
        return self.folder / absolute.lstrip("/")

    def start(self) -> Service:
        """The exchange, as its unit starts it. Returns when it answers."""
        runtime = self.path("/run/strowger")
        runtime.mkdir(exist_ok=True)
        owner = self.path("/var/lib/strowger").stat()
        os.chown(runtime, owner.st_uid, owner.st_gid)
        return Service(self)

    def inside(self, *command: str) -> list[str]:
        own = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        return [*own, "sh", "-ec", _INSIDE, str(self.folder), *command]


class Service:
    def __init__(self, root: CleanRoot) -> None:
        self._root = root
        self._log = (root.folder / "root" / "service.log").open("w+")
        command = (*(LIMITS if limits_given() else ()), *AS_SERVICE, "strowger", "run")
        self._process = subprocess.Popen(root.inside(*command), stderr=self._log, env=_environment())
        self.wait("strowger", "status", "--json")

    def wait(self, *command: str) -> str:
        """Until the command succeeds; an upper bound, no measure."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._root(*command)
            except CommandFailed as failed:
                if self._process.poll() is not None or time.monotonic() > end:
                    self._log.seek(0)
                    raise AssertionError(f"{failed}\n{self._log.read()}") from None
                time.sleep(0.2)

    def stop(self) -> None:
        """In order, as systemd does it. unshare itself takes no signal; the exchange is its child."""
        own = self._process.pid
        (child,) = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        os.kill(int(child), signal.SIGTERM)
        assert self._process.wait(PATIENCE_S) == 0
        self._log.close()

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: Any) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    return kept | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CommandFailed(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
