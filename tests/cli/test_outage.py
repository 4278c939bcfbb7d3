"""The database goes away under load: nobody gets a wrong answer, and nothing that was confirmed is lost."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cli.conftest import Home, Server
from tests.exchange.folders import write
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.long, pytest.mark.own_database]

CLIENTS = 4
SECONDS = 8.0


class Client(threading.Thread):
    """Makes companies, one after the other, each until it is confirmed; with one key per company."""

    def __init__(self, server: Server, token: str, number: int, until: float) -> None:
        super().__init__()
        self.server, self.token, self.number, self.until = server, token, number, until
        self.confirmed: list[str] = []
        self.statuses: list[int] = []

    def run(self) -> None:
        while time.monotonic() < self.until:
            code = f"C{self.number}-{len(self.confirmed)}"
            while (status := self._make(code)) != 201:
                self.statuses.append(status)
                if time.monotonic() > self.until + 60:
                    return
                time.sleep(0.1)
            self.confirmed.append(code)

    def _make(self, code: str) -> int:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}/api/v1/companies",
            data=json.dumps({"code": code, "name": code}).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": code,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code


def test_postgresql_restarts_under_load(tmp_path: Path) -> None:
    if "postgresql" not in os.environ.get("TITAN_DATABASE_URL", ""):
        pytest.skip("an embedded database does not restart")
    with PostgresServer(durable=True) as database:
        import psycopg

        with psycopg.connect(database.dsn(), autocommit=True) as made:
            made.execute("CREATE DATABASE titan")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TITAN_", "DJANGO_"))}
        environment = kept | {"TITAN_HOME": str(tmp_path / "home"), "TITAN_DATABASE_URL": database.url()}
        home = Home(environment, tmp_path / "home")
        assert home.titan("load", str(write(tmp_path / "site"))).returncode == 0
        user = home.titan("user", "create", "admin@site.example", "--role", "HSE_ADMIN")
        assert user.returncode == 0, user.stderr
        made_token = home.titan("token", "create", "admin@site.example", "--name", "load")
        token = made_token.stdout.split()[-1]
        server = home.serve("--workers", "2")
        clients = [Client(server, token, number, time.monotonic() + SECONDS) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for number in (signal.SIGINT, signal.SIGQUIT):  # an orderly stop, then one as by the loss of power
            time.sleep(SECONDS / 4)
            database.restart(number)
        for client in clients:
            client.join()
        made_codes = {code for (code,) in home.rows("SELECT code FROM personnel_company WHERE code LIKE 'C%-%'")}
        assert made_codes == {code for client in clients for code in client.confirmed}
        assert {status for client in clients for status in client.statuses} <= {503}
        assert server.get("/readyz")[0] == 200
        code, said = server.stop()
        assert code == 0, said
