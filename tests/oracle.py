"""What the verdicts ought to be: domain.md §9 in plain Python, one worker and one course at a time.

Deliberately simple and slow, and it shares no code with the engine: no SQL but whole tables, no sets
of rows at once, no stored columns made for the engine's speed (`TrainingRecord.valid_until`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date, timedelta

from titan.compliance.models import (
    AreaRequirement,
    ComplianceItem,
    RoleRequirement,
    Severity,
    WorkerVerdict,
)
from titan.core.models import SiteSettings
from titan.personnel.models import Area, AreaAssignment, Worker
from titan.records.models import CompetencyRecord, ExtendedRecord, TrainingRecord, ValidityExtension

WORST_FIRST = ("NON_COMPLIANT", "AWAITING_VERIFICATION", "IN_GRACE", "EXPIRING", "COMPLIANT")


@dataclass(frozen=True)
class Demand:
    """One source that asks for a course; `due_on` is None before site entry (pre-mob)."""

    course_id: int
    due_on: date | None


@dataclass(frozen=True)
class Item:
    """One worker and one required course."""

    requirement_type: str
    due_on: date | None
    status: str
    record_id: int | None
    expires_on: date | None
    next_change_on: date | None


@dataclass(frozen=True)
class Verdict:
    """One active worker: every required course by its id, and the worst of them."""

    items: dict[int, Item]
    overall: str


def verdicts(today: date) -> dict[int, Verdict]:
    """Return the verdict on every active worker, by worker id, on the site day `today`."""
    return _Site(today).verdicts()


def differences(today: date) -> list[str]:
    """Return one line for each way in which the stored items and verdicts are not those of `today`."""
    expected = verdicts(today)
    stored = _stored_items()
    overall = {row.worker_id: _status(row.severity) for row in WorkerVerdict.objects.all()}
    lines = []
    for worker_id in sorted(expected.keys() | stored.keys() | overall.keys()):
        who = f"worker {worker_id} on {today}"
        right = expected.get(worker_id)
        lines += _item_lines(who, right.items if right else {}, stored.get(worker_id, {}))
        if overall.get(worker_id) != (right.overall if right else None):
            should = right.overall if right else "none (not active)"
            lines.append(f"{who}: overall is {overall.get(worker_id)}, should be {should}")
    return lines


def overall_of(statuses: list[str]) -> str:
    """Return the worst of `statuses` (domain.md §9.4); nothing required is COMPLIANT."""
    for status in WORST_FIRST:
        if status in statuses:
            return status
    return "COMPLIANT"


class _Site:
    """Everything that decides, read once."""

    def __init__(self, today: date) -> None:
        self.today = today
        settings = SiteSettings.objects.filter(until=None).first()
        self.warning_days = timedelta(days=settings.warning_days if settings else 30)
        self.parents = {area.pk: area.parent_id for area in Area.objects.all()}
        self.areas_of: dict[int, list[AreaAssignment]] = defaultdict(list)
        for assignment in AreaAssignment.objects.all():
            if assignment.until is None:
                self.areas_of[assignment.worker_id].append(assignment)
        self.of_role: dict[int, list[RoleRequirement]] = defaultdict(list)
        for asked in RoleRequirement.objects.all():
            if asked.until is None:
                self.of_role[asked.role_id].append(asked)
        self.of_area: dict[int, list[AreaRequirement]] = defaultdict(list)
        for wanted in AreaRequirement.objects.all():
            if wanted.until is None:
                self.of_area[wanted.area_id].append(wanted)
        self.records: dict[tuple[int, int], list[TrainingRecord]] = defaultdict(list)
        for record in TrainingRecord.objects.all():
            self.records[record.worker_id, record.course_id].append(record)
        in_force = {one.pk: one.until for one in ValidityExtension.objects.all() if one.revoked_at is None}
        self.extended_to: dict[int, list[date]] = defaultdict(list)
        for row in ExtendedRecord.objects.all():
            if row.extension_id in in_force:
                self.extended_to[row.record_id].append(in_force[row.extension_id])
        self.competencies: dict[tuple[int, int], list[CompetencyRecord]] = defaultdict(list)
        for competency in CompetencyRecord.objects.all():
            self.competencies[competency.worker_id, competency.course_id].append(competency)

    def verdicts(self) -> dict[int, Verdict]:
        return {worker.pk: self.verdict(worker) for worker in Worker.objects.all() if worker.status == "ACTIVE"}

    def verdict(self, worker: Worker) -> Verdict:
        demands: dict[int, list[Demand]] = defaultdict(list)
        for demand in self.demands(worker):
            demands[demand.course_id].append(demand)
        items = {course_id: self.item(worker.pk, course_id, asked) for course_id, asked in demands.items()}
        return Verdict(items, overall_of([item.status for item in items.values()]))

    def demands(self, worker: Worker) -> list[Demand]:
        """§9.1: the role's requirements, the areas', and all their ancestors'."""
        found = []
        if worker.role_id is not None:
            found += [_demand(asked, worker.role_assigned_on) for asked in self.of_role[worker.role_id]]
        for assignment in self.areas_of[worker.pk]:
            area_id: int | None = assignment.area_id
            while area_id is not None:
                found += [_demand(wanted, assignment.assigned_on) for wanted in self.of_area[area_id]]
                area_id = self.parents[area_id]
        return found

    def item(self, worker_id: int, course_id: int, demands: list[Demand]) -> Item:
        """§9.1 (which demand wins), §9.2, §9.3 and §9.5 (when it next changes by itself)."""
        due_days = [demand.due_on for demand in demands if demand.due_on is not None]
        pre_mob = len(due_days) < len(demands)
        due_on = None if pre_mob else min(due_days)
        kind = "PRE_MOB" if pre_mob else "POST_MOB"
        record = self.proof(worker_id, course_id)
        if record is None:
            status, changes_on = self.without_proof(worker_id, course_id, due_on)
            return Item(kind, due_on, status, None, None, changes_on)
        until = self.valid_until(record)
        status, changes_on = self.with_proof(until)
        return Item(kind, due_on, status, record.pk, until, changes_on)

    def valid_until(self, record: TrainingRecord) -> date | None:
        """The later of its expiry and of its extensions in force; None: it never expires."""
        if record.expires_on is None:
            return None
        return max([record.expires_on, *self.extended_to[record.pk]])

    def proof(self, worker_id: int, course_id: int) -> TrainingRecord | None:
        """§9.2: of the passed, unrevoked records valid today, the one that lasts longest."""
        best = None
        for record in self.records[worker_id, course_id]:
            if record.result != "PASSED" or record.revoked_at is not None:
                continue
            until = self.valid_until(record)
            if until is not None and until < self.today:
                continue
            if best is None or self.outlasts(record, best):
                best = record
        return best

    def outlasts(self, one: TrainingRecord, other: TrainingRecord) -> bool:
        mine, theirs = self.valid_until(one), self.valid_until(other)
        if mine != theirs:
            if mine is None or theirs is None:
                return mine is None
            return mine > theirs
        if one.completed_on != other.completed_on:
            return one.completed_on > other.completed_on
        return one.pk > other.pk

    def with_proof(self, expires_on: date | None) -> tuple[str, date | None]:
        if expires_on is None:
            return "COMPLIANT", None
        if expires_on - self.today <= self.warning_days:
            return "EXPIRING", expires_on + timedelta(days=1)
        return "COMPLIANT", expires_on - self.warning_days

    def without_proof(self, worker_id: int, course_id: int, due_on: date | None) -> tuple[str, date | None]:
        if due_on is not None and self.today <= due_on:
            return "IN_GRACE", due_on + timedelta(days=1)
        for competency in self.competencies[worker_id, course_id]:
            if competency.status == "PENDING" and competency.revoked_at is None:
                return "AWAITING_VERIFICATION", None
        return "NON_COMPLIANT", None


def _demand(asked: RoleRequirement | AreaRequirement, anchor: date | None) -> Demand:
    if asked.type == "PRE_MOB":
        return Demand(asked.course_id, None)
    assert anchor is not None
    assert asked.grace_period_days is not None
    return Demand(asked.course_id, anchor + timedelta(days=asked.grace_period_days))


def _stored_items() -> dict[int, dict[int, Item]]:
    stored: dict[int, dict[int, Item]] = defaultdict(dict)
    for row in ComplianceItem.objects.all():
        stored[row.worker_id][row.course_id] = Item(
            row.requirement_type,
            row.due_on,
            _status(row.severity),
            row.record_id,
            row.expires_on,
            row.next_change_on,
        )
    return stored


def _item_lines(who: str, right: dict[int, Item], stored: dict[int, Item]) -> list[str]:
    lines = []
    for course_id in sorted(right.keys() | stored.keys()):
        where = f"{who}, course {course_id}"
        should, found = right.get(course_id), stored.get(course_id)
        if should is None:
            lines.append(f"{where}: {found} is stored, but there should be no item")
        elif found is None:
            lines.append(f"{where}: no item is stored, should be {should}")
        else:
            lines += [
                f"{where}: {field.name} is {getattr(found, field.name)},"
                f" should be {getattr(should, field.name)} ({should})"
                for field in fields(Item)
                if getattr(found, field.name) != getattr(should, field.name)
            ]
    return lines


def _status(severity: int) -> str:
    return str(Severity(severity).name)
