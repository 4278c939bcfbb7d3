"""Schemathesis against every operation, with all of its default checks and a fixed seed, finds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connection, connections
from schemathesis import engine
from schemathesis.engine import events

from tests import cast
from tests.api.client import BASE, token_of
from titan.accounts import throttle
from titan.api.main import api
from titan.core.actor import Role
from titan.training.models import SessionStatus

SEED = 20_261_122
# The document cannot say which ids exist, which codes are taken or which slots overlap: api.md answers those 422.
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "413", "415", "422", "429", "5xx"]


def make_populated_site() -> str:
    """Make a small site that has something of everything, and return a super admin's token."""
    cast.make_site()
    for role in Role:
        boss = cast.make_user(role)
        token = token_of(boss) if role is Role.SUPER_ADMIN else ""
        kept = token or kept
    first, second = cast.make_course(requires_verification=True), cast.make_course()
    role, area = cast.make_role(), cast.make_area()
    cast.require(role, first)
    cast.require(area, second, 30)
    workers = [cast.make_worker(role=role, areas=[area]) for _ in range(3)]
    cast.make_record(workers[0], first)
    cast.make_method()
    trainer = cast.make_trainer(first, second)
    start = datetime.now(UTC) - timedelta(hours=5)
    for number, status in enumerate([SessionStatus.DRAFT, SessionStatus.SCHEDULED]):
        slot = (start + timedelta(days=number), start + timedelta(days=number, hours=2))
        cast.make_session(first, trainer=trainer, workers=workers, status=status, slots=[slot])
    return kept


def in_this_transaction(app: Any) -> Any:
    """Let `app` answer from any thread inside the test's own transaction, which is rolled back at the end."""
    main = connections[DEFAULT_DB_ALIAS]

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        connections[DEFAULT_DB_ALIAS] = main
        # Schemathesis sends wrong tokens on purpose, and what is tried here is not the pause after too many.
        throttle.TOKENS.forget(throttle.client_address(environ))
        return app(environ, start_response)

    return answer


def configuration(token: str) -> Any:
    """Return schemathesis' settings: few examples, every phase, a fixed seed."""
    return schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            "generation": {"max-examples": 4, "deterministic": True, "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        }
    )


@pytest.mark.django_db
def test_schemathesis_finds_nothing() -> None:
    token = make_populated_site()
    connection.inc_thread_sharing()
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        schema = schemathesis.openapi.from_wsgi(
            f"{BASE}/openapi.json",
            in_this_transaction(get_wsgi_application()),
            config=configuration(token),
            headers={"Authorization": f"Bearer {token}"},
        )
        tried, found = run(schema)
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)
        connection.dec_thread_sharing()
    assert not found, "\n\n".join(found)
    operations = {f"{method.upper()} {path}" for path, item in api.document["paths"].items() for method in item}
    assert operations <= set(tried)


def run(schema: Any) -> tuple[Counter[str], list[str]]:
    """Run all phases; return how many cases each operation got, and what was found, in words."""
    tried: Counter[str] = Counter()
    found: dict[str, str] = {}
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            found[f"{event.label} {event.value}"] = f"{event.label}: {event.value!r}"
        if isinstance(event, events.ScenarioFinished):
            tried[str(event.label)] += len(event.recorder.cases)
            for case_id, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        title = f"{event.label}: {check.name}: {failure.title}"
                        found.setdefault(
                            title, f"{title}\n{failure.message}\n{check.failure_info.code_sample}\n{case_id}"
                        )
    return tried, list(found.values())
