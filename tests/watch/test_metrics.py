"""/metrics: what Prometheus reads, true and without anybody's name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests import cast
from titan.compliance.models import SweptDay
from titan.core.clock import now
from titan.core.jobs import run_due
from titan.core.settings import current

pytestmark = pytest.mark.django_db


def figures(client: Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_requests_are_counted_by_route_never_by_address(client: Client) -> None:
    cast.make_site()
    before = figures(client)
    client.get("/workers/98765432123?search=Rəşad")
    client.get("/no/such/Əliyev")
    after = figures(client)
    found = {key: value - before.get(key, 0) for key, value in after.items() if key[0] == "titan_requests_total"}
    grown = {dict(labels)["route"]: dict(labels)["status"] for (_, labels), value in found.items() if value}
    assert grown == {"workers/<int:worker_id>": "302", "unknown": "404", "metrics": "200"}
    assert not any(word in client.get("/metrics").content.decode() for word in ("98765432123", "Rəşad", "liyev"))


def test_the_site_is_told(client: Client) -> None:
    cast.make_site()
    SweptDay.objects.update_or_create(id=1, defaults={"day": current().today(now()) - timedelta(days=3)})
    told = figures(client)
    assert told["titan_database_up", ()] == 1
    assert told["titan_sweep_lag_days", ()] == 3
    assert told["titan_finalizations_total", ()] == 0


@pytest.mark.django_db(transaction=True)
def test_jobs_are_told(client: Client) -> None:
    cast.make_site()
    job = (("job", "let the calendar move"),)
    assert figures(client)["titan_job_succeeded_timestamp_seconds", job] == 0
    at = now()
    run_due(current().today(at), clock=lambda: at)
    told = figures(client)
    assert told["titan_job_succeeded_timestamp_seconds", job] == pytest.approx(at.timestamp(), abs=0.001)
    assert told["titan_job_failing", job] == 0
    assert told["titan_job_tries", job] == 1


def test_a_token_keeps_them_private(client: Client, settings: Any) -> None:
    settings.TITAN_METRICS_TOKEN = "a-token-of-the-watcher"
    refused = client.get("/metrics")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer a-token-of-the-watcher"}).status_code == 200


def test_a_database_that_is_away_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away() -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("titan.watch.metrics.job_states", away)
    told = figures(client)
    assert told["titan_database_up", ()] == 0
    assert not any(name.startswith("titan_job") for name, _ in told)
