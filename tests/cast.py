"""The cast: one person per role, and quick rows for a test's set-up, written straight into the tables.

Everything made here is what the commands would have left behind (histories included); commands are for what a
test is about. Codes count up, so that two of a kind never collide.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from titan.accounts.models import User
from titan.catalogue.models import Course, CourseVersion, DeliveryMethod, Prerequisite, VersionStatus
from titan.compliance.models import AreaRequirement, RequirementType, RoleRequirement
from titan.core.actor import Actor, Role, Via
from titan.core.models import SiteSettings
from titan.evidence.models import EvidenceFile
from titan.personnel import models as personnel
from titan.personnel.models import (
    Area,
    AreaAssignment,
    AreaPlacement,
    Company,
    StatusPeriod,
    Worker,
    WorkerStatus,
)
from titan.records.models import FOREVER, AssessmentMethod, Result, Source, TrainingRecord
from titan.resources.models import Qualification, Trainer, TrainerType, Venue
from titan.training.models import Attendee, SessionStatus, Slot, TrainingSession

AT = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Baku"))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "Correct-horse-7"

_numbers = itertools.count(1)


def actor(role: Role | str = Role.HSE_ADMIN, *, via: Via = Via.API, **links: int | None) -> Actor:
    """Return somebody who acts as `role`; links are user_id, trainer_id, worker_id."""
    return Actor(role=Role(role), via=via, **links)


def make_site(at: datetime = AT, **values: Any) -> SiteSettings:
    """Make the site, in Asia/Baku unless `timezone` says otherwise."""
    return SiteSettings.objects.create(**{"name": "Test site", "timezone": "Asia/Baku", "since": at, **values})


def make_user(role: Role | str = Role.HSE_ADMIN, **values: Any) -> User:
    """Make a login of `role`; its password is PASSWORD."""
    number = next(_numbers)
    user = User(
        **{
            "email": f"user{number}@titan.example",
            "name": f"User {number}",
            "role": Role(role).value,
            "created_at": LONG_AGO,
            **values,
        }
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def one_user_per_role() -> dict[Role, User]:
    """Make a login for each of the five roles."""
    return {role: make_user(role, email=f"{role.value.lower()}@titan.example") for role in Role}


def actor_of(user: User, *, via: Via = Via.API) -> Actor:
    """Return `user` as an actor, with the trainer and the worker it is linked to."""
    trainer, worker = Trainer.objects.filter(user=user).first(), Worker.objects.filter(user=user).first()
    return Actor(
        role=Role(user.role),
        via=via,
        user_id=user.pk,
        trainer_id=trainer.pk if trainer else None,
        worker_id=worker.pk if worker else None,
    )


def make_company(**values: Any) -> Company:
    number = next(_numbers)
    return Company.objects.create(
        **{"code": f"CO-{number}", "name": f"Company {number}", "search_key": f"company {number}", **values}
    )


def make_role(**values: Any) -> personnel.Role:
    number = next(_numbers)
    return personnel.Role.objects.create(
        **{"code": f"JOB-{number}", "title": {"en": f"Job {number}", "tr": f"İş {number}"}, **values}
    )


def make_area(parent: Area | None = None, **values: Any) -> Area:
    """Make an area below `parent`, placed there since long ago."""
    number = next(_numbers)
    area = Area.objects.create(**{"code": f"AREA-{number}", "name": f"Area {number}", "parent": parent, **values})
    AreaPlacement.objects.create(area=area, parent=parent, since=LONG_AGO)
    return area


def make_course(
    *,
    prerequisites: Iterable[Course] = (),
    status: str = VersionStatus.PUBLISHED,
    code: str | None = None,
    **version: Any,
) -> Course:
    """Make a course with version 1; `version` holds columns of the version, such as validity_months."""
    number = next(_numbers)
    course = Course.objects.create(code=code or f"C-{number}", created_at=LONG_AGO)
    make_version(course, prerequisites=prerequisites, status=status, **version)
    return course


def make_version(
    course: Course,
    *,
    prerequisites: Iterable[Course] = (),
    status: str = VersionStatus.PUBLISHED,
    **values: Any,
) -> CourseVersion:
    """Make the next version of `course`; publishing it archives the one before."""
    last = course.versions.order_by("number").last()
    version = CourseVersion.objects.create(
        **{
            "course": course,
            "number": last.number + 1 if last else 1,
            "title": {"en": f"Course {course.code}", "tr": f"Kurs {course.code}"},
            "category": "GENERAL",
            "duration_minutes": 120,
            "validity_months": 12,
            "delivery_method": DeliveryMethod.INSTRUCTOR_LED,
            "min_pass_score": None,
            "requires_verification": False,
            "created_at": LONG_AGO,
            **values,
        }
    )
    for prerequisite in prerequisites:
        Prerequisite.objects.create(version=version, course=prerequisite)
    if status != VersionStatus.DRAFT:
        published = CourseVersion.objects.filter(course=course, status=VersionStatus.PUBLISHED)
        published.update(status=VersionStatus.ARCHIVED, archived_at=LONG_AGO)
        CourseVersion.objects.filter(pk=version.pk).update(status=VersionStatus.PUBLISHED, published_at=LONG_AGO)
        version.refresh_from_db()
    return version


def published(course: Course) -> CourseVersion:
    """Return the published version of `course`."""
    return course.versions.get(status=VersionStatus.PUBLISHED)


def make_worker(
    *,
    role: personnel.Role | None = None,
    areas: Sequence[Area] = (),
    assigned_on: date = date(2026, 1, 5),
    **values: Any,
) -> Worker:
    """Make a worker with the histories of their status, role and areas, all assigned on `assigned_on`."""
    number = next(_numbers)
    worker = Worker.objects.create(
        **{
            "employee_id": f"W-{number:05}",
            "first_name": f"First{number}",
            "last_name": f"Last{number}",
            "role": role,
            "role_assigned_on": assigned_on if role else None,
            "status": WorkerStatus.ACTIVE,
            "created_at": LONG_AGO,
            **values,
            "company": values.get("company") or make_company(),
        }
    )
    StatusPeriod.objects.create(worker=worker, status=worker.status, since=LONG_AGO)
    if role is not None:
        personnel.RoleAssignment.objects.create(worker=worker, role=role, assigned_on=assigned_on, since=LONG_AGO)
    for area in areas:
        AreaAssignment.objects.create(worker=worker, area=area, assigned_on=assigned_on, since=LONG_AGO)
    return worker


def require(place: personnel.Role | Area, course: Course, grace_period_days: int | None = None) -> None:
    """Let a role or an area require `course`: before site entry, or within `grace_period_days`."""
    kind = RequirementType.PRE_MOB if grace_period_days is None else RequirementType.POST_MOB
    values: dict[str, Any] = {
        "course": course,
        "type": kind,
        "grace_period_days": grace_period_days,
        "since": LONG_AGO,
    }
    if isinstance(place, Area):
        AreaRequirement.objects.create(area=place, **values)
    else:
        RoleRequirement.objects.create(role=place, **values)


def make_trainer(*courses: Course, **values: Any) -> Trainer:
    """Make an internal trainer who may teach `courses`."""
    number = next(_numbers)
    trainer = Trainer.objects.create(
        **{
            "code": f"TR-{number}",
            "first_name": f"Trainer{number}",
            "last_name": "Teaches",
            "type": TrainerType.INTERNAL,
            **values,
        }
    )
    for course in courses:
        Qualification.objects.create(trainer=trainer, course=course, since=LONG_AGO)
    return trainer


def make_venue(**values: Any) -> Venue:
    return Venue.objects.create(**{"name": f"Room {next(_numbers)}", "capacity": 20, **values})


def make_method(**values: Any) -> AssessmentMethod:
    number = next(_numbers)
    return AssessmentMethod.objects.create(**{"code": f"METHOD-{number}", "name": f"Method {number}", **values})


def make_evidence(content: bytes | None = None, **values: Any) -> EvidenceFile:
    """Make the row of an evidence file; no bytes are stored."""
    data = content if content is not None else f"sheet {next(_numbers)}".encode()
    sha256 = hashlib.sha256(data).hexdigest()
    return EvidenceFile.objects.create(
        **{
            "key": f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}",
            "sha256": sha256,
            "size": len(data),
            "media_type": "application/pdf",
            "original_name": "sheet.pdf",
            "uploaded_at": AT,
            **values,
        }
    )


def make_record(worker: Worker, course: Course, **values: Any) -> TrainingRecord:
    """Make a training record (passed on 1 June 2026, valid for a year) with evidence of its own."""
    evidence = values.pop("evidence", None) or make_evidence()
    completed_on = values.get("completed_on", date(2026, 6, 1))
    passed = values.get("result", Result.PASSED) == Result.PASSED
    expires_on = values.get("expires_on", completed_on + timedelta(days=365) if passed else None)
    return TrainingRecord.objects.create(
        **{
            "worker": worker,
            "course": course,
            "course_version": published(course),
            "result": Result.PASSED,
            "completed_on": completed_on,
            "evidence": evidence,
            "evidence_key": evidence.key,
            "evidence_sha256": evidence.sha256,
            "source": Source.EXTERNAL,
            "created_at": AT,
            **values,
            "expires_on": expires_on,
            "valid_until": expires_on or FOREVER,
        }
    )


def make_session(
    course: Course,
    *,
    trainer: Trainer | None = None,
    venue: Venue | None = None,
    slots: Iterable[tuple[datetime, datetime]] = (),
    workers: Iterable[Worker] = (),
    status: str = SessionStatus.DRAFT,
    **values: Any,
) -> TrainingSession:
    """Make a session: a draft, or a scheduled one with whatever trainer, venue and slot it still lacks.

    Its slot is then 09:00 to 11:00 UTC of 24 November 2026. Completed sessions come from finalize alone.
    """
    session = TrainingSession.objects.create(
        **{"course": course, "trainer": trainer, "venue": venue, "created_at": AT, **values}
    )
    times = list(slots)
    if status == SessionStatus.SCHEDULED:
        session.trainer = trainer or make_trainer(course)
        session.venue = venue or make_venue()
        session.course_version = published(course)
        start = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        times = times or [(start, start + timedelta(hours=2))]
    for starts_at, ends_at in times:
        Slot.objects.create(session=session, starts_at=starts_at, ends_at=ends_at)
    for worker in workers:
        Attendee.objects.create(session=session, worker=worker, added_at=AT)
    session.code = f"TS-2026-{session.pk:04}"
    session.status = status
    session.save()
    return session
