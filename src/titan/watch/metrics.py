"""`/metrics`: figures in the format of Prometheus, of all processes of this server and of its database."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings as django_settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from titan.compliance.queries.lag import sweep_lag
from titan.core.clock import now
from titan.core.jobs import job_states
from titan.ledger.alarms import count_open_alarms
from titan.ledger.verifying.runs import last_time
from titan.training.queries.finalized import finalizations_so_far

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

REQUESTS = Counter("titan_requests", "Answers by method, route and status", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "titan_request_seconds",
    "Seconds until an answer began, by method and route",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures; with TITAN_METRICS_TOKEN set, to its bearer only."""
    if not _may_read(request):
        answer = HttpResponse("Send the token: Authorization: Bearer …\n", status=401, content_type="text/plain")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    registry = CollectorRegistry()
    registry.register(_Database(now()))
    return HttpResponse(_of_processes() + generate_latest(registry), content_type=CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    token = django_settings.TITAN_METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    return not token or hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _of_processes() -> bytes:
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


class _Database:
    """What the database knows, the same whichever process of whichever server is asked (a fixed number of queries)."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("titan_database_up", "1 when the database answers")
        try:
            found = [*self._jobs(), *self._site(), *self._ledger()]
        except DatabaseError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found

    def _jobs(self) -> Iterator[Metric]:
        succeeded = GaugeMetricFamily(
            "titan_job_succeeded_timestamp_seconds", "When a nightly job last succeeded; 0: never", labels=["job"]
        )
        failing = GaugeMetricFamily("titan_job_failing", "1 when the last try of a nightly job failed", labels=["job"])
        tries = GaugeMetricFamily("titan_job_tries", "Tries of a nightly job in its last night", labels=["job"])
        for state in job_states():
            succeeded.add_metric([state.name], state.succeeded_at.timestamp() if state.succeeded_at else 0)
            failing.add_metric([state.name], bool(state.error))
            tries.add_metric([state.name], state.tries)
        yield from (succeeded, failing, tries)

    def _site(self) -> Iterator[Metric]:
        lag = GaugeMetricFamily("titan_sweep_lag_days", "Days of the site that verdicts are behind; 0: none")
        lag.add_metric([], sweep_lag(at=self.at))
        done = CounterMetricFamily("titan_finalizations", "Sessions finalized on this database")
        done.add_metric([], finalizations_so_far())
        yield from (lag, done)

    def _ledger(self) -> Iterator[Metric]:
        alarms = GaugeMetricFamily(
            "titan_open_alarms",
            "Open alarms: those that stop every finalization (stopping), and of single evidence files (evidence)",
            labels=["kind"],
        )
        found = count_open_alarms()
        alarms.add_metric(["stopping"], found.stopping)
        alarms.add_metric(["evidence"], found.evidence)
        verified = GaugeMetricFamily(
            "titan_verified_timestamp_seconds", "When the last verification that came to its end began; 0: never"
        )
        last = last_time()
        verified.add_metric([], last.at.timestamp() if last.at else 0)
        yield from (alarms, verified)
