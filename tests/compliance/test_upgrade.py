"""A site of the release before the kept counts: the upgrade counts what is stored, and a recount agrees."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.compliance import counting
from tests.compliance.worlds import World, noon
from titan.compliance.models import Counted, Severity, Tally
from titan.compliance.tallies import recount
from titan.core.actor import Actor, system_actor
from titan.core.command import command, say, touch

BEFORE = ("compliance", "0001_initial")
COUNTING = ("compliance", "0003_count_what_is_stored")
# Of leap years, one that many share, and none: the day becomes a number in another way on each database.
WARNING_DAYS = 30
LAST_DAYS = (None, date(2024, 2, 29), date(2026, 11, 24), date(2026, 11, 24), date(2026, 12, 31), date(2100, 1, 1))

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    """Forty workers, of three companies and of as many names, and six courses."""
    world, dice = World(), Random(3)
    world.add_courses(6)
    for number in range(40):
        worker = world.worker()
        worker.first_name, worker.company = f"Given {number}", dice.choice(world.companies)
        worker.set_keys()
        worker.save()
    return world


@pytest.fixture
def before(world: World) -> Any:
    """The models of the release before, over the database of the world migrated back to it."""
    call_command("migrate", *BEFORE, verbosity=0)
    assert Tally._meta.db_table not in connection.introspection.table_names()
    return MigrationExecutor(connection).loader.project_state(BEFORE).apps


def store(before: Any, world: World) -> None:
    """Store items of every status, with and without a last day, and verdicts, as the release before did."""
    item, verdict = (before.get_model("compliance", name) for name in ("ComplianceItem", "WorkerVerdict"))
    dice = Random(7)
    items = []
    for worker, course in product(world.workers, world.courses):
        if dice.random() < 0.8:
            severity, last_day = dice.choice(Severity.values), dice.choice(LAST_DAYS)
            items.append(
                item(
                    worker_id=worker.pk,
                    course_id=course.pk,
                    requirement_type="PRE_MOB",
                    severity=severity,
                    expires_on=last_day,
                    next_change_on=next_change_on(severity, last_day),
                )
            )
    item.objects.bulk_create(items)
    worst = {
        worker.pk: min((one.severity for one in items if one.worker_id == worker.pk), default=Severity.COMPLIANT)
        for worker in world.workers
    }
    verdict.objects.bulk_create(verdict(worker_id=pk, severity=severity) for pk, severity in worst.items())


def next_change_on(severity: int, last_day: date | None) -> date | None:
    """Return the day on which a proved item changes by itself, as the engine stores it (domain.md §9.5)."""
    ahead = {Severity.COMPLIANT: -WARNING_DAYS, Severity.EXPIRING: 1}.get(Severity(severity))
    return None if last_day is None or ahead is None else last_day + timedelta(days=ahead)


@command
def refresh_everyone(*, by: Actor, at: datetime) -> None:
    """Let the engine look at everyone by differences; a rebuild would count anew, and hide what is wrong."""
    touch("everyone")
    say("site.changed", "site", 1)


def test_the_upgrade_counts_what_is_stored(world: World, before: Any) -> None:
    store(before, world)

    call_command("migrate", *COUNTING, verbosity=0)

    assert counting.drift() == []
    for counted in Counted.values:
        assert len({row.n for row in Tally.objects.filter(counted=counted)}) > 1, "uneven, or any count would do"
    assert recount(WARNING_DAYS) == 0


def test_the_engine_goes_on_from_the_counts_of_the_upgrade(world: World, before: Any) -> None:
    """Nothing is asked here, so the engine takes every item away again: what is left of each count is nothing."""
    store(before, world)
    call_command("migrate", verbosity=0)

    refresh_everyone(at=noon(date(2026, 11, 24)), by=system_actor())

    assert counting.drift() == []
    assert counting.kept().total() == len(world.workers)
