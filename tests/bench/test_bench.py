"""The benchmarks compare like with like: raw SQL writes and reads the rows that the product does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from bench import classes, finalizing, judging, loader, looping, names, picking, raw, recalculating, report, showing
from bench.timing import Measured, exponent, in_turn
from titan.compliance.commands import rebuild, sweep
from titan.compliance.models import ComplianceItem, WorkerVerdict
from titan.core.actor import system_actor
from titan.core.text import search_key, sort_key
from titan.personnel.models import Worker
from titan.records.models import TrainingRecord
from titan.training.models import TrainingSession
from titan.training.queries.picker import PickerFilter, suggestions

WORKERS = 120
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site() -> loader.Loaded:
    return loader.load(WORKERS, at=AT)


def standing(worker_ids: list[int]) -> list[tuple[Any, ...]]:
    items = ComplianceItem.objects.filter(worker_id__in=worker_ids).order_by("worker_id", "course_id")
    verdicts = WorkerVerdict.objects.filter(worker_id__in=worker_ids).order_by("worker_id")
    columns = ("worker_id", "course_id", "requirement_type", "due_on", "severity", "expires_on", "next_change_on")
    return [*items.values_list(*columns), *verdicts.values_list("worker_id", "severity")]


def test_a_site_is_what_it_says(site: loader.Loaded) -> None:
    assert Worker.objects.count() == site.workers == WORKERS
    assert 12 <= site.items / (WORKERS * 0.98) <= 18
    assert site.records > site.items
    assert set(ComplianceItem.objects.values_list("severity", flat=True).distinct()) >= {0, 2, 3, 4}
    worker = Worker.objects.order_by("-name_key").first()
    assert worker is not None
    assert worker.name_key == sort_key(worker.last_name, worker.first_name, worker.employee_id)
    assert worker.search_key == search_key(worker.first_name, worker.last_name, worker.first_name, worker.employee_id)
    assert len({name for _, name in names.LAST}) == len(names.LAST)


@pytest.mark.parametrize("by_hand", [finalizing.finalize_raw, looping.finalize_in_a_loop])
def test_finalizing_by_hand_writes_what_the_command_writes(site: loader.Loaded, by_hand: Any) -> None:
    ours, theirs = classes.ready(6, 2, at=AT)
    people = [
        list(TrainingSession.objects.get(pk=one.session_id).attendees.values_list("worker_id", flat=True))
        for one in (ours, theirs)
    ]
    finalizing.finalize(ours, at=AT)
    by_hand(theirs, at=AT)
    columns = ("result", "completed_on", "valid_until", "evidence_sha256", "source")
    written = [
        set(TrainingRecord.objects.filter(session_id=one.session_id).values_list(*columns)) for one in (ours, theirs)
    ]
    assert len(written[0]) == len(written[1]) == 1
    before = standing(people[1])
    rebuild(by=system_actor(), at=AT)
    assert standing(people[1]) == before


def test_judging_raw_is_what_the_engine_judges(site: loader.Loaded) -> None:
    later = AT + timedelta(days=40)
    with raw.durable_transaction():
        judging.write_items(date(2027, 1, 1))
        judging.write_verdicts()
    everyone = list(Worker.objects.values_list("id", flat=True))
    by_hand = standing(everyone)
    rebuild(by=system_actor(), at=later)
    assert standing(everyone) == by_hand


def test_sweeping_raw_is_what_the_sweep_does(site: loader.Loaded) -> None:
    tomorrow = AT + timedelta(days=1)
    everyone = list(Worker.objects.values_list("id", flat=True))
    with raw.durable_transaction():
        recalculating._sweep_raw(date(2026, 11, 23))
    by_hand = standing(everyone)
    rebuild(by=system_actor(), at=tomorrow)
    assert standing(everyone) == by_hand
    assert sweep(by=system_actor(), at=tomorrow).items == 0


def test_a_page_picked_raw_is_the_pickers(site: loader.Loaded) -> None:
    session = classes.draft(classes.course_ids()[0][0], [], at=AT)
    for search, deep in ((None, False), (None, True), ("li", False), ("zzz", False)):
        wanted = PickerFilter(search=search)
        cursor = picking._deep_cursor(session, wanted, AT) if deep else None
        shown = suggestions(session, wanted, limit=picking.PAGE, cursor=cursor, by=system_actor(), at=AT).items
        by_hand = picking._raw_page(session, search, deep, shown[0].worker_id if deep else 0)
        assert [row[0] for row in by_hand] == [row.worker_id for row in shown]


@pytest.mark.long
def test_every_measure_runs(site: loader.Loaded) -> None:
    calendar = recalculating.Calendar(AT)
    rows = [
        finalizing.finalize_against_raw(WORKERS, 5, at=AT, rounds=1),
        *picking.measures(WORKERS, at=AT, rounds=1),
        *showing.measures(WORKERS, at=AT, rounds=1),
        *recalculating.measures(WORKERS, calendar, rounds=1),
    ]
    assert all(row.product_ms > 0 for row in rows)
    by_name = {row.what: row for row in rows}
    assert by_name["recalculate everyone, nothing changed"].note == "rows written: 0"
    assert "| picker: first page |" in report.markdown("sqlite", rows, report.growth(rows, "sqlite"))
    assert connection.vendor in {"sqlite", "postgresql"}


def test_a_limit_holds_or_is_missed() -> None:
    assert Measured("x", 1, 3.0, 2.0, 1.6).holds
    assert not Measured("x", 1, 3.3, 2.0, 1.6).holds
    assert Measured("x", 1, 1.0, 60.0, 50, at_least=True).holds
    assert not Measured("x", 1, 1.0, 40.0, 50, at_least=True).holds
    assert Measured("x", 1, 1.0).holds is None
    assert exponent((10, 1.0), (100, 100.0)) == pytest.approx(2)
    turns: list[str] = []
    in_turn(lambda _: turns.append("ours"), lambda _: turns.append("raw"), rounds=2)
    assert sorted(turns) == ["ours"] * 3 + ["raw"] * 3
