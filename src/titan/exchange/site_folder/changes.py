"""What a row would make of what stands: pure comparisons, used by the checks and by the commands alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from titan.exchange.site_folder.rows import CourseRow, RecordRow

RecordKey = tuple[str, str, date, str]


@dataclass(frozen=True)
class CourseContent:
    """What a course version holds; prerequisites by code, in order."""

    title: Mapping[str, str]
    category: str
    duration_minutes: int
    validity_months: int
    delivery_method: str
    min_pass_score: int | None
    requires_verification: bool
    prerequisite_codes: tuple[str, ...]


@dataclass(frozen=True)
class StandingRecord:
    """A record that is about what a row says."""

    expires_on: date | None
    is_revoked: bool


def titles(given: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """Return the titles `before` with those `given`: an empty one goes, a language without a column stays."""
    merged = {**before, **given}
    return {language: merged[language] for language in sorted(merged) if merged[language]}


def wanted_content(row: CourseRow, before: CourseContent | None) -> CourseContent:
    """Return what the course of `row` is to hold; columns the file leaves out keep what stood `before`."""
    return CourseContent(
        title=titles(row.title, before.title if before else {}),
        category=row.category,
        duration_minutes=row.duration_minutes,
        validity_months=row.validity_months,
        delivery_method=row.delivery_method,
        min_pass_score=row.min_pass_score if row.has_pass_score or before is None else before.min_pass_score,
        requires_verification=row.requires_verification,
        prerequisite_codes=tuple(sorted(row.prerequisite_codes)),
    )


def record_key(row: RecordRow) -> RecordKey:
    """Return what makes a row of the register the same record: worker, course, completion and result."""
    return (row.employee_id, row.course_code, row.completed_on, row.result)


def is_new_record(row: RecordRow, standing: list[StandingRecord]) -> bool:
    """Tell whether `row` is no record yet: nothing stands, or only revoked ones with another expiry."""
    same = any(record.expires_on == row.expires_on for record in standing)
    return not same and all(record.is_revoked for record in standing)


def contradicted(row: RecordRow, standing: list[StandingRecord]) -> StandingRecord | None:
    """Return the record in force that is the same as `row` but for its expiry, or None."""
    if any(record.expires_on == row.expires_on for record in standing):
        return None
    return next((record for record in standing if not record.is_revoked), None)
