"""`titan serve`: it answers, two of them share a home, and it stops when told to."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Home, make_home, wait_until_free
from tests.exchange.folders import write
from tests.waiting import until

pytestmark = pytest.mark.own_database


def test_two_servers_on_one_home_and_a_token(home: Home) -> None:
    home.titan("user", "create", "reader@site.example", "--role", "AUDITOR")
    made = home.titan("token", "create", "reader@site.example", "--name", "test", "--days", "1")
    assert made.returncode == 0, made.stderr
    token = made.stdout.split()[-1]
    servers = [home.serve(), home.serve()]
    for server in servers:
        assert server.get("/healthz")[0] == 200
        assert server.get("/readyz")[0] == 200
        status, body = server.get("/api/v1/companies", token)
        assert status == 200
        assert {item["code"] for item in json.loads(body)["items"]} == {"NGT", "BOS"}
        assert server.get("/api/v1/companies")[0] == 401
    taken = home.titan("serve", "--port", str(servers[0].port))
    assert taken.returncode == 1
    assert f"--port {servers[0].port}: another program listens" in taken.stderr
    for server, number in zip(servers, (signal.SIGTERM, signal.SIGINT), strict=True):
        code, said = server.stop(number)
        assert code == 0
        assert "Traceback" not in said
        wait_until_free(server.port)


def test_killed_outright_it_leaves_no_worker_behind(home: Home) -> None:
    server = home.serve()
    server.process.kill()
    server.process.wait()
    wait_until_free(server.port)


@pytest.mark.parametrize(
    ("host", "says"), [("203.0.113.7", "cannot listen there"), ("no.such.host.invalid", "no such")]
)
def test_host_that_is_not_here_is_explained(home: Home, host: str, says: str) -> None:
    done = home.titan("serve", "--host", host)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_server_refuses_to_start_without_a_guard(home: Home) -> None:
    sqlite = "TITAN_DATABASE_URL" not in home.environment
    name = "record_immutable_update" if sqlite else "record_immutable ON records_trainingrecord"
    home.sql(f"DROP TRIGGER {name}")
    try:
        refused = home.titan("serve")
    finally:
        restored = home.titan("guards", "--restore")
    assert refused.returncode == 1
    assert "record_immutable is missing or altered" in refused.stderr
    assert "titan guards --restore" in refused.stderr
    assert restored.returncode == 0, restored.stderr


def test_several_workers_answer_and_leave_the_nights_to_others(home: Home) -> None:
    server = home.serve("--workers", "2", "--no-jobs")
    for _ in range(8):
        assert server.get("/readyz")[0] == 200
    code, said = server.stop()
    assert code == 0
    assert said.count("Titan answers") == 0, "said once, when it began"
    wait_until_free(server.port)


def test_a_worker_does_what_is_due_once(home: Home) -> None:
    assert home.titan("worker", "--once").returncode == 0
    home.sql("UPDATE core_nightlyjob SET tries = 99")
    assert home.titan("worker", "--once").returncode == 0
    # A server that was stopped in the middle of a job may have left the others without it for a minute.
    home.sql(
        "UPDATE core_nightlyjob SET finished_at = NULL, free_from = '2026-01-01 00:00:00'"
        " WHERE name = 'let the calendar move'"
    )
    assert home.titan("worker", "--once").returncode == 0
    assert home.rows("SELECT name FROM core_nightlyjob WHERE tries = 100") == [("let the calendar move",)]


def test_a_worker_stops_when_told_to(home: Home) -> None:
    process = home.worker()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_a_doctor_who_cannot_reach_the_database_says_so(home: Home) -> None:
    assert home.titan("doctor").returncode == 0
    done = home.titan("doctor", TITAN_DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")
    assert done.returncode == 1
    assert "wrong  the database does not answer" in done.stdout
    assert "ok     evidence can be written" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.long
def test_a_server_that_began_the_ledger_signs_what_it_writes(tmp_path: Path) -> None:
    """The ledger begins before the process that answers is forked, and is signed behind the answers of that one."""
    home = make_home(tmp_path / "begun")
    server = home.serve()
    try:
        loaded = home.titan("load", str(write(tmp_path / "site")))
        assert loaded.returncode == 0, loaded.stderr
        home.titan("user", "create", "admin@site.example", "--role", "HSE_ADMIN")
        token = home.titan("token", "create", "admin@site.example", "--name", "test").stdout.split()[-1]
        ((worker,),) = home.rows("SELECT worker_id FROM records_trainingrecord LIMIT 1")
        ((before,),) = home.rows("SELECT size FROM ledger_head")
        status, body = server.ask("PATCH", f"/api/v1/workers/{worker}", token, {"last_name": "Çelik"})
        assert status == 200, body
        assert home.rows("SELECT size FROM ledger_head") == [(before + 1,)]
        until(lambda: home.rows("SELECT max(size) FROM ledger_checkpoint") == [(before + 1,)])
    finally:
        server.stop()
