"""The log: one line per answer with the request's id; no words of errors, since they may quote people."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.db import DataError, IntegrityError
from django.test import Client

from tests import cast
from titan.watch.logs import JsonLines, PlainFormatter, RequestIdFilter

SECRET = "Rəşad Əliyev"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """Everything that was logged, in the shape of JSON."""
    caplog.handler.addFilter(RequestIdFilter())
    caplog.set_level(logging.INFO, "titan.requests")
    formatter = JsonLines()
    return lambda name: [json.loads(formatter.format(record)) for record in caplog.records if record.name == name]


@pytest.mark.django_db
def test_an_answer_is_one_line(client: Client, lines: Any) -> None:
    cast.make_site()
    user = cast.make_user()
    client.force_login(user)
    answer = client.get(f"/search?q={SECRET}", headers={"X-Request-ID": "watcher-0815"})
    assert answer["X-Request-ID"] == "watcher-0815"
    (line,) = lines("titan.requests")
    assert (line["request_id"], line["method"], line["route"], line["status"]) == ("watcher-0815", "GET", "search", 200)
    assert line["user_id"] == user.pk
    assert line["ms"] > 0
    assert SECRET not in json.dumps(line, ensure_ascii=False)


def test_an_id_is_made_when_none_or_a_bad_one_is_given(client: Client) -> None:
    made = {client.get("/healthz", headers={"X-Request-ID": bad})["X-Request-ID"] for bad in ("", "a b", "x" * 65)}
    assert len(made) == 3
    assert all(len(one) == 16 for one in made)


@pytest.mark.parametrize("formatter", [JsonLines(), PlainFormatter()])
def test_errors_are_told_by_kind_and_place(formatter: logging.Formatter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(RequestIdFilter())
    try:
        try:
            raise IntegrityError(f"Key (first_name)=({SECRET}) already exists")
        except IntegrityError as error:
            raise ValueError(f"could not save {SECRET}") from error
    except ValueError:
        logging.getLogger("titan.test").exception("It failed")
    said = formatter.format(caplog.records[-1])
    assert "ValueError" in said
    assert "IntegrityError" in said
    assert "test_logs.py" in said
    assert SECRET not in said
    assert "Key (first_name)" not in said


@pytest.mark.django_db
def test_a_failure_is_logged_with_its_request(client: Client, lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.make_site()
    client.force_login(cast.make_user())
    client.raise_request_exception = False

    def fail(*_: Any, **__: Any) -> None:
        raise DataError(SECRET)

    monkeypatch.setattr("titan.web.pages.search.search", fail)
    assert client.get(f"/search?q={SECRET}", headers={"X-Request-ID": "watcher-0816"}).status_code == 500
    failed, answered = lines("titan.requests")
    assert (failed["level"], failed["message"], failed["request_id"]) == ("ERROR", "GET /search failed", "watcher-0816")
    assert "DataError" in failed["error"]
    assert (answered["level"], answered["status"]) == ("WARNING", 500)
    assert SECRET not in json.dumps([failed, answered], ensure_ascii=False)
