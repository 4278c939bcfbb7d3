"""Classes ready to be finalized, or open for the picker: written raw, because they are not what is measured."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench import raw

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Class:
    """One session that waits for its finalization."""

    session_id: int
    course_id: int
    validity_months: int


def course_ids(*, signed_off: bool = False) -> list[tuple[int, int]]:
    """Return (course, validity in months) of the courses whose passes run out; most asked of first."""
    wanted = str(signed_off).lower() if raw.is_postgres() else int(signed_off)
    found = raw.rows(
        f"""SELECT v.course_id, v.validity_months FROM catalogue_courseversion v
        JOIN compliance_complianceitem i ON i.course_id = v.course_id
        WHERE v.requires_verification = {wanted} AND v.validity_months > 0
        GROUP BY v.course_id, v.validity_months ORDER BY COUNT(*) DESC, v.course_id"""
    )
    return [(course, months) for course, months in found]


def ready(attendees: int, number: int, *, at: datetime) -> list[Class]:
    """Make `number` classes of `attendees` people each, all present and passed, with the sheet attached.

    Everyone is asked for the course; on a small site, people may sit in a second class of it.
    """
    made: list[Class] = []
    with raw.durable_transaction():
        while len(made) < number:
            before = len(made)
            for course_id, months in course_ids():
                # Spread over the red, the yellow and the green, as a class of everybody's would be.
                people = _people_of(course_id)
                classes = len(people) // attendees
                for start in range(min(classes, number - len(made))):
                    made.append(_class(course_id, months, people[start::classes][:attendees], at))
            if len(made) == before:
                raise ValueError(f"The site is too small for a class of {attendees}.")
    return made


def _people_of(course_id: int) -> list[int]:
    found = raw.rows(
        "SELECT worker_id FROM compliance_complianceitem WHERE course_id = ? ORDER BY severity, worker_id", [course_id]
    )
    return [row[0] for row in found]


def _class(course_id: int, months: int, people: list[int], at: datetime) -> Class:
    session_id = draft(course_id, people, at=at, status="ATTENDED", result="PASSED")
    number = next(_numbers)
    start = at - timedelta(hours=2 + number // 20, minutes=2)
    evidence = raw.value("SELECT MIN(id) FROM evidence_evidencefile")
    raw.run(
        "INSERT INTO training_slot (session_id, starts_at, ends_at) VALUES (?, ?, ?)",
        [session_id, _moment(start), _moment(start + timedelta(minutes=30))],
    )
    raw.run(
        """INSERT INTO training_sessionevidence (session_id, evidence_id, attached_at) VALUES (?, ?, ?)""",
        [session_id, evidence, _moment(at)],
    )
    raw.run(
        """UPDATE training_trainingsession SET status = 'SCHEDULED', trainer_id = ?, venue_id = 1,
        course_version_id = ?, evidence_id = ? WHERE id = ?""",
        [1 + number % 20, course_id, evidence, session_id],
    )
    return Class(session_id, course_id, months)


def draft(course_id: int, people: list[int], *, at: datetime, status: str = "REGISTERED", result: str = "") -> int:
    """Make a draft with these people on its list; return its id."""
    session_id = int(
        raw.value(
            """INSERT INTO training_trainingsession (status, course_id, title, notes, version, created_at,
            cancel_reason) VALUES ('DRAFT', ?, '', '', 1, ?, '') RETURNING id""",
            [course_id, _moment(at)],
        )
    )
    raw.run("UPDATE training_trainingsession SET code = ? WHERE id = ?", [f"TS-2026-{session_id:04}", session_id])
    if people:
        ids = ", ".join(map(str, people))
        no = "false" if raw.is_postgres() else "0"
        raw.run(
            f"""INSERT INTO training_attendee (session_id, worker_id, status, result, verified, remarks, added_at)
            SELECT ?, id, '{status}', '{result}', {no}, '', ? FROM personnel_worker WHERE id IN ({ids})""",
            [session_id, _moment(at)],
        )
    return session_id


def _moment(at: datetime) -> object:
    # SQLite keeps moments as text, as Django writes them.
    return at if raw.is_postgres() else at.replace(tzinfo=None).isoformat(" ")
