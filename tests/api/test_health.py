"""Alive and ready, without a sign-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.api.client import need_problem
from titan.core import guards
from titan.evidence.location import read_location


def test_alive_without_a_database() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_whoever_watches_from_inside_may_use_any_name(db: None, path: str) -> None:
    assert Client().get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert Client().get("/", headers={"host": "10.0.0.7:8000"}).status_code == 400


def test_ready(db: None) -> None:
    assert Client().get("/readyz").json() == {"status": "ready"}


def test_not_ready_without_a_guard(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "missing", lambda: ["no_double_booking"])
    problem = need_problem(Client().get("/readyz"), 503, "NOT_READY")
    assert problem["errors"][0]["code"] == "GUARD_MISSING"


def test_not_ready_where_the_database_can_only_be_read(db: None) -> None:
    """The other one of a pair, after the database moved there and nobody let it write."""
    if connection.vendor != "postgresql":
        pytest.skip("a file has no other one")
    with connection.cursor() as cursor:
        cursor.execute("SET transaction_read_only = on")
    problem = need_problem(Client().get("/readyz"), 503, "NOT_READY")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("database", "READ_ONLY")]


def test_not_ready_without_a_place_for_evidence(db: None, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.TITAN_EVIDENCE_DIR = tmp_path / "file" / "evidence"
    problem = need_problem(Client().get("/readyz"), 503, "NOT_READY")
    assert problem["errors"][0]["field"] == "storage"


def test_not_ready_without_the_bucket_for_evidence(db: None, settings: Any) -> None:
    settings.TITAN_STORAGE = read_location("s3://evidence?endpoint=http://127.0.0.1:9")
    problem = need_problem(Client().get("/readyz"), 503, "NOT_READY")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("storage", "NOT_WRITABLE")]
    assert "127.0.0.1" not in str(problem)


def test_not_ready_without_a_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", fail)
        answer = Client().get("/readyz")
    problem = need_problem(answer, 503, "NOT_READY")
    assert problem["errors"] == [
        {"field": "database", "code": "UNREACHABLE", "message": "The database does not answer."}
    ]
