"""A real PostgreSQL on loopback, for the time of the tests: an empty cluster in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSIONS = Path("/usr/lib/postgresql")
USER = "postgres"
"""initdb refuses root; Debian's package brings this account."""


class Server:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} -c fsync=off"
        _run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-o", options, "start")

    def stop(self) -> None:
        _run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")


def _run(program: str, *words: str) -> None:
    binary = max(VERSIONS.glob(f"*/bin/{program}"), key=lambda path: float(path.parts[-3]))
    user = USER if os.geteuid() == 0 else None
    done = subprocess.run([binary, *words], user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="strowger-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    found = Server(folder, port)
    try:
        _run("initdb", "-D", f"{folder}/data", "-U", "box", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        found.start()
        try:
            yield found
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                found.stop()
    finally:
        shutil.rmtree(folder)
