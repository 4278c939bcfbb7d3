"""Values that a column or a leaf might hold instead of the one that it does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection

from tests.ledger.verifying.edits.edit import ImpossibleError, sql

REFERS = {
    "worker_id": "personnel_worker",
    "course_id": "catalogue_course",
    "course_version_id": "catalogue_courseversion",
    "trainer_id": "resources_trainer",
    "evidence_id": "evidence_evidencefile",
    "assessment_evidence_id": "evidence_evidencefile",
    "method_id": "records_assessmentmethod",
    "record_id": "records_trainingrecord",
    "extension_id": "records_validityextension",
    "corrects_id": "records_trainingrecord",
    "company_id": "personnel_company",
    "merged_into_id": "personnel_worker",
}
CHOICES = {
    "result": ("PASSED", "FAILED"),
    "source": ("SESSION", "COMPETENCY", "EXTERNAL", "MIGRATED", "CORRECTION"),
    "status": ("PENDING", "COMPETENT", "NOT_COMPETENT"),
    "days_of": ("EXPIRES_ON", "COMPLETED_ON"),
}
DAYS = {"completed_on", "expires_on", "valid_until", "assessed_on", "first_day", "last_day", "until", "decided_on"}
MOMENTS = {"created_at", "revoked_at", "finalized_at", "at", "attached_at", "superseded_at", "anonymised_at", "made_at"}
NUMBERS = {"score", "session_id", "by_id", "number", "size", "position", "records"}


def another(random: Random, table: str, column: str, old: Any) -> Any:
    """Return a value for a column that is not the one it has, and that could stand there."""
    if column in REFERS:
        return another_row(random, column, old)
    if column in CHOICES:
        choices = CHOICES[column] if table != "training_trainingsession" else ("CANCELLED",)
        return random.choice([choice for choice in choices if choice != old])
    if column in DAYS:
        return "2027-05-01" if old is None else _another_day(random, old)
    if column in MOMENTS:
        return None if column == "revoked_at" and random.random() < 0.5 else moved(old)
    if column in NUMBERS or column.endswith("_by_id"):
        return 61 if old is None else old + 1 if old != 100 else 3
    return old + 100_000 if column == "id" else _another_text(column, old or "")


def _another_text(column: str, old: str) -> str:
    if column == "evidence_sha256":
        # No more characters fit.
        return old[:-1] + ("0" if old[-1] != "0" else "1")
    return old + "x"


def _another_day(random: Random, old: date) -> date:
    # Nothing comes after the last day that there is.
    return old + timedelta(days=random.choice([-1] if old == date.max else [-1, 1, 365]))


def another_row(random: Random, column: str, old: Any) -> int:
    """Return another row that a column might point to; of evidence, one with other bytes."""
    others = [pk for (pk,) in sql(f"SELECT id FROM {REFERS[column]} ORDER BY id") if pk != old]
    if column.endswith("evidence_id") and old is not None:
        ((key,),) = sql("SELECT key FROM evidence_evidencefile WHERE id = %s", old)
        others = [pk for (pk,) in sql("SELECT id FROM evidence_evidencefile WHERE key <> %s ORDER BY id", key)]
    if not others:
        raise ImpossibleError
    return int(random.choice(others))


def moved(old: Any) -> Any:
    """Return the next moment, a microsecond later."""
    if old is None:
        raise ImpossibleError
    value = datetime.fromisoformat(old) if isinstance(old, str) else old
    return plain(value + timedelta(microseconds=1))


def plain(value: Any) -> Any:
    """Return a value as a statement takes it."""
    return connection.ops.adapt_datetimefield_value(value) if hasattr(value, "tzinfo") and value.tzinfo else value


def other_value(random: Random, old: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + 1
    if isinstance(old, str):
        place = random.randrange(len(old))
        return old[:place] + ("0" if old[place] != "0" else "1") + old[place + 1 :]
    if isinstance(old, dict):
        name = random.choice(sorted(old))
        return {**old, name: other_value(random, old[name])}
    return 7
