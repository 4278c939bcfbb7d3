"""What a site folder says, row by row, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from titan.exchange.site_folder.problems import Found


class Row(Protocol):
    """A row of any file: where it stands, and the key that no other row of its file has."""

    @property
    def row(self) -> int: ...

    @property
    def key(self) -> tuple[object, ...]: ...


@dataclass(frozen=True)
class CompanyRow:
    row: int
    code: str
    name: str

    @property
    def key(self) -> tuple[object, ...]:
        return (self.code,)


@dataclass(frozen=True)
class RoleRow:
    """`title` maps languages to texts; an empty text takes the translation away."""

    row: int
    code: str
    title: Mapping[str, str]

    @property
    def key(self) -> tuple[object, ...]:
        return (self.code,)


@dataclass(frozen=True)
class AreaRow:
    row: int
    code: str
    name: str
    parent_code: str

    @property
    def key(self) -> tuple[object, ...]:
        return (self.code,)


@dataclass(frozen=True)
class CourseRow:
    """`min_pass_score` counts only when the file has that column (`has_pass_score`)."""

    row: int
    code: str
    title: Mapping[str, str]
    category: str
    duration_minutes: int
    validity_months: int
    delivery_method: str
    requires_verification: bool
    prerequisite_codes: tuple[str, ...]
    has_pass_score: bool
    min_pass_score: int | None

    @property
    def key(self) -> tuple[object, ...]:
        return (self.code,)


@dataclass(frozen=True)
class RequirementRow:
    """A course asked for by the role or area `source_code`."""

    row: int
    source_code: str
    course_code: str
    type: str
    grace_period_days: int | None

    @property
    def key(self) -> tuple[object, ...]:
        return (self.source_code, self.course_code)


@dataclass(frozen=True)
class TrainerRow:
    row: int
    code: str
    first_name: str
    last_name: str
    type: str
    email: str
    company_name: str
    qualified_course_codes: tuple[str, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return (self.code,)


@dataclass(frozen=True)
class VenueRow:
    row: int
    name: str
    capacity: int
    location: str

    @property
    def key(self) -> tuple[object, ...]:
        return (self.name,)


@dataclass(frozen=True)
class WorkerRow:
    """A worker. area_assigned_on: from when areas that begin count; without it, from `role_assigned_on`.

    area_days: the same of single areas, which no file has a column for.
    """

    row: int
    employee_id: str
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
    area_codes: tuple[str, ...]
    area_assigned_on: date | None = None
    area_days: Mapping[str, date] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        return (self.employee_id,)


@dataclass(frozen=True)
class RecordRow:
    row: int
    employee_id: str
    course_code: str
    completed_on: date
    expires_on: date | None
    provider_code: str
    result: str

    @property
    def key(self) -> tuple[object, ...]:
        return (self.employee_id, self.course_code, self.completed_on, self.result)


@dataclass(frozen=True)
class SiteValues:
    """What site.json says: the site's name and IANA time zone, and the day its data are of."""

    name: str
    timezone: str
    as_of: date | None


@dataclass(frozen=True)
class Folder:
    """A site folder as read: the rows of each file, empty where there is no file.

    register: the bytes of records.csv as evidence, with shifted dates when they were shifted.
    present: the names of the files that were there. ignored: other CSV files.
    problems: whatever could not be read. unread: files of which not every row could be read.
    """

    site: SiteValues | None = None
    companies: list[CompanyRow] = field(default_factory=list)
    roles: list[RoleRow] = field(default_factory=list)
    courses: list[CourseRow] = field(default_factory=list)
    areas: list[AreaRow] = field(default_factory=list)
    role_requirements: list[RequirementRow] = field(default_factory=list)
    area_requirements: list[RequirementRow] = field(default_factory=list)
    trainers: list[TrainerRow] = field(default_factory=list)
    venues: list[VenueRow] = field(default_factory=list)
    workers: list[WorkerRow] = field(default_factory=list)
    records: list[RecordRow] = field(default_factory=list)
    register: bytes = b""
    shifted_by_days: int = 0
    present: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    problems: tuple[Found, ...] = ()
    unread: frozenset[str] = frozenset()
