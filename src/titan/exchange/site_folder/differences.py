"""What a row would change of what stands, column by column: one rule for writers and for previews. Pure.

Each function returns None for a row that makes something new, and for others the columns that differ with what stood
and what is to stand, as a file would write them (`text`); nothing when it stands so already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from titan.exchange.site_folder.changes import CourseContent, titles, wanted_content
from titan.exchange.site_folder.queries import Known, KnownRequirement, KnownWorker
from titan.exchange.site_folder.rows import (
    AreaRow,
    CompanyRow,
    CourseRow,
    RequirementRow,
    RoleRow,
    TrainerRow,
    VenueRow,
    WorkerRow,
)

Differences = dict[str, tuple[Any, Any]]
"""By column: what stands, and what is to stand."""

WORKER_PLAIN = ("first_name", "last_name", "email", "phone", "status", "start_date", "end_date", "role_assigned_on")
WORKER_CODES = ("company_code", "role_code", "supervisor_employee_id")
TRAINER_VALUES = ("first_name", "last_name", "type", "email", "company_name")
CONTENT = tuple(name for name in CourseContent.__dataclass_fields__ if name != "title")


def text(value: Any) -> str:
    """Return a value as a cell of a site folder holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ";".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def company(row: CompanyRow, known: Known) -> Differences | None:
    """Compare a row of companies."""
    standing = known.companies.get(row.code)
    return None if standing is None else _differing({"name": (standing[1], row.name)})


def role(row: RoleRow, known: Known) -> Differences | None:
    """Compare a row of roles."""
    standing = known.roles.get(row.code)
    return None if standing is None else _titles(standing.title, titles(row.title, standing.title))


def area(row: AreaRow, known: Known) -> Differences | None:
    """Compare a row of areas."""
    standing = known.areas.get(row.code)
    if standing is None:
        return None
    return _differing({"name": (standing.name, row.name), "parent_code": (standing.parent_code, row.parent_code)})


def course(row: CourseRow, known: Known) -> Differences | None:
    """Compare a row of courses with the published version. One that has none differs in everything."""
    standing = known.courses.get(row.code)
    if standing is None:
        return None
    before, after = standing.published, wanted_content(row, standing.published)
    content = {name: (getattr(before, name, None), getattr(after, name)) for name in CONTENT}
    return _titles(before.title if before else {}, after.title) | _differing(content)


def role_requirement(row: RequirementRow, known: Known) -> Differences | None:
    """Compare a row of requirements of roles."""
    return _requirement(row, known.role_requirements.get((row.source_code, row.course_code)))


def area_requirement(row: RequirementRow, known: Known) -> Differences | None:
    """Compare a row of requirements of areas."""
    return _requirement(row, known.area_requirements.get((row.source_code, row.course_code)))


def trainer(row: TrainerRow, known: Known) -> Differences | None:
    """Compare a row of trainers; the cell of courses is all that a trainer may teach."""
    standing = known.trainers.get(row.code)
    if standing is None:
        return None
    held, wanted = tuple(sorted(standing.qualifications)), tuple(sorted(set(row.qualified_course_codes)))
    values = {name: (getattr(standing, name), getattr(row, name)) for name in TRAINER_VALUES}
    return _differing({**values, "qualified_course_codes": (held, wanted)})


def venue(row: VenueRow, known: Known) -> Differences | None:
    """Compare a row of venues."""
    standing = known.venues.get(row.name)
    if standing is None:
        return None
    return _differing(
        {"capacity": (standing.capacity, row.capacity), "location": (standing.location, row.location)},
    )


@dataclass(frozen=True)
class WorkerChange:
    """A row that differs from its worker: in these `fields` of the worker's row, and in these areas.

    begun: the areas that begin, with the day they count from. ended: those that end.
    """

    row: WorkerRow
    worker: KnownWorker
    fields: tuple[str, ...]
    begun: dict[str, date]
    ended: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.fields or self.begun or self.ended)

    @property
    def renames(self) -> bool:
        """Whether it changes who the worker is to the ledger; badges stand for themselves."""
        return not {"first_name", "last_name", "company_code"}.isdisjoint(self.fields)

    @property
    def differences(self) -> Differences:
        """The columns that differ; of areas, as `CODE` or, where only the day moved, `CODE 2026-11-24`."""
        found: Differences = {name: (getattr(self.worker, name), getattr(self.row, name)) for name in self.fields}
        if self.begun or self.ended:
            held = {code: assignment.assigned_on for code, assignment in self.worker.areas.items()}
            kept = {code: day for code, day in held.items() if code not in self.ended}
            found["area_codes"] = (_areas(held, self.begun), _areas({**kept, **self.begun}, held))
        return found


def worker_change(row: WorkerRow, worker: KnownWorker) -> WorkerChange:
    """Compare a row of personnel with its worker; the cell of areas is the whole list of a worker's areas."""
    fields = tuple(name for name in (*WORKER_PLAIN, *WORKER_CODES) if getattr(row, name) != getattr(worker, name))
    wanted = {code: anchor(row, worker, code) for code in row.area_codes}
    held = {code: assignment.assigned_on for code, assignment in worker.areas.items()}
    begun = {code: day for code, day in wanted.items() if day is not None and held.get(code) != day}
    ended = tuple(code for code in held if code not in wanted or code in begun)
    return WorkerChange(row, worker, fields, begun, ended)


def anchor(row: WorkerRow, worker: KnownWorker | None, code: str) -> date | None:
    """Return the day from which an area counts: one that stays keeps its own, unless it was corrected.

    A day given for this area stands as given. A corrected day is another role_assigned_on of the same role; areas that
    counted from it follow.
    """
    if code in row.area_days:
        return row.area_days[code]
    held = worker.areas.get(code) if worker else None
    if worker is None or held is None:
        return row.area_assigned_on or row.role_assigned_on
    is_corrected = row.role_code == worker.role_code and row.role_assigned_on is not None
    if is_corrected and held.assigned_on == worker.role_assigned_on:
        return row.role_assigned_on
    return held.assigned_on


def _areas(days: dict[str, date], others: dict[str, date]) -> tuple[str, ...]:
    return tuple(
        f"{code} {day.isoformat()}" if code in others and others[code] != day else code
        for code, day in sorted(days.items())
    )


def _requirement(row: RequirementRow, standing: KnownRequirement | None) -> Differences | None:
    if standing is None:
        return None
    return _differing({name: (getattr(standing, name), getattr(row, name)) for name in ("type", "grace_period_days")})


def _titles(before: Any, after: Any) -> Differences:
    languages = dict.fromkeys((*before, *after))
    return _differing({f"title_{name}": (before.get(name, ""), after.get(name, "")) for name in languages})


def _differing(found: Differences) -> Differences:
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}
