"""Schemathesis against every operation, with all of its default checks and a fixed seed, finds nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connection, connections
from schemathesis import engine
from schemathesis.engine import events
from time_machine import TimeMachineFixture

from tests import cast
from tests.api.client import BASE, token_of
from tests.training.acting import ABSENT, FAILED, PASSED, held, pair, pending, scheduled, settle, time_of
from titan.accounts.models import ApiToken, User
from titan.accounts.throttle import Throttle
from titan.api.main import api
from titan.catalogue.models import VersionStatus
from titan.core.actor import Role
from titan.personnel.models import WorkerStatus

SEED = 20_261_122
# The document cannot say which ids exist, which codes are taken or which slots overlap: api.md answers those 422.
FAR = datetime(2999, 1, 1, tzinfo=UTC)
BOSS = "boss@titan.example"
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "413", "415", "422", "429", "5xx"]


def make_populated_site() -> str:
    """Make a small site that has something of everything, and return a super admin's token."""
    cast.make_site()
    for user_role in Role:
        token_of(cast.make_user(user_role))
    token = token_of(cast.make_user(Role.SUPER_ADMIN, email=BOSS))
    plain, verified = cast.make_course(), cast.make_course(requires_verification=True)
    cast.make_version(plain, status=VersionStatus.DRAFT)
    role, area = cast.make_role(), cast.make_area()
    cast.make_role()
    cast.make_company()
    cast.require(role, plain)
    cast.require(area, verified, 30)
    workers = [cast.make_worker(role=role, areas=[area]) for _ in range(3)]
    cast.make_worker(status=WorkerStatus.INACTIVE)
    cast.make_record(workers[0], plain)
    cast.make_method()
    trainer = cast.make_trainer(plain, verified)
    cast.make_trainer()
    # Small numbers are drawn most: the first session can be finalized.
    held(plain, {workers[0]: PASSED, workers[1]: FAILED, workers[2]: ABSENT})
    held(verified, dict.fromkeys(workers, PASSED), time_of(-6, on=cast.AT))
    tomorrow = pair(time_of(0))
    cast.make_session(plain, trainer=trainer, venue=cast.make_venue(), workers=workers, slots=[tomorrow])
    scheduled(verified, time_of(4), trainer=trainer, workers=workers)
    for worker in workers:
        pending(worker, verified)
    settle()
    return token


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    """Serve the API on a free port inside the test's own transaction, which is rolled back at the end."""
    main = connections[DEFAULT_DB_ALIAS]
    app = get_wsgi_application()
    boss = User.objects.get(email=BOSS)

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        answered = app(environ, start_response)
        if "/tokens/" in environ["PATH_INFO"] or "/users/" in environ["PATH_INFO"]:
            # Whoever tries everything sooner or later revokes their own token: it is put back.
            ApiToken.objects.filter(user=boss).update(revoked_at=None, expires_at=FAR)
            User.objects.filter(pk=boss.pk).update(is_active=True, role=Role.SUPER_ADMIN.value)
        return answered

    server = make_server("127.0.0.1", 0, answer, handler_class=QuietHandler)

    def serve() -> None:
        connections[DEFAULT_DB_ALIAS] = main
        server.serve_forever()

    thread = Thread(target=serve, daemon=True)
    connection.inc_thread_sharing()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{BASE}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        connection.dec_thread_sharing()


def configuration(token: str) -> Any:
    """Return schemathesis' settings: few examples, every phase, a fixed seed."""
    return schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            # Slow is not wrong, on a machine that does other work besides. Seconds.
            "request-timeout": 120,
            "generation": {"max-examples": 4, "deterministic": True, "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        }
    )


def operations() -> list[str]:
    """Return the labels of all operations, in order."""
    return sorted(f"{method.upper()} {path}" for path, item in api.document["paths"].items() for method in item)


@pytest.mark.django_db
@pytest.mark.parametrize("share", ["its half", pytest.param("all", marks=pytest.mark.long)])
def test_schemathesis_finds_nothing(
    share: str, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    """A quick run tries every other operation on each of the two databases, a long run all of them on both."""
    time_machine.move_to(cast.AT)
    first = ["sqlite", "postgresql"].index(connection.vendor)
    tried = operations() if share == "all" else operations()[first::2]
    token = make_populated_site()
    # Wrong tokens are sent on purpose, and what is tried here is not the pause after too many of them.
    monkeypatch.setattr(Throttle, "wait", lambda *_, **__: 0)
    with serving() as address:
        headers = {"Authorization": f"Bearer {token}"}
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=configuration(token), headers=headers)
        answers, found = run(schema.include(func=lambda asked: asked.operation.label in tried))
    assert not found, "\n\n".join(found)
    unheard = [label for label in tried if not set(answers[label]) - {401, 405}]
    assert not unheard, f"Nothing but the door was tried: {unheard}"


def run(schema: Any) -> tuple[dict[str, Counter[int]], list[str]]:
    """Run all phases; return how often each operation answered with which status, and what was found, in words."""
    answers: dict[str, Counter[int]] = defaultdict(Counter)
    found: dict[str, str] = {}
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            found[f"{event.label} {event.value}"] = f"{event.label}: {event.value!r}"
        if isinstance(event, events.ScenarioFinished):
            for interaction in event.recorder.interactions.values():
                if interaction.response is not None:
                    answers[str(event.label)][interaction.response.status_code] += 1
            _note_failures(event, found)
    return answers, list(found.values())


def _note_failures(event: events.ScenarioFinished, found: dict[str, str]) -> None:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                title = f"{event.label}: {check.name}: {failure.title}"
                found.setdefault(title, f"{title}\n{failure.message}\n{check.failure_info.code_sample}")
