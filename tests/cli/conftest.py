"""A home of their own for the tests of the command line, on the database of this run."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.exchange.folders import write
from tests.waiting import until

TITAN = str(Path(sys.executable).parent / "titan")
PATIENCE = 60


class PortTakenError(Exception):
    """Between finding a free port and listening there somebody else took it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running `titan serve`."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str, token: str = "") -> tuple[int, bytes]:
        return self.ask("GET", path, token)

    def ask(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, bytes]:
        """Return the status and the bytes of the answer. body: what is sent as JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if data:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; return the exit code and everything that was printed."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out + err


@dataclass
class Home:
    """A home, and `titan` run in it."""

    environment: dict[str, str]
    folder: Path
    servers: list[Server] = field(default_factory=list)

    def titan(self, *arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [TITAN, *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=self.environment | environment,
        )

    def serve(self, *options: str) -> Server:
        """Start a server and wait until it says that it answers; at another port where somebody else was quicker."""
        while True:
            try:
                return self._serve(*options)
            except PortTakenError:
                continue

    def _serve(self, *options: str) -> Server:
        port = free_port()
        process = subprocess.Popen(
            [TITAN, "serve", "--port", str(port), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        server = Server(process, port)
        self.servers.append(server)
        assert process.stdout is not None
        line = process.stdout.readline()
        if f"http://127.0.0.1:{port}" not in line:
            said = line + (process.stderr.read() if process.stderr else "")
            if "another program listens" in said:
                raise PortTakenError
            raise AssertionError(said)
        return server

    def worker(self) -> subprocess.Popen[str]:
        """Start `titan worker` and wait until it says that it works."""
        pipe = subprocess.PIPE
        process = subprocess.Popen([TITAN, "worker"], stdout=pipe, stderr=pipe, text=True, env=self.environment)
        assert process.stdout is not None
        assert "Titan works" in process.stdout.readline()
        return process

    def sql(self, statement: str) -> None:
        """Run a statement behind Titan's back."""
        self.rows(statement)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement behind Titan's back; return what it finds."""
        url = self.environment.get("TITAN_DATABASE_URL", "")
        if url:
            with psycopg.connect(url, autocommit=True) as database:
                done = database.execute(statement.encode())
                return done.fetchall() if done.description else []
        import sqlite3

        database_file = sqlite3.connect(self.folder / "titan.sqlite3", timeout=PATIENCE)
        with database_file:
            found = database_file.execute(statement).fetchall()
        database_file.close()
        return found


def make_home(folder: Path) -> Home:
    """Make a home without anything in it, on a new database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TITAN_", "DJANGO_"))}
    environment = kept | {"TITAN_HOME": str(folder), "COLUMNS": "100"}
    from django.conf import settings

    server = settings.DATABASES["default"]
    if "postgresql" in server["ENGINE"]:
        name = f"titan_{folder.name.replace('-', '_')}"
        dsn = f"host={server['HOST']} user=postgres dbname=postgres"
        with psycopg.connect(dsn, autocommit=True) as database:
            database.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
            database.execute(f'CREATE DATABASE "{name}"'.encode())
        environment["TITAN_DATABASE_URL"] = f"postgresql://postgres@{server['HOST'].replace('/', '%2F')}/{name}"
    return Home(environment, folder)


@pytest.fixture(scope="package")
def _loaded(tmp_path_factory: Any) -> Iterator[Home]:
    place = tmp_path_factory.mktemp("cli")
    home = make_home(place / f"home_{os.getpid()}")
    done = home.titan("load", str(write(place / "site")))
    assert done.returncode == 0, done.stderr
    yield home
    for server in home.servers:
        if server.process.poll() is None:
            server.process.kill()


@pytest.fixture
def home(_loaded: Home) -> Iterator[Home]:
    """A home that holds the small site of the loader's tests; servers a test started are stopped after it."""
    yield _loaded
    for server in _loaded.servers:
        if server.process.poll() is None:
            server.stop()
    _loaded.servers.clear()


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def titan(db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """`titan` within this process, on the test database: most of what commands do needs no process of its own."""
    import io

    from titan.cli.main import main

    def run(*arguments: str, given: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["titan", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    monkeypatch.setenv("COLUMNS", "100")
    return run


def wait_until_free(port: int) -> None:
    """Wait until nobody listens at `port` any more."""

    def is_free() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    until(is_free)
