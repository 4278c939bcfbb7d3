"""What the database holds already, under the names that a folder uses: codes and badges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from titan.audit.models import AuditEvent
from titan.catalogue.models import Course, CourseVersion, Prerequisite, VersionStatus
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.bulk import id_set, text_set
from titan.exchange.site_folder.changes import CourseContent, RecordKey, StandingRecord
from titan.personnel.models import Area, AreaAssignment, Company, Role, Worker
from titan.personnel.queries.merged import who_stays
from titan.records.models import TrainingRecord
from titan.resources.models import Qualification, Trainer, Venue

SITE_LOADED = "site.loaded"
WORKER_COLUMNS = (
    "id",
    "employee_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company__code",
    "role__code",
    "role_assigned_on",
    "status",
    "start_date",
    "end_date",
    "supervisor__employee_id",
    "also_key",
)


@dataclass(frozen=True)
class KnownRole:
    id: int
    title: dict[str, str]


@dataclass(frozen=True)
class KnownArea:
    id: int
    name: str
    parent_code: str


@dataclass(frozen=True)
class KnownCourse:
    """A course: its published version (id, content), the numbers of its latest one and of its draft.

    asks_for: the prerequisites of its published and draft versions, by code.
    """

    id: int
    version_id: int | None
    published: CourseContent | None
    last_number: int
    draft_number: int | None
    asks_for: frozenset[str]


@dataclass(frozen=True)
class KnownRequirement:
    id: int
    type: str
    grace_period_days: int | None


@dataclass(frozen=True)
class KnownTrainer:
    """A trainer; `qualifications` maps course codes to the ids of the qualifications in force."""

    id: int
    first_name: str
    last_name: str
    type: str
    email: str
    company_name: str
    qualifications: dict[str, int]


@dataclass(frozen=True)
class KnownVenue:
    id: int
    capacity: int
    location: str


@dataclass(frozen=True)
class KnownAssignment:
    """A worker's area in force."""

    id: int
    assigned_on: date


@dataclass(frozen=True)
class KnownWorker:
    """A worker; `areas` maps area codes to the assignments in force."""

    id: int
    first_name: str
    last_name: str
    email: str
    phone: str
    company_code: str
    role_code: str
    role_assigned_on: date | None
    status: str
    start_date: date | None
    end_date: date | None
    supervisor_employee_id: str
    also_key: str
    areas: dict[str, KnownAssignment]


@dataclass(frozen=True)
class Known:
    """Everything a folder could refer to or change, by code."""

    companies: dict[str, tuple[int, str]]
    roles: dict[str, KnownRole]
    areas: dict[str, KnownArea]
    courses: dict[str, KnownCourse]
    role_requirements: dict[tuple[str, str], KnownRequirement]
    area_requirements: dict[tuple[str, str], KnownRequirement]
    trainers: dict[str, KnownTrainer]
    venues: dict[str, KnownVenue]
    workers: dict[str, KnownWorker]
    records: dict[RecordKey, list[StandingRecord]]


def badges_merged() -> dict[str, str]:
    """Return the badges of all rows that were merged, each with the badge that it is now (three statements at most)."""
    gone = dict(Worker.objects.exclude(merged_into=None).values_list("pk", "employee_id"))
    if not gone:
        return {}
    stays = who_stays(gone)
    badges = dict(Worker.objects.filter(pk__in=id_set(stays.values())).values_list("pk", "employee_id"))
    return {badge: badges[stays[pk]] for pk, badge in gone.items()}


def known(of_records: Collection[str] = (), *, workers: Collection[str] | None = None) -> Known:
    """Return what the database holds: a fixed number of statements, at most 13.

    of_records: the badges whose training records are asked for. workers: the badges whose workers are; None: all.
    """
    people = known_workers(workers) if workers is None or workers else {}
    return Known(
        companies={code: (pk, name) for pk, code, name in Company.objects.values_list("id", "code", "name")},
        roles={code: KnownRole(pk, title) for pk, code, title in Role.objects.values_list("id", "code", "title")},
        areas={
            code: KnownArea(pk, name, parent or "")
            for pk, code, name, parent in Area.objects.values_list("id", "code", "name", "parent__code")
        },
        courses=_courses(),
        role_requirements={
            (source, course): KnownRequirement(pk, kind, grace)
            for pk, source, course, kind, grace in RoleRequirement.objects.filter(until=None).values_list(
                "id", "role__code", "course__code", "type", "grace_period_days"
            )
        },
        area_requirements={
            (source, course): KnownRequirement(pk, kind, grace)
            for pk, source, course, kind, grace in AreaRequirement.objects.filter(until=None).values_list(
                "id", "area__code", "course__code", "type", "grace_period_days"
            )
        },
        trainers=_trainers(),
        venues={
            name: KnownVenue(pk, capacity, location)
            for pk, name, capacity, location in Venue.objects.values_list("id", "name", "capacity", "location")
        },
        workers=people,
        records=known_records(people[badge].id for badge in {*of_records} if badge in people) if of_records else {},
    )


def earlier_shifts() -> set[int]:
    """Return by how many days the dates of earlier loads were moved."""
    events = AuditEvent.objects.filter(entity="site_settings", action=SITE_LOADED).values_list("after", flat=True)
    return {int(after["shifted_by_days"]) for after in events if after and "shifted_by_days" in after}


def _courses() -> dict[str, KnownCourse]:
    asked: dict[int, set[str]] = defaultdict(set)
    prerequisites = Prerequisite.objects.exclude(version__status=VersionStatus.ARCHIVED)
    for version_id, code in prerequisites.values_list("version_id", "course__code"):
        asked[version_id].add(code)
    versions: dict[int, list[CourseVersion]] = defaultdict(list)
    for version in CourseVersion.objects.order_by("number"):
        versions[version.course_id].append(version)
    return {code: _course(pk, versions[pk], asked) for pk, code in Course.objects.values_list("id", "code")}


def _course(pk: int, versions: list[CourseVersion], asked: Mapping[int, set[str]]) -> KnownCourse:
    of_status = {version.status: version for version in versions}
    published, draft = of_status.get(VersionStatus.PUBLISHED), of_status.get(VersionStatus.DRAFT)
    return KnownCourse(
        id=pk,
        version_id=published.pk if published else None,
        published=_content(published, asked) if published else None,
        last_number=versions[-1].number if versions else 0,
        draft_number=draft.number if draft else None,
        asks_for=frozenset().union(*(asked.get(version.pk, set()) for version in versions)),
    )


def _content(version: CourseVersion, asked: Mapping[int, set[str]]) -> CourseContent:
    return CourseContent(
        title=version.title,
        category=version.category,
        duration_minutes=version.duration_minutes,
        validity_months=version.validity_months,
        delivery_method=version.delivery_method,
        min_pass_score=version.min_pass_score,
        requires_verification=version.requires_verification,
        prerequisite_codes=tuple(sorted(asked.get(version.pk, set()))),
    )


def _trainers() -> dict[str, KnownTrainer]:
    qualified: dict[int, dict[str, int]] = defaultdict(dict)
    held = Qualification.objects.filter(until=None)
    for pk, trainer_id, course in held.values_list("id", "trainer_id", "course__code"):
        qualified[trainer_id][course] = pk
    rows = Trainer.objects.values_list("id", "code", "first_name", "last_name", "type", "email", "company_name")
    return {
        code: KnownTrainer(pk, first, last, kind, email, company, qualified.get(pk, {}))
        for pk, code, first, last, kind, email, company in rows
    }


def known_workers(badges: Collection[str] | None) -> dict[str, KnownWorker]:
    """Return workers by badge, those of `badges` (None: all); two statements."""
    areas: dict[int, dict[str, KnownAssignment]] = defaultdict(dict)
    assigned = AreaAssignment.objects.filter(until=None)
    found = Worker.objects.filter(merged_into=None)
    if badges is not None:
        found = found.filter(employee_id__in=text_set(badges))
        assigned = assigned.filter(worker__in=found.values("pk"))
    for pk, worker_id, code, day in assigned.values_list("id", "worker_id", "area__code", "assigned_on"):
        areas[worker_id][code] = KnownAssignment(pk, day)
    return {row[1]: _worker(row, areas.get(row[0], {})) for row in found.values_list(*WORKER_COLUMNS)}


def _worker(row: tuple[Any, ...], areas: dict[str, KnownAssignment]) -> KnownWorker:
    return KnownWorker(
        id=row[0],
        first_name=row[2],
        last_name=row[3],
        email=row[4],
        phone=row[5],
        company_code=row[6],
        role_code=row[7] or "",
        role_assigned_on=row[8],
        status=row[9],
        start_date=row[10],
        end_date=row[11],
        supervisor_employee_id=row[12] or "",
        also_key=row[13],
        areas=areas,
    )


def known_records(worker_ids: Iterable[int]) -> dict[RecordKey, list[StandingRecord]]:
    """Return the training records of these workers, revoked ones too; one statement."""
    found: dict[RecordKey, list[StandingRecord]] = defaultdict(list)
    rows = TrainingRecord.objects.filter(worker_id__in=id_set(worker_ids)).values_list(
        "worker__employee_id", "course__code", "completed_on", "result", "expires_on", "revoked_at"
    )
    for badge, course, completed_on, result, expires_on, revoked_at in rows:
        found[badge, course, completed_on, result].append(StandingRecord(expires_on, revoked_at is not None))
    return found
