"""The cases about what was found false: the list of them, one of them, its lines, and who turned Red by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q

from titan.accounts.queries import user_names
from titan.compliance.models import ComplianceItem, Severity
from titan.compliance.queries.summary import course_titles
from titan.core.actor import Actor
from titan.core.errors import NotFound
from titan.core.given import is_id
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.personnel.queries.workers import WorkerShort, short_worker
from titan.training.consequences.queries.resting import CourseNamed, ShownLine, shown_lines
from titan.training.consequences.queries.subjects import SubjectView, subjects_named
from titan.training.models import CaseRecord, CaseRed, CaseStatus, ConsequenceCase, Standing


@dataclass(frozen=True)
class Outcome:
    """What an approved case did. turned_red: how many workers turned Red by it."""

    revoked: int
    withdrawn: int
    turned_red: int


@dataclass(frozen=True)
class CaseView:
    """One case. records, competencies: how many it asks to revoke and withdraw. outcome: once it is approved.

    may_decide: whether the reader may approve or reject it; may_withdraw: whether it is theirs to take back.
    """

    id: int
    subject: SubjectView
    first_day: date | None
    last_day: date | None
    reason: str
    status: str
    digest: str
    records: int
    competencies: int
    proposed_at: datetime
    proposed_by_id: int
    proposed_by: str
    decided_at: datetime | None
    decided_by_id: int | None
    decided_by: str
    remark: str
    outcome: Outcome | None
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True)
class LineCounts:
    """How many lines of a case's list were only shown: ended already, on other evidence, decided against somebody."""

    revoked: int
    other_evidence: int
    decided: int


@dataclass(frozen=True)
class RedLine:
    """A course that a case made Red for a worker. was: the item's status before. turned: the worker was not Red."""

    worker: WorkerShort
    compliance_status: str | None
    course: CourseNamed
    was: str
    turned: bool


def may_decide(case: ConsequenceCase, *, by: Actor) -> bool:
    """Tell whether `by` may approve or reject the case: an admin with a login, other than whoever proposed it."""
    is_other = by.user_id is not None and by.user_id != case.proposed_by_id
    return case.status == CaseStatus.PROPOSED and by.is_admin and is_other


def list_cases(
    *,
    by: Actor,
    status: str | None = None,
    subject: tuple[str, int] | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[CaseView]:
    """Return cases, newest first; at most seven statements. Raises Forbidden for trainers."""
    need_reader(by)
    found = ConsequenceCase.objects.all()
    if status is not None:
        found = found.filter(status=status)
    if subject is not None:
        found = found.filter(subject=subject[0], subject_id=subject[1])
    total = found.count()
    if cursor:
        found = found.filter(pk__lt=decode_cursor(cursor, int)[0])
    rows = list(found.order_by("-pk")[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    return Page(_views(rows, by), encode_cursor(rows[-1].pk) if more else None, total)


def one_case(case_id: int, *, by: Actor) -> CaseView:
    """Return one case (three statements). Raises Forbidden for trainers, NotFound."""
    need_reader(by)
    row = ConsequenceCase.objects.filter(pk=case_id).first() if is_id(case_id) else None
    if row is None:
        raise NotFound("case", case_id)
    return _views([row], by)[0]


def line_counts(case_id: int) -> LineCounts:
    """Return how many lines of the case were only shown (one statement)."""
    shown = (Standing.REVOKED, Standing.OTHER_EVIDENCE, Standing.DECIDED)
    counts = {one.lower(): Count("pk", filter=Q(standing=one)) for one in shown}
    return LineCounts(**CaseRecord.objects.filter(case_id=case_id).aggregate(**counts))


def case_lines(case_id: int, *, by: Actor, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[ShownLine]:
    """Return the lines of a case as they were proposed, a page at a time (four statements)."""
    need_reader(by)
    found = CaseRecord.objects.filter(case_id=case_id)
    total = found.count()
    if cursor:
        found = found.filter(position__gt=decode_cursor(cursor, int)[0])
    columns = ("position", "record_id", "competency_id", "standing")
    rows = list(found.order_by("position").values_list(*columns)[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    lines = [("RECORD", record, how) if record else ("COMPETENCY", other, how) for _, record, other, how in rows]
    return Page(shown_lines(lines), encode_cursor(rows[-1][0]) if more else None, total)


def case_reds(case_id: int, *, by: Actor, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[RedLine]:
    """Return who turned Red by a case, those who were not Red before first, then by name (three statements)."""
    need_reader(by)
    found = CaseRed.objects.filter(case_id=case_id)
    total = found.count()
    if cursor:
        found = found.filter(position__gt=decode_cursor(cursor, int)[0])
    rows = list(found.select_related("worker__company", "worker__verdict", "course").order_by("position")[: limit + 1])
    more, rows, titles = len(rows) > limit, rows[:limit], course_titles()
    return Page([_red(row, titles) for row in rows], encode_cursor(rows[-1].position) if more else None, total)


@dataclass(frozen=True)
class StillRed:
    """A course that a case made Red, and the workers who need a class for it still; by id."""

    course: CourseNamed
    worker_ids: tuple[int, ...]


def red_courses(case_id: int) -> list[StillRed]:
    """Return the courses that a case made Red, with those workers who are Red in them still (two statements).

    For planning sessions: who took a class meanwhile, or is no longer active, is left out.
    """
    item = ComplianceItem.objects.filter(
        worker_id=OuterRef("worker_id"), course_id=OuterRef("course_id"), severity=Severity.NON_COMPLIANT
    )
    rows = CaseRed.objects.filter(Exists(item), case_id=case_id).order_by("course__code", "position")
    titles, workers, codes = course_titles(), defaultdict[int, list[int]](list), dict[int, str]()
    for course_id, code, worker_id in rows.values_list("course_id", "course__code", "worker_id"):
        codes[course_id] = code
        workers[course_id].append(worker_id)
    return [StillRed(CourseNamed(pk, code, titles.get(pk, {})), tuple(workers[pk])) for pk, code in codes.items()]


def case_that_ended(*, record_id: int | None = None, competency_id: int | None = None) -> int | None:
    """Return the approved case by which a record was revoked, or a competency withdrawn; None (one statement)."""
    lines = CaseRecord.objects.filter(standing=Standing.RESTS, case__status=CaseStatus.APPROVED)
    about = Q(record_id=record_id) if record_id is not None else Q(competency_id=competency_id)
    return lines.filter(about).values_list("case_id", flat=True).first()


def waiting_cases(*, by: Actor) -> int:
    """Return how many cases wait for `by` to approve or reject them (one statement; none for who may not)."""
    if not by.is_admin or by.user_id is None:
        return 0
    return ConsequenceCase.objects.filter(status=CaseStatus.PROPOSED).exclude(proposed_by_id=by.user_id).count()


def _views(rows: list[ConsequenceCase], by: Actor) -> list[CaseView]:
    subjects = subjects_named((row.subject, row.subject_id) for row in rows)
    names = user_names(pk for row in rows for pk in (row.proposed_by_id, row.decided_by_id) if pk is not None)
    return [_view(row, subjects[row.subject, row.subject_id], names, by) for row in rows]


def _view(row: ConsequenceCase, subject: SubjectView, names: Mapping[int, str], by: Actor) -> CaseView:
    done = row.status == CaseStatus.APPROVED
    return CaseView(
        id=row.pk,
        subject=subject,
        first_day=row.first_day,
        last_day=row.last_day,
        reason=row.reason,
        status=row.status,
        digest=row.digest,
        records=row.records,
        competencies=row.competencies,
        proposed_at=row.proposed_at,
        proposed_by_id=row.proposed_by_id,
        proposed_by=names.get(row.proposed_by_id, ""),
        decided_at=row.decided_at,
        decided_by_id=row.decided_by_id,
        decided_by=names.get(row.decided_by_id or 0, ""),
        remark=row.remark,
        outcome=Outcome(row.revoked or 0, row.withdrawn or 0, row.turned_red or 0) if done else None,
        may_decide=may_decide(row, by=by),
        may_withdraw=row.status == CaseStatus.PROPOSED and by.is_admin and by.user_id == row.proposed_by_id,
    )


def _red(row: CaseRed, titles: Mapping[int, Mapping[str, str]]) -> RedLine:
    verdict = getattr(row.worker, "verdict", None)
    return RedLine(
        worker=short_worker(row.worker),
        compliance_status=None if verdict is None else Severity(verdict.severity).name,
        course=CourseNamed(row.course_id, row.course.code, titles.get(row.course_id, {})),
        was=Severity(row.was).name,
        turned=row.turned,
    )
