"""A site that is built by hand, one thing at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from tests.compliance.worlds.rows import EPOCH, SHA, first_version, requirement
from tests.compliance.worlds.specs import Outcome
from titan.catalogue.models import Course, CourseVersion
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.models import SiteSettings
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Area, AreaAssignment, Company, Role, Worker
from titan.records.models import (
    FOREVER,
    AssessmentMethod,
    CompetencyRecord,
    ExtendedRecord,
    TrainingRecord,
    ValidityExtension,
)


def noon(day: date) -> datetime:
    """Return the middle of `day` in UTC, the zone of a world unless it is given another."""
    return datetime.combine(day, time(12), UTC)


@dataclass
class Site:
    """One site in the database. Methods write at once and return the row."""

    timezone: str = "UTC"
    warning_days: int = 30
    courses: list[Course] = field(default_factory=list)
    versions: dict[int, CourseVersion] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        SiteSettings.objects.filter(until=None).update(until=EPOCH)
        self._settings()
        self.companies = [
            Company.objects.create(code=f"W-CO{number}", name="Company", search_key="company") for number in range(3)
        ]
        self.company = self.companies[0]
        self.method = AssessmentMethod.objects.create(code="W-METHOD", name="Demonstration")
        self.evidence = EvidenceFile.objects.create(
            key=f"sha256/{SHA}",
            sha256=SHA,
            size=1,
            media_type="application/pdf",
            original_name="sheet.pdf",
            uploaded_at=EPOCH,
        )

    def _settings(self) -> None:
        SiteSettings.objects.create(name="Site", timezone=self.timezone, warning_days=self.warning_days, since=EPOCH)

    def set_warning_days(self, days: int) -> None:
        self.warning_days = days
        SiteSettings.objects.filter(until=None).update(until=EPOCH)
        self._settings()

    def course(self) -> Course:
        return self.add_courses(1)[0]

    def add_courses(self, number: int) -> list[Course]:
        new = Course.objects.bulk_create(
            [Course(code=f"W-C{next(self._numbers)}", created_at=EPOCH) for _ in range(number)]
        )
        versions = CourseVersion.objects.bulk_create([first_version(course) for course in new])
        self.versions |= {version.course_id: version for version in versions}
        self.courses += new
        return new

    def role(self) -> Role:
        return self.add_roles(1)[0]

    def add_roles(self, number: int) -> list[Role]:
        new = Role.objects.bulk_create(
            [Role(code=f"W-R{next(self._numbers)}", title={"en": "Role"}) for _ in range(number)]
        )
        self.roles += new
        return new

    def area(self, parent: Area | None = None) -> Area:
        new = Area.objects.create(code=f"W-A{next(self._numbers)}", name="Area", parent=parent)
        self.areas.append(new)
        return new

    def require(self, holder: Role | Area, course: Course, grace: int | None = None) -> None:
        """Ask for `course`: pre-mob, or post-mob with `grace` days."""
        self.forgo(holder, course)
        requirement(holder, course, grace).save()

    def forgo(self, holder: Role | Area, course: Course) -> None:
        """Ask no longer."""
        if isinstance(holder, Role):
            RoleRequirement.objects.filter(role=holder, course=course, until=None).update(until=EPOCH)
        else:
            AreaRequirement.objects.filter(area=holder, course=course, until=None).update(until=EPOCH)

    def worker(
        self,
        role: Role | None = None,
        since: date | None = None,
        areas: Sequence[tuple[Area, date]] = (),
        status: str = "ACTIVE",
    ) -> Worker:
        """Add a worker with `role` since a day and `areas`, each with its day."""
        new = self.new_worker(role, since, status)
        new.save()
        self.workers.append(new)
        for area, assigned_on in areas:
            self.place(new, area, assigned_on)
        return new

    def new_worker(self, role: Role | None, since: date | None, status: str = "ACTIVE") -> Worker:
        worker = Worker(
            employee_id=f"W-{next(self._numbers)}",
            first_name="Given",
            last_name="Family",
            company=self.company,
            role=role,
            role_assigned_on=since,
            status=status,
            created_at=EPOCH,
        )
        worker.set_keys()
        return worker

    def place(self, worker: Worker, area: Area, assigned_on: date) -> None:
        AreaAssignment.objects.create(worker=worker, area=area, assigned_on=assigned_on, since=EPOCH)

    def unplace(self, worker: Worker, area: Area) -> None:
        AreaAssignment.objects.filter(worker=worker, area=area, until=None).update(until=EPOCH)

    def new_record(
        self, worker: Worker, course: Course, completed: date, expires: date | None, result: str = "PASSED"
    ) -> TrainingRecord:
        kept = expires if result == "PASSED" else None
        return TrainingRecord(
            worker=worker,
            course=course,
            course_version=self.versions[course.pk],
            result=result,
            completed_on=min(completed, kept) if kept else completed,
            expires_on=kept,
            valid_until=kept or FOREVER,
            evidence=self.evidence,
            evidence_key=self.evidence.key,
            evidence_sha256=SHA,
            source="MIGRATED",
            created_at=EPOCH,
        )

    def record(
        self, worker: Worker, course: Course, completed: date, expires: date | None, result: str = "PASSED"
    ) -> TrainingRecord:
        new = self.new_record(worker, course, completed, expires, result)
        new.save()
        return new

    def revoke(self, *records: TrainingRecord) -> None:
        TrainingRecord.objects.filter(pk__in=[record.pk for record in records]).update(
            revoked_at=EPOCH, revoke_reason="Wrong person on the sheet"
        )

    def extend(self, course: Course, first: date, last: date, until: date) -> ValidityExtension | None:
        """Let the course's passes that stand and run out between two days be valid until a third; None: there are none.

        Each says so in its own row too, as the commands would have it, worked out here anew.
        """
        rows = TrainingRecord.objects.filter(course=course, result="PASSED", revoked_at=None)
        chosen = [one for one in rows.order_by("pk") if one.expires_on and first <= one.expires_on <= last]
        chosen = [one for one in chosen if one.expires_on and one.expires_on < until]
        if not chosen:
            return None
        new = ValidityExtension.objects.create(
            course=course,
            days_of="EXPIRES_ON",
            first_day=first,
            last_day=last,
            until=until,
            reference="Order 1",
            decided_on=first,
            reason="Nobody could be trained",
            records=len(chosen),
            made_at=EPOCH,
        )
        ExtendedRecord.objects.bulk_create(
            ExtendedRecord(extension=new, record=one, position=place) for place, one in enumerate(chosen, start=1)
        )
        self._follow(new)
        return new

    def unextend(self, extension: ValidityExtension) -> None:
        rows = ValidityExtension.objects.filter(pk=extension.pk)
        rows.update(revoked_at=EPOCH, revoke_reason="It is not for us")
        self._follow(extension)

    def _follow(self, extension: ValidityExtension) -> None:
        """Write into each record of an extension until when it is valid."""
        for one in TrainingRecord.objects.filter(extended__extension=extension):
            others = ValidityExtension.objects.filter(extended__record=one, revoked_at=None)
            until = max([one.expires_on, *(other.until for other in others)])
            if until != one.valid_until:
                TrainingRecord.objects.filter(pk=one.pk).update(valid_until=until)

    def new_competency(self, worker: Worker, course: Course, completed: date) -> CompetencyRecord:
        return CompetencyRecord(
            worker=worker,
            course=course,
            course_version=self.versions[course.pk],
            completed_on=completed,
            evidence=self.evidence,
            evidence_key=self.evidence.key,
            evidence_sha256=SHA,
            created_at=EPOCH,
        )

    def competency(
        self, worker: Worker, course: Course, completed: date, outcome: Outcome = "PENDING"
    ) -> CompetencyRecord:
        new = self.new_competency(worker, course, completed)
        new.save()
        self.settle(new, outcome, completed)
        return new

    def settle(self, competency: CompetencyRecord, outcome: Outcome, on: date) -> None:
        """Decide or withdraw a pending competency; a competent one gets a record valid for a year."""
        row = CompetencyRecord.objects.filter(pk=competency.pk)
        if outcome == "WITHDRAWN":
            row.update(revoked_at=EPOCH, revoke_reason="Entered twice")
        elif outcome == "NOT_COMPETENT":
            row.update(status=outcome, method=self.method, assessed_on=on, remarks="Again, please")
        elif outcome == "COMPETENT":
            proof = self.record(competency.worker, competency.course, on, on + timedelta(days=365))
            row.update(status=outcome, method=self.method, assessed_on=on, record=proof)
