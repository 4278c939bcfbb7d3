"""The words for how an import, its work, its rows and its questions stand."""

from __future__ import annotations

from enum import StrEnum

from titan.core.language import N_


class State(StrEnum):
    """How an import stands. Only an OPEN one can be changed, applied or discarded; only an APPLIED one undone."""

    OPEN = "OPEN"
    APPLIED = "APPLIED"
    DISCARDED = "DISCARDED"
    UNDONE = "UNDONE"


class Work(StrEnum):
    """What is done to an import at this moment, in the background when it is large."""

    CHECKING = "CHECKING"
    APPLYING = "APPLYING"
    UNDOING = "UNDOING"


class Outcome(StrEnum):
    """What applying does with a row. IGNORED: no data (a total, a repeated heading or row) or left out by choice."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
    IGNORED = "IGNORED"


class Kind(StrEnum):
    """What the rows of a sheet are, in the order in which they build on each other.

    MATRIX: one row per worker, one column per course, dates in the cells.
    """

    COMPANIES = "COMPANIES"
    ROLES = "ROLES"
    COURSES = "COURSES"
    AREAS = "AREAS"
    ROLE_REQUIREMENTS = "ROLE_REQUIREMENTS"
    AREA_REQUIREMENTS = "AREA_REQUIREMENTS"
    TRAINERS = "TRAINERS"
    VENUES = "VENUES"
    WORKERS = "WORKERS"
    RECORDS = "RECORDS"
    MATRIX = "MATRIX"


KIND_LABELS = {
    Kind.COMPANIES: N_("Companies"),
    Kind.ROLES: N_("Roles"),
    Kind.COURSES: N_("Courses"),
    Kind.AREAS: N_("Areas"),
    Kind.ROLE_REQUIREMENTS: N_("Requirements of roles"),
    Kind.AREA_REQUIREMENTS: N_("Requirements of areas"),
    Kind.TRAINERS: N_("Trainers"),
    Kind.VENUES: N_("Venues"),
    Kind.WORKERS: N_("Workers"),
    Kind.RECORDS: N_("Past training"),
    Kind.MATRIX: N_("Training matrix"),
}


class QuestionKind(StrEnum):
    """What can be asked about a file; each question is asked once.

    DATES: day or month first, of one column. SWAPPED: did a spreadsheet program swap day and month. DATE_SYSTEM:
    serials of a CSV. MATRIX_DATES: completed or expires. ROLE_DAY: from when roles and areas without a day count.
    COMPANY, ROLE, AREA, COURSE: a value that nothing on the site matches. BADGE: a badge that differs from a
    standing one only in case or leading zeros.
    """

    DATES = "DATES"
    SWAPPED = "SWAPPED"
    DATE_SYSTEM = "DATE_SYSTEM"
    MATRIX_DATES = "MATRIX_DATES"
    ROLE_DAY = "ROLE_DAY"
    COMPANY = "COMPANY"
    ROLE = "ROLE"
    AREA = "AREA"
    COURSE = "COURSE"
    BADGE = "BADGE"
    PERSON = "PERSON"
    WORD = "WORD"
    UNIT = "UNIT"
