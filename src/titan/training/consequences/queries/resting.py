"""What rests on something that might be false, before anybody proposes to revoke it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from titan.compliance.models import Severity
from titan.compliance.queries.without import Red, standing_behind, standing_without, turned_red
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.personnel.queries.workers import WorkerShort, short_worker
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.consequences.queries.listing import Subject, lines_of, need_days
from titan.training.consequences.queries.subjects import SubjectView, settled, subject_named
from titan.training.consequences.rules import Basis, Line, basis_of
from titan.training.models import CaseStatus, ConsequenceCase, Standing


@dataclass(frozen=True)
class CourseNamed:
    """A course as a list names it; the title by language."""

    id: int
    code: str
    title: Mapping[str, str]


@dataclass(frozen=True)
class ShownLine:
    """One line of a list with what it is about.

    result: of a record, else None. compliance_status: how the worker stands overall today (None: not judged).
    """

    kind: str
    id: int
    standing: str
    worker: WorkerShort
    compliance_status: str | None
    course: CourseNamed
    session_id: int | None
    completed_on: date
    expires_on: date | None
    result: str | None
    evidence_sha256: str
    corrects_id: int | None


@dataclass(frozen=True)
class Counts:
    """How many lines a list has of each kind. workers: of how many people proof would end.

    records, competencies: which rest on the subject and still count. revoked: ended already. other_evidence: corrected
    by a record that rests on other evidence. decided: decisions against somebody, which stand for ever.
    """

    records: int
    competencies: int
    revoked: int
    other_evidence: int
    decided: int
    workers: int


@dataclass(frozen=True)
class Resting:
    """What rests on a subject. turning: who would turn Red; red_already: how many are, and would lack a course more.

    digest: names this very list, for `propose_case`. open_case_id: the case that waits for its decision, if any.
    """

    subject: SubjectView
    first_day: date | None
    last_day: date | None
    counts: Counts
    turning: frozenset[int]
    red_already: int
    digest: str
    open_case_id: int | None
    page: Page[ShownLine]

    @property
    def turned_red(self) -> int:
        return len(self.turning)


def resting_on(
    subject: Subject, *, by: Actor, at: datetime, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Resting:
    """Return what rests on `subject`, a page at a time, and what revoking it would do; a fixed number of statements.

    Writes nothing and locks nothing. Raises Forbidden for trainers, NotFound, Invalid for days.
    """
    need_reader(by)
    subject = settled(subject)
    view = subject_named(subject.kind, subject.id)
    need_days(subject, settings.current().today(at))
    lines = lines_of(subject)
    basis = basis_of(lines)
    reds = _would_turn_red(basis, at)
    waiting = ConsequenceCase.objects.filter(
        subject=subject.kind, subject_id=subject.id, status=CaseStatus.PROPOSED
    ).values_list("pk", flat=True)
    return Resting(
        subject=view,
        first_day=subject.first_day,
        last_day=subject.last_day,
        counts=counts_of(lines),
        turning=frozenset(red.worker_id for red in reds if red.turned),
        red_already=len({red.worker_id for red in reds if not red.turned}),
        digest=basis.digest,
        open_case_id=waiting.first(),
        page=_page(lines, limit, cursor),
    )


def _would_turn_red(basis: Basis, at: datetime) -> list[Red]:
    site = settings.current()
    after = standing_without(basis.records, basis.competencies, today=site.today(at), warning_days=site.warning_days)
    return turned_red(standing_behind(basis.records, basis.competencies), after)


def counts_of(lines: Sequence[Line]) -> Counts:
    """Return how many lines there are of each kind."""
    basis, by_standing = basis_of(lines), Counter(line.standing for line in lines)
    return Counts(
        records=len(basis.records),
        competencies=len(basis.competencies),
        revoked=by_standing[Standing.REVOKED],
        other_evidence=by_standing[Standing.OTHER_EVIDENCE],
        decided=by_standing[Standing.DECIDED],
        workers=len({line.worker_id for line in lines if line.standing == Standing.RESTS}),
    )


def _page(lines: Sequence[Line], limit: int, cursor: str | None) -> Page[ShownLine]:
    rest = list(lines)
    if cursor:
        kind, last = decode_cursor(cursor, str, int)
        # Records come before competencies, whatever became of the line where the last page ended.
        rest = [line for line in rest if line.kind < kind or (line.kind == kind and line.id > last)]
    some = rest[:limit]
    end = encode_cursor(some[-1].kind, some[-1].id) if len(rest) > limit else None
    return Page(shown_lines([(line.kind, line.id, line.standing) for line in some]), end, len(lines))


def shown_lines(lines: Sequence[tuple[str, int, str]]) -> list[ShownLine]:
    """Return lines, given as (kind, id, standing), with what they are about (two statements)."""
    parts = ("worker__company", "worker__verdict", "course", "course_version")
    records = TrainingRecord.objects.filter(pk__in=id_set(pk for kind, pk, _ in lines if kind == "RECORD"))
    waiting = CompetencyRecord.objects.filter(pk__in=id_set(pk for kind, pk, _ in lines if kind == "COMPETENCY"))
    found: dict[tuple[str, int], TrainingRecord | CompetencyRecord] = {
        **{("RECORD", row.pk): row for row in records.select_related(*parts)},
        **{("COMPETENCY", row.pk): row for row in waiting.select_related(*parts)},
    }
    return [_shown(kind, found[kind, pk], standing) for kind, pk, standing in lines]


def _shown(kind: str, row: TrainingRecord | CompetencyRecord, standing: str) -> ShownLine:
    verdict = getattr(row.worker, "verdict", None)
    return ShownLine(
        kind=kind,
        id=row.pk,
        standing=standing,
        worker=short_worker(row.worker),
        compliance_status=None if verdict is None else Severity(verdict.severity).name,
        course=CourseNamed(row.course_id, row.course.code, row.course_version.title),
        session_id=row.session_id,
        completed_on=row.completed_on,
        expires_on=getattr(row, "expires_on", None),
        result=getattr(row, "result", None),
        evidence_sha256=row.evidence_sha256,
        corrects_id=getattr(row, "corrects_id", None),
    )
