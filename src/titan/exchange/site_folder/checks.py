"""Holding a folder against itself and the database: references, circles, states (domain.md §3–5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from titan.catalogue.rules import prerequisite_circle
from titan.core.language import _
from titan.core.settings import Site
from titan.exchange.site_folder.changes import contradicted, record_key, wanted_content
from titan.exchange.site_folder.layout import (
    AREA_REQUIREMENTS,
    AREAS,
    COMPANIES,
    COURSES,
    RECORDS,
    ROLE_REQUIREMENTS,
    ROLES,
    TRAINERS,
    WORKERS,
)
from titan.exchange.site_folder.problems import Problems
from titan.exchange.site_folder.queries import Known
from titan.exchange.site_folder.reading import SITE
from titan.exchange.site_folder.rows import Folder, RecordRow
from titan.records.rules import completed_on_error

Reference = tuple[int, str, str]


def check_zone(folder: Folder, site: Site, configured: str | None, problems: Problems) -> None:
    """Note a time zone other than the site's, or other than the `configured` one (TITAN_TIMEZONE)."""
    zone = folder.site.timezone if folder.site else ""
    if not zone:
        return
    if site.is_set_up and zone != site.timezone:
        problems.add(
            SITE,
            None,
            "timezone",
            "TIMEZONE_DIFFERS",
            f"The site's time zone is {site.timezone}; dates depend on it, it cannot become {zone}.",
        )
    elif configured and zone != configured:
        problems.add(
            SITE,
            None,
            "timezone",
            "TIMEZONE_DIFFERS",
            f"TITAN_TIMEZONE is {configured}, this is {zone}: make them equal, or leave TITAN_TIMEZONE out.",
        )


def check_shift(folder: Folder, earlier: Collection[int], problems: Problems) -> None:
    """Note dates that move by other days than at an earlier load: every record would stand there twice."""
    others = sorted({*earlier} - {folder.shifted_by_days})
    if folder.records and others:
        problems.add(
            RECORDS,
            None,
            "",
            "SHIFT_DIFFERS",
            f"Dates would move by {folder.shifted_by_days} days; at an earlier load by {others[-1]}: "
            "every record would come in a second time. Shift dates only into a new home.",
        )


def check_folder(folder: Folder, known: Known, *, today: date, problems: Problems) -> None:
    """Note every reference that leads nowhere, every circle, every row that the state forbids."""
    companies = {row.code for row in folder.companies} | known.companies.keys()
    roles = {row.code for row in folder.roles} | known.roles.keys()
    courses = {row.code for row in folder.courses} | known.courses.keys()
    areas = {row.code for row in folder.areas} | known.areas.keys()
    badges = {row.employee_id for row in folder.workers} | known.workers.keys()
    for file, found, existing, home in (
        (AREAS.file, ((r.row, "parent_code", r.parent_code) for r in folder.areas), areas, AREAS.file),
        (COURSES.file, _listed(folder.courses, "prerequisite_codes"), courses, COURSES.file),
        (ROLE_REQUIREMENTS.file, _sources(folder, "role"), roles, ROLES.file),
        (ROLE_REQUIREMENTS.file, _courses_of(folder.role_requirements), courses, COURSES.file),
        (AREA_REQUIREMENTS.file, _sources(folder, "area"), areas, AREAS.file),
        (AREA_REQUIREMENTS.file, _courses_of(folder.area_requirements), courses, COURSES.file),
        (TRAINERS.file, _listed(folder.trainers, "qualified_course_codes"), courses, COURSES.file),
        (
            WORKERS.file,
            ((r.row, "company_code", r.company_code) for r in folder.workers),
            companies,
            COMPANIES.file,
        ),
        (WORKERS.file, ((r.row, "role_code", r.role_code) for r in folder.workers), roles, ROLES.file),
        (WORKERS.file, _listed(folder.workers, "area_codes"), areas, AREAS.file),
        (WORKERS.file, _supervisors(folder), badges, WORKERS.file),
        (RECORDS, ((r.row, "employee_id", r.employee_id) for r in folder.records), badges, WORKERS.file),
        (RECORDS, _courses_of(folder.records), courses, COURSES.file),
    ):
        if home not in folder.unread:
            _check_references(file, found, existing, home, problems)
    _check_area_circles(folder, known, problems)
    _check_supervisor_circles(folder, known, problems)
    _check_prerequisite_circles(folder, known, problems)
    _check_drafts(folder, known, problems)
    _check_records(folder, known, today, problems)


def _listed(rows: Iterable[object], column: str) -> Iterator[Reference]:
    for row in rows:
        for code in getattr(row, column):
            yield getattr(row, "row"), column, code  # noqa: B009 (rows of several kinds)


def _sources(folder: Folder, noun: str) -> Iterator[Reference]:
    rows = folder.role_requirements if noun == "role" else folder.area_requirements
    return ((row.row, f"{noun}_code", row.source_code) for row in rows)


def _courses_of(rows: Iterable[object]) -> Iterator[Reference]:
    return ((getattr(row, "row"), "course_code", getattr(row, "course_code")) for row in rows)  # noqa: B009


def _supervisors(folder: Folder) -> Iterator[Reference]:
    return ((row.row, "supervisor_employee_id", row.supervisor_employee_id) for row in folder.workers)


def _check_references(
    file: str, found: Iterable[Reference], existing: Collection[str], home: str, problems: Problems
) -> None:
    for row, column, code in found:
        if code and code not in existing:
            message = _("“%(code)s” is neither in %(home)s nor on the site: correct it, or add it there.")
            problems.add(file, row, column, "UNKNOWN_REFERENCE", message % {"code": code, "home": home})


def _check_area_circles(folder: Folder, known: Known, problems: Problems) -> None:
    above = {code: area.parent_code for code, area in known.areas.items()}
    above |= {row.code: row.parent_code for row in folder.areas}
    rows = {row.code: row.row for row in folder.areas}
    for row, way in _circles(above, rows):
        problems.add(
            AREAS.file,
            row,
            "parent_code",
            "CIRCLE",
            _("The areas %(way)s lie in each other: change a parent.") % {"way": way},
        )


def _check_supervisor_circles(folder: Folder, known: Known, problems: Problems) -> None:
    above = {badge: worker.supervisor_employee_id for badge, worker in known.workers.items()}
    above |= {row.employee_id: row.supervisor_employee_id for row in folder.workers}
    rows = {row.employee_id: row.row for row in folder.workers}
    for row, way in _circles(above, rows):
        message = _("%(way)s would supervise each other: change one of the supervisors.") % {"way": way}
        problems.add(WORKERS.file, row, "supervisor_employee_id", "CIRCLE", message)


def _circles(above: Mapping[str, str], rows: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """Yield every circle once: the first row of the folder that is part of it, and the way round."""
    done: set[str] = set()
    for start in rows:
        way: dict[str, None] = {}
        here = start
        while here and here in above and here not in done and here not in way:
            way[here] = None
            here = above[here]
        if here in way:
            circle = list(way)[list(way).index(here) :]
            yield min(rows[code] for code in circle if code in rows), " → ".join([*circle, circle[0]])
        done.update(way)


def _check_prerequisite_circles(folder: Folder, known: Known, problems: Problems) -> None:
    asks_for: dict[str, Collection[str]] = {code: course.asks_for for code, course in known.courses.items()}
    asks_for |= {row.code: row.prerequisite_codes for row in folder.courses}
    numbers = {code: number for number, code in enumerate(asks_for)}
    graph = {numbers[code]: [numbers[c] for c in codes if c in numbers] for code, codes in asks_for.items()}
    codes = list(asks_for)
    said: set[frozenset[int]] = set()
    for row in folder.courses:
        here = numbers[row.code]
        circle = prerequisite_circle(here, graph[here], graph)
        if circle and frozenset(circle) not in said:
            said.add(frozenset(circle))
            way = " → ".join(codes[number] for number in circle)
            message = _("A course cannot come before itself: %(way)s. Take out one of the prerequisites.") % {
                "way": way
            }
            problems.add(COURSES.file, row.row, "prerequisite_codes", "CIRCLE", message)


def _check_drafts(folder: Folder, known: Known, problems: Problems) -> None:
    for row in folder.courses:
        course = known.courses.get(row.code)
        if course and course.draft_number and wanted_content(row, course.published) != course.published:
            problems.add(
                COURSES.file,
                row.row,
                "code",
                "COURSE_HAS_DRAFT",
                _(
                    "Course %(code)s has version %(number)s as a draft: publish that one first, then this row can "
                    "become the next version."
                )
                % {"code": row.code, "number": course.draft_number},
            )


def _check_records(folder: Folder, known: Known, today: date, problems: Problems) -> None:
    unpublished = {code for code, course in known.courses.items() if course.published is None}
    unpublished -= {row.code for row in folder.courses}
    for row in folder.records:
        wrong_day = completed_on_error(row.completed_on, today) if row.completed_on != date.min else None
        if wrong_day:
            problems.add(RECORDS, row.row, "completed_on", "AFTER_TODAY", wrong_day)
        if row.course_code in unpublished:
            message = _("Course %(code)s has no published version: publish it first.") % {"code": row.course_code}
            problems.add(RECORDS, row.row, "course_code", "COURSE_NOT_PUBLISHED", message)
        contradiction = expiry_contradiction(row, known)
        if contradiction:
            problems.add(RECORDS, row.row, "expires_on", "EXPIRY_CHANGED", contradiction)


def expiry_contradiction(row: RecordRow, known: Known) -> str | None:
    """Return what is wrong with a row that gives a standing record another expiry, or None."""
    standing = contradicted(row, known.records.get(record_key(row), []))
    if standing is None:
        return None
    until = standing.expires_on.isoformat() if standing.expires_on else _("never")
    return _(
        "This record stands already and expires %(until)s; what is proved does not change. Revoke it with a "
        "reason, then bring this row again."
    ) % {"until": until}
