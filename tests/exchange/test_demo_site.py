"""The demo site on its day: the numbers that the issue fixes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tests.compliance.invariant import verdict_equals_rebuild
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.core.actor import Via, system_actor
from titan.demo import SITE
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker
from titan.records.models import TrainingRecord


def test_demo_site_counts_on_its_day(db: None, at: datetime) -> None:
    report = load_site(SITE, by=system_actor(Via.CLI), at=at)
    assert {file.file: file.created for file in report.files} == {
        "site.json": 1,
        "companies.csv": 12,
        "roles.csv": 25,
        "courses.csv": 50,
        "areas.csv": 16,
        "role_requirements.csv": 181,
        "area_requirements.csv": 13,
        "trainers.csv": 24,
        "venues.csv": 8,
        "personnel.csv": 2_000,
        "records.csv": 16_403,
    }
    assert Worker.objects.filter(status="ACTIVE").count() == WorkerVerdict.objects.count() == 1_866
    overall = Counter(WorkerVerdict.objects.values_list("severity", flat=True))
    assert overall == {
        Severity.NON_COMPLIANT: 1_054,
        Severity.IN_GRACE: 51,
        Severity.EXPIRING: 62,
        Severity.COMPLIANT: 699,
    }
    assert TrainingRecord.objects.count() == 16_403
    assert ComplianceItem.objects.exists()
    verdict_equals_rebuild(at)
    again = load_site(SITE, by=system_actor(Via.CLI), at=at)
    assert not again.changes_something
