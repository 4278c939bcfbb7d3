"""Finalizing: the real command against the rows it writes, written raw."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bench import raw
from bench.classes import Class, ready
from bench.looping import finalize_in_a_loop
from bench.timing import ROUNDS, Measured, in_turn

LIMITS = {20: 4.0, 500: 2.5}
LOOP = 100
CLASSES_COUNTED = 6


def measures(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure classes of 20, 100 and 500, 100 people one by one, and count statements."""
    # First, while every class has somebody who turns green: what changes nothing is not written.
    yield statements(workers, at=at)
    for attendees in (20, LOOP, 500):
        yield finalize_against_raw(workers, attendees, at=at, rounds=rounds)
    yield finalize_against_loop(workers, at=at, rounds=rounds)
    yield finalize_against_single(workers, at=at, rounds=rounds)


def finalize_against_raw(workers: int, attendees: int, *, at: datetime, rounds: int = ROUNDS) -> Measured:
    """Measure one class size: the command, and the same rows in one durable transaction."""
    classes = ready(attendees, 2 * (rounds + 1), at=at)
    ours, theirs = in_turn(
        lambda number: finalize(classes[2 * number], at=at),
        lambda number: finalize_raw(classes[2 * number + 1], at=at),
        rounds=rounds,
    )
    return Measured(f"finalize {attendees}", workers, ours, theirs, LIMITS.get(attendees))


def finalize(wanted: Class, *, at: datetime) -> None:
    """Finalize with the real command."""
    from titan.core.actor import system_actor
    from titan.training.commands import finalize_session

    finalize_session(wanted.session_id, by=system_actor(), at=at)


def finalize_against_loop(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Measured:
    """Measure a class of 100 against a program that goes over its people: record, event and verdict of each."""
    classes = ready(LOOP, 2 * (rounds + 1), at=at)
    ours, theirs = in_turn(
        lambda number: finalize(classes[2 * number], at=at),
        lambda number: finalize_in_a_loop(classes[2 * number + 1], at=at),
        rounds=rounds,
    )
    return Measured(f"finalize {LOOP} against a loop", workers, ours, theirs, 50, at_least=True, note="× faster")


def finalize_against_single(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Measured:
    """Measure a class of 100 against 100 classes of one, finalized with the same command one after the other."""
    batches, single = ready(LOOP, rounds + 1, at=at), ready(1, LOOP * (rounds + 1), at=at)

    def one_by_one(number: int) -> None:
        for one in single[number * LOOP : (number + 1) * LOOP]:
            finalize(one, at=at)

    ours, theirs = in_turn(lambda number: finalize(batches[number], at=at), one_by_one, rounds=rounds)
    what = f"finalize {LOOP} against {LOOP} classes of one"
    return Measured(what, workers, ours, theirs, at_least=True, note="× faster")


def statements(workers: int, *, at: datetime) -> Measured:
    """Count the statements at 20, 100 and 500: they must be the same.

    Of several classes the most: where nobody's overall colour changes, no verdict is written.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for attendees in (20, 100, 500):
        seen = []
        for one in ready(attendees, CLASSES_COUNTED, at=at):
            with CaptureQueriesContext(connection) as captured:
                finalize(one, at=at)
            seen.append(len(captured))
        counts.append(max(seen))
    note = "statements at 20, 100, 500: " + ", ".join(map(str, counts))
    same = max(counts) / min(counts)
    return Measured("finalize: statements", workers, same, 1.0, 1.0, note=note)


def finalize_raw(wanted: Class, *, at: datetime) -> None:
    """Write what finalizing writes, nothing checked: records, items, verdicts, audit, receipt, session."""
    from titan.core import settings
    from titan.records.rules import expires_on

    site = settings.current()
    moment = at if raw.is_postgres() else at.replace(tzinfo=None).isoformat(" ")
    with raw.durable_transaction():
        course, version, trainer, evidence, key, sha256, ends = raw.rows(
            """SELECT s.course_id, s.course_version_id, s.trainer_id, e.id, e.key, e.sha256,
                      (SELECT MAX(ends_at) FROM training_slot WHERE session_id = s.id)
               FROM training_trainingsession s JOIN evidence_evidencefile e ON e.id = s.evidence_id WHERE s.id = ?""",
            [wanted.session_id],
        )[0]
        done = site.today(ends if raw.is_postgres() else datetime.fromisoformat(f"{ends}+00:00"))
        until = expires_on(done, wanted.validity_months)
        if until is None:
            raise ValueError("Classes are made for courses whose passes run out.")
        raw.run(
            f"""INSERT INTO records_trainingrecord (worker_id, course_id, course_version_id, session_id, trainer_id,
                result, completed_on, expires_on, valid_until, provider, evidence_id, evidence_key, evidence_sha256,
                source, remarks, created_at, revoke_reason)
            SELECT worker_id, {course}, {version}, session_id, {trainer}, result, {raw.day("?")}, {raw.day("?")},
                {raw.day("?")}, '', {evidence}, '{key}', '{sha256}', 'SESSION', '', {_at()}, ''
            FROM training_attendee WHERE session_id = ? AND status = 'ATTENDED'""",
            [done.isoformat(), until.isoformat(), until.isoformat(), moment, wanted.session_id],
        )
        warns = f"(r.expires_on - {site.warning_days})" if raw.is_postgres() else "date(r.expires_on, '-30 days')"
        raw.run(
            f"""UPDATE compliance_complianceitem AS i SET severity = 4, record_id = r.id, expires_on = r.expires_on,
                next_change_on = {warns}
            FROM records_trainingrecord r WHERE r.session_id = ? AND i.worker_id = r.worker_id AND i.course_id = ?
            AND (i.expires_on IS NULL OR i.expires_on <= r.expires_on)""",
            [wanted.session_id, course],
        )
        raw.run(
            """UPDATE compliance_workerverdict AS v SET severity = d.severity
            FROM (SELECT i.worker_id, MIN(i.severity) AS severity FROM training_attendee a
                  JOIN compliance_complianceitem i ON i.worker_id = a.worker_id
                  WHERE a.session_id = ? GROUP BY i.worker_id) AS d
            WHERE d.worker_id = v.worker_id AND d.severity <> v.severity""",
            [wanted.session_id],
        )
        raw.run(
            f"""INSERT INTO audit_auditevent (at, actor_role, via, action, entity, entity_id, after, reason)
            SELECT {_at()}, 'SUPER_ADMIN', 'SYSTEM', 'training_record.created', 'training_record', id, {_object()}, ''
            FROM records_trainingrecord WHERE session_id = ?
            UNION ALL SELECT {_at()}, 'SUPER_ADMIN', 'SYSTEM', 'session.finalized', 'session', ?, {_empty()}, ''""",
            [moment, wanted.session_id, moment, wanted.session_id],
        )
        raw.run(
            f"INSERT INTO training_finalization (session_id, outcome, at) VALUES (?, {_empty()}, {_at()})",
            [wanted.session_id, moment],
        )
        raw.run(
            f"""UPDATE training_trainingsession SET status = 'COMPLETED', finalized_at = {_at()}, version = version + 1
            WHERE id = ?""",
            [moment, wanted.session_id],
        )


def _at() -> str:
    return "?::timestamptz" if raw.is_postgres() else "?"


def _empty() -> str:
    return "'{}'::jsonb" if raw.is_postgres() else "'{}'"


def _object() -> str:
    build = "jsonb_build_object" if raw.is_postgres() else "json_object"
    names = ("worker_id", "course_id", "session_id", "result", "completed_on", "expires_on", "source")
    pairs = ", ".join(f"'{name}', {name}" for name in (*names, "evidence_sha256"))
    return f"{build}({pairs})"
