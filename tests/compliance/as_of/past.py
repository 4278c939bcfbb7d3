"""The oracle as of a past day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests import oracle
from tests.compliance.lives import end_of
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.models import SiteSettings
from titan.personnel.models import AreaAssignment, AreaPlacement, RoleAssignment, StatusPeriod, Worker


class Past(oracle._Site):
    """The oracle's site as it stood at the end of a past day, with what is known today about that day."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.end = end_of(day)
        self.warning_days = timedelta(days=self._only(SiteSettings.objects.all())[0].warning_days)
        self.parents = {row.area_id: row.parent_id for row in self._only(AreaPlacement.objects.all())}
        for kept, rows, of in (
            (self.areas_of, AreaAssignment.objects.all(), "worker_id"),
            (self.of_role, RoleRequirement.objects.all(), "role_id"),
            (self.of_area, AreaRequirement.objects.all(), "area_id"),
        ):
            kept.clear()
            for row in self._only(rows):
                kept[getattr(row, of)].append(row)
        for records in self.records.values():
            records[:] = [row for row in records if row.completed_on <= day]
        for attempts in self.competencies.values():
            attempts[:] = [row for row in attempts if row.completed_on <= day]
            for attempt in attempts:
                if attempt.assessed_on is not None and attempt.assessed_on > day:
                    attempt.status = "PENDING"
        self._one_person()

    def _one_person(self) -> None:
        """What is known today of somebody who was merged is known of them under the old number too."""
        into = {row.pk: row.merged_into_id for row in Worker.objects.exclude(merged_into=None)}
        for gone in into:
            stays = gone
            while stays in into:
                stays = into[stays]
            for kept in (self.records, self.competencies):
                for worker, course in list(kept):
                    if worker == stays:
                        kept[gone, course] = kept[stays, course]

    def _only(self, rows: Any) -> list[Any]:
        """Return the rows of a history that held at the end of the day."""
        return [row for row in rows if row.since <= self.end and (row.until is None or row.until > self.end)]

    def verdicts(self) -> dict[int, oracle.Verdict]:
        roles = {row.worker_id: row for row in self._only(RoleAssignment.objects.all())}
        found = {}
        for period in self._only(StatusPeriod.objects.all()):
            if period.status == "ACTIVE":
                worker = Worker(pk=period.worker_id)
                if period.worker_id in roles:
                    worker.role_id = roles[period.worker_id].role_id
                    worker.role_assigned_on = roles[period.worker_id].assigned_on
                found[period.worker_id] = self.verdict(worker)
        return found
