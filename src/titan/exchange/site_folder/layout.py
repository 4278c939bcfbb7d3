"""The files of a site folder, in the order in which they build on each other: columns, keys, how a row is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from titan.catalogue.rules import VersionContent, checked_content
from titan.compliance.requirements.rules import RequirementGiven, check_requirements
from titan.core.given import Wrong
from titan.core.language import _
from titan.exchange.site_folder.cells import Cells
from titan.exchange.site_folder.rows import (
    AreaRow,
    CompanyRow,
    CourseRow,
    RecordRow,
    RequirementRow,
    RoleRow,
    Row,
    TrainerRow,
    VenueRow,
    WorkerRow,
)
from titan.personnel.rules import AreaGiven, WorkerFields, checked_worker
from titan.records.models import Result
from titan.resources.rules import TrainerFields, VenueFields, checked_trainer, checked_venue

TITLE_COLUMN = re.compile(r"title_([a-z]{2,3})")
RECORDS = "records.csv"

R_co = TypeVar("R_co", bound=Row, covariant=True)


@dataclass(frozen=True)
class Layout(Generic[R_co]):
    """One file: its name and columns, those that make the key of a row, and how a row is read.

    optional: columns that may be left out as a whole; their values then stay as they are.
    """

    file: str
    columns: tuple[str, ...]
    key_columns: tuple[str, ...]
    read: Callable[[Cells], R_co]
    optional: tuple[str, ...] = ()
    titles: bool = False

    def is_known(self, column: str) -> bool:
        """Tell whether a file of this kind may have `column`."""
        known = column in self.columns or column in self.optional
        return known or (self.titles and TITLE_COLUMN.fullmatch(column) is not None)


def _titles(cells: Cells) -> dict[str, str]:
    found = {}
    for column in cells.values:
        match = TITLE_COLUMN.fullmatch(column)
        if match:
            found[match[1]] = cells.text(column, 200, required=match[1] == "en")
    return found


def _company(cells: Cells) -> CompanyRow:
    return CompanyRow(cells.row, cells.code("code"), cells.text("name", 200))


def _role(cells: Cells) -> RoleRow:
    return RoleRow(cells.row, cells.code("code"), _titles(cells))


def _area(cells: Cells) -> AreaRow:
    return AreaRow(cells.row, cells.code("code"), cells.text("name", 200), cells.code("parent_code", required=False))


def _course(cells: Cells) -> CourseRow:
    title, codes = _titles(cells), cells.codes("prerequisite_codes")
    wrong = Wrong()
    content = checked_content(
        VersionContent(
            title={language: text for language, text in title.items() if text},
            duration_minutes=cells.number("duration_minutes") or 0,
            validity_months=cells.number("validity_months") or 0,
            delivery_method=cells.raw("delivery_method").strip(),
            category=cells.raw("category"),
            min_pass_score=cells.number("min_pass_score", required=False),
            requires_verification=cells.yes_no("requires_verification"),
            prerequisite_ids=tuple(range(len(codes))),
        ),
        wrong,
    )
    cells.take(wrong, {"prerequisite_ids": "prerequisite_codes", "title": "title_en"})
    return CourseRow(
        row=cells.row,
        code=cells.code("code"),
        title=title,
        category=content.category,
        duration_minutes=content.duration_minutes,
        validity_months=content.validity_months,
        delivery_method=content.delivery_method,
        requires_verification=content.requires_verification,
        prerequisite_codes=codes,
        has_pass_score=cells.given("min_pass_score"),
        min_pass_score=content.min_pass_score,
    )


def _requirement(source: str) -> Callable[[Cells], RequirementRow]:
    def read(cells: Cells) -> RequirementRow:
        kind, grace = cells.raw("type").strip(), cells.number("grace_period_days", required=False)
        wrong = Wrong()
        check_requirements([RequirementGiven(0, kind, grace)], {0}, wrong)
        cells.take(wrong, {f"requirements.0.{name}": name for name in ("type", "grace_period_days")})
        return RequirementRow(cells.row, cells.code(source), cells.code("course_code"), kind, grace)

    return read


def _trainer(cells: Cells) -> TrainerRow:
    wrong = Wrong()
    fields = checked_trainer(
        TrainerFields(
            code=cells.raw("code"),
            first_name=cells.raw("first_name"),
            type=cells.raw("type").strip(),
            last_name=cells.raw("last_name"),
            email=cells.raw("email"),
            company_name=cells.raw("company_name"),
        ),
        wrong,
    )
    cells.take(wrong)
    return TrainerRow(
        row=cells.row,
        code=fields.code,
        first_name=fields.first_name,
        last_name=fields.last_name,
        type=fields.type,
        email=fields.email,
        company_name=fields.company_name,
        qualified_course_codes=cells.codes("qualified_course_codes"),
    )


def _venue(cells: Cells) -> VenueRow:
    wrong = Wrong()
    capacity = cells.number("capacity") or 0
    fields = checked_venue(VenueFields(cells.raw("name"), capacity, cells.raw("location")), wrong)
    cells.take(wrong)
    return VenueRow(cells.row, fields.name, fields.capacity, fields.location)


def _worker(cells: Cells) -> WorkerRow:
    role_code, areas = cells.code("role_code", required=False), cells.codes("area_codes")
    areas_since = cells.day("area_assigned_on", required=False)
    wrong = Wrong()
    fields = checked_worker(
        WorkerFields(
            employee_id=cells.raw("employee_id"),
            first_name=cells.raw("first_name"),
            last_name=cells.raw("last_name"),
            company_id=0,
            email=cells.raw("email"),
            phone=cells.raw("phone"),
            role_id=0 if role_code else None,
            role_assigned_on=cells.day("role_assigned_on", required=bool(role_code or (areas and not areas_since))),
            status=cells.raw("status").strip(),
            start_date=cells.day("start_date", required=False),
            end_date=cells.day("end_date", required=False),
            areas=tuple(AreaGiven(number, areas_since) for number in range(len(areas))),
        ),
        wrong,
        today=cells.today,
    )
    cells.take(
        wrong,
        {"areas": "area_codes"} | {f"areas.{number}.assigned_on": "area_assigned_on" for number in range(len(areas))},
    )
    return WorkerRow(
        row=cells.row,
        employee_id=fields.employee_id,
        first_name=fields.first_name,
        last_name=fields.last_name,
        email=fields.email,
        phone=fields.phone,
        company_code=cells.code("company_code"),
        role_code=role_code,
        role_assigned_on=fields.role_assigned_on,
        status=fields.status,
        start_date=fields.start_date,
        end_date=fields.end_date,
        supervisor_employee_id=cells.code("supervisor_employee_id", required=False),
        area_codes=areas,
        area_assigned_on=areas_since,
    )


def _record(cells: Cells) -> RecordRow:
    completed = cells.day("completed_on")
    expires = cells.day("expires_on", required=False)
    result = cells.choice("result", Result)
    if result == Result.FAILED and expires:
        cells.wrong(
            "expires_on", "NOT_ALLOWED", _("Leave this empty: a failed result proves nothing that could expire.")
        )
    elif completed and expires and expires < completed:
        cells.wrong("expires_on", "BEFORE_COMPLETION", _("Give a day that is not before the completion."))
    return RecordRow(
        row=cells.row,
        employee_id=cells.code("employee_id"),
        course_code=cells.code("course_code"),
        completed_on=completed or date.min,
        expires_on=expires,
        provider_code=cells.text("provider_code", 200, required=False),
        result=result or "",
    )


COMPANIES = Layout("companies.csv", ("code", "name"), ("code",), _company)
ROLES = Layout("roles.csv", ("code", "title_en"), ("code",), _role, titles=True)
COURSES = Layout(
    "courses.csv",
    (
        "code",
        "title_en",
        "category",
        "duration_minutes",
        "validity_months",
        "delivery_method",
        "requires_verification",
        "prerequisite_codes",
    ),
    ("code",),
    _course,
    optional=("min_pass_score",),
    titles=True,
)
AREAS = Layout("areas.csv", ("code", "name", "parent_code"), ("code",), _area)
ROLE_REQUIREMENTS = Layout(
    "role_requirements.csv",
    ("role_code", "course_code", "type", "grace_period_days"),
    ("role_code", "course_code"),
    _requirement("role_code"),
)
AREA_REQUIREMENTS = Layout(
    "area_requirements.csv",
    ("area_code", "course_code", "type", "grace_period_days"),
    ("area_code", "course_code"),
    _requirement("area_code"),
)
TRAINERS = Layout(
    "trainers.csv",
    ("code", "first_name", "last_name", "type", "email", "company_name", "qualified_course_codes"),
    ("code",),
    _trainer,
)
VENUES = Layout("venues.csv", ("name", "capacity", "location"), ("name",), _venue)
WORKERS = Layout(
    "personnel.csv",
    (
        "employee_id",
        "first_name",
        "last_name",
        "email",
        "phone",
        "company_code",
        "role_code",
        "role_assigned_on",
        "status",
        "start_date",
        "end_date",
        "supervisor_employee_id",
        "area_codes",
    ),
    ("employee_id",),
    _worker,
    optional=("area_assigned_on",),
)
TRAINING = Layout(
    RECORDS,
    ("employee_id", "course_code", "completed_on", "expires_on", "provider_code", "result"),
    ("employee_id", "course_code", "completed_on", "result"),
    _record,
)
FILES = tuple(
    layout.file
    for layout in (
        COMPANIES,
        ROLES,
        COURSES,
        AREAS,
        ROLE_REQUIREMENTS,
        AREA_REQUIREMENTS,
        TRAINERS,
        VENUES,
        WORKERS,
        TRAINING,
    )
)
