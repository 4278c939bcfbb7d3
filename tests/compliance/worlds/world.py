"""What may happen to a site, and whose verdicts it touches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from tests.compliance.worlds.rows import EPOCH
from tests.compliance.worlds.site import Site
from tests.compliance.worlds.specs import Change, Outcome
from titan.catalogue.models import Course
from titan.core.command import EVERYONE
from titan.personnel.models import Area, AreaAssignment, Role, Worker
from titan.records.models import CompetencyRecord, TrainingRecord, ValidityExtension

Workers = set[int] | Literal["everyone"]


class World(Site):
    """A site to which changes happen."""

    def apply(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        """Do `change` on `day`; return the workers and courses (None: all) that it touches, by id."""
        touched: tuple[Workers, set[int] | None] = getattr(self, f"_{change.kind}")(change, day)
        return touched

    def _pick(self, change: Change) -> tuple[Worker, Course]:
        return self.workers[change.a % len(self.workers)], self.courses[change.b % len(self.courses)]

    def _record(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, course = self._pick(change)
        expires = None if change.c % 10 == 0 else day + timedelta(days=change.c - 30)
        result = "FAILED" if change.d % 5 == 0 else "PASSED"
        self.record(worker, course, day - timedelta(days=change.d % 50), expires, result)
        return {worker.pk}, {course.pk}

    def _revoke(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        standing = list(TrainingRecord.objects.filter(revoked_at=None).order_by("pk"))
        if not standing:
            return set(), set()
        record = standing[change.a % len(standing)]
        self.revoke(record)
        return {record.worker_id}, {record.course_id}

    def _extend(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        course = self.courses[change.b % len(self.courses)]
        first = day + timedelta(days=change.a % 90 - 60)
        made = self.extend(course, first, first + timedelta(days=change.d % 90), day + timedelta(days=change.c - 30))
        return self._extended(made)

    def _unextend(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        standing = list(ValidityExtension.objects.filter(revoked_at=None).order_by("pk"))
        if not standing:
            return set(), set()
        chosen = standing[change.a % len(standing)]
        self.unextend(chosen)
        return self._extended(chosen)

    def _extended(self, extension: ValidityExtension | None) -> tuple[Workers, set[int] | None]:
        if extension is None:
            return set(), set()
        workers = TrainingRecord.objects.filter(extended__extension=extension).values_list("worker_id", flat=True)
        return set(workers), {extension.course_id}

    def _competency(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, course = self._pick(change)
        self.competency(worker, course, day)
        return {worker.pk}, {course.pk}

    def _decide(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        waiting = list(CompetencyRecord.objects.filter(status="PENDING", revoked_at=None).order_by("pk"))
        if not waiting:
            return set(), set()
        competency = waiting[change.a % len(waiting)]
        outcomes: tuple[Outcome, ...] = ("WITHDRAWN", "COMPETENT", "NOT_COMPETENT")
        self.settle(competency, outcomes[change.b % 3], max(day, competency.completed_on))
        return {competency.worker_id}, {competency.course_id}

    def _role(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        picked = change.b % (len(self.roles) + 1)
        worker.role = self.roles[picked] if picked < len(self.roles) else None
        worker.role_assigned_on = day - timedelta(days=change.c % 60) if worker.role else None
        worker.save()
        return {worker.pk}, None

    def _area_on(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        if not self.areas:
            return set(), set()
        area = self.areas[change.b % len(self.areas)]
        self.unplace(worker, area)
        self.place(worker, area, day - timedelta(days=change.c % 60))
        return {worker.pk}, None

    def _area_off(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        held = list(AreaAssignment.objects.filter(until=None).order_by("pk"))
        if not held:
            return set(), set()
        assignment = held[change.a % len(held)]
        AreaAssignment.objects.filter(pk=assignment.pk).update(until=EPOCH)
        return {assignment.worker_id}, None

    def _status(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        worker.status = ("ACTIVE", "INACTIVE", "BLACKLISTED")[change.b % 3]
        worker.save()
        return {worker.pk}, None

    def _role_requirement(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        if not self.roles:
            return set(), set()
        role, course = self.roles[change.a % len(self.roles)], self.courses[change.b % len(self.courses)]
        self._ask(role, course, change)
        return {worker.pk for worker in self.workers if worker.role_id == role.pk}, {course.pk}

    def _area_requirement(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        if not self.areas:
            return set(), set()
        area, course = self.areas[change.a % len(self.areas)], self.courses[change.b % len(self.courses)]
        self._ask(area, course, change)
        return self._people_within(area), {course.pk}

    def _ask(self, holder: Role | Area, course: Course, change: Change) -> None:
        if change.c % 3 == 0:
            self.forgo(holder, course)
        else:
            self.require(holder, course, None if change.c % 3 == 1 else 1 + change.d % 60)

    def _move_area(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        if not self.areas:
            return set(), set()
        area = self.areas[change.a % len(self.areas)]
        below = self._within(area)
        free: list[Area | None] = [None, *(other for other in self.areas if other.pk not in below)]
        area.parent = free[change.b % len(free)]
        area.save()
        return self._people_within(area), None

    def _within(self, area: Area) -> set[int]:
        found = {area.pk}
        for _ in self.areas:
            found |= {other.pk for other in self.areas if other.parent_id in found}
        return found

    def _people_within(self, area: Area) -> set[int]:
        held = AreaAssignment.objects.filter(until=None, area_id__in=self._within(area))
        return set(held.values_list("worker_id", flat=True))

    def _warning_days(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        self.set_warning_days(change.a % 366)
        return EVERYONE, None

    def _company(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        worker.company = self.companies[change.b % len(self.companies)]
        worker.save()
        return {worker.pk}, None

    def _name(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        worker.last_name = f"Family {change.b}"
        worker.save()
        return {worker.pk}, None

    def _new_worker(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        role = self.roles[change.a % len(self.roles)] if self.roles else None
        areas = [(self.areas[change.b % len(self.areas)], day)] if self.areas else []
        worker = self.worker(role, day - timedelta(days=change.c % 60) if role else None, areas)
        return {worker.pk}, None
